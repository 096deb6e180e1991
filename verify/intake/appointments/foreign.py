"""Reads foreign JSON: a value that is absent, misplaced or odd reads as nothing said, never as an error."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, tzinfo
from hashlib import sha256
from typing import Any

import msgspec

from verify.intake.appointments.notice import Malformed

#: Longer texts are no name, number or code of anybody.
LONGEST_TEXT = 500
SEXES = {"m": "M", "male": "M", "f": "F", "female": "F", "u": "U", "unknown": "U", "other": "U"}


def decode(body: bytes) -> dict[str, Any]:
    """The JSON object of a body. Raises Malformed."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        # Without a cause: the decoder's text could quote the body.
        raise Malformed("The body is not JSON.") from None
    if not isinstance(document, dict):
        raise Malformed("The body is not a JSON object.")
    return document


def text(value: object) -> str:
    """One line of printable text; a whole number as its digits."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    said = str(value)[:LONGEST_TEXT]
    if not said.isprintable():
        said = "".join(letter if letter.isprintable() else " " for letter in said)
    return said.strip()


def part(value: object, *path: str) -> dict[str, Any]:
    """The object at `path`, or an empty one."""
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def parts(value: object) -> Iterator[dict[str, Any]]:
    """The objects of a list."""
    if isinstance(value, list):
        yield from (entry for entry in value if isinstance(entry, dict))


def first(*values: object) -> str:
    """The first that says something."""
    return next((said for value in values if (said := text(value))), "")


def day(value: object) -> date | None:
    """2026-12-01, alone or before a time."""
    try:
        found = date.fromisoformat(text(value)[:10])
    except ValueError:
        return None
    return found if 1900 <= found.year < 2200 else None


def american_day(value: object) -> date | None:
    """12/01/2026."""
    month, _, rest = text(value).partition("/")
    of_month, _, year = rest.partition("/")
    return day(f"{year}-{month:0>2}-{of_month:0>2}")


def moment(value: object, zone: tzinfo) -> datetime | None:
    """2026-12-01T09:00:00Z; without an offset it is the clock on the wall of `zone`."""
    said = text(value)
    if len(said) < len("2026-12-01T09"):
        return None
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        return None
    return in_range(found if found.tzinfo else found.replace(tzinfo=zone))


def at_seconds(value: object) -> datetime | None:
    """Seconds since 1970."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 7_000_000_000:
        return None
    return datetime.fromtimestamp(value, UTC)


def in_range(found: datetime) -> datetime | None:
    """None for a year no appointment is in, whose arithmetic would overflow."""
    return found.astimezone(UTC) if 1900 <= found.year < 2200 else None


def sex(value: object) -> str:
    return SEXES.get(text(value).lower(), "")


def rank(value: object) -> int:
    """primary, secondary, tertiary, or a number from 1 to 9; 1 where nothing is said."""
    said = text(value).lower()
    named = {"primary": 1, "secondary": 2, "tertiary": 3}.get(said)
    return named or (int(said) if said.isdecimal() and said in "123456789" else 1)


def digest(*values: str | bytes) -> str:
    """A key for what has no id of its own."""
    hashed = sha256()
    for value in values:
        hashed.update(value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass"))
        hashed.update(b"\x00")
    return hashed.hexdigest()
