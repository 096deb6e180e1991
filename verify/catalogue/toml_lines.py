"""Lines of a TOML document: where each of its keys stands, which the standard reader does not say."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

#: Keys and places in arrays, from the top: ("codes", 3, "unit", "per").
Place = tuple[str | int, ...]

_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*'""")
_BLANK = re.compile(r"[ \t]*")
_SPACE = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_STRING = re.compile(r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL)
_PLAIN = re.compile(r"[^,\]}#\r\n]+")


def lines_of(text: str) -> Mapping[Place, int]:
    """The line, from 1, of every key and table of a document that `tomllib` has read."""
    return _Scan(text).places


def line_of(places: Mapping[Place, int], place: Place) -> int:
    """The line of a place, or of the nearest thing around it that has one."""
    while place and place not in places:
        place = place[:-1]
    return places.get(place, 1)


class _Scan:
    """Walks over the document once. It is valid, so nothing is checked on the way."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.places: dict[Place, int] = {}
        #: How many tables each array of tables has so far.
        self.arrays: dict[Place, int] = {}
        table: Place = ()
        self._skip(_SPACE)
        while self.at < len(text):
            if text[self.at] == "[":
                table = self._header()
            else:
                self._pair(table)
            self._skip(_SPACE)

    def _header(self) -> Place:
        """[a.b] or [[a.b]]: the place its keys belong to."""
        line, is_array = self._line(), self.text.startswith("[[", self.at)
        self.at += 2 if is_array else 1
        keys = self._keys()
        self.at += 2 if is_array else 1
        place: Place = ()
        for key in keys[:-1]:
            place = self._note((*place, key), line)
            # A table below an array of tables belongs to the last one there is.
            place = (*place, self.arrays[place]) if place in self.arrays else place
        place = self._note((*place, keys[-1]), line)
        if is_array:
            self.arrays[place] = self.arrays.get(place, -1) + 1
            place = self._note((*place, self.arrays[place]), line)
        return place

    def _pair(self, table: Place) -> None:
        """A key with its value; a dotted key opens the tables before its last part."""
        line, place = self._line(), table
        for key in self._keys():
            place = self._note((*place, key), line)
        self._skip(_BLANK)
        self.at += 1  # the equals sign
        self._skip(_BLANK)
        self._value(place)

    def _keys(self) -> list[str]:
        keys = []
        while True:
            self._skip(_BLANK)
            keys.append(_plain_key(self._skip(_KEY)))
            self._skip(_BLANK)
            if self.text[self.at : self.at + 1] != ".":
                return keys
            self.at += 1

    def _value(self, place: Place) -> None:
        match self.text[self.at]:
            case "[":
                self._array(place)
            case "{":
                self._inline_table(place)
            case '"' | "'":
                self._skip(_STRING)
            case _:
                self._skip(_PLAIN)

    def _array(self, place: Place) -> None:
        self.at += 1
        number = 0
        while self._next() != "]":
            self._note((*place, number), self._line())
            self._value((*place, number))
            number += 1
            self._comma()
        self.at += 1

    def _inline_table(self, place: Place) -> None:
        self.at += 1
        while self._next() != "}":
            self._pair(place)
            self._comma()
        self.at += 1

    def _next(self) -> str:
        self._skip(_SPACE)
        return self.text[self.at]

    def _comma(self) -> None:
        if self._next() == ",":
            self.at += 1

    def _skip(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        assert found is not None, "the document was read by tomllib before"
        self.at = found.end()
        return found[0]

    def _note(self, place: Place, line: int) -> Place:
        self.places.setdefault(place, line)
        return place

    def _line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1


def _plain_key(written: str) -> str:
    """A key without its quotes; escapes are left to the reader that knows them."""
    if written[:1] not in {'"', "'"}:
        return written
    return str(next(iter(tomllib.loads(f"{written} = 0"))))
