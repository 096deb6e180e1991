"""Appointment sources: who may send, with which secrets, and how much came of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, insert, select, update

from verify.security.keys import Keyring
from verify.store.sealing import SealedColumn, Seals
from verify.store.tables import practices
from verify.store.tables_appointments import (
    appointment_deliveries,
    appointment_sources,
    appointment_subscriptions,
)
from verify.verification import new_id

SECRETS = SealedColumn("appointment_sources", "secrets_sealed")


class Signing(NamedTuple):
    """A secret deliveries are signed with, and until when it counts (None: until it is rotated)."""

    value: str
    until: datetime | None = None


class Source(NamedTuple):
    """One source with its secrets."""

    id: str
    practice_id: str
    name: str
    scheme: str
    signing: Sequence[Signing]
    #: What its own API is reached with.
    credentials: Mapping[str, str]
    options: Mapping[str, Any]
    #: IANA name, the practice's.
    time_zone: str
    retired: bool

    def __repr__(self) -> str:
        return f"Source(id={self.id!r}, scheme={self.scheme!r})"

    def secrets(self, now: datetime) -> list[str]:
        """The secrets that count now, the newest first."""
        return [each.value for each in self.signing if each.until is None or each.until > now]


def add(
    connection: Connection,
    keyring: Keyring,
    *,
    practice_id: str,
    name: str,
    scheme: str,
    secret: str,
    credentials: Mapping[str, str],
    options: Mapping[str, Any],
) -> str:
    """The new source's id. Raises IntegrityError when the practice has one of this name."""
    source_id = new_id("source")
    connection.execute(
        insert(appointment_sources).values(
            id=source_id,
            practice_id=practice_id,
            name=name,
            scheme=scheme,
            options=dict(options),
            secrets_sealed=_sealed(keyring, practice_id, source_id, [Signing(secret)], credentials),
        )
    )
    return source_id


def read(connection: Connection, keyring: Keyring, source_id: str, *, lock: bool = False) -> Source | None:
    query = (
        select(appointment_sources, practices.c.time_zone)
        .join(practices, practices.c.id == appointment_sources.c.practice_id)
        .where(appointment_sources.c.id == source_id)
    )
    row = connection.execute(query.with_for_update(of=appointment_sources) if lock else query).first()
    return _source(row, keyring) if row else None


def rotate(
    connection: Connection, keyring: Keyring, source: Source, secret: str, *, keep_until: datetime
) -> None:
    """Signs with `secret` from now on; the ones before count until `keep_until`, or until they ended anyway."""
    kept = [
        Signing(each.value, min(keep_until, each.until) if each.until else keep_until)
        for each in source.signing
    ]
    connection.execute(
        update(appointment_sources)
        .where(appointment_sources.c.id == source.id)
        .values(
            secrets_sealed=_sealed(
                keyring, source.practice_id, source.id, [Signing(secret), *kept], source.credentials
            )
        )
    )


def retire(connection: Connection, source_id: str) -> bool:
    """Takes nothing from it any more; False when it was so already."""
    done = connection.execute(
        update(appointment_sources)
        .where(appointment_sources.c.id == source_id, appointment_sources.c.retired_at.is_(None))
        .values(retired_at=func.now())
    )
    return done.rowcount == 1


class Overview(NamedTuple):
    """One source for a list: what came in, and what is wrong."""

    id: str
    name: str
    scheme: str
    retired: bool
    deliveries: int
    waiting: int
    failed: int
    #: Code of what came of an event -> how often.
    outcomes: Mapping[str, int]
    last_received_at: datetime | None
    #: Subscriptions with events missing, or in another state than active.
    troubled_subscriptions: int


def overview(connection: Connection, practice_id: str) -> list[Overview]:
    rows = connection.execute(
        select(appointment_sources)
        .where(appointment_sources.c.practice_id == practice_id)
        .order_by(appointment_sources.c.created_at)
    ).all()
    return [_overview(connection, row) for row in rows]


def _overview(connection: Connection, row: Row[Any]) -> Overview:
    delivered = appointment_deliveries.c
    counts = connection.execute(
        select(
            func.count(),
            func.count().filter(delivered.state == "received"),
            func.count().filter(delivered.state == "failed"),
            func.max(delivered.received_at),
        ).where(delivered.source_id == row.id)
    ).one()
    each = func.unnest(delivered.outcomes).table_valued("code").render_derived(name="each")
    outcomes = connection.execute(
        select(each.c.code, func.count())
        .select_from(appointment_deliveries)
        .join(each, onclause=delivered.id.is_not(None))
        .where(delivered.source_id == row.id)
        .group_by(each.c.code)
        .order_by(each.c.code)
    ).all()
    heard = appointment_subscriptions.c
    troubled = connection.execute(
        select(func.count()).where(
            heard.source_id == row.id,
            heard.missing_from.is_not(None) | heard.state.not_in(["active", "requested", ""]),
        )
    ).scalar_one()
    return Overview(
        id=row.id,
        name=row.name,
        scheme=row.scheme,
        retired=row.retired_at is not None,
        deliveries=counts[0],
        waiting=counts[1],
        failed=counts[2],
        last_received_at=counts[3],
        outcomes={row[0]: row[1] for row in outcomes},
        troubled_subscriptions=troubled,
    )


def _source(row: Row[Any], keyring: Keyring) -> Source:
    seals = Seals(keyring, row.practice_id)
    kept = seals.open_json(row.secrets_sealed, SECRETS, row.id)
    return Source(
        id=row.id,
        practice_id=row.practice_id,
        name=row.name,
        scheme=row.scheme,
        signing=[
            Signing(each["value"], datetime.fromisoformat(each["until"]) if each["until"] else None)
            for each in kept["signing"]
        ],
        credentials=kept["credentials"],
        options=row.options,
        time_zone=row.time_zone,
        retired=row.retired_at is not None,
    )


def _sealed(
    keyring: Keyring,
    practice_id: str,
    source_id: str,
    signing: Sequence[Signing],
    credentials: Mapping[str, str],
) -> bytes:
    document = {
        "signing": [
            {"value": each.value, "until": each.until.isoformat() if each.until else None} for each in signing
        ],
        "credentials": dict(credentials),
    }
    return Seals(keyring, practice_id).close_json(document, SECRETS, source_id)
