"""Idempotency keys: the same key with the same body gets the same answer, once the work is done.

The stored answer is sealed by the caller of this module; a key is kept for a day.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from verify.store.tables import idempotency_keys

KEPT_FOR = timedelta(hours=24)
#: A request that died with its process no longer blocks its key after this.
ABANDONED_AFTER = timedelta(seconds=60)


class KeyReused(Exception):
    """The key came before, with another body."""


class StillRunning(Exception):
    """The first request with this key has not finished."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered the first time; the body is sealed, since it may name a patient."""

    status: int
    sealed: bytes


def begin(connection: Connection, caller: str, key: str, body_hash: bytes, now: datetime) -> Answer | None:
    """Takes the key (None), or gives the answer it had. Commit before the work starts.

    Raises KeyReused and StillRunning.
    """
    connection.execute(delete(idempotency_keys).where(_this(caller, key), _over(now)))
    taken = connection.execute(
        insert(idempotency_keys)
        .values(caller=caller, key=key, body_hash=body_hash, created_at=now)
        .on_conflict_do_nothing()
        .returning(idempotency_keys.c.key)
    ).one_or_none()
    if taken is not None:
        return None
    row = connection.execute(select(idempotency_keys).where(_this(caller, key))).one_or_none()
    if row is None or (row.status is None and row.body_hash == body_hash):
        raise StillRunning
    if row.body_hash != body_hash:
        raise KeyReused
    return Answer(row.status, row.response_sealed)


def finish(connection: Connection, caller: str, key: str, answer: Answer) -> None:
    connection.execute(
        update(idempotency_keys)
        .where(_this(caller, key))
        .values(status=answer.status, response_sealed=answer.sealed)
    )


def release(connection: Connection, caller: str, key: str) -> None:
    """Gives the key back after a failure that stored nothing, so that the same request may be sent again."""
    connection.execute(
        delete(idempotency_keys).where(_this(caller, key), idempotency_keys.c.status.is_(None))
    )


def _this(caller: str, key: str) -> ColumnElement[bool]:
    return (idempotency_keys.c.caller == caller) & (idempotency_keys.c.key == key)


def _over(now: datetime) -> ColumnElement[bool]:
    abandoned = idempotency_keys.c.status.is_(None) & (idempotency_keys.c.created_at < now - ABANDONED_AFTER)
    return abandoned | (idempotency_keys.c.created_at < now - KEPT_FOR)
