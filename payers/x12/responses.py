"""271 -> typed loops: one line per EB, with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import msgspec

from payers.x12.grammar import KNOWN, heads
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
    separator: str
    #: What follows the EB, as sent.
    attached: Sequence[str] = ()

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
        head = (name + self.separator)[:3]
        return [raw.split(self.separator) for raw in self.attached if raw[:3] == head]

    @property
    def names(self) -> list[Name]:
        """2120: each NM1 with the PER after it."""
        return names(self.attached, self.separator)


def names(attached: Sequence[str], separator: str) -> list[Name]:
    """Each NM1 among the segments after an EB, with the PER after it."""
    found: list[Name] = []
    for raw in attached:
        if raw[:3] == "NM1":
            found.append(Name(raw.split(separator), []))
        elif raw[:3] == "PER" and found:
            found[-1].contacts.append(raw.split(separator))
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
    #: Where each EB stands in the level's segments.
    marks: Sequence[int] = ()

    @property
    def lines(self) -> Iterator[Line]:
        """2110, one by one: whoever reads them once needs no list of them all."""
        level, marks = self.level, self.marks
        raw, first, separator = level.raw, level.first, level.separator
        for start, end in pairwise([*marks, len(raw)]):
            attached = raw[start + 1 : end] if end - start > 1 else ()
            yield Line(raw[start].split(separator), first + start, separator, attached)


def read_271(transaction: Transaction, problems: list[Problem]) -> list[Answered]:
    """The levels of one 271 in document order; what could not be placed is added to `problems`."""
    return [_answered(level, transaction, problems) for level in levels(transaction, problems)]


def _answered(level: Level, transaction: Transaction, problems: list[Problem]) -> Answered:
    raw, firsts, separator = level.raw, level.heads, level.separator
    answered = Answered(level)
    line = "EB" + separator
    marks = [i for i, head in enumerate(firsts) if head == line]
    first = marks[0] if marks else len(raw)
    _head(answered, [segment.split(separator) for segment in raw[:first]], transaction, problems)
    if marks:
        answered.marks = marks
        if not heads(LINE_SEGMENTS, separator).issuperset(firsts[first:]):
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


def _report(lines: Iterable[Line], transaction: Transaction, problems: list[Problem]) -> None:
    for line in lines:
        for number, raw in enumerate(line.attached, line.number + 1):
            segment = raw.split(line.separator)
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
