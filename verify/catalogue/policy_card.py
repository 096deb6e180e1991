"""Policy card: a dated, sourced summary of one payer's written policy, which may be silent."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from verify.catalogue.card_faults import faults
from verify.catalogue.criteria import Asks, Purpose, Screen, must_be_codes

#: Longer is copying: policies are told in our own words.
LONGEST_QUOTE_WORDS = 25


class EntryStatus(StrEnum):
    """How we know what the card says."""

    PRIMARY_READ = "primary_read"
    SECOND_HAND = "second_hand"
    PAYER_TOLD_US = "payer_told_us"
    #: The policy is known to exist; its text was not read.
    UNKNOWN = "unknown"


class Program(StrEnum):
    """The kind of coverage."""

    COMMERCIAL = "commercial"
    MARKETPLACE = "marketplace"
    MEDICARE = "medicare"
    MEDICARE_ADVANTAGE = "medicare_advantage"
    MEDICAID = "medicaid"
    CHIP = "chip"
    TRICARE = "tricare"
    VETERANS = "veterans"


class Network(StrEnum):
    """The clinic's own status with the payer."""

    IN = "in"
    OUT = "out"
    ANY = "any"


class Required(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_STATED = "not_stated"


class Stand(StrEnum):
    """What the policy says of the service as such."""

    WITH_CRITERIA = "with_criteria"
    NOT_COVERED = "not_covered"
    CASE_BY_CASE = "case_by_case"
    NOT_STATED = "not_stated"


class Protocol(StrEnum):
    """What a policy may list as investigational."""

    STANDARD = "standard"
    THETA_BURST = "theta_burst"
    DEEP = "deep"
    ACCELERATED = "accelerated"
    SAINT = "saint"
    MERT = "mert"
    MRI_GUIDED = "mri_guided"
    MAINTENANCE = "maintenance"
    KETAMINE_ADJUNCT = "ketamine_adjunct"
    IM = "im"
    ORAL = "oral"
    COMPOUNDED_NASAL = "compounded_nasal"


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Source(_Part, frozen=True):
    """One public text, or what a payer said; the other entries name it by its key."""

    key: str
    title: str
    #: The site or the document number.
    where: str
    published: date | None = None

    def __post_init__(self) -> None:
        if not (self.key.strip() and self.title.strip() and self.where.strip()):
            raise ValueError("key, title and where are needed")


class Stance(_Part, frozen=True):
    stand: Stand
    note: str
    source: str


class AuthorizationRule(_Part, frozen=True):
    """Whether authorization is required, for a network status and between two days."""

    network: Network
    required: Required
    source: str
    valid_from: date | None = None
    valid_until: date | None = None
    note: str = ""

    def __post_init__(self) -> None:
        _must_rise(self.valid_from, self.valid_until)

    def valid_on(self, day: date) -> bool:
        return (self.valid_from or date.min) <= day <= (self.valid_until or date.max)


class Reading(_Part, frozen=True):
    """What one source says a criterion asks."""

    source: str
    asks: Asks


class Criterion(_Part, frozen=True):
    """One thing the policy asks for. Readings that do not agree make it disputed."""

    key: str
    readings: tuple[Reading, ...]
    purposes: tuple[Purpose, ...] = (Purpose.INITIAL, Purpose.RETREATMENT)

    def __post_init__(self) -> None:
        if not self.key.strip() or not self.readings or not self.purposes:
            raise ValueError("a criterion has a key, readings and purposes")


class Exclusion(_Part, frozen=True):
    """What must not be the case; in short for a criterion that asks for a no."""

    question: Screen
    source: str
    codes: tuple[str, ...] = ()
    #: Sources that do not have it, or have dropped it.
    disputed_by: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        must_be_codes(self.codes)


class Units(_Part, frozen=True):
    """How many sessions the policy speaks of."""

    source: str
    sessions: int | None = None
    taper: int | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if self.sessions is None and self.taper is None and not self.note:
            raise ValueError("sessions, taper or a note is needed")


class Length(_Part, frozen=True):
    """How long one authorization runs."""

    purpose: Purpose
    source: str
    months: int | None = None
    days: int | None = None
    #: Where the length depends on it: "TRD", "MDSI".
    indication: str = ""

    def __post_init__(self) -> None:
        if (self.months is None) == (self.days is None):
            raise ValueError("either months or days")


class Per(StrEnum):
    DAY = "day"
    WEEK = "week"
    SIX_WEEKS = "six_weeks"
    COURSE = "course"


class Cap(_Part, frozen=True):
    """No more than so many units of these codes in a stretch of time."""

    codes: tuple[str, ...]
    most: int
    per: Per
    source: str

    def __post_init__(self) -> None:
        if not self.codes or self.most < 1:
            raise ValueError("a cap names codes, and at least one unit")


class Listed(_Part, frozen=True):
    """A protocol that the policy calls investigational, or does not cover."""

    protocol: Protocol
    source: str


class Note(_Part, frozen=True):
    text: str
    source: str

    def __post_init__(self) -> None:
        for quote in _quotes(self.text):
            if len(quote.split()) > LONGEST_QUOTE_WORDS:
                raise ValueError(f"a quote has more than {LONGEST_QUOTE_WORDS} words")


class PolicyCard(_Part, frozen=True):
    """What we know of one policy. An empty list is "not stated", never "nothing is asked".

    Raises ValueError with the reason when its parts contradict each other.
    """

    key: str
    title: str
    #: The payer or administrator, by every name it is known by; case and punctuation aside.
    names: tuple[str, ...]
    service_lines: tuple[str, ...]
    status_of_entry: EntryStatus
    read_on: date
    review_by: date
    sources: tuple[Source, ...]
    #: Empty: whichever.
    programs: tuple[Program, ...] = ()
    #: States of the place of treatment; empty: wherever.
    states: tuple[str, ...] = ()
    #: The Medicare contractor (verify.catalogue.medicare_contractors) whose states it is for.
    contractor: str = ""
    effective_from: date | None = None
    #: Sources disagree on the first day; from this one on they agree.
    certain_from: date | None = None
    effective_until: date | None = None
    stance: tuple[Stance, ...] = ()
    authorization: tuple[AuthorizationRule, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    investigational: tuple[Listed, ...] = ()
    units: tuple[Units, ...] = ()
    lengths: tuple[Length, ...] = ()
    caps: tuple[Cap, ...] = ()
    #: What the payer wants to see with a request.
    papers: tuple[Note, ...] = ()
    notes: tuple[Note, ...] = ()
    #: What our copy does not state, in words.
    unknowns: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for fault in faults(self):
            raise ValueError(fault)

    def valid_on(self, day: date) -> bool:
        """A first day that is not known is taken to lie in the past."""
        return (self.effective_from or date.min) <= day <= (self.effective_until or date.max)

    def certain_on(self, day: date) -> bool:
        """Whether all sources agree that this edition holds."""
        return self.effective_from is not None and (self.certain_from or self.effective_from) <= day

    def source(self, key: str) -> Source:
        return next(source for source in self.sources if source.key == key)


def overlap(one: PolicyCard, other: PolicyCard) -> bool:
    """Whether both would answer for the same payer, service, kind of coverage and day."""
    first = max(one.effective_from or date.min, other.effective_from or date.min)
    last = min(one.effective_until or date.max, other.effective_until or date.max)
    same_place = one.contractor == other.contractor and _meet(one.states, other.states)
    return (
        first <= last
        and same_place
        and _meet(one.programs, other.programs)
        and not {plain(name) for name in one.names}.isdisjoint(plain(name) for name in other.names)
        and not set(one.service_lines).isdisjoint(other.service_lines)
    )


def plain(name: str) -> str:
    """A name as two people write it alike: lower case, without punctuation, single spaces."""
    return " ".join("".join(letter if letter.isalnum() else " " for letter in name.casefold()).split())


def _meet(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    return not one or not other or not set(one).isdisjoint(other)


def _must_rise(first: date | None, last: date | None) -> None:
    if first is not None and last is not None and last < first:
        raise ValueError("valid_until lies before valid_from")


def _quotes(text: str) -> list[str]:
    """What stands between quotation marks."""
    return text.replace("“", '"').replace("”", '"').split('"')[1::2]
