"""A spreadsheet saved as CSV: bytes -> rows, columns matched by name, every problem beside its row."""

import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from verify.intake import dates
from verify.intake.columns import BY_FIELD, DATES, Headings, is_day_first, read_headings
from verify.intake.decoding import decode
from verify.intake.rows import (
    MOST_ROWS,
    Row,
    Sheet,
    UnreadableFile,
    broken,
    check_size,
    mark_repeats,
    read_row,
)

#: Headings may stand below a title, but not further down than this.
_TOP = 10
#: A cell with more lines than this was never closed by its quotation mark.
_MOST_LINES_IN_CELL = 20
_DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
MONTH_FIRST = (
    "{count} dates could be read two ways. They were read month first, as in the US: 3/4/1984 is March 4. "
    "Write dates as 1984-03-04 if yours have the day first."
)


class Record(NamedTuple):
    """Cells of one row of the file, with its number as the spreadsheet shows it."""

    number: int
    cells: list[str]
    fault: str = ""


def read_csv(content: bytes) -> Sheet:
    """Raises UnreadableFile where no row can be used; anything less is said beside its row."""
    text, notes = decode(content)
    delimiter, text = _delimiter(text)
    filled = (record for record in _records(text, delimiter) if any(map(str.strip, record.cells)))
    # One more than may be: enough to say that there are too many.
    records = list(islice(filled, MOST_ROWS + _TOP + 1))
    at, headings = _headings(records)
    below = records[at + 1 :]
    check_size(len(below))
    doubtful = _day_first_columns(headings, below)
    rows = mark_repeats([_row(headings, record, doubtful) for record in below])
    return Sheet(
        rows=rows,
        columns=tuple(_taken(headings)),
        unused=tuple(headings.unused),
        notes=(*notes, *_notes(delimiter, records[at].number, headings, below, doubtful)),
    )


def _delimiter(text: str) -> tuple[str, str]:
    """What stands between cells, by which the most headings are known; and the text without Excel's hint."""
    first, _, rest = text.partition("\n")
    hint = first.strip().lower().removeprefix("sep=")
    if first.strip().lower().startswith("sep=") and hint in _DELIMITERS:
        # The hint is a row of the file, so the rows keep their numbers.
        return hint, f"\n{rest}"
    top = text[:20_000]
    known = {each: _best_headings(list(_records(top, each))[:_TOP])[1].known for each in _DELIMITERS}
    return max(known, key=lambda each: known[each]), text


def _records(text: str, delimiter: str) -> Iterator[Record]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = 0
    while True:
        number += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield Record(number, ["?"], _NEVER_CLOSED)
            return
        swallowed = any(cell.count("\n") > _MOST_LINES_IN_CELL for cell in cells)
        yield Record(number, cells, _NEVER_CLOSED if swallowed else "")


_NEVER_CLOSED = "has a quotation mark that is never closed; what follows it was not read"


def _headings(records: Sequence[Record]) -> tuple[int, Headings]:
    """Where the headings stand, and what they mean. Raises UnreadableFile."""
    at, headings = _best_headings(records[:_TOP])
    if headings.known == 0:
        raise UnreadableFile(
            "No headings were recognized. The first row must name the columns: last name, first name, "
            "birth date, payer, member ID, service, first visit."
        )
    if absent := headings.absent():
        raise UnreadableFile(f"No column was recognized for: {', '.join(absent)}. Name it in the first row.")
    return at, headings


def _best_headings(records: Sequence[Record]) -> tuple[int, Headings]:
    found = [(at, read_headings(record.cells)) for at, record in enumerate(records)]
    return max(found, key=lambda each: each[1].known, default=(0, Headings((), ())))


def _taken(headings: Headings) -> Iterator[tuple[str, str]]:
    for name, field in zip(headings.names, headings.fields, strict=True):
        if field:
            yield name.strip(), BY_FIELD[field].label


def _row(headings: Headings, record: Record, doubtful: set[str]) -> Row:
    cells = _by_heading(headings, record.cells)
    if record.fault:
        return broken(record.number, record.fault, {name: text[:200] for name, text in cells.items()})
    if any(text.strip() for text in record.cells[len(headings.names) :]):
        return broken(
            record.number,
            "has more cells than there are headings: perhaps a comma that is not between quotation marks",
            cells,
        )
    texts: dict[str, str] = {}
    for field, text in zip(headings.fields, record.cells, strict=False):
        if field is None or not text.strip():
            continue
        if texts.setdefault(field, text).strip() != text.strip():
            label = BY_FIELD[field].label
            return broken(record.number, "stands in two columns that say different things", cells, label)
    return read_row(record.number, texts, cells, doubtful)


def _by_heading(headings: Headings, cells: Sequence[str]) -> dict[str, str]:
    """What was sent, under its headings; a cell without one of its own is named by its place."""
    made: dict[str, str] = {}
    for at, text in enumerate(cells):
        name = headings.names[at].strip() if at < len(headings.names) else ""
        if text:
            made[f"column {at + 1}" if not name or name in made else name] = text
    return made


# --- dates ----------------------------------------------------------------------------------------------


def _day_first_columns(headings: Headings, records: Sequence[Record]) -> set[str]:
    """Date fields in which the dates, or the heading, may have the day first."""
    said = {
        field
        for name, field in zip(headings.names, headings.fields, strict=True)
        if field in DATES and is_day_first(name)
    }
    texts: dict[str, list[str]] = {}
    for field, text in _dates(headings, records):
        texts.setdefault(field, []).append(text)
    return said | {field for field, written in texts.items() if dates.is_doubtful(written)}


def _dates(headings: Headings, records: Sequence[Record]) -> Iterator[tuple[str, str]]:
    places = [(at, field) for at, field in enumerate(headings.fields) if field in DATES]
    for record in records:
        for at, field in places:
            if at < len(record.cells) and field is not None:
                yield field, record.cells[at].strip()


def _notes(
    delimiter: str, at: int, headings: Headings, records: Sequence[Record], doubtful: set[str]
) -> Iterator[str]:
    if delimiter != ",":
        yield f"The cells stand between {_DELIMITERS[delimiter]}."
    if at > 1:
        yield f"The headings were found in row {at}; what stands above them was left out."
    count = sum(dates.either_way(text) for field, text in _dates(headings, records) if field not in doubtful)
    if count:
        yield MONTH_FIRST.format(count=f"{count:,}")
