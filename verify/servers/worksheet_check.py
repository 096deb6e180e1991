"""Doctor's look at the worksheet: whether its files can be used, and whose sources are to be read again."""

from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable

from verify.servers.diagnosis import Finding, fault, ok, warning
from verify.worksheet import WorksheetError, read_folder


def check_worksheet(today: date, folder: Traversable | None = None) -> Iterator[Finding]:
    """Of the files this program comes with, unless another folder is given."""
    try:
        found = read_folder(folder or files("verify.worksheet"))
    except WorksheetError as error:
        for each in error.faults:
            yield fault("worksheet", each, "Correct the file.")
        return
    overdue = sorted(name for name, by in found.reviews.items() if by < today)
    if overdue:
        yield warning(
            "worksheet", f"past the day of review: {', '.join(overdue)}", "Read their sources again."
        )
    else:
        yield ok("worksheet", f"{len(found.fields)} fields and {len(found.scripts)} calls")
