"""Rejected rows as a spreadsheet to mend and send again; no cell of it can act as a formula."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from verify.intake.cells import FORMULA_STARTS

ROW, REASON = "Row in the file", "What to correct"
BYTE_ORDER_MARK = "\ufeff"


class Rejected(NamedTuple):
    """A row as sent, and why it was not taken."""

    number: int
    cells: Mapping[str, str]
    reasons: Sequence[str]


def write_rejected(rows: Iterable[Rejected]) -> str:
    """CSV that spreadsheets open as UTF-8. The first two columns are ours; sent again, they are not used."""
    rows = list(rows)
    names = list(dict.fromkeys(name for row in rows for name in row.cells))
    made = io.StringIO()
    writer = csv.writer(made)
    writer.writerow([ROW, REASON, *map(guarded, names)])
    for row in rows:
        cells = (guarded(row.cells.get(name, "")) for name in names)
        writer.writerow([row.number, guarded("; ".join(row.reasons)), *cells])
    return BYTE_ORDER_MARK + made.getvalue()


def guarded(text: str) -> str:
    """The text, marked as text where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS) else text
