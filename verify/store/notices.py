"""Notices: who is told when a verification changes, written in the change's own transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, update

from verify.security.webhook_signing import new_secret
from verify.store import jobs
from verify.store.jobs import Hint
from verify.store.sealing import SealedColumn, Seals
from verify.store.tables_notices import notice_endpoints, notices
from verify.verification import Lane, VerificationState, new_id

SECRETS = SealedColumn("notice_endpoints", "secrets_sealed")
#: A receiver has so long to take up a new secret while the old one still signs.
ROTATION = timedelta(hours=24)

#: The states that somebody outside may want to know of; the others pass by themselves.
TOLD = (
    VerificationState.NEEDS_PERSON,
    VerificationState.NEEDS_INFORMATION,
    VerificationState.VERIFIED,
    VerificationState.VERIFIED_WITH_GAPS,
    VerificationState.CANCELLED,
    VerificationState.EXPIRED,
)


class Secret(msgspec.Struct, frozen=True):
    """A signing secret; `until` is set for one that was replaced."""

    secret: str
    until: datetime | None = None

    def __repr__(self) -> str:
        return f"Secret(until={self.until})"


class Made(NamedTuple):
    """A new endpoint or a new secret of one; the secret is shown this once."""

    endpoint_id: str
    secret: str


def add_endpoint(
    connection: Connection,
    seals: Seals,
    url: str,
    *,
    states: Sequence[VerificationState] = TOLD,
    allow_private_addresses: bool = False,
) -> Made:
    """An endpoint of the practice the seals are of."""
    made = Made(new_id("hook"), new_secret())
    connection.execute(
        insert(notice_endpoints).values(
            id=made.endpoint_id,
            practice_id=seals.practice_id,
            url=url,
            states=[state.value for state in states],
            secrets_sealed=_sealed(seals, made.endpoint_id, [Secret(made.secret)]),
            allow_private_addresses=allow_private_addresses,
        )
    )
    return made


def rotate_secret(connection: Connection, seals: Seals, endpoint_id: str, now: datetime) -> Made | None:
    """A new secret beside the old ones, which sign for another ROTATION; None for no such endpoint."""
    row = _endpoint(connection, seals.practice_id, endpoint_id)
    if row is None:
        return None
    made = Made(endpoint_id, new_secret())
    kept = [
        Secret(each.secret, each.until or now + ROTATION)
        for each in _secrets(row, seals)
        if _signs(each, now)
    ]
    connection.execute(
        update(notice_endpoints)
        .where(notice_endpoints.c.id == endpoint_id)
        .values(secrets_sealed=_sealed(seals, endpoint_id, [Secret(made.secret), *kept]))
    )
    return made


def signing_secrets(row: Row[Any], seals: Seals, now: datetime) -> list[str]:
    """Those in use, the newest first; the row has an endpoint's id and sealed secrets."""
    return [each.secret for each in _secrets(row, seals) if _signs(each, now)]


def endpoints(connection: Connection, practice_id: str) -> Sequence[Row[Any]]:
    """Each with how many of its notices are pending and failed."""

    def count(standing: str) -> Any:
        return func.count(notices.c.id).filter(notices.c.standing == standing).label(standing)

    return connection.execute(
        select(notice_endpoints, count("pending"), count("failed"))
        .outerjoin(notices, notices.c.endpoint_id == notice_endpoints.c.id)
        .where(notice_endpoints.c.practice_id == practice_id)
        .group_by(notice_endpoints.c.id)
        .order_by(notice_endpoints.c.id)
    ).all()


def switch_on(connection: Connection, practice_id: str, endpoint_id: str) -> bool:
    """Tells the endpoint of changes again, from now on; False for no such endpoint."""
    changed = connection.execute(
        update(notice_endpoints)
        .where(notice_endpoints.c.practice_id == practice_id, notice_endpoints.c.id == endpoint_id)
        .values(disabled_code=None, disabled_at=None)
    )
    return changed.rowcount == 1


def switch_off(connection: Connection, endpoint_id: str, code: str) -> None:
    """Sends it nothing more; what was to be sent is stopped and can be replayed."""
    connection.execute(
        update(notice_endpoints)
        .where(notice_endpoints.c.id == endpoint_id)
        .values(disabled_code=code, disabled_at=func.now())
    )
    stopped = connection.execute(
        update(notices)
        .where(notices.c.endpoint_id == endpoint_id, notices.c.standing == "pending")
        .values(standing="stopped", try_again_at=None)
        .returning(notices.c.id)
    )
    jobs.cancel(connection, list(stopped.scalars()))


