"""Fact: one thing we know, with its source, and how long it holds."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec


class FactName(StrEnum):
    """What is known; the shape of `Fact.value` stands beside it. Cents and basis points are integers."""

    ACTIVE = "active"  # yes or no
    PLAN_NAME = "plan_name"  # text
    PLAN_BEGIN = "plan_begin"  # ISO date
    PLAN_END = "plan_end"  # ISO date
    DEDUCTIBLE_TOTAL = "deductible_total"  # cents
    DEDUCTIBLE_MET = "deductible_met"  # cents
    DEDUCTIBLE_REMAINING = "deductible_remaining"  # cents
    OUT_OF_POCKET_TOTAL = "out_of_pocket_total"  # cents
    OUT_OF_POCKET_MET = "out_of_pocket_met"  # cents
    OUT_OF_POCKET_REMAINING = "out_of_pocket_remaining"  # cents
    COPAY = "copay"  # {"cents", "per"}
    COINSURANCE = "coinsurance"  # basis points of the patient's share: 2000 is 20 %
    DEDUCTIBLE_APPLIES = "deductible_applies"  # yes or no
    COVERED = "covered"  # yes or no (excluded)
    IN_NETWORK = "in_network"  # yes or no: the clinic's own status, never EB12
    AUTHORIZATION = "authorization"  # yes (required) or no
    AUTHORIZATION_ROUTE = "authorization_route"  # text: where and how to send it
    LIMITS = "limits"  # [{"quantity", "unit", "period", "remaining"}]
    ADMINISTRATOR = "administrator"  # yes (another company) with {"name", "payer_id", "phone"}, or no
    HELD_BY = (
        "held_by"  # yes with {"name", "payer_id", "phone", "reason", "order"}, about a domain of benefits
    )
    OTHER_PAYER = "other_payer"  # yes with [{"name", "payer_id", "phone", "order"}], or no


#: Of the plan as a whole, whatever the service line.
PLAN_WIDE = frozenset({FactName.PLAN_NAME, FactName.PLAN_BEGIN, FactName.PLAN_END, FactName.OTHER_PAYER})

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
    X12_271 = "x12_271"
    CALL = "call"
    PORTAL = "portal"
    LETTER = "letter"
    CARD = "card"
    PATIENT = "patient"


class About(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a fact is about: a service line of the catalogue, or the service type asked with (EB03).

    The plan as a whole is service type 30; whole domains of benefits are what companies hold.
    """

    service_line: str = ""
    service_type: str = ""
    #: Benefits as a whole: plan, medical, behavioral, pharmacy, utilization.
    domain: str = ""
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
    #: The reference number the payer's representative gave, and who that was.
    call_reference: str = ""
    told_by: str = ""

    def __post_init__(self) -> None:
        if self.obtained_at.tzinfo is None:
            raise ValueError("obtained_at needs a zone")


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


#: Amounts that move with every claim.
MOVING = frozenset(
    {
        FactName.DEDUCTIBLE_MET,
        FactName.DEDUCTIBLE_REMAINING,
        FactName.OUT_OF_POCKET_MET,
        FactName.OUT_OF_POCKET_REMAINING,
    }
)

#: Weekly while a course runs. Source: clinic practice, re-verification rule 3.
MOVING_HOLDS = timedelta(days=7)
#: A quarter at most for what a plan rarely changes. Source: our own.
OTHERS_HOLD = timedelta(days=90)


def expiry(name: FactName, obtained_at: datetime) -> datetime:
    """When a fact obtained then must be asked again.

    Membership ends with months, everything else at the latest with the calendar year, when most plans
    reset. Source: clinic practice, re-verification rules 4 and 5.
    """
    midnight = obtained_at.replace(day=1, hour=0, minute=0, second=0, microsecond=0, fold=0)
    new_year = midnight.replace(year=obtained_at.year + 1, month=1)
    if name is FactName.ACTIVE:
        return midnight.replace(month=obtained_at.month + 1) if obtained_at.month < 12 else new_year
    return min(new_year, obtained_at + (MOVING_HOLDS if name in MOVING else OTHERS_HOLD))
