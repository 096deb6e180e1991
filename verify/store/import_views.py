"""What pages and API show of an import: counts, problems without values; rows only where a person looks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from verify.store import imports
from verify.store.documents import Shown
from verify.store.sealing import Seals

#: Rows with problems that are shown; the rest are in the file of rejected rows.
MOST_PROBLEMS = 100
#: Good rows shown as they were read, so that a person sees a wrong column at once.
SAMPLE = 5
NOT_TAKEN = ("rejected", "failed")
#: Of a row that was fine and could not be stored all the same.
COULD_NOT_BE_STORED = ("", "could not be stored: submit it by hand, and tell whoever runs the program")


class Counts(Shown):
    """Rows of a file by what became of them; all of them together are `total`."""

    total: int
    #: Not accepted yet.
    waiting: int
    #: A new verification each.
    accepted: int
    #: Asked for before; the verification there was is the row's.
    known: int
    #: Fine, and could not be stored.
    failed: int
    rejected: int
    #: The same as an earlier row of the file.
    repeated: int

    @property
    def done(self) -> int:
        return self.accepted + self.known

    @property
    def good(self) -> int:
        return self.done + self.waiting


class ProblemShown(Shown):
    #: The column as we call it; empty for the row as a whole.
    column: str
    detail: str


class RowProblems(Shown):
    """A row that is not taken. What it holds is not repeated."""

    row: int
    problems: list[ProblemShown]


class ImportShown(Shown):
    """A file handed in; nothing here names a patient."""

    id: str
    #: previewed, running, stopped, done, cancelled
    state: str
    format: str
    #: Of rows that say none.
    priority: str
    created_at: datetime
    confirmed_at: datetime | None
    finished_at: datetime | None
    rows: Counts
    #: How many rows lack the payer, member_id or birth_date, or name an unknown_payer.
    missing: dict[str, int]
    #: [heading in the file, column as we call it]
    columns: list[tuple[str, str]]
    unused: list[str]
    #: How the file was read, in words.
    notes: list[str]
    #: The first rows that are not taken.
    problems: list[RowProblems]
    #: How many verifications of the file are in which state.
    verifications: dict[str, int]


class Kept(NamedTuple):
    """A row with what it holds: for a person who looks, and for the file of rejected rows."""

    number: int
    cells: Mapping[str, str]
    submission: Mapping[str, Any] | None
    problems: list[tuple[str, str]]


def document(connection: Connection, seals: Seals, import_id: str) -> ImportShown | None:
    row = imports.find(connection, seals.practice_id, import_id)
    if row is None:
        return None
    report = imports.report_of(row, seals)
    not_taken = imports.rows_in(connection, import_id, NOT_TAKEN, limit=MOST_PROBLEMS)
    return ImportShown(
        id=row.id,
        state=row.state,
        format=row.format,
        priority=row.lane,
        created_at=row.created_at,
        confirmed_at=row.confirmed_at,
        finished_at=row.finished_at,
        rows=counted(imports.counts(connection, [import_id])[import_id]),
        missing=imports.missing(connection, import_id),
        columns=report["columns"],
        unused=report["unused"],
        notes=report["notes"],
        problems=[
            RowProblems(
                row=each.number,
                problems=[ProblemShown(column=column, detail=words) for column, words in problems_of(each)],
            )
            for each in not_taken
        ],
        verifications=imports.verification_states(connection, import_id),
    )


def file_name(connection: Connection, seals: Seals, import_id: str) -> str:
    """The name it was handed in under; it may name a patient."""
    row = imports.find(connection, seals.practice_id, import_id)
    return str(imports.report_of(row, seals)["name"]) if row else ""


def recent(connection: Connection, practice_id: str) -> list[tuple[Row[Any], Counts]]:
    """The practice's imports, newest first, with their counts."""
    rows = imports.newest(connection, practice_id)
    counts = imports.counts(connection, [row.id for row in rows])
    return [(row, counted(counts[row.id])) for row in rows]


def kept_rows(
    connection: Connection, seals: Seals, import_id: str, states: Sequence[str], *, limit: int | None = None
) -> list[Kept]:
    """Rows with what they hold, as long as it is kept."""
    rows = imports.rows_in(connection, import_id, states, limit=limit)
    made = []
    for row in rows:
        if row.content_sealed is not None:
            content = imports.content_of(row, seals)
            made.append(Kept(row.number, content["cells"], content["submission"], problems_of(row)))
    return made


def problems_of(row: Row[Any]) -> list[tuple[str, str]]:
    return [COULD_NOT_BE_STORED] if row.state == "failed" else [tuple(each) for each in row.problems]


def counted(counts: Mapping[str, int]) -> Counts:
    names = [name for name in Counts.model_fields if name != "total"]
    return Counts(total=sum(counts.values()), **{name: counts.get(name, 0) for name in names})
