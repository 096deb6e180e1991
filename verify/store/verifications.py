"""Verifications: their rows, states and timeline."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import CTE, Connection, Row, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from verify.store import notices
from verify.store.tables import events, verifications
from verify.verification import VerificationState, move, new_id

#: The actor of what the program does by itself.
SYSTEM = "system"
#: The event of a signature; its detail says what was missing then.
SIGNED_OFF = "signed_off"


def add(connection: Connection, *, dedupe_key: bytes, **values: Any) -> str | None:
    """The new verification's id; None when the same one was asked for before."""
    made = connection.execute(
        upsert(verifications)
        .values(id=new_id("ver"), dedupe_key=dedupe_key, **values)
        .on_conflict_do_nothing(index_elements=["practice_id", "dedupe_key"])
        .returning(verifications.c.id)
    ).scalar_one_or_none()
    return str(made) if made else None


def find(connection: Connection, practice_id: str, dedupe_key: bytes) -> Row[Any] | None:
    return connection.execute(
        select(verifications).where(
            verifications.c.practice_id == practice_id, verifications.c.dedupe_key == dedupe_key
        )
    ).first()


def read(connection: Connection, verification_id: str) -> Row[Any]:
    """Raises NoResultFound."""
    return connection.execute(select(verifications).where(verifications.c.id == verification_id)).one()


def of_practice(connection: Connection, verification_id: str, practice_id: str) -> Row[Any] | None:
    """The row; None when that practice has none of that id."""
    return connection.execute(
        select(verifications).where(
            verifications.c.id == verification_id, verifications.c.practice_id == practice_id
        )
    ).first()


def chain(verification_ids: Collection[str]) -> CTE:
    """Each of these (`wanted`), the one it asks again, the one before that …: `id`, and how many `steps_back` it is."""
    it = verifications.c
    first = (
        select(it.id, it.rechecks_id, literal(0).label("steps_back"), it.id.label("wanted"))
        .where(it.id.in_(list(verification_ids)))
        .cte("chain", recursive=True)
    )
    before = select(it.id, it.rechecks_id, first.c.steps_back + 1, first.c.wanted)
    return first.union_all(before.join(first, first.c.rechecks_id == it.id))


def lock(connection: Connection, verification_id: str, practice_id: str | None = None) -> Row[Any] | None:
    """The row, held until the transaction ends; None when there is none (in that practice)."""
    query = select(verifications).where(verifications.c.id == verification_id)
    if practice_id is not None:
        query = query.where(verifications.c.practice_id == practice_id)
    return connection.execute(query.with_for_update()).first()


def change(connection: Connection, row: Row[Any], **values: Any) -> None:
    """Writes columns of a locked row.

    A `state` among them is checked against the allowed moves; whoever wants to know of it is told.
    """
    if "state" in values:
        before, after = VerificationState(row.state), VerificationState(values["state"])
        if before is not after:
            notices.announce(connection, row, move(before, after))
    connection.execute(
        update(verifications).where(verifications.c.id == row.id).values(updated_at=func.now(), **values)
    )


def expire(connection: Connection, *, limit: int = 200) -> Sequence[Row[Any]]:
    """Verified ones whose first fact has run out, now expired."""
    signed = (VerificationState.VERIFIED.value, VerificationState.VERIFIED_WITH_GAPS.value)
    due = connection.execute(
        select(verifications)
        .where(verifications.c.state.in_(signed), verifications.c.expires_at <= func.now())
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in due:
        change(connection, row, state=VerificationState.EXPIRED.value)
    return due


def supersede(connection: Connection, before: Row[Any], after: Row[Any]) -> None:
    """From now on the newer one speaks for the patient; the older stays as it was."""
    connection.execute(
        update(verifications)
        .where(verifications.c.id == before.id)
        .values(superseded_by_id=after.id, updated_at=func.now())
    )


def record(
    connection: Connection,
    practice_id: str,
    verification_id: str,
    what: str,
    detail: Mapping[str, object] | None = None,
    *,
    actor: str = SYSTEM,
) -> None:
    """One line of the timeline: a code, and codes and ids beside it; never a value of the patient's."""
    connection.execute(
        insert(events).values(
            practice_id=practice_id,
            verification_id=verification_id,
            actor=actor,
            what=what,
            detail={name: _plain(value) for name, value in (detail or {}).items()},
        )
    )


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, (date, datetime)) else value
