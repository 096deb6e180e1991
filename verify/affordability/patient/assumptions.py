"""What a person assumes for one estimate: sessions, first days and weekdays, and who else helps to pay."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import msgspec

from verify.affordability.other_coverage import Method
from verify.catalogue import BenefitDomain, ServiceLine
from verify.courses import Weekday


class CourseAssumption(msgspec.Struct, frozen=True, kw_only=True):
    """One treatment's course; what is None or empty is as planned, else as usual."""

    sessions: int | None = None
    start: date | None = None
    #: In the order of the week.
    weekdays: tuple[Weekday, ...] = ()
    #: The patient pays the clinic's price; no claim is filed.
    self_pay: bool = False

    def files_no_claim(self, line: ServiceLine) -> bool:
        """The patient pays by choice, or because no plan has such a benefit."""
        return self.self_pay or line.benefit_domain is BenefitDomain.SELF_PAY


class SavingsCard(msgspec.Struct, frozen=True, kw_only=True):
    """A manufacturer's savings programme for the drug, as somebody told its terms. Amounts are cents."""

    #: What the patient still pays of the drug at each treatment.
    patient_pays: int
    #: What the programme still pays this year; None: not known.
    left: int | None = None
    #: Whether the plan counts its money; None: not known.
    counts: bool | None = None
    #: The day on which its money starts anew, and how much it is then.
    renews_on: date | None = None
    maximum: int | None = None
    source: str


class SecondPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A second coverage, as somebody told its terms. Amounts are cents, shares basis points."""

    #: None: whether it pays beside or only beyond the first is not known.
    method: Method | None
    copay: int = 0
    coinsurance: int = 0
    deductible_left: int = 0
    #: None: none is reckoned with.
    maximum_left: int | None = None
    #: What a supplement pays of the first plan's deductible, and of its copay and coinsurance.
    of_deductible: int = 0
    of_coinsurance: int = 0
    source: str


class Assumptions(msgspec.Struct, frozen=True, kw_only=True):
    """Everything assumed for an estimate; none of it is stored."""

    #: By the key of a service line.
    courses: Mapping[str, CourseAssumption] = {}
    card: SavingsCard | None = None
    second: SecondPlan | None = None
    #: Other days on which the first treatment might begin, for comparison.
    starts: tuple[date, ...] = ()

    def course_of(self, key: str) -> CourseAssumption:
        return self.courses.get(key, AS_USUAL)


AS_USUAL = CourseAssumption()
NOTHING_ASSUMED = Assumptions()
