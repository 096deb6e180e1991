"""XML of strangers, read as a stream: no declarations, no entities, no depth, and whatever came of half a text.

Expat of the standard library. It looks at a document type declaration before anything that one could define, so refusing
those refuses entities of every kind, local files and remote ones. All of a text is handed over at once: older expats
read a long token anew with every piece.
"""

from __future__ import annotations

from typing import Literal, NamedTuple
from xml.parsers import expat

BOM = b"\xef\xbb\xbf"
#: Elements inside elements; an envelope has five.
DEEPEST = 32
#: Elements of any name; an envelope has a dozen.
MOST = 1000
#: Ways to read the letters: as the text says, and where that is false, as most do.
ENCODINGS = (None, "utf-8", "iso-8859-1")

E = expat.errors
#: The text ended before its elements did.
CUT = {E.codes[message] for message in (E.XML_ERROR_NO_ELEMENTS, E.XML_ERROR_UNCLOSED_TOKEN)}
CUT |= {E.codes[message] for message in (E.XML_ERROR_PARTIAL_CHAR, E.XML_ERROR_UNCLOSED_CDATA_SECTION)}

#: whole: every element was closed; cut: the text ended first; broken: it is not XML from some place on.
End = Literal["whole", "cut", "broken"]


class Element(NamedTuple):
    """One element that was looked for. Names are local and in lower case: `soapenv:Body` is `body`."""

    name: str
    #: The elements around it, outermost first.
    inside: tuple[str, ...]
    #: The number of the element around it; those with the same one stand side by side.
    parent: int
    text: str
    #: Its attribute `href`.
    href: str
    #: False for the one that was still open when the text ended.
    closed: bool


class Found(NamedTuple):
    """What was looked for, in the order it was closed."""

    #: The outermost element.
    root: str
    elements: list[Element]
    end: End


class _Refused(Exception):
    """Nothing an honest answer holds: a declaration, great depth, a great number."""


def read(data: bytes, wanted: frozenset[str]) -> Found | None:
    """The elements of these names; None for what is not XML at all, or no XML that we take."""
    data = data.lstrip(b" \t\r\n").removeprefix(BOM).lstrip(b" \t\r\n")
    tried: list[Found] = []
    try:
        for encoding in ENCODINGS if data else ():
            tried.append(_Reading(wanted).read(data, encoding))
            if tried[-1].end != "broken":
                return tried[-1] if tried[-1].root else None
    except _Refused:
        return None
    # Broken in every way: the one that came farthest.
    best = max(tried, key=lambda found: len(found.elements), default=None)
    return best if best and best.root else None


class _Open:
    """An element that is not closed yet; its text is kept only where it is looked for."""

    __slots__ = ("href", "name", "number", "text")

    def __init__(self, name: str, number: int, *, wanted: bool, href: str) -> None:
        self.name = name
        self.number = number
        self.text: list[str] | None = [] if wanted else None
        self.href = href


class _Reading:
    """One pass over a text."""

    def __init__(self, wanted: frozenset[str]) -> None:
        self._root = ""
        self._wanted = wanted
        self._open: list[_Open] = []
        self._closed: list[Element] = []
        self._count = 0

    def read(self, data: bytes, encoding: str | None) -> Found:
        """Raises _Refused."""
        end = self._end(data, encoding)
        if end == "cut" and self._open and self._open[-1].text is not None:
            self._closed.append(self._element(self._open.pop(), closed=False))
        return Found(self._root, self._closed, end)

    def _end(self, data: bytes, encoding: str | None) -> End:
        parser = expat.ParserCreate(encoding)
        parser.StartDoctypeDeclHandler = self._declares
        parser.StartElementHandler = self._begins
        parser.EndElementHandler = self._ends
        parser.CharacterDataHandler = self._says
        try:
            parser.Parse(data, True)
        except expat.ExpatError as error:
            if self._root and not self._open:
                return "whole"  # Something follows the last element; nobody asked for it.
            return "cut" if error.code in CUT else "broken"
        except (LookupError, ValueError):
            return "broken"  # An encoding that Python does not know, or not one for expat.
        return "whole"

    def _declares(self, *_: object) -> None:
        raise _Refused

    def _begins(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2].lower()
        self._count += 1
        if len(self._open) >= DEEPEST or self._count > MOST:
            raise _Refused
        self._root = self._root or local
        href = attributes.get("href", "") if attributes else ""
        self._open.append(_Open(local, self._count, wanted=local in self._wanted, href=href))

    def _says(self, text: str) -> None:
        if self._open and (kept := self._open[-1].text) is not None:
            kept.append(text)

    def _ends(self, name: str) -> None:  # noqa: ARG002 - expat sees to it that it is the innermost one's
        ended = self._open.pop()
        if ended.text is not None:
            self._closed.append(self._element(ended, closed=True))

    def _element(self, one: _Open, *, closed: bool) -> Element:
        parent = self._open[-1].number if self._open else 0
        inside = tuple(each.name for each in self._open)
        return Element(one.name, inside, parent, "".join(one.text or ()), one.href, closed)
