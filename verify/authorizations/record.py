"""Authorization: the record of one, from "needed" to "used up", as people handed it in."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from verify.catalogue import BenefitDomain
from verify.catalogue.policy_card import Per

MOST_ENTRIES = 40


def _upper(value: object) -> object:
    return value.strip().upper() if isinstance(value, str) else value


def _within_reach(day: date) -> date:
    """Of a day or a moment: what lies further off is a slip, and cannot be reckoned with."""
    if not 1900 <= day.year <= 2100:
        raise ValueError("must lie between 1900 and 2100")
    return day


def _open_end(day: date) -> date:
    """Payers write the last day there is where there is no end."""
    return day if day == date.max else _within_reach(day)


Day = Annotated[date, AfterValidator(_within_reach)]
LastDay = Annotated[date, AfterValidator(_open_end)]
Moment = Annotated[AwareDatetime, AfterValidator(_within_reach)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Npi = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^(\d{10})?$")]
TaxId = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^(\d{9}|\d{2}-\d{7})?$")]
Code = Annotated[str, BeforeValidator(_upper), StringConstraints(pattern=r"^(\d{5}|[A-Z]\d{4}|\d{4}T)$")]
Units = Annotated[int, Field(ge=0, le=100_000)]


class Status(StrEnum):
    """Where it stands with the payer. "Granted" is the payer's yes; it is no promise of payment."""

    NOT_NEEDED = "not_needed"
    NEEDED = "needed"
    DRAFTING = "drafting"
    SUBMITTED = "submitted"
    PENDED = "pended"
    GRANTED = "granted"
    PARTLY_GRANTED = "partly_granted"
    DENIED = "denied"
    PEER_TO_PEER = "peer_to_peer"
    APPEAL = "appeal"
    EXPIRED = "expired"
    EXHAUSTED = "exhausted"


#: What the payer has said yes to, as far as it goes.
HOLDING = frozenset({Status.GRANTED, Status.PARTLY_GRANTED})
#: The payer has it and has not said.
WAITING = frozenset({Status.SUBMITTED, Status.PENDED, Status.PEER_TO_PEER, Status.APPEAL})


class Form(StrEnum):
    PRIOR_AUTHORIZATION = "prior_authorization"
    PRECERTIFICATION = "precertification"
    PREDETERMINATION = "predetermination"
    NOTIFICATION = "notification"
    EXCEPTION = "exception"
    SINGLE_CASE_AGREEMENT = "single_case_agreement"


class _Part(BaseModel):
    """Unknown fields are errors; no error and no repr shows a value."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def __repr_args__(self) -> Iterable[tuple[str | None, Any]]:
        return ()


class Granted(_Part):
    """Units for one code, or for several that share them."""

    codes: Annotated[list[Code], Field(min_length=1, max_length=MOST_ENTRIES)]
    #: None: the payer did not limit them, or nobody asked.
    units: Units | None = None
    #: As the payer last counted them; None: counted from the sessions that are past.
    used: Units | None = None
    used_as_of: Day | None = None

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if (self.used is None) != (self.used_as_of is None):
            raise ValueError("what is used has its day, and the day its count")
        return self


class Frequency(_Part):
    """No more than so many units of these codes in a stretch of time."""

    codes: Annotated[list[Code], Field(min_length=1, max_length=MOST_ENTRIES)]
    most: Annotated[int, Field(ge=1, le=1000)]
    per: Per


class Authorization(_Part):
    """One authorization: bound to a service line and a payer, never to a patient at large."""

    service_line: Name
    status: Status
    #: The payer, by its code or name, and the company that reviews, where that is another.
    payer: Name
    vendor: Text = ""
    benefit: BenefitDomain | None = None
    form: Form = Form.PRIOR_AUTHORIZATION
    number: Text = ""
    granted: Annotated[list[Granted], Field(max_length=MOST_ENTRIES)] = []
    frequencies: Annotated[list[Frequency], Field(max_length=MOST_ENTRIES)] = []
    starts_on: Day | None = None
    ends_on: LastDay | None = None
    rendering_npi: Npi = ""
    tax_id: TaxId = ""
    site: Text = ""
    rems_site: Text = ""
    dose_band: Text = ""
    diagnosis: Text = ""
    urgent: bool = False
    requested_at: Moment | None = None
    decided_at: Moment | None = None
    #: Who said it, in which letter or call, and on which day; a "not needed" has all of it or is none.
    said_by: Text = ""
    source: Text = ""
    source_on: Day | None = None
    #: The policy card it was asked for by.
    card: Text = ""
    renewal_due_on: Day | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError("it ends before it begins")
        if self.requested_at and self.decided_at and self.decided_at < self.requested_at:
            raise ValueError("it was decided before it was requested")
        codes = [code for one in self.granted for code in one.codes]
        if len(codes) != len(set(codes)):
            raise ValueError("a code stands in two groups of units")
        if self.status is Status.NOT_NEEDED and not (self.source and self.source_on):
            raise ValueError("what is not needed has its source and the day of it")
        return self

    @property
    def codes(self) -> list[str]:
        return [code for one in self.granted for code in one.codes]

    def in_zone(self, zone: tzinfo) -> Self:
        """With its times on the practice's clock, whose calendar counts the days."""
        times = {name: getattr(self, name) for name in ("requested_at", "decided_at")}
        return self.model_copy(update={name: at.astimezone(zone) for name, at in times.items() if at})

    def asked_at(self) -> datetime | None:
        """When the payer got the request, while it has not decided."""
        return self.requested_at if self.status in WAITING and self.decided_at is None else None