def announce(connection: Connection, verification: Row[Any], state: VerificationState) -> None:
    """Writes what endpoints are to be told of a change, with a job each, in the change's transaction.

    No hint comes of it: the jobs are due at once, and the next sweep, within a second or so, hints them.
    """
    if state not in TOLD:
        return
    wanted = connection.execute(
        select(notice_endpoints.c.id, func.clock_timestamp().label("now")).where(
            notice_endpoints.c.practice_id == verification.practice_id,
            notice_endpoints.c.disabled_code.is_(None),
            notice_endpoints.c.states.contains([state.value]),
        )
    ).all()
    for endpoint in wanted:
        notice_id = new_id("msg")
        connection.execute(
            insert(notices).values(
                id=notice_id,
                practice_id=verification.practice_id,
                endpoint_id=endpoint.id,
                verification_id=verification.id,
                state=state.value,
                previous_state=verification.state,
            )
        )
        _job(connection, verification.practice_id, notice_id, "", endpoint.now)


def read(connection: Connection, notice_id: str) -> Row[Any]:
    """A notice with its endpoint's address, standing and sealed secrets. Raises NoResultFound."""
    return connection.execute(
        select(
            notices,
            notice_endpoints.c.url,
            notice_endpoints.c.secrets_sealed,
            notice_endpoints.c.allow_private_addresses,
            notice_endpoints.c.disabled_code,
        )
        .join(notice_endpoints, notice_endpoints.c.id == notices.c.endpoint_id)
        .where(notices.c.id == notice_id)
    ).one()


def record_try(
    connection: Connection,
    notice_id: str,
    standing: str,
    *,
    status: int | None,
    code: str,
    try_again_at: datetime | None,
) -> None:
    """What came of one try."""
    connection.execute(
        update(notices)
        .where(notices.c.id == notice_id)
        .values(
            standing=standing,
            attempt=notices.c.attempt + 1,
            tried_at=func.clock_timestamp(),
            try_again_at=try_again_at,
            response_status=status,
            error_code=code,
        )
    )


def end(connection: Connection, notice_id: str, standing: str, code: str) -> None:
    """Ends a notice without a try."""
    connection.execute(
        update(notices)
        .where(notices.c.id == notice_id, notices.c.standing == "pending")
        .values(standing=standing, error_code=code, try_again_at=None)
    )


def replay(connection: Connection, practice_id: str, notice_id: str) -> bool:
    """Sends a notice again, at once and with all its tries; False for none of the practice's.

    It keeps its id, so a receiver that has it already can tell.
    """
    again = connection.execute(
        update(notices)
        .where(notices.c.practice_id == practice_id, notices.c.id == notice_id)
        .values(standing="pending", attempt=0, try_again_at=None, wanted_at=func.clock_timestamp())
        .returning(notices.c.wanted_at)
    ).scalar_one_or_none()
    if again is None:
        return False
    jobs.cancel(connection, [notice_id])
    _job(connection, practice_id, notice_id, new_id("run"), again)
    return True


def newest(
    connection: Connection, practice_id: str, *, standing: str = "", before: str = "", limit: int = 50
) -> Sequence[Row[Any]]:
    """Notices with their endpoint's address, newest first; of one standing where it is given."""
    statement = (
        select(notices, notice_endpoints.c.url)
        .join(notice_endpoints, notice_endpoints.c.id == notices.c.endpoint_id)
        .where(notices.c.practice_id == practice_id)
        .order_by(notices.c.id.desc())
        .limit(limit)
    )
    if standing:
        statement = statement.where(notices.c.standing == standing)
    if before:
        statement = statement.where(notices.c.id < before)
    return connection.execute(statement).all()


def _job(connection: Connection, practice_id: str, notice_id: str, run: str, due: datetime) -> Hint | None:
    return jobs.accept(
        connection,
        step="notify",
        subject_id=notice_id,
        practice_id=practice_id,
        lane=Lane.STANDARD,
        run=run,
        not_before=due,
    )


def _endpoint(connection: Connection, practice_id: str, endpoint_id: str) -> Row[Any] | None:
    return connection.execute(
        select(notice_endpoints)
        .where(notice_endpoints.c.practice_id == practice_id, notice_endpoints.c.id == endpoint_id)
        .with_for_update()
    ).first()


def _sealed(seals: Seals, endpoint_id: str, held: Sequence[Secret]) -> bytes:
    return seals.close_json({"secrets": msgspec.to_builtins(list(held))}, SECRETS, endpoint_id)


def _secrets(row: Row[Any], seals: Seals) -> list[Secret]:
    endpoint_id = getattr(row, "endpoint_id", row.id)
    document = seals.open_json(row.secrets_sealed, SECRETS, endpoint_id)
    return msgspec.convert(document["secrets"], list[Secret])


def _signs(secret: Secret, now: datetime) -> bool:
    return secret.until is None or now < secret.until
