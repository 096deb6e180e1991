"""What a message is made of: delimiters, interchanges, groups, transactions, problems."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import msgspec

#: `EB*1**30~` cut into elements is ["EB", "1", "", "30"]: element n is at index n; repetitions and components stay unsplit.
Segment = list[str]


class Delimiters(msgspec.Struct, frozen=True):
    """The four characters an interchange is cut with (ISA: characters 4, 83, 105 and 106)."""

    element: str = "*"
    repetition: str = "^"
    component: str = ":"
    terminator: str = "~"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is odd or lost. `message` never quotes the data around it.

    Severity: envelope (the wrapping is wrong, all was read), structure (something was lost or may
    be), minor (odd, and read all the same).
    """

    severity: str
    message: str
    #: Counted from 1 in the file; 0 before the first.
    interchange: int = 0
    #: Counted from 1 in the file.
    segment: int | None = None
    #: Segment id and element, as the guide writes them: "DTP03".
    element: str = ""

    @property
    def place(self) -> str:
        where = [f"interchange {self.interchange}"] if self.interchange else []
        if self.segment is not None:
            where.append(f"segment {self.segment}")
        return ", ".join([*where, *filter(None, [self.element])]) or "file"


class Transaction(msgspec.Struct, kw_only=True, dict=True):
    """One ST…SE, with what its envelope says: `ST*271*0001*005010X279A1~`."""

    #: ST, everything between, and SE where it came, each as it was sent, without its terminator.
    raw: list[str]
    #: The first three characters of each, as every step asks for them: "EB*", "DTP".
    heads: list[str]
    #: The number of the ST segment in the file; segment i is number `first + i`.
    first: int
    #: The interchange it came in, counted from 1.
    interchange: int
    delimiters: Delimiters
    gs: Segment | None = None
    #: False when the text ended before SE.
    complete: bool = False
    problems: list[Problem] = []

    @cached_property
    def segments(self) -> list[Segment]:
        """ST, everything between, and SE where it came, cut into elements."""
        separator = self.delimiters.element
        return [segment.split(separator) for segment in self.raw]

    @cached_property
    def st(self) -> Segment:
        return self.raw[0].split(self.delimiters.element)

    @property
    def set_id(self) -> str:
        """ST01: 270, 271, 999 …"""
        return element(self.st, 1)

    @property
    def control_number(self) -> str:
        """ST02."""
        return element(self.st, 2)

    @property
    def version(self) -> str:
        """ST03, else GS08: 005010X279A1."""
        return (element(self.st, 3) or (element(self.gs, 8) if self.gs else "")).strip()


class Group(msgspec.Struct, kw_only=True):
    """One GS…GE: `GS*HB*SENDER*RECEIVER*20260105*0930*1*X*005010X279A1~`."""

    gs: Segment | None
    transactions: list[Transaction] = []
    ge: Segment | None = None

    @property
    def functional_id(self) -> str:
        """GS01: HS 270, HB 271, FA 999."""
        return element(self.gs, 1) if self.gs else ""

    @property
    def control_number(self) -> str:
        """GS06."""
        return element(self.gs, 6) if self.gs else ""


class Interchange(msgspec.Struct, kw_only=True):
    """One ISA…IEA, or what stands for it around bare ST…SE fragments (then `isa` is None)."""

    number: int
    #: The number of its first segment in the file.
    first: int
    delimiters: Delimiters
    isa: Segment | None = None
    ta1s: list[Segment] = []
    groups: list[Group] = []
    iea: Segment | None = None

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


class Document(msgspec.Struct, kw_only=True):
    """Everything found in one input. No interchange at all means it is not X12."""

    interchanges: list[Interchange] = []
    problems: list[Problem] = []

    @property
    def transactions(self) -> Iterator[Transaction]:
        for interchange in self.interchanges:
            for group in interchange.groups:
                yield from group.transactions


def element(segment: Segment, index: int) -> str:
    """Element `index` of a segment, "" when it was not sent."""
    return segment[index] if index < len(segment) else ""
