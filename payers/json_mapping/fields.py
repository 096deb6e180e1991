"""A decoded answer, looked at leniently: what is absent or of another kind is None or empty, never an error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec

Decoded = dict[str, Any]

#: Amounts stay as their digits were sent, also where a source sends numbers for strings.
_DECODER = msgspec.json.Decoder(float_hook=str)
#: CCYYMMDD or CCYY-MM-DD; a time after it is left out.
DAY = re.compile(r"(\d{4})-?(\d{2})-?(\d{2})(?:T.*)?")
RANGE = re.compile(r"(\d{8}|\d{4}-\d{2}-\d{2})-(\d{8}|\d{4}-\d{2}-\d{2})")


def decode(data: bytes) -> Decoded | None:
    """The object in `data`; None when it is no JSON, or JSON of another kind."""
    try:
        decoded = _DECODER.decode(data.strip(b" \t\r\n\x00\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return None
    return decoded if isinstance(decoded, dict) else None


def text(of: Decoded, *names: str) -> str | None:
    """The first of these fields that says something."""
    for name in names:
        value = of.get(name)
        if isinstance(value, str) and value.strip():
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return None


def within(of: Decoded, name: str) -> Decoded:
    value = of.get(name)
    return value if isinstance(value, dict) else {}


def every(of: Decoded, name: str) -> Iterator[Decoded]:
    """The objects of a list; one object alone is a list of one."""
    value = of.get(name)
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, dict):
            yield each


def texts(of: Decoded, name: str) -> tuple[str, ...]:
    value = of.get(name)
    values = value if isinstance(value, list) else [value]
    return tuple(each for each in values if isinstance(each, str) and each.strip())


def day(value: str | None) -> str | None:
    """`20260102` and `2026-01-02` as an ISO date; None for what is none."""
    found = DAY.fullmatch((value or "").strip())
    if found is None:
        return None
    try:
        return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        return None


def ends(value: str) -> tuple[str | None, str | None]:
    """`20260101-20261231` as two ISO dates; a single day is both ends."""
    found = RANGE.fullmatch(value.strip())
    if found is not None:
        return day(found[1]), day(found[2])
    only = day(value)
    return only, only
