"""Text -> segments: finds interchanges and their delimiters by structure, and cuts."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator

import msgspec

from payers.x12.grammar import CODE_ELEMENTS, KNOWN, heads
from payers.x12.model import Delimiters

#: `ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260105*0930*^*00501*000000001*0*T*:~`
ISA_LENGTH = 106
#: An ISA with its fields unpadded or over-long still ends within this many characters.
LONGEST_ISA = 400
#: No segment of ours comes near this; a text without terminators is given up here.
LONGEST_SEGMENT = 1 << 20
#: What may follow the last terminator: padding of fixed-length records, and the end mark of old systems.
PADDING = " \t\r\n\x00\x1a"

#: Blank to a reader; the control characters 1C to 1F are not, they serve as delimiters.
BLANK = " \t\r\n"

FRAGMENT = re.compile(
    r"(?<!\w)(?:ST([^\w \t\r\n])\d{3}\1|GS([^\w \t\r\n])[A-Z]{2}\2|TA1([^\w \t\r\n])\d{1,9}\3)", re.IGNORECASE
)


class Batch(msgspec.Struct):
    """Segments told apart with one set of delimiters, not yet cut into elements."""

    raw: list[str]
    #: The first three characters of each.
    heads: list[str]
    delimiters: Delimiters
    #: A new interchange (or fragment) begins with the first of them.
    opens: bool
    #: The last of them has no terminator: the text may have been cut short inside it.
    unterminated: bool = False
    #: What was odd about the header or the ids, in our words.
    oddities: list[tuple[int, str, str]] = []


class Stray(msgspec.Struct):
    """Text that is no X12, before or between interchanges."""

    length: int


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
    oddities: list[tuple[int, str, str]] = []
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
            yield batch(part, delimiters, opens, oddities)
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
    fragment = FRAGMENT.search(text)
    return fragment.start() if fragment else -1


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


def find_delimiters(text: str) -> tuple[Delimiters, list[tuple[int, str, str]]]:
    """Delimiters of the interchange or fragment that `text` begins with, and what was odd about it."""
    if text[:3].upper() != "ISA":
        return fragment_delimiters(text), []
    separator = text[3]
    if text[:ISA_LENGTH].count(separator) == 16 and text[103:104] == separator and len(text) >= ISA_LENGTH:
        repetition, component, terminator = text[82], text[104], text[105]
        if text[81] == separator == text[83] and fit(separator, component, terminator):
            return Delimiters(separator, usable(repetition), component, terminator), []
    odd = [(0, "ISA", "ISA is not 106 characters long; delimiters found by structure")]
    parts = text[:LONGEST_ISA].split(separator, 16)
    if len(parts) == 17:
        component, terminator = parts[16][:1], parts[16][1:2]
        if fit(separator, component, terminator):
            return Delimiters(separator, usable(parts[11].strip()), component, terminator), odd
    return following_delimiters(text, separator, r"GS|TA1|ST"), odd


def fit(separator: str, component: str, terminator: str) -> bool:
    three = {separator, component, terminator}
    return len(three) == 3 and "" not in three and not terminator.isalnum() and not component.isalnum()


def usable(repetition: str) -> str:
    """ISA11, or `^` where 4010 habits put a letter (`U`) in its place."""
    return repetition if repetition and not repetition.isalnum() and repetition not in BLANK else "^"


def fragment_delimiters(text: str) -> Delimiters:
    separator = text[3] if text[:3].upper() == "TA1" else text[2]
    return following_delimiters(text, separator, r"ST|BHT|AK1|HL|SE|GE")


def following_delimiters(text: str, separator: str, names: str) -> Delimiters:
    """The terminator is what stands before the next segment; the other two are the usual ones."""
    found = re.search(rf"(\W)\s*(?:{names}){re.escape(separator)}", text[3:], re.IGNORECASE)
    before = found.group(1) if found else "~"
    terminator = "~" if before == separator else "\n" if before in BLANK else before
    return Delimiters(separator, "^" if "^" not in (separator, terminator) else "", ":", terminator)


def batch(text: str, delimiters: Delimiters, opens: bool, oddities: list[tuple[int, str, str]]) -> Batch:
    terminator = delimiters.terminator
    if "\n" in text or "\r" in text:
        text = text.replace("\r", "") if terminator != "\r" else text
        text = text.replace("\n", "") if terminator != "\n" else text
    pieces = text.split(terminator)
    last = pieces[-1] = pieces[-1].strip(PADDING)
    if terminator + " " in text or terminator + "\t" in text or text[:1] in BLANK:
        pieces = [piece.lstrip(BLANK) for piece in pieces]
    separator = delimiters.element
    if not last:
        pieces.pop()
    if "" in pieces:
        pieces = [piece for piece in pieces if piece]
    firsts = [piece[:3] for piece in pieces]
    if not heads(KNOWN, separator).issuperset(firsts):
        oddities = oddities + fold(pieces, firsts, separator)
    return Batch(pieces, firsts, delimiters, opens, bool(last), oddities)


def fold(raw: list[str], firsts: list[str], separator: str) -> list[tuple[int, str, str]]:
    """Turns lower-case segment ids, and the codes of such segments, to capitals in place."""
    odd = []
    for index, text in enumerate(raw):
        segment = text.split(separator)
        name = segment[0].strip().upper()
        if name not in KNOWN:
            continue
        firsts[index] = (name + separator)[:3]
        if segment[0] == name:
            continue
        segment[0] = name
        for position in CODE_ELEMENTS.get(name, ()):
            if position < len(segment):
                segment[position] = segment[position].upper()
        raw[index] = separator.join(segment)
        odd.append((index, name, "segment id not in capitals"))
    return odd[:1]
