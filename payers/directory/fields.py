"""JSON of a list, looked at leniently: what is absent or of another kind is empty, never an error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

Json = Mapping[str, Any]


def rows(data: bytes, names: tuple[str, ...]) -> Iterator[tuple[int, Json]]:
    """The objects of the first list of these names, counted from 1; an empty one for what is no object.

    One object alone is a list of one, a list without a name is the list. Where there is no list at all, there is one
    empty object at the place 0.
    """
    decoded = _decoded(data)
    said = decoded if isinstance(decoded, Mapping) else {}
    found = (
        decoded if isinstance(decoded, list) else next((said[name] for name in names if name in said), None)
    )
    if isinstance(found, Mapping):
        found = [found]
    if not isinstance(found, list):
        yield 0, {}
        return
    for place, row in enumerate(found, 1):
        yield place, row if isinstance(row, Mapping) else {}


def _decoded(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data.strip(b" \t\r\n\xef\xbb\xbf"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def text(of: Json, *names: str) -> str:
    """The first of these fields that says something; a number as its digits."""
    for name in names:
        value = of.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, str) and value.strip():
            return value.strip()
    return ""


def within(of: Json, name: str) -> Json:
    value = of.get(name)
    return value if isinstance(value, Mapping) else {}


def values(of: Json, name: str) -> list[Any]:
    value = of.get(name)
    return value if isinstance(value, list) else [value]


def texts(of: Json, name: str) -> list[str]:
    return [each.strip() for each in values(of, name) if isinstance(each, str) and each.strip()]
