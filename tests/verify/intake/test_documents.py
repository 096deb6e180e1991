"""The page about spreadsheets lists the columns that are read, and its example can be sent."""

from pathlib import Path

from verify.intake.columns import COLUMNS
from verify.intake.json_lines import read_json_lines
from verify.intake.rows import MOST_ROWS

PAGE = (Path(__file__).parents[3] / "docs" / "spreadsheets.md").read_text()


def column_table() -> str:
    """The table as the page should have it."""
    rows = [(column.label, column.holds, ", ".join(column.synonyms)) for column in COLUMNS]
    lines = [("column", "holds", "also known as"), ("---", "---", "---"), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def test_the_page_lists_every_column_with_its_names() -> None:
    written = PAGE.split("test_documents.py -->\n")[1].split("\n<!-- end of columns")[0]
    assert written == column_table()


def test_the_pages_example_can_be_sent() -> None:
    example = next(line.strip() for line in PAGE.splitlines() if line.startswith("    {"))
    (row,) = read_json_lines(example.encode()).rows
    assert row.submission is not None
    assert row.submission.missing() == []


def test_the_page_names_the_cap() -> None:
    assert f"up to {MOST_ROWS:,} rows" in PAGE
