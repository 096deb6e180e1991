"""The `verify estimate` command: cases from files, estimates as text or JSON lines."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

import msgspec

from verify.affordability.case import Case
from verify.affordability.estimate import Estimate, estimate
from verify.affordability.faults import CaseError, Problem
from verify.affordability.reader import parse, read_case
from verify.affordability.table import in_full, side_by_side

OK, FAULTY = 0, 1
#: A case is a few hundred lines; what is larger is another file.
MOST_BYTES = 20_000_000


def run_estimate(paths: Iterable[str | Path], as_json: bool, out: TextIO, err: TextIO) -> int:
    """Estimates each case in turn; 0 when all could be, else 1.

    With `as_json` one JSON object a line, in the order of `paths`. A case that cannot be estimated
    takes its line too, as {"errors": [{"field", "message"}]}, and is named on `err`.
    """
    done: list[tuple[str, Estimate]] = []
    code = OK
    for path in paths:
        try:
            found = estimate(read_file(Path(path)))
        except CaseError as error:
            code = FAULTY
            err.writelines(f"{path}: {problem}\n" for problem in error.problems)
            if as_json:
                faults = [{"field": one.field, "message": one.message} for one in error.problems]
                out.write(_line({"errors": faults}))
            continue
        out.write(_line(found) if as_json else in_full(str(path), found) + "\n\n")
        done.append((Path(path).stem, found))
    if not as_json and len(done) > 1:
        out.write(side_by_side([name for name, _ in done], [found for _, found in done]) + "\n")
    return code


def read_file(path: Path) -> Case:
    """The case in a file. Raises CaseError."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise CaseError([Problem("", "is too large for a case")])
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise CaseError([Problem("", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError:
        raise CaseError([Problem("", "is no UTF-8 text")]) from None
    return read_case(parse(text))


def _line(document: object) -> str:
    return msgspec.json.encode(document).decode() + "\n"
