"""Field: one line of the worksheet, the fact it holds, whom it concerns and how it is learned."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from verify.facts import FactName, Level, Tier
from verify.worksheet.treatment import Treatment

Words = Annotated[str, msgspec.Meta(min_length=1, max_length=300, pattern=r"\S")]
Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{1,40}$")]


class Of(StrEnum):
    """What it is about."""

    PLAN = "plan"
    LINE = "line"
    #: Of the line, for each benefit and group of codes the clinic has to be in network for.
    PLACE = "place"


class Need(StrEnum):
    #: Without it a verification cannot be used.
    MINIMUM = "minimum"
    #: It is asked as long as it is open.
    WANTED = "wanted"
    #: It may be written down, and nobody is sent after it.
    OPTIONAL = "optional"


class How(StrEnum):
    """How it can be learned."""

    #: By asking the company that holds the benefit, electronically or by phone.
    SECOND_INQUIRY = "second_inquiry"
    PHONE = "phone"
    PORTAL = "portal"
    #: In writing.
    LETTER = "letter"
    #: The clinic's contract with the payer says it.
    CONTRACT = "contract"
    #: The patient says it, or the card.
    PATIENT = "patient"
    #: The clinic's own papers.
    CLINIC = "clinic"


class Condition(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fact that decides whether a field is needed."""

    fact: FactName
    #: Standings ("yes", "no", "value"), or values as they are written.
    says: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    level: Level = Level.PERSON


class Field(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field, as its file has it."""

    #: Its name in a form, after the service line's.
    key: Key
    fact: FactName
    #: The letter of the worksheet's section.
    section: Annotated[str, msgspec.Meta(pattern=r"^[A-N]$")]
    label: Words
    of: Of
    need: Need
    how: How
    #: The question, for a caller; {codes}, {line} and {day} are filled in. Needed once for each fact.
    ask: str = ""
    treatments: tuple[Treatment, ...] = msgspec.field(default=(), name="for")
    level: Level = Level.PERSON
    tier: Tier = Tier.IN_NETWORK
    domain: str = ""
    #: Of the fields of one such group, one that is known is enough.
    either: str = ""
    #: Facts with which it is asked, though nothing sends for it alone.
    beside: tuple[FactName, ...] = ()
    #: It is needed where all of these hold, and not where any of `unless` does.
    when: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    #: The call in which it is asked.
    script: Key = "payer"

    def concerns(self, treatment: Treatment) -> bool:
        return not self.treatments or treatment in self.treatments
