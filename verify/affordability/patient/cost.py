"""The cost of a patient's course: the estimate and what stands beside it, or what is missing for one."""

from __future__ import annotations

from datetime import date

import msgspec

from verify.affordability.estimate import Estimate
from verify.facts import FactName


class Worth(msgspec.Struct, frozen=True, kw_only=True):
    """What knowing a fact of a verification is worth to the estimate, in cents."""

    fact: FactName
    service_line: str
    worth_cents: int


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """At least and at most, in cents."""

    low_cents: int
    high_cents: int


class OtherStart(msgspec.Struct, frozen=True, kw_only=True):
    """The course begun on another day, in cents, if the plan goes on as it is. Only shown: urgency is clinical."""

    on: date
    #: None: a price is missing then, as `missing` says.
    low_cents: int | None = None
    expected_cents: int | None = None
    high_cents: int | None = None
    missing: list[str] = []


class CourseCost(msgspec.Struct, frozen=True, kw_only=True):
    """What the planned course costs the patient, or what is missing to say so."""

    #: None: no figure can be given; `missing` says what is needed first.
    estimate: Estimate | None = None
    #: The range if the plan covers everything and the clinic is in network, where either is open.
    if_covered: Range | None = None
    missing: list[str] = []
    #: What a person assumed for this estimate, with its source; nothing of it is stored.
    assumed: list[str] = []
    #: What was taken where nothing was stated.
    reckoned_with: list[str] = []
    #: What may cost the patient more or less and is in no figure here.
    not_included: list[str] = []
    worth: list[Worth] = []
    #: The first day of the next plan year, where the course runs into it.
    new_plan_year: date | None = None
    #: The course begun on other days.
    other_starts: list[OtherStart] = []
