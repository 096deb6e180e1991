"""A case as it is handed in: every key of the format, with its bounds."""

from __future__ import annotations

import re
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from verify.affordability.faults import CaseError, Problem
from verify.affordability.ledger import CopayBasis, LimitKind, Order
from verify.affordability.other_coverage import Method

#: A hundred million dollars: more is a slip of the keyboard.
MOST_CENTS = 10_000_000_000
MOST_LINES = 5_000
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
YEARS = (2000, 2100)


def _as_day(value: object) -> date:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not DAY.fullmatch(value):
        raise ValueError("must be a date as YYYY-MM-DD")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise ValueError("is no day of the calendar") from None
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise ValueError(f"must lie between {YEARS[0]} and {YEARS[1]}")
    return day


Cents = Annotated[int, Field(ge=0, le=MOST_CENTS, strict=True)]
BasisPoints = Annotated[int, Field(ge=0, le=10_000, strict=True)]
Count = Annotated[int, Field(ge=0, le=MOST_LINES, strict=True)]
Day = Annotated[date, BeforeValidator(_as_day)]
Code = Annotated[str, Field(min_length=1, max_length=20, strict=True)]
Words = Annotated[str, Field(min_length=1, max_length=400, strict=True)]
Flag = Annotated[bool, Field(strict=True)]
#: Where a figure comes from, best first.
AllowedSource = Literal["contract", "typical", "assumed"]
RuleSource = Literal["phone", "contract", "271", "assumed"]


