"""Text -> segments: finds interchanges and their delimiters by structure, and cuts."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from operator import itemgetter

from payers.x12.characters import BLANK, PADDING
from payers.x12.grammar import CODE_ELEMENTS, OUTLINE, UNKNOWN
from payers.x12.model import Delimiters, Segment

#: `ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260105*0930*^*00501*000000001*0*T*:~`
ISA_LENGTH = 106
#: An ISA with its fields unpadded or over-long still ends within this many characters.
LONGEST_ISA = 400
#: No segment of ours comes near this; a text without terminators is given up here.
LONGEST_SEGMENT = 1 << 20
ID = itemgetter(0)
#: Where, segment id, in our words.
Oddity = tuple[int, str, str]


class Batch:
    """Segments told apart with one set of delimiters and cut into elements."""

    __slots__ = ("delimiters", "oddities", "opens", "outline", "segments", "unterminated")

    def __init__(
        self,
        segments: list[Segment],
        outline: str,
        delimiters: Delimiters,
        *,
        unterminated: bool,
        oddities: Sequence[Oddity],
    ) -> None:
        self.segments = segments
        #: A letter for each of them.
        self.outline = outline
        self.delimiters = delimiters
        #: The last of them has no terminator: the text may have been cut short inside it.
        self.unterminated = unterminated
        #: What was odd about the ids, and about the header before them.
        self.oddities = oddities
        #: A new interchange (or fragment) begins with the first of them.
        self.opens = False


class Stray:
    """Text that is no X12, before or between interchanges."""

    __slots__ = ("length",)

    def __init__(self, length: int) -> None:
        self.length = length


def decode(data: bytes | str) -> str:
    """Text of an input in UTF-8, UTF-16 (by its byte order mark) or, failing both, Latin-1."""
    if isinstance(data, str):
        return data.removeprefix("\ufeff")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError:
        return data.decode("latin-1").removeprefix("\xef\xbb\xbf")


def batches(pieces: Iterable[str]) -> Iterator[Batch | Stray]:
    """Cuts a text that comes in pieces; holds back no more than one piece and one segment."""
    following = iter(pieces)
    text, at, delimiters, opens = next(following, ""), 0, None, False
    oddities: Sequence[Oddity] = ()
    while True:
        more = next(following, None)
        while at < len(text):
            if delimiters is None:
                start = find_start(text, at)
                if start < 0 or (more is not None and len(text) - start < LONGEST_ISA):
                    break
                if text[at:start].strip(PADDING):
                    yield Stray(start - at)
                at, opens = start, True
                delimiters, oddities = find_delimiters(text, at)
            cut = find_isa(text, at + 3 if opens else at)
            end = cut if cut >= 0 else len(text) if more is None else end_of_segments(text, at, delimiters)
            if end == at and cut < 0:
                break
            found = batch(text[at:end], delimiters)
            if opens:
                found.opens, found.oddities = True, (*oddities, *found.oddities)
            yield found
            at, opens = end, False
            if cut >= 0:
                delimiters = None
        if more is None:
            if text[at:].strip(PADDING):
                yield Stray(len(text) - at)
            return
        if delimiters is None and len(text) - at > LONGEST_SEGMENT:
            yield Stray(len(text) - at - LONGEST_ISA)
            at = len(text) - LONGEST_ISA
        text, at = text[at:] + more, 0


def end_of_segments(text: str, start: int, delimiters: Delimiters) -> int:
    """Where the last whole segment ends; the end of the text when no terminator ever comes."""
    possible_isa = text.rfind("ISA", max(start, len(text) - LONGEST_ISA))
    end = text.rfind(delimiters.terminator, start, possible_isa if possible_isa >= 0 else len(text)) + 1
    return end or (len(text) if len(text) - start > LONGEST_SEGMENT else start)


def find_start(text: str, start: int) -> int:
    """Where the first interchange begins, else the first bare GS or ST; -1 when there is neither."""
    for word in ("ISA", "isa"):
        found = find_isa(text, start, word)
        if found >= 0:
            return found
    rest = text[start:].lstrip(PADDING)
    if rest[:3].upper() == "ISA" and rest[3:4].strip(BLANK):
        return len(text) - len(rest)
    from payers.x12 import fragments  # It needs re, which a message with an ISA does not.

    return fragments.find(text, start)


def find_isa(text: str, start: int, word: str = "ISA") -> int:
    """Where the next ISA begins that is built like one (a plan named VISA is not); -1 when there is none."""
    at = text.find(word, start)
    while at >= 0:
        if is_isa(text, at):
            return at
        at = text.find(word, at + 3)
    return -1


def is_isa(text: str, at: int) -> bool:
    separator = text[at + 3 : at + 4]
    if not separator or separator.isalnum() or separator in BLANK or text[max(0, at - 1) : at].isalnum():
        return False
    parts = text[at : at + LONGEST_ISA].split(separator, 16)
    return len(parts) == 17 and parts[9].strip().isdigit() and len(parts[1].strip()) <= 2


def find_delimiters(text: str, at: int) -> tuple[Delimiters, Sequence[Oddity]]:
    """Delimiters of the interchange or fragment that begins there, and what was odd about it."""
    odd: Sequence[Oddity] = ()
    if text[at : at + 3].upper() == "ISA":
        isa = text[at : at + ISA_LENGTH]
        separator = isa[3]
        if len(isa) == ISA_LENGTH and isa.count(separator) == 16:
            repetition, component, terminator = isa[82], isa[104], isa[105]
            if isa[81] == isa[83] == isa[103] == separator and fit(separator, component, terminator):
                return Delimiters(separator, usable(repetition), component, terminator), odd
        odd = [(0, "ISA", "ISA is not 106 characters long; delimiters found by structure")]
        parts = text[at : at + LONGEST_ISA].split(separator, 16)
        if len(parts) == 17:
            component, terminator = parts[16][:1], parts[16][1:2]
            if fit(separator, component, terminator):
                return Delimiters(separator, usable(parts[11].strip()), component, terminator), odd
    from payers.x12 import fragments

    return fragments.delimiters(text[at:]), odd


def fit(separator: str, component: str, terminator: str) -> bool:
    three = {separator, component, terminator}
    return len(three) == 3 and "" not in three and not terminator.isalnum() and not component.isalnum()


def usable(repetition: str) -> str:
    """ISA11, or `^` where 4010 habits put a letter (`U`) in its place."""
    return repetition if repetition and not repetition.isalnum() and repetition not in BLANK else "^"


def batch(text: str, delimiters: Delimiters) -> Batch:
    """Cuts whole segments into elements, once; looking their ids up shows whether any is odd."""
    terminator, separator = delimiters.terminator, delimiters.element
    if "\n" in text or "\r" in text:
        text = text.replace("\r", "") if terminator != "\r" else text
        text = text.replace("\n", "") if terminator != "\n" else text
    pieces = text.split(terminator)
    last = pieces.pop().strip(PADDING)
    if last:
        pieces.append(last)
    segments = [piece.split(separator) for piece in pieces]
    oddities: Sequence[Oddity] = ()
    try:
        outline = "".join(map(OUTLINE.__getitem__, map(ID, segments)))
    except KeyError:
        segments = [segment for segment in segments if not is_blank(segment)]
        oddities = fold(segments)
        outline = "".join([OUTLINE.get(segment[0], UNKNOWN) for segment in segments])
    return Batch(segments, outline, delimiters, unterminated=bool(last), oddities=oddities)


def is_blank(segment: Segment) -> bool:
    """Whether nothing stands between two terminators; takes the line break off that may stand before an id."""
    segment[0] = segment[0].lstrip(BLANK)
    return segment == [""]


def fold(segments: list[Segment]) -> list[Oddity]:
    """Turns lower-case segment ids, and the codes of such segments, to capitals in place; says so once."""
    odd = []
    for index, segment in enumerate(segments):
        name = segment[0].strip().upper()
        if name == segment[0] or name not in OUTLINE:
            continue
        segment[0] = name
        for position in CODE_ELEMENTS.get(name, ()):
            if position < len(segment):
                segment[position] = segment[position].upper()
        odd.append((index, name, "segment id not in capitals"))
    return odd[:1]
