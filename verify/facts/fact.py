"""Fact: one thing we know, with its source, and how long it holds."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time, timedelta
from enum import StrEnum

import msgspec

from verify.facts.names import LASTING, MOVING, FactName

#: The plan as a whole, as a service type (EB03).
WHOLE_PLAN = "30"


class Standing(StrEnum):
    """How a fact stands. Yes, no, unknown and not asked are four different things."""

    YES = "yes"
    NO = "no"
    #: Asked, and the source cannot say, or says two things.
    UNKNOWN = "unknown"
    #: Asked and answered, without a word on this.
    NOT_STATED = "not_stated"
    #: Never asked: what a look-up finds where there is no fact.
    NOT_ASKED = "not_asked"
    #: A quantity, a date or a text.
    VALUE = "value"


#: A standing that settles the matter.
SETTLED = frozenset({Standing.YES, Standing.NO, Standing.VALUE})


class Status(StrEnum):
    """How the source's words carry the fact, as `payers.benefits.Answer` has it."""

    STATED = "stated"
    DERIVED = "derived"
    AMBIGUOUS = "ambiguous"
    NOT_STATED = "not_stated"


class Tier(StrEnum):
    """The network tier of a benefit (EB12), not the clinic's own status."""

    IN_NETWORK = "in_network"
    OUT_OF_NETWORK = "out_of_network"
    ANY = "any"


class Level(StrEnum):
    PERSON = "person"
    FAMILY = "family"


class SourceKind(StrEnum):
    """Where a fact was learned."""

    X12_271 = "x12_271"
    #: An electronic answer without the raw 271: an intermediary's words for it.
    PAYER_JSON = "payer_json"
    CALL = "call"
    PORTAL = "portal"
    #: The payer in writing, about this patient.
    LETTER = "letter"
    #: Between the payer and the clinic.
    CONTRACT = "contract"
    #: The clinic's own papers.
    CLINIC = "clinic"
    #: The patient's insurance card.
    CARD = "card"
    #: Our summary of the payer's written policy, which speaks of nobody's plan.
    POLICY_CARD = "policy_card"
    #: The manufacturer's program, which passes on what it was told.
    HUB = "hub"
    PATIENT = "patient"


#: What the program learned by asking; everything else was written down by a person.
ELECTRONIC = frozenset({SourceKind.X12_271, SourceKind.PAYER_JSON})


class About(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a fact is about: a service line of the catalogue, or the service type asked with (EB03).

    The plan as a whole is service type 30; whole domains of benefits are what companies hold. Of a service line,
    `domain` is the benefit it was said of: as a behavioral provider, as a medical one.
    """

    service_line: str = ""
    service_type: str = ""
    #: Benefits as a whole: plan, medical, behavioral, pharmacy, utilization.
    domain: str = ""
    #: A group of the line's codes, where it was said of these alone: drug, treatment, visit.
    codes: str = ""
    tier: Tier = Tier.ANY
    level: Level = Level.PERSON


class Source(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where a fact comes from. `obtained_at` is given in the practice's zone: its days decide expiry."""

    kind: SourceKind
    #: The exchange, call or document: "exc_01J…".
    reference: str
    #: A user id, or "system".
    by: str
    obtained_at: datetime
    #: The day the source speaks of.
    as_of: date | None = None
    #: Who said it, of several payers that were asked (an id of ours); empty for what people learned.
    payer: str = ""
    #: The day that was asked about, where it was not the day of service.
    asked_for: date | None = None
    #: The reference number the payer's representative gave, and who that was; the title or number of a document.
    call_reference: str = ""
    told_by: str = ""

    def __post_init__(self) -> None:
        if self.obtained_at.tzinfo is None:
            raise ValueError("obtained_at needs a zone")

    @property
    def speaks_at(self) -> tuple[datetime, datetime]:
        """The moment it speaks of, then when it was written down: what is newer of two counts.

        A letter of last week that is typed today says nothing of today.
        """
        spoken = self.obtained_at
        if self.as_of is not None and self.as_of < spoken.date():
            spoken = datetime.combine(self.as_of, time.max, tzinfo=spoken.tzinfo)
        return spoken, self.obtained_at


class Fact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing we know, JSON-able as it is. Never holds a name, member id or birth date of a person.

    An ambiguous fact stands as unknown, with the candidates as its value.
    """

    name: FactName
    about: About
    standing: Standing
    status: Status
    source: Source
    value: object = None
    #: Places in the raw answer, as `payers.benefits` counts them.
    segments: tuple[int, ...] = ()
    expires_at: datetime | None = None
    #: The key of an earlier fact that is withdrawn by this one.
    withdraws: str = ""

    def __post_init__(self) -> None:
        silent = self.standing is Standing.NOT_STATED
        if silent != (self.status is Status.NOT_STATED) or (silent and self.value is not None):
            raise ValueError("what is not stated has no value")
        if self.standing is Standing.NOT_ASKED:
            raise ValueError("what was not asked is no fact")
        if self.standing is Standing.VALUE and self.value is None:
            raise ValueError("a value stands for itself")
        if self.status is Status.AMBIGUOUS and self.standing is not Standing.UNKNOWN:
            raise ValueError("what is ambiguous is unknown")

    @property
    def key(self) -> str:
        """The same for the same words of the same source: judging twice stores nothing twice."""
        said = msgspec.json.encode(
            [self.name, self.about, self.standing, self.status, self.value, self.source.kind, self.segments],
            order="deterministic",
        )
        return f"{self.name}:{self.source.reference}:{hashlib.sha256(said).hexdigest()[:24]}"

    @property
    def settled(self) -> bool:
        return self.standing in SETTLED


#: Weekly while a course runs. Source: clinic practice, re-verification rule 3.
MOVING_HOLDS = timedelta(days=7)
#: A quarter at most for what a plan rarely changes. Source: our own.
OTHERS_HOLD = timedelta(days=90)
#: What is not the payer's to change. Source: our own.
LASTING_HOLDS = timedelta(days=365)


def expiry(name: FactName, obtained_at: datetime) -> datetime:
    """When a fact obtained then must be asked again.

    Membership ends with months, everything else at the latest with the calendar year, when most plans
    reset. Source: clinic practice, re-verification rules 4 and 5.
    """
    if name in LASTING:
        return obtained_at + LASTING_HOLDS
    midnight = obtained_at.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
    new_year = midnight.replace(year=obtained_at.year + 1, month=1)
    if name is FactName.ACTIVE:
        return midnight.replace(month=obtained_at.month + 1) if obtained_at.month < 12 else new_year
    return min(new_year, obtained_at + (MOVING_HOLDS if name in MOVING else OTHERS_HOLD))
