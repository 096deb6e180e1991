"""271 -> typed loops: one line per EB, with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from payers.x12.grammar import KNOWN
from payers.x12.levels import Level, levels
from payers.x12.model import Problem, Segment, Transaction, element


class Name(msgspec.Struct):
    """2120: one NM1 of a line with its PER: `NM1*VN*2*NORTHWAY BEHAVIORAL*****PI*NWB01~`."""

    nm1: Segment
    contacts: Sequence[Segment] = ()


class Line(msgspec.Struct):
    """2110: one EB and what follows it up to the next: `EB*B*IND*MH*PR**27*30*****Y~`."""

    eb: Segment
    #: Number of the EB in the file.
    number: int
    #: Number of the segment after the last one that belongs to this line.
    end: int = 0
    dates: Sequence[Segment] = ()
    references: Sequence[Segment] = ()
    deliveries: Sequence[Segment] = ()
    places: Sequence[Segment] = ()
    messages: Sequence[Segment] = ()
    #: AAA segments with their numbers.
    rejections: Sequence[tuple[int, Segment]] = ()
    names: Sequence[Name] = ()

    @property
    def information_code(self) -> str:
        """EB01"""
        return element(self.eb, 1)

    @property
    def service_types(self) -> str:
        """EB03, repetitions unsplit"""
        return element(self.eb, 3)

    @property
    def amount(self) -> str:
        """EB07"""
        return element(self.eb, 7)


class Answered(msgspec.Struct):
    """2000 and 2100: what stands in one level before its first EB, and its lines."""

    level: Level
    nm1: Segment | None = None
    dmg: Segment | None = None
    ins: Segment | None = None
    traces: Sequence[Segment] = ()
    dates: Sequence[tuple[int, Segment]] = ()
    references: Sequence[Segment] = ()
    #: AAA segments: number, whether they stand after NM1, segment.
    rejections: Sequence[tuple[int, bool, Segment]] = ()
    lines: Sequence[Line] = ()


def read_271(transaction: Transaction, problems: list[Problem]) -> list[Answered]:
    """The levels of one 271 in document order; what could not be placed is added to `problems`."""
    return [_answered(level, transaction, problems) for level in levels(transaction, problems)]


def _answered(level: Level, transaction: Transaction, problems: list[Problem]) -> Answered:
    segments = level.segments
    marks = [i for i, segment in enumerate(segments) if segment[0] == "EB"]
    answered = Answered(level)
    _head(answered, segments[: marks[0]] if marks else segments, transaction, problems)
    if marks:
        answered.lines = _lines(segments, marks, level.first, transaction, problems)
    return answered


def _head(
    answered: Answered, segments: list[Segment], transaction: Transaction, problems: list[Problem]
) -> None:
    number = answered.level.first - 1
    for segment in segments:
        number += 1
        match segment[0]:
            case "NM1":
                if answered.nm1 is None:
                    answered.nm1 = segment
                else:
                    problems.append(
                        _problem(transaction, number, "NM1", "a second name in one level; not read")
                    )
            case "TRN":
                answered.traces = [*answered.traces, segment]
            case "REF":
                answered.references = [*answered.references, segment]
            case "DTP":
                answered.dates = [*answered.dates, (number, segment)]
            case "AAA":
                answered.rejections = [*answered.rejections, (number, answered.nm1 is not None, segment)]
            case "DMG":
                answered.dmg = segment
            case "INS":
                answered.ins = segment
            case "N3" | "N4" | "PER" | "PRV" | "HI" | "MPI":
                pass
            case _:
                problems.append(_misplaced(transaction, number, segment))


def _lines(
    segments: list[Segment], marks: list[int], first: int, transaction: Transaction, problems: list[Problem]
) -> list[Line]:
    lines = []
    for start, end in zip(marks, [*marks[1:], len(segments)], strict=True):
        line = Line(segments[start], first + start, first + end)
        lines.append(line)
        if end - start > 1:
            _attach(line, segments[start + 1 : end], transaction, problems)
    return lines


def _attach(line: Line, segments: list[Segment], transaction: Transaction, problems: list[Problem]) -> None:
    """Puts each segment after an EB where it belongs, in whatever order the payer sent them."""
    number = line.number
    for segment in segments:
        number += 1
        name = segment[0]
        if name == "MSG":
            line.messages = [*line.messages, segment]
        elif name == "DTP":
            line.dates = [*line.dates, segment]
        elif name == "REF":
            line.references = [*line.references, segment]
        elif name == "HSD":
            line.deliveries = [*line.deliveries, segment]
        elif name == "III":
            line.places = [*line.places, segment]
        elif name == "NM1":
            line.names = [*line.names, Name(segment)]
        elif name == "PER" and line.names:
            line.names[-1].contacts = [*line.names[-1].contacts, segment]
        elif name == "AAA":
            line.rejections = [*line.rejections, (number, segment)]
        elif name not in ("LS", "LE", "N3", "N4", "PRV"):
            problems.append(_misplaced(transaction, number, segment))


def _misplaced(transaction: Transaction, number: int, segment: Segment) -> Problem:
    known = segment[0] in KNOWN
    name = segment[0] if known else ""
    message = f"{name} does not belong here; not read" if known else "a segment with an unknown id; not read"
    return _problem(transaction, number, name, message)


def _problem(transaction: Transaction, number: int, name: str, message: str) -> Problem:
    return Problem(
        severity="structure",
        message=message,
        interchange=transaction.interchange,
        segment=number,
        element=name,
    )
