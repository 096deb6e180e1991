"""271 -> typed loops: one line per EB, with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from payers.x12.grammar import KNOWN
from payers.x12.levels import Level, levels
from payers.x12.model import Problem, Segment, Transaction, element

#: An EB and what may follow it.
LINE_SEGMENTS = frozenset(
    {"EB", "HSD", "REF", "DTP", "AAA", "MSG", "III", "LS", "NM1", "N3", "N4", "PER", "PRV", "LE"}
)


class Name(msgspec.Struct, gc=False):
    """2120: one NM1 of a line with its PER: `NM1*VN*2*NORTHWAY BEHAVIORAL*****PI*NWB01~`."""

    nm1: Segment
    contacts: list[Segment]


class Line(msgspec.Struct, gc=False):
    """2110: one EB and what follows it up to the next: `EB*B*IND*MH*PR**27*30*****Y~`.

    What follows belongs to the EB in whatever order the payer sent it, with LS and LE or without.
    """

    eb: Segment
    #: Number of the EB in the file; those of `attached` follow on.
    number: int
    attached: Sequence[Segment] = ()

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

    @property
    def numbers(self) -> list[int]:
        """The numbers of all its segments."""
        return list(range(self.number, self.number + 1 + len(self.attached)))

    def of(self, name: str) -> list[Segment]:
        """The attached segments of one id: DTP, REF, HSD, III, MSG or AAA."""
        return [segment for segment in self.attached if segment[0] == name]

    @property
    def names(self) -> list[Name]:
        """2120: each NM1 with the PER after it."""
        found: list[Name] = []
        for segment in self.attached:
            if segment[0] == "NM1":
                found.append(Name(segment, []))
            elif segment[0] == "PER" and found:
                found[-1].contacts.append(segment)
        return found


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
    names = [segment[0] for segment in segments]
    answered = Answered(level)
    if "EB" not in names:
        _head(answered, segments, transaction, problems)
        return answered
    first = names.index("EB")
    _head(answered, segments[:first], transaction, problems)
    marks = [i for i, name in enumerate(names) if name == "EB"]
    answered.lines = _lines(segments, marks, level.first)
    if not LINE_SEGMENTS.issuperset(names[first:]):
        _report(answered.lines, transaction, problems)
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


def _lines(segments: list[Segment], marks: list[int], first: int) -> list[Line]:
    return [
        Line(segments[start], first + start, segments[start + 1 : end])
        if end - start > 1
        else Line(segments[start], first + start)
        for start, end in zip(marks, [*marks[1:], len(segments)], strict=True)
    ]


def _report(lines: Sequence[Line], transaction: Transaction, problems: list[Problem]) -> None:
    for line in lines:
        for number, segment in enumerate(line.attached, line.number + 1):
            if segment[0] not in LINE_SEGMENTS:
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
