"""Script: what is said in one call, line by line, in the order of the call."""

from __future__ import annotations

from datetime import date
from typing import Annotated

import msgspec

from verify.facts import FactName, SourceKind
from verify.worksheet.field import Key, Words
from verify.worksheet.treatment import Treatment


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line. It is said when one of its facts is open; with no facts, always."""

    number: Annotated[int, msgspec.Meta(ge=1, le=99)]
    say: Words
    facts: tuple[FactName, ...] = ()
    treatments: tuple[Treatment, ...] = msgspec.field(default=(), name="for")

    def concerns(self, treatment: Treatment) -> bool:
        return not self.treatments or treatment in self.treatments


class Script(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One call. {codes}, {line} and {day} are filled in."""

    key: Key
    #: "Call {company}".
    title: Words
    #: Whom it is a call to, where no company is known by name.
    company: Words
    #: Empty: whoever is called has a number of its own.
    phone: str = ""
    hours: str = ""
    #: Where what is learned comes from (verify.facts.SourceKind).
    source_kind: SourceKind = SourceKind.CALL
    #: Its place among the calls of one verification.
    rank: int
    before: tuple[Words, ...]
    lines: Annotated[tuple[Line, ...], msgspec.Meta(min_length=1)]
    source: Words
    read_on: date
    review_by: date

    def line_of(self, fact: FactName) -> int:
        """The number of the line that asks for it; after all lines where none does."""
        return next((line.number for line in self.lines if fact in line.facts), 99)
