"""A file of either format, read."""

from collections.abc import Callable

from verify.intake.json_lines import read_json_lines
from verify.intake.rows import Sheet
from verify.intake.spreadsheet import read_csv

READERS: dict[str, Callable[[bytes], Sheet]] = {"csv": read_csv, "jsonl": read_json_lines}


def read_file(content: bytes, file_format: str) -> Sheet:
    """Raises UnreadableFile."""
    return READERS[file_format](content)
