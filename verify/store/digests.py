"""Digests: which practice wants one when, and the slot of each morning."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from verify.store.tables import practices, verifications
from verify.store.tables_notices import digest_settings, digests, notices
from verify.verification import new_id


def choose(connection: Connection, practice_id: str, *, hour: int, recipients: Sequence[str]) -> None:
    """From now on at this hour of the practice's day; to nobody means never."""
    if not recipients:
        connection.execute(delete(digest_settings).where(digest_settings.c.practice_id == practice_id))
        return
    values = {"hour": hour, "recipients": list(recipients)}
    connection.execute(
        insert(digest_settings)
        .values(practice_id=practice_id, **values)
        .on_conflict_do_update(index_elements=["practice_id"], set_=values)
    )


def wanted(connection: Connection) -> Sequence[Any]:
    """Practice, zone and hour of everyone who wants a digest."""
    return connection.execute(
        select(digest_settings.c.practice_id, digest_settings.c.hour, practices.c.time_zone).join(
            practices, practices.c.id == digest_settings.c.practice_id
        )
    ).all()


def take_slot(connection: Connection, practice_id: str, day: date) -> str | None:
    """The id of the day's digest, for whoever comes first; None for everybody after."""
    taken: str | None = connection.execute(
        insert(digests)
        .values(id=new_id("digest"), practice_id=practice_id, day=day)
        .on_conflict_do_nothing(index_elements=["practice_id", "day"])
        .returning(digests.c.id)
    ).scalar_one_or_none()
    return taken


def read(connection: Connection, digest_id: str) -> Row[Any]:
    """A digest with its practice's name and recipients, empty when none is wanted any more."""
    return connection.execute(
        select(digests, practices.c.name, func.coalesce(digest_settings.c.recipients, []).label("recipients"))
        .join(practices, practices.c.id == digests.c.practice_id)
        .outerjoin(digest_settings, digest_settings.c.practice_id == digests.c.practice_id)
        .where(digests.c.id == digest_id)
    ).one()


def count_states(connection: Connection, practice_id: str) -> dict[str, int]:
    """How many verifications are in each state."""
    rows = connection.execute(
        select(verifications.c.state, func.count().label("number"))
        .where(verifications.c.practice_id == practice_id)
        .group_by(verifications.c.state)
    )
    return {row.state: row.number for row in rows}


def count_failed_notices(connection: Connection, practice_id: str) -> int:
    return connection.execute(
        select(func.count())
        .select_from(notices)
        .where(notices.c.practice_id == practice_id, notices.c.standing == "failed")
    ).scalar_one()


def end(connection: Connection, digest_id: str, standing: str, counts: dict[str, int] | None = None) -> None:
    """What became of it: sent, empty or failed."""
    connection.execute(
        update(digests)
        .where(digests.c.id == digest_id)
        .values(standing=standing, counts=counts or {}, ended_at=func.clock_timestamp())
    )
