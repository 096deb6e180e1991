"""What a message is made of: delimiters, interchanges, groups, transactions, problems.

The records of this package are plain classes with slots: importing typing, dataclasses or msgspec takes
longer than reading a thousand answers (docs/x12.md), and no `repr` of theirs can show a patient.
"""

from __future__ import annotations

from collections.abc import Iterator

from payers.x12.grammar import WRAPPING

#: `EB*1**30~` cut into elements is ["EB", "1", "", "30"]: element n is at index n; repetitions and components stay unsplit.
Segment = list[str]


class Delimiters:
    """The four characters an interchange is cut with (ISA: characters 4, 83, 105 and 106)."""

    __slots__ = ("component", "element", "repetition", "terminator")

    def __init__(
        self, element: str = "*", repetition: str = "^", component: str = ":", terminator: str = "~"
    ) -> None:
        self.element = element
        self.repetition = repetition
        self.component = component
        self.terminator = terminator


class Problem:
    """One thing that is odd or lost. `message` never quotes the data around it.

    Severity: envelope (the wrapping is wrong, all was read), structure (something was lost or may
    be), minor (odd, and read all the same).
    """

    __slots__ = ("element", "interchange", "message", "segment", "severity")

    def __init__(
        self,
        *,
        severity: str,
        message: str,
        interchange: int = 0,
        segment: int | None = None,
        element: str = "",
    ) -> None:
        self.severity = severity
        self.message = message
        #: Counted from 1 in the file; 0 before the first.
        self.interchange = interchange
        #: Counted from 1 in the file.
        self.segment = segment
        #: Segment id and element, as the guide writes them: "DTP03".
        self.element = element

    @property
    def place(self) -> str:
        where = [f"interchange {self.interchange}"] if self.interchange else []
        if self.segment is not None:
            where.append(f"segment {self.segment}")
        return ", ".join([*where, *filter(None, [self.element])]) or "file"


class Transaction:
    """One ST…SE, with what its envelope says: `ST*271*0001*005010X279A1~`."""

    __slots__ = (
        "complete",
        "delimiters",
        "first",
        "gs",
        "interchange",
        "outline",
        "problems",
        "segments",
    )

    def __init__(
        self, st: Segment, *, first: int, interchange: int, delimiters: Delimiters, gs: Segment | None
    ) -> None:
        #: ST, everything between, and SE where it came, cut into elements.
        self.segments: list[Segment] = [st]
        #: A letter for each of them (grammar.OUTLINE).
        self.outline = WRAPPING
        #: The number of the ST segment in the file; segment i is number `first + i`.
        self.first = first
        #: The interchange it came in, counted from 1.
        self.interchange = interchange
        self.delimiters = delimiters
        self.gs = gs
        #: False when the text ended before SE.
        self.complete = False
        self.problems: list[Problem] = []

    @property
    def set_id(self) -> str:
        """ST01: 270, 271, 999 …"""
        return element(self.segments[0], 1)

    @property
    def control_number(self) -> str:
        """ST02."""
        return element(self.segments[0], 2)

    @property
    def version(self) -> str:
        """ST03, else GS08: 005010X279A1."""
        return (element(self.segments[0], 3) or (element(self.gs, 8) if self.gs else "")).strip()


class Group:
    """One GS…GE: `GS*HB*SENDER*RECEIVER*20260105*0930*1*X*005010X279A1~`."""

    __slots__ = ("ge", "gs", "transactions")

    def __init__(self, gs: Segment | None) -> None:
        self.gs = gs
        self.transactions: list[Transaction] = []
        self.ge: Segment | None = None

    @property
    def functional_id(self) -> str:
        """GS01: HS 270, HB 271, FA 999."""
        return element(self.gs, 1) if self.gs else ""

    @property
    def control_number(self) -> str:
        """GS06."""
        return element(self.gs, 6) if self.gs else ""


class Interchange:
    """One ISA…IEA, or what stands for it around bare ST…SE fragments (then `isa` is None)."""

    __slots__ = ("delimiters", "first", "groups", "iea", "isa", "number", "ta1s")

    def __init__(self, *, number: int, first: int, delimiters: Delimiters, isa: Segment | None) -> None:
        self.number = number
        #: The number of its first segment in the file.
        self.first = first
        self.delimiters = delimiters
        self.isa = isa
        self.ta1s: list[Segment] = []
        self.groups: list[Group] = []
        self.iea: Segment | None = None

    def _isa(self, index: int) -> str:
        return element(self.isa, index).strip() if self.isa else ""

    @property
    def sender_id(self) -> str:
        """ISA06."""
        return self._isa(6)

    @property
    def receiver_id(self) -> str:
        """ISA08."""
        return self._isa(8)

    @property
    def control_number(self) -> str:
        """ISA13, as sent: nine digits."""
        return self._isa(13)

    @property
    def usage(self) -> str:
        """ISA15: P production, T test."""
        return self._isa(15)


class Document:
    """Everything found in one input. No interchange at all means it is not X12."""

    __slots__ = ("interchanges", "problems")

    def __init__(self, interchanges: list[Interchange], problems: list[Problem]) -> None:
        self.interchanges = interchanges
        self.problems = problems

    @property
    def transactions(self) -> Iterator[Transaction]:
        for interchange in self.interchanges:
            for group in interchange.groups:
                yield from group.transactions


def element(segment: Segment, index: int) -> str:
    """Element `index` of a segment, "" when it was not sent."""
    return segment[index] if index < len(segment) else ""
