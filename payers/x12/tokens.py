"""Text -> segments: finds interchanges and their delimiters by structure, and cuts."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator

from payers.x12.characters import BLANK, PADDING
from payers.x12.grammar import CODE_ELEMENTS, KNOWN
from payers.x12.model import Delimiters, Segment

#: `ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260105*0930*^*00501*000000001*0*T*:~`
ISA_LENGTH = 106
#: An ISA with its fields unpadded or over-long still ends within this many characters.
LONGEST_ISA = 400
#: No segment of ours comes near this; a text without terminators is given up here.
LONGEST_SEGMENT = 1 << 20
Oddity = tuple[int, str, str]


class Batch:
    """Segments told apart with one set of delimiters and cut into elements."""

    __slots__ = ("delimiters", "names", "oddities", "opens", "segments", "unterminated")

    def __init__(
        self, segments: list[Segment], names: list[str], delimiters: Delimiters, *, unterminated: bool
    ) -> None:
        self.segments = segments
        #: The id of each.
        self.names = names
        self.delimiters = delimiters
        #: The last of them has no terminator: the text may have been cut short inside it.
        self.unterminated = unterminated
        #: A new interchange (or fragment) begins with the first of them.
        self.opens = False
        #: What was odd about the header or the ids: where, segment id, in our words.
        self.oddities: list[Oddity] = []


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
    text, delimiters, opens = next(following, ""), None, False
    oddities: list[Oddity] = []
    while True:
        more = next(following, None)
        while text:
            if delimiters is None:
                start = find_start(text)
                if start < 0 or (more is not None and len(text) - start < LONGEST_ISA):
                    break
                if text[:start].strip(PADDING):
                    yield Stray(start)
                text = text[start:]
                delimiters, oddities = find_delimiters(text)
                opens = True
            cut = find_isa(text, 3 if opens else 0)
            part = text[:cut] if cut >= 0 else text if more is None else whole_segments(text, delimiters)
            if not part and cut < 0:
                break
            text = text[len(part) :]
            cut_up = batch(part, delimiters)
            cut_up.opens, cut_up.oddities = opens, oddities + cut_up.oddities
            yield cut_up
            opens, oddities = False, []
            if cut >= 0:
                delimiters = None
        if more is None:
            if text.strip(PADDING):
                yield Stray(len(text))
            return
        if delimiters is None and len(text) > LONGEST_SEGMENT:
            yield Stray(len(text) - LONGEST_ISA)
            text = text[-LONGEST_ISA:]
        text += more


def whole_segments(text: str, delimiters: Delimiters) -> str:
    """The part of a text up to its last terminator; all of it when no terminator ever comes."""
    possible_isa = text.rfind("ISA", max(0, len(text) - LONGEST_ISA))
    end = text.rfind(delimiters.terminator, 0, possible_isa if possible_isa >= 0 else len(text)) + 1
    return text if not end and len(text) > LONGEST_SEGMENT else text[:end]


def find_start(text: str) -> int:
    """Where the first interchange begins, else the first bare GS or ST; -1 when there is neither."""
    first = find_isa(text, 0)
    if first >= 0:
        return first
    lower = find_isa(text, 0, "isa")
    if lower >= 0:
        return lower
    if text.lstrip(PADDING)[:3].upper() == "ISA" and text.lstrip(PADDING)[3:4].strip(BLANK):
        return len(text) - len(text.lstrip(PADDING))
    from payers.x12 import fragments  # It needs re, which a message with an ISA does not.

    return fragments.find(text)


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


def find_delimiters(text: str) -> tuple[Delimiters, list[Oddity]]:
    """Delimiters of the interchange or fragment that `text` begins with, and what was odd about it."""
    separator = text[3]
    if text[:3].upper() == "ISA":
        if (
            text[:ISA_LENGTH].count(separator) == 16
            and text[103:104] == separator
            and len(text) >= ISA_LENGTH
        ):
            repetition, component, terminator = text[82], text[104], text[105]
            if text[81] == separator == text[83] and fit(separator, component, terminator):
                return Delimiters(separator, usable(repetition), component, terminator), []
        odd = [(0, "ISA", "ISA is not 106 characters long; delimiters found by structure")]
        parts = text[:LONGEST_ISA].split(separator, 16)
        if len(parts) == 17:
            component, terminator = parts[16][:1], parts[16][1:2]
            if fit(separator, component, terminator):
                return Delimiters(separator, usable(parts[11].strip()), component, terminator), odd
    else:
        odd = []
    from payers.x12 import fragments

    return fragments.delimiters(text), odd


def fit(separator: str, component: str, terminator: str) -> bool:
    three = {separator, component, terminator}
    return len(three) == 3 and "" not in three and not terminator.isalnum() and not component.isalnum()


def usable(repetition: str) -> str:
    """ISA11, or `^` where 4010 habits put a letter (`U`) in its place."""
    return repetition if repetition and not repetition.isalnum() and repetition not in BLANK else "^"


def batch(text: str, delimiters: Delimiters) -> Batch:
    """Cuts whole segments into elements, once; a single look at all their ids says whether any is odd."""
    terminator, separator = delimiters.terminator, delimiters.element
    if "\n" in text or "\r" in text:
        text = text.replace("\r", "") if terminator != "\r" else text
        text = text.replace("\n", "") if terminator != "\n" else text
    pieces = text.split(terminator)
    last = pieces.pop().strip(PADDING)
    if last:
        pieces.append(last)
    segments = [piece.split(separator) for piece in pieces]
    names = [segment[0] for segment in segments]
    if KNOWN.issuperset(names):
        return Batch(segments, names, delimiters, unterminated=bool(last))
    segments = [segment for segment in segments if not is_blank(segment)]
    oddities = fold(segments)
    found = Batch(segments, [segment[0] for segment in segments], delimiters, unterminated=bool(last))
    found.oddities = oddities
    return found


def is_blank(segment: Segment) -> bool:
    """Whether nothing stands between two terminators; takes the line break off that may stand before an id."""
    segment[0] = segment[0].lstrip(BLANK)
    return segment == [""]


def fold(segments: list[Segment]) -> list[Oddity]:
    """Turns lower-case segment ids, and the codes of such segments, to capitals in place; says so once."""
    odd = []
    for index, segment in enumerate(segments):
        name = segment[0].strip().upper()
        if name == segment[0] or name not in KNOWN:
            continue
        segment[0] = name
        for position in CODE_ELEMENTS.get(name, ()):
            if position < len(segment):
                segment[position] = segment[position].upper()
        odd.append((index, name, "segment id not in capitals"))
    return odd[:1]
