"""Document: one data file, converted to its shape; what is wrong in it is said with file and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

import msgspec

from verify.catalogue.toml_lines import Place, line_of, lines_of

T = TypeVar("T")

#: "… - at `$.codes[0].role`"; dictionaries have "[...]" there, which names no place.
_AT = re.compile(r"^(?P<reason>.*?)(?: - at `\$(?P<path>.*)`)?$", re.DOTALL)
_STEP = re.compile(r"\.?([A-Za-z_][\w-]*)|\[(\d+)\]")
#: "Object contains unknown field `lable`": the field stands in the file, at the end of the place.
_UNKNOWN = re.compile(r"unknown field `(.+)`$")
#: "review_by: must lie after read_on": a part's own check begins with the key it is about.
_PART = re.compile(r"(\w+): ")
#: "Expected '=' after a key in a key/value pair (at line 7, column 3)"
_TOML_LINE = re.compile(r"\(at line (\d+), column \d+\)")


class Fault(NamedTuple):
    """What is wrong in a data file, and where."""

    file: str
    #: From 1.
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class CatalogueError(Exception):
    """Data files cannot be used; the message has a line for each fault: file, line and reason."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__("\n".join(map(str, self.faults)))


class Document:
    """A data file by the name people know it by. Raises CatalogueError for one that is no TOML."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name = name
        try:
            self.text = content.decode("utf-8")
            self.values: dict[str, Any] = tomllib.loads(self.text)
        except UnicodeDecodeError as error:
            line = content.count(b"\n", 0, error.start) + 1
            raise CatalogueError([Fault(name, line, "is no UTF-8 text")]) from None
        except tomllib.TOMLDecodeError as error:
            raise CatalogueError([self._unreadable(str(error), self.text)]) from None

    @cached_property
    def _places(self) -> Any:
        return lines_of(self.text)

    def fault(self, place: Place, reason: str) -> Fault:
        return Fault(self.name, line_of(self._places, place), reason)

    def read(self, shape: type[T], *within: str) -> T:
        """The document, or the table `within` it, in a shape. Raises CatalogueError."""
        values: Any = self.values
        for key in within:
            values = values[key]
        try:
            return msgspec.convert(values, shape)
        except msgspec.ValidationError as error:
            raise CatalogueError([self._misshapen(str(error), within)]) from None

    def _misshapen(self, said: str, within: Place) -> Fault:
        found = _AT.match(said)
        assert found is not None  # every part of the pattern is optional
        steps = _STEP.findall(found["path"] or "")
        place: Place = (*within, *(int(number) if number else key for key, number in steps))
        named = _UNKNOWN.search(found["reason"]) or _PART.match(found["reason"])
        return self.fault((*place, named[1]) if named else place, _in_words(found["reason"], place))

    def _unreadable(self, said: str, text: str) -> Fault:
        """The reader's words, with the line taken out of them; it may be the end of the document."""
        found = _TOML_LINE.search(said)
        line = int(found[1]) if found else text.count("\n") + 1
        return Fault(self.name, line, f"no TOML: {_TOML_LINE.sub('', said).strip()}")


#: What the converter says, and how we say it.
_PLAIN = (
    (re.compile(r"^Object contains unknown field `(.+)`$"), r"the key \1 is not known"),
    (re.compile(r"^Object missing required field `(.+)`$"), r"the key \1 is missing"),
    (re.compile(r"^Expected `str` (?:of length >= 1|matching regex .*)$"), "is empty"),
    (re.compile(r"^Expected `array` of length >= 1$"), "needs at least one entry"),
)


def _in_words(reason: str, place: Place) -> str:
    """The reason after the key it is about: a line may hold several."""
    for pattern, words in _PLAIN:
        reason = pattern.sub(words, reason)
    key = next((part for part in reversed(place) if isinstance(part, str)), "")
    return f"{key}: {reason}" if key else reason
