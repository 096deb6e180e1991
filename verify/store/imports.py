"""Imports: a file's rows, each sealed until it is a verification; their states, counts and what is shown."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, and_, delete, func, insert, or_, select, text, update

from verify.security.blind_index import row_index
from verify.store.sealing import SealedColumn, Seals
from verify.store.tables import verifications
from verify.store.tables_imports import import_rows, imports
from verify.verification import new_id

REPORT = SealedColumn("imports", "report_sealed")
CONTENT = SealedColumn("import_rows", "content_sealed")
#: A preview nobody confirmed holds patients' data for nothing.
PREVIEWS_KEPT = timedelta(days=7)
#: Rejected rows can be fetched this long after their file ended.
REJECTED_KEPT = timedelta(days=30)
#: Rows inserted by one statement.
_AT_ONCE = 1_000


class NewRow(NamedTuple):
    """One row of a file as it is read."""

    number: int
    state: str
    #: JSON: cells as sent, and the submission made of them or None.
    content: dict[str, Any]
    problems: list[tuple[str, str]]
    missing: list[str]
    same_as: int | None
    #: All the row says, for finding it again.
    words: str


def add(
    connection: Connection,
    seals: Seals,
    *,
    file_format: str,
    report: dict[str, Any],
    rows: Iterable[NewRow],
    actor: str,
) -> str:
    """The id of the new import, previewed."""
    import_id = new_id("imp")
    connection.execute(
        insert(imports).values(
            id=import_id,
            practice_id=seals.practice_id,
            format=file_format,
            report_sealed=seals.close_json(report, REPORT, import_id),
            created_by=actor,
        )
    )
    values = [_values(seals, import_id, row) for row in rows]
    for start in range(0, len(values), _AT_ONCE):
        connection.execute(insert(import_rows), values[start : start + _AT_ONCE])
    return import_id


def _values(seals: Seals, import_id: str, row: NewRow) -> dict[str, Any]:
    return {
        "import_id": import_id,
        "number": row.number,
        "practice_id": seals.practice_id,
        "state": row.state,
        "content_sealed": seals.close_json(row.content, CONTENT, _place(import_id, row.number)),
        "problems": row.problems,
        "missing": row.missing,
        "row_index": row_index(seals.keyring, seals.practice_id, row.words) if row.words else None,
        "same_as": row.same_as,
    }


def _place(import_id: str, number: int) -> str:
    return f"{import_id}.{number}"


def lock(connection: Connection, import_id: str, practice_id: str | None = None) -> Row[Any] | None:
    """The import's row, held until the transaction ends; None when there is none (in that practice)."""
    query = select(imports).where(imports.c.id == import_id)
    if practice_id is not None:
        query = query.where(imports.c.practice_id == practice_id)
    return connection.execute(query.with_for_update()).first()


def change(connection: Connection, import_id: str, **values: Any) -> None:
    connection.execute(update(imports).where(imports.c.id == import_id).values(**values))


def waiting_numbers(connection: Connection, import_id: str, limit: int) -> list[int]:
    """The next rows to accept, in the file's order."""
    query = select(import_rows.c.number).where(
        import_rows.c.import_id == import_id, import_rows.c.state == "waiting"
    )
    return list(connection.execute(query.order_by(import_rows.c.number).limit(limit)).scalars())


def take_row(connection: Connection, import_id: str, number: int) -> Row[Any] | None:
    """A waiting row of a running import, held until the transaction ends; None when it is not that any more.

    With it the import's `lane` and `created_by`, and as `verified_before` the verification that a row
    which says the very same made, in this file or another.
    """
    earlier = import_rows.alias("earlier")
    before = (
        select(earlier.c.verification_id)
        .where(
            earlier.c.practice_id == import_rows.c.practice_id,
            earlier.c.row_index == import_rows.c.row_index,
            earlier.c.verification_id.is_not(None),
        )
        .limit(1)
        .scalar_subquery()
    )
    return connection.execute(
        select(import_rows, imports.c.lane, imports.c.created_by, before.label("verified_before"))
        .join_from(import_rows, imports)
        .where(
            import_rows.c.import_id == import_id,
            import_rows.c.number == number,
            import_rows.c.state == "waiting",
            imports.c.state == "running",
        )
        .with_for_update(of=import_rows)
    ).first()


