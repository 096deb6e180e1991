"""Repairs: every try of a refused question in other words, in order, with who allowed it and how it ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, update

from verify.asking import Changes, RepairKind
from verify.store.sealing import SealedColumn, Seals
from verify.store.tables_asking import repairs
from verify.verification import new_id

CHANGES = SealedColumn("repairs", "changes_sealed")
TRYING, ANSWERED, REFUSED, ENDED = "trying", "answered", "refused", "ended"


class Try(NamedTuple):
    """One try, opened."""

    id: str
    payer_id: str
    number: int
    kind: RepairKind
    changes: Changes
    approved_by: str
    state: str
    created_at: datetime


def tries(connection: Connection, seals: Seals, verification: Row[Any]) -> list[Try]:
    """The tries of the present revision, oldest first."""
    rows = connection.execute(
        select(repairs)
        .where(repairs.c.verification_id == verification.id, repairs.c.revision == verification.revision)
        .order_by(repairs.c.created_at, repairs.c.id)
    )
    return [opened(row, seals) for row in rows]


def opened(row: Row[Any], seals: Seals) -> Try:
    """A row of `repairs`."""
    changes = msgspec.json.decode(seals.open(row.changes_sealed, CHANGES, row.id), type=Changes)
    return Try(
        row.id,
        row.payer_id,
        row.number,
        RepairKind(row.kind),
        changes,
        row.approved_by,
        row.state,
        row.created_at,
    )


def add(
    connection: Connection,
    seals: Seals,
    verification: Row[Any],
    *,
    payer_id: str,
    number: int,
    kind: RepairKind,
    changes: Changes,
    approved_by: str,
) -> None:
    """Raises IntegrityError when this try was made by somebody else at the same time."""
    row_id = new_id("rep")
    connection.execute(
        insert(repairs).values(
            id=row_id,
            practice_id=verification.practice_id,
            verification_id=verification.id,
            revision=verification.revision,
            payer_id=payer_id,
            number=number,
            kind=kind.value,
            changes_sealed=seals.close(msgspec.json.encode(changes), CHANGES, row_id),
            approved_by=approved_by,
        )
    )


def end(connection: Connection, inquiry: Row[Any], state: str) -> None:
    """How the try ended that an inquiry belongs to; the first end counts."""
    connection.execute(
        update(repairs)
        .where(
            repairs.c.verification_id == inquiry.verification_id,
            repairs.c.revision == inquiry.revision,
            repairs.c.payer_id == inquiry.payer_id,
            repairs.c.number == inquiry.repair,
            repairs.c.state == TRYING,
        )
        .values(state=state, ended_at=func.clock_timestamp())
    )


def of_payer(made: Sequence[Try], payer_id: str) -> list[Try]:
    return [each for each in made if each.payer_id == payer_id]
