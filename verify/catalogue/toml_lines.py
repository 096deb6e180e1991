"""Where a value stands in a TOML file: the line of a path, for messages to whoever wrote it."""

from __future__ import annotations

import re
from collections.abc import Sequence

Path = tuple[str | int, ...]

_TABLE = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]\]?")
_KEY = re.compile(r"\s*([\w-]+)\s*=")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")


def path_of(place: str) -> Path:
    """The path in a message of msgspec: "$.criteria[2].key" is ("criteria", 2, "key")."""
    return tuple(name or int(number) for name, number in _STEP.findall(place))


def line_of(text: str, path: Sequence[str | int]) -> int:
    """The line on which the path stands, or the nearest part of it that has a line; 1 at the worst."""
    known = _lines(text)
    steps = tuple(path)
    while steps and steps not in known:
        steps = steps[:-1]
    return known.get(steps, 1)


def _lines(text: str) -> dict[Path, int]:
    """Tables and keys that begin a line. What stands inside an inline table has the line of its key."""
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if heading := _TABLE.match(line):
            table = _table(heading[2].split("."), counts, is_list=heading[1] == "[[")
            found.setdefault(table, number)
            # The list itself stands where its first entry does.
            found.setdefault(table[:-1] if isinstance(table[-1], int) else table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, key[1]), number)
    return found


def _table(names: list[str], counts: dict[Path, int], *, is_list: bool) -> Path:
    """The path of a heading: lists on the way mean their last entry, and a list's heading begins a new one."""
    path: Path = ()
    for at, name in enumerate(names):
        path = (*path, name)
        if is_list and at == len(names) - 1:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path
