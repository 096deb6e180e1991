"""One element of a 270: in X12's basic characters and no longer than it may be, or an error that names it."""

from __future__ import annotations

from datetime import date

from payers import x12

#: Element lengths of 005010X279A1 for what we fill in.
LAST, FIRST, MIDDLE, SUFFIX, ID, REFERENCE, TRACE = 60, 35, 25, 10, 80, 50, 50
STREET, CITY, STATE = 55, 30, 2


def field(value: str, name: str, longest: int) -> str:
    """`value` as it is sent. Raises Unwritable for what is too long or in characters X12 does not allow."""
    written = x12.basic(value, name)
    # The four delimiters would become spaces on the way out; a name keeps its parts apart that way.
    written = " ".join(written.replace("*", " ").replace(":", " ").split())
    if len(written) > longest:
        raise x12.Unwritable(name, f"{len(written)} characters, {longest} allowed")
    return written


def required(value: str, name: str, longest: int) -> str:
    written = field(value, name, longest)
    if not written:
        raise x12.Unwritable(name, "is empty")
    return written


def digits(value: str, name: str, lengths: tuple[int, ...]) -> str:
    """The digits of a number that people write with hyphens: "123-45-6789"."""
    written = value.replace("-", "").replace(" ", "")
    if not (written.isascii() and written.isdecimal() and len(written) in lengths):
        raise x12.Unwritable(name, f"is not {' or '.join(map(str, lengths))} digits")
    return written


def day(value: date) -> str:
    return f"{value:%Y%m%d}"