class _Part(BaseModel):
    """Unknown keys are errors: a misspelled limit would silently be no limit."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class CaseRule(_Part):
    """How the plan pays a line (R)."""

    covered: Flag = True
    copay_cents: Cents = 0
    copay_basis: CopayBasis = CopayBasis.VISIT
    copay_group: Annotated[str, Field(strict=True)] | None = None
    coinsurance_bp: BasisPoints = 0
    deductible_applies: Flag = False
    order: Order = Order.DEDUCTIBLE_FIRST
    copay_counts_deductible: Flag = False
    copay_counts_oop: Flag = True
    counts_visit: Flag = False
    visit_group: Annotated[str, Field(strict=True)] | None = None


class CaseLimits(_Part):
    """What is left at the start (L); null: the plan has no such limit."""

    deductible_individual_cents: Cents | None = None
    deductible_family_cents: Cents | None = None
    oop_individual_cents: Cents | None = None
    oop_family_cents: Cents | None = None
    deductible_kind: LimitKind = LimitKind.EMBEDDED
    oop_kind: LimitKind = LimitKind.EMBEDDED
    visits_left: Annotated[int, Field(ge=0, strict=True)] | None = None


class CaseLine(_Part):
    """One service on one day; `self_pay_cents` is the price when no claim is filed."""

    date: Day
    code: Code
    allowed_cents: Cents | None = None
    billed_cents: Cents | None = None
    self_pay_cents: Cents | None = None
    out_of_network: Flag = False
    balance_bill: Flag = False
    rule: CaseRule | None = None
    allowed_source: AllowedSource | None = None
    rule_source: RuleSource | None = None
    #: Which treatment of a bundle it belongs to, where two of them have a code in common.
    part: Words | None = None


class CaseReset(_Part):
    """The next plan year: its first day and what is left then."""

    on: Day
    limits: CaseLimits


class CaseSavings(_Part):
    """A manufacturer's savings programme; `counts` false: an accumulator programme ignores its money.

    It has `left_cents` at the start (null: the whole maximum), and the maximum again from `renews_on` on.
    """

    name: Words
    codes: list[Code] = Field(min_length=1)
    patient_pays_cents: Cents = 0
    maximum_cents: Cents | None = None
    left_cents: Cents | None = None
    counts: Flag = True
    starts_on: Day | None = None
    ends_on: Day | None = None
    renews_on: Day | None = None
    #: Who told its terms.
    source: RuleSource = "assumed"


class CaseSecondRule(_Part):
    codes: list[Code] | None = None
    rule: CaseRule
    allowed_cents: Cents | None = None


class CaseSecondary(_Part):
    """The second payer. `pays_…` are a supplement's shares of the first payer's cost share."""

    method: Method
    limits: CaseLimits = CaseLimits()
    reset: CaseReset | None = None
    rules: list[CaseSecondRule] = []
    pays_of_deductible_bp: BasisPoints = 0
    pays_of_coinsurance_bp: BasisPoints = 0
    #: Who told its terms.
    source: RuleSource = "assumed"


class LineChange(_Part):
    """The keys of a line an answer changes."""

    allowed_cents: Cents | None = None
    billed_cents: Cents | None = None
    self_pay_cents: Cents | None = None
    out_of_network: Flag = False
    balance_bill: Flag = False


class SavingsChange(_Part):
    patient_pays_cents: Cents = 0
    maximum_cents: Cents | None = None
    left_cents: Cents | None = None
    counts: Flag = True


class SecondaryChange(_Part):
    method: Method = Method.STANDARD
    pays_of_deductible_bp: BasisPoints = 0
    pays_of_coinsurance_bp: BasisPoints = 0


class CaseAnswer(_Part):
    """One possible answer to an unknown: the keys that stand in it replace those of the case.

    `sessions`: only so many of the lines concerned take place, the first ones. `every`: only every
    second, third … of them takes place, the first included.
    """

    answer: Words
    rule: CaseRule | None = None
    line: LineChange | None = None
    limits: CaseLimits | None = None
    reset_limits: CaseLimits | None = None
    savings: dict[str, SavingsChange] = {}
    secondary: SecondaryChange | None = None
    #: The new plan year does not begin while the course runs.
    no_reset: Flag = False
    sessions: Count | None = None
    every: Annotated[int, Field(ge=1, le=MOST_LINES, strict=True)] | None = None


class CaseUnknown(_Part):
    """A fact that is not known, with every answer it may have.

    It is about the lines of its `codes` and its `part` (none given: every line) between the two days. `expected`: the answer reckoned with
    until it is known; where it is left out, the first.
    """

    fact: Words
    how: Words = "ask the plan"
    codes: list[Code] | None = None
    part: Words | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
    #: For the clinic to settle, not the plan: it widens the range and leaves the confidence alone.
    of_clinic: Flag = False
    answers: list[CaseAnswer] = Field(min_length=2, max_length=20)
    expected: Words | None = None

    @model_validator(mode="after")
    def _answers_differ(self) -> Self:
        names = [one.answer for one in self.answers]
        if len(set(names)) < len(names):
            raise ValueError("has the same answer twice")
        if self.expected is not None and self.expected not in names:
            raise ValueError("expected is none of the answers")
        return self


class Case(BaseModel):
    """The whole case. A key this format does not have is left alone and reported, unless it looks misspelled."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)

    lines: list[CaseLine] = Field(min_length=1, max_length=MOST_LINES)
    limits: CaseLimits
    reset: CaseReset | None = None
    #: A heading for the table. Never a patient's name.
    title: Words | None = None
    #: The day of the estimate, and the day of which `limits` speaks.
    as_of: Day | None = None
    accumulators_as_of: Day | None = None
    #: The most that other claims may have added since `accumulators_as_of`.
    spent_since_at_most_cents: Cents | None = None
    allowed_source: AllowedSource = "assumed"
    rule_source: RuleSource = "assumed"
    #: Sessions given but not billed yet: they move the ledger and are no part of the total.
    pending: list[CaseLine] = Field(default=[], max_length=MOST_LINES)
    secondary: CaseSecondary | None = None
    savings: list[CaseSavings] = []
    unknowns: list[CaseUnknown] = Field(default=[], max_length=20)
    #: Other first days to compare with, on the same weekday.
    starts: list[Day] = Field(default=[], max_length=60)
    #: What a test expects; never read here.
    expect: Any = None

    @model_validator(mode="before")
    @classmethod
    def _no_misspelled_key(cls, document: Any) -> Any:
        known = cls.model_fields.keys() - {"expect"}
        for key in document if isinstance(document, dict) else ():
            meant = [] if key in cls.model_fields else get_close_matches(str(key), known, 1, 0.75)
            if meant:
                raise CaseError([Problem(str(key), f"is not a key of a case; did you mean {meant[0]}?")])
        return document
