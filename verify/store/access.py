"""The access record: one row for every look at patient data, written in the look's own transaction."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from verify.security.access import Access
from verify.store.tables import access_rows, users


def record(connection: Connection, access: Access) -> None:
    """Adds the row. Nothing catches its failure: who cannot be recorded is shown nothing."""
    connection.execute(
        insert(access_rows).values(
            practice_id=access.practice_id,
            actor=access.actor,
            action=access.action.value,
            object_type=access.object_type,
            object_id=access.object_id,
            reason=access.reason,
            fields=list(access.fields),
            request_id=access.request_id,
            outcome=access.outcome.value,
        )
    )


def newest(
    connection: Connection,
    practice_id: str,
    *,
    object_id: str = "",
    before: int | None = None,
    limit: int = 100,
) -> Sequence[Row[Any]]:
    """Rows of the record, newest first, with the person's name; those about one object where it is given."""
    statement = (
        select(access_rows, users.c.name.label("actor_name"))
        .outerjoin(users, users.c.id == access_rows.c.actor)
        .where(access_rows.c.practice_id == practice_id)
        .order_by(access_rows.c.id.desc())
        .limit(limit)
    )
    if object_id:
        statement = statement.where(access_rows.c.object_id == object_id)
    if before is not None:
        statement = statement.where(access_rows.c.id < before)
    return connection.execute(statement).all()