def take_turn(connection: Connection, row: Row[Any]) -> None:
    """Lets two rows that say the very same go one after the other, until the transaction ends."""
    turn = int.from_bytes(row.row_index[:8], signed=True)
    connection.execute(select(func.pg_advisory_xact_lock(turn)))


def content_of(row: Row[Any], seals: Seals) -> dict[str, Any]:
    """A row's cells and submission."""
    return seals.open_json(row.content_sealed, CONTENT, _place(row.import_id, row.number))


def finish_row(connection: Connection, row: Row[Any], state: str, verification_id: str | None = None) -> None:
    """What became of a row; what it held goes once a verification has it."""
    kept = {} if verification_id is None else {"content_sealed": None}
    connection.execute(
        update(import_rows)
        .where(import_rows.c.import_id == row.import_id, import_rows.c.number == row.number)
        .values(state=state, verification_id=verification_id, **kept)
    )


# --- looking --------------------------------------------------------------------------------------------


def find(connection: Connection, practice_id: str, import_id: str) -> Row[Any] | None:
    return connection.execute(
        select(imports).where(imports.c.id == import_id, imports.c.practice_id == practice_id)
    ).first()


def newest(connection: Connection, practice_id: str, *, limit: int = 20) -> Sequence[Row[Any]]:
    """The practice's imports, newest first."""
    return connection.execute(
        select(imports)
        .where(imports.c.practice_id == practice_id)
        .order_by(imports.c.created_at.desc(), imports.c.id.desc())
        .limit(limit)
    ).all()


def report_of(row: Row[Any], seals: Seals) -> dict[str, Any]:
    return seals.open_json(row.report_sealed, REPORT, row.id)


def counts(connection: Connection, import_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """How many rows of each import are in which state."""
    rows = connection.execute(
        select(import_rows.c.import_id, import_rows.c.state, func.count())
        .where(import_rows.c.import_id.in_(import_ids))
        .group_by(import_rows.c.import_id, import_rows.c.state)
    )
    made: dict[str, dict[str, int]] = {import_id: {} for import_id in import_ids}
    for import_id, state, count in rows:
        made[import_id][state] = count
    return made


def missing(connection: Connection, import_id: str) -> dict[str, int]:
    """How many good rows lack what a payer cannot be asked without."""
    each = func.jsonb_array_elements_text(import_rows.c.missing).table_valued("value")
    rows = connection.execute(
        select(each.c.value, func.count().label("rows"))
        .select_from(import_rows.join(each, text("true")))
        .where(import_rows.c.import_id == import_id, import_rows.c.state != "repeated")
        .group_by(each.c.value)
    )
    return {row.value: row.rows for row in rows}


def verification_states(connection: Connection, import_id: str) -> dict[str, int]:
    """How many verifications made of the file's rows are in which state."""
    rows = connection.execute(
        select(verifications.c.state, func.count(verifications.c.id.distinct()).label("rows"))
        .join(import_rows, import_rows.c.verification_id == verifications.c.id)
        .where(import_rows.c.import_id == import_id)
        .group_by(verifications.c.state)
    )
    return {row.state: row.rows for row in rows}


def rows_in(
    connection: Connection, import_id: str, states: Iterable[str], *, limit: int | None = None
) -> Sequence[Row[Any]]:
    """The file's rows in these states, in its order."""
    return connection.execute(
        select(import_rows)
        .where(import_rows.c.import_id == import_id, import_rows.c.state.in_(list(states)))
        .order_by(import_rows.c.number)
        .limit(limit)
    ).all()


def remove_old(connection: Connection) -> int:
    """Removes previews nobody confirmed, and empties rows that nobody fetched in time; how many went."""
    abandoned = imports.c.state.in_(("previewed", "cancelled")) & imports.c.confirmed_at.is_(None)
    gone = connection.execute(
        delete(imports).where(abandoned, imports.c.created_at < func.now() - PREVIEWS_KEPT)
    ).rowcount
    over = select(imports.c.id).where(
        or_(
            imports.c.finished_at < func.now() - REJECTED_KEPT,
            and_(imports.c.state == "stopped", imports.c.confirmed_at < func.now() - REJECTED_KEPT),
        )
    )
    emptied = connection.execute(
        update(import_rows)
        .where(import_rows.c.import_id.in_(over.scalar_subquery()), import_rows.c.content_sealed.is_not(None))
        .values(content_sealed=None)
    ).rowcount
    return gone + emptied
