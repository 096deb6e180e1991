"""JSON lines hold what the API takes, or a spreadsheet's columns; a bad line costs no other."""

import json
from datetime import date
from typing import Any

import pytest

from tests.verify.intake.test_submission import handed_in
from verify.intake.json_lines import read_json_lines
from verify.intake.rows import Sheet, UnreadableFile

FLAT = {
    "lastName": "Example",
    "firstName": "Ada",
    "dob": "4/2/1988",
    "memberId": 700100,
    "services": ["tms", "psychotherapy"],
    "date_of_service": "2026-12-01",
}


def read(*lines: Any) -> Sheet:
    text = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines)
    return read_json_lines(text.encode())


def test_a_line_may_be_a_submission_as_the_api_takes_it() -> None:
    (row,) = read(handed_in()).rows
    assert row.submission is not None
    assert row.submission.coverage.member_id == "INV700100"


def test_a_line_may_be_flat_with_a_spreadsheets_columns() -> None:
    (row,) = read(FLAT).rows
    assert row.submission is not None
    assert row.submission.patient.birth_date == date(1988, 4, 2)
    assert row.submission.coverage.member_id == "700100"
    assert row.submission.service_lines == ["tms", "psychotherapy"]


def test_bad_lines_are_said_by_number_and_the_good_ones_go_on() -> None:
    sheet = read("{", handed_in(), "[]", "", handed_in(date_of_service="soon"))
    assert [(row.number, row.submission is not None) for row in sheet.rows] == [
        (1, False),
        (2, True),
        (3, False),
        (5, False),
    ]
    assert str(sheet.rows[3].problems[0]) == "First visit is not a date: write 1984-03-12"


def test_a_problem_names_the_field_and_not_what_it_holds() -> None:
    (row,) = read(handed_in(patient={"birth_date": "MARKED"})).rows
    (problem,) = row.problems
    assert problem.column == "Birth date"
    assert "MARKED" not in str(problem)


def test_a_number_with_a_fraction_is_no_member_id() -> None:
    (row,) = read({**FLAT, "memberId": 1.5}).rows
    assert [str(problem) for problem in row.problems] == ["Member ID must be text"]


def test_the_same_row_in_either_shape_is_the_same() -> None:
    submission = handed_in(coverage={"payer": "", "member_id": "700100"})
    submission["service_lines"] = ["psychotherapy", "tms"]
    assert [row.same_as for row in read(FLAT, submission).rows] == [None, 1]


def test_an_empty_file_says_so() -> None:
    with pytest.raises(UnreadableFile, match="empty"):
        read_json_lines(b"\n\n")


def test_deep_nesting_is_a_bad_line_and_no_crash() -> None:
    (row,) = read("[" * 100_000).rows
    assert row.submission is None
