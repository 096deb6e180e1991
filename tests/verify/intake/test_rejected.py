"""Rejected rows come back with their reasons, and no cell of theirs can act as a formula."""

import csv
import io

import pytest

from verify.intake.rejected import REASON, ROW, Rejected, guarded, write_rejected
from verify.intake.spreadsheet import read_csv


def table(*rows: Rejected) -> list[list[str]]:
    return list(csv.reader(io.StringIO(write_rejected(rows).removeprefix("\ufeff"))))


def test_each_row_has_its_number_its_reasons_and_its_cells() -> None:
    assert table(
        Rejected(7, {"Last": "Example", "DOB": "soon"}, ["Birth date is no date", "Service is missing"])
    ) == [
        [ROW, REASON, "Last", "DOB"],
        ["7", "Birth date is no date; Service is missing", "Example", "soon"],
    ]


def test_rows_of_other_columns_share_one_table() -> None:
    assert table(Rejected(1, {"a": "1"}, []), Rejected(2, {"b": "2"}, []))[2] == ["2", "", "", "2"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " ="])
def test_what_a_spreadsheet_would_run_is_marked_as_text(start: str) -> None:
    assert guarded(f"{start}cmd|' /C calc'!A0").startswith("'")
    assert guarded(f"plain{start}") == f"plain{start}"


def test_a_mended_row_can_be_sent_again_as_it_came_back() -> None:
    cells = {
        "Last name": "Example",
        "First name": "Ada",
        "Group": "=77",
        "Service": "tms",
        "First visit": "2026-12-01",
    }
    back = write_rejected([Rejected(3, cells, ["Group number begins like a formula"])])
    (row,) = read_csv(back.encode()).rows
    assert row.submission is not None
    assert row.submission.coverage.group_number == "=77"
