"""271 -> typed loops: one line per EB, with everything that belongs to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from payers.x12.grammar import (
    DATE,
    DELIVERY,
    DETAIL,
    LINE,
    LOOP,
    NAME,
    OUTLINE,
    PLACE,
    REFERENCE,
    REJECTION,
    TEXT,
)
from payers.x12.levels import Level, levels
from payers.x12.model import Problem, Segment, Transaction, element

#: An EB and what may follow it.
LINE_SEGMENTS = LINE + TEXT + DATE + REFERENCE + DELIVERY + PLACE + REJECTION + NAME + LOOP + DETAIL


class Name:
    """2120: one NM1 of a line with its PER: `NM1*VN*2*NORTHWAY BEHAVIORAL*****PI*NWB01~`."""

    __slots__ = ("contacts", "nm1")

    def __init__(self, nm1: Segment) -> None:
        self.nm1 = nm1
        self.contacts: list[Segment] = []


class Line:
    """2110: one EB and what follows it up to the next: `EB*B*IND*MH*PR**27*30*****Y~`.

    What follows belongs to the EB in whatever order the payer sent it, with LS and LE or without.
    """

    __slots__ = ("attached", "eb", "number")

    def __init__(self, eb: Segment, number: int, attached: Sequence[Segment]) -> None:
        self.eb = eb
        #: Number of the EB in the file; those of `attached` follow on.
        self.number = number
        self.attached = attached

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
        return names(self.attached)


def names(attached: Iterable[Segment]) -> list[Name]:
    """Each NM1 among the segments after an EB, with the PER after it."""
    found: list[Name] = []
    for segment in attached:
        if segment[0] == "NM1":
            found.append(Name(segment))
        elif segment[0] == "PER" and found:
            found[-1].contacts.append(segment)
    return found


class Answered:
    """2000 and 2100: what stands in one level before its first EB, and its lines."""

    __slots__ = ("dates", "dmg", "first", "ins", "level", "nm1", "references", "rejections", "traces")

    def __init__(self, level: Level, first: int) -> None:
        self.level = level
        #: Where the first EB stands in the level's segments; their number where there is none.
        self.first = first
        self.nm1: Segment | None = None
        self.dmg: Segment | None = None
        self.ins: Segment | None = None
        self.traces: list[Segment] = []
        self.dates: list[tuple[int, Segment]] = []
        self.references: list[Segment] = []
        #: AAA segments: number, whether they stand after NM1, segment.
        self.rejections: list[tuple[int, bool, Segment]] = []

    @property
    def lines(self) -> list[Line]:
        """2110: a line for each EB."""
        segments, number, at = self.level.segments, self.level.first, self.first
        found = []
        for follows in self.level.outline[at:].split(LINE)[1:]:
            end = at + 1 + len(follows)
            found.append(Line(segments[at], number + at, segments[at + 1 : end]))
            at = end
        return found


def read_271(transaction: Transaction, problems: list[Problem]) -> list[Answered]:
    """The levels of one 271 in document order; what could not be placed is added to `problems`."""
    return [_answered(level, transaction, problems) for level in levels(transaction, problems)]


def _answered(level: Level, transaction: Transaction, problems: list[Problem]) -> Answered:
    first = level.outline.find(LINE)
    if first < 0:
        first = len(level.segments)
    answered = Answered(level, first)
    _head(answered, level.segments[:first], transaction, problems)
    if level.outline[first:].strip(LINE_SEGMENTS):
        _report(answered, transaction, problems)
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
                answered.traces.append(segment)
            case "REF":
                answered.references.append(segment)
            case "DTP":
                answered.dates.append((number, segment))
            case "AAA":
                answered.rejections.append((number, answered.nm1 is not None, segment))
            case "DMG":
                answered.dmg = segment
            case "INS":
                answered.ins = segment
            case "N3" | "N4" | "PER" | "PRV" | "HI" | "MPI":
                pass
            case _:
                problems.append(_misplaced(transaction, number, segment))


def _report(answered: Answered, transaction: Transaction, problems: list[Problem]) -> None:
    level, first = answered.level, answered.first
    for at, letter in enumerate(level.outline[first:], first):
        if letter not in LINE_SEGMENTS:
            problems.append(_misplaced(transaction, level.first + at, level.segments[at]))


def _misplaced(transaction: Transaction, number: int, segment: Segment) -> Problem:
    known = segment[0] in OUTLINE
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
