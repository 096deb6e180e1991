"""A case as it is handed in (JSON), checked; every error names the field."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

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


class CaseReset(_Part):
    """The next plan year: its first day and what is left then."""

    on: Day
    limits: CaseLimits


class CaseSavings(_Part):
    """A manufacturer's savings programme; `counts` false: an accumulator programme ignores its money."""

    name: Words
    codes: list[Code] = Field(min_length=1)
    patient_pays_cents: Cents = 0
    maximum_cents: Cents | None = None
    counts: Flag = True
    starts_on: Day | None = None
    ends_on: Day | None = None
    renews_on: Day | None = None


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
    sessions: Count | None = None
    every: Annotated[int, Field(ge=1, le=MOST_LINES, strict=True)] | None = None


class CaseUnknown(_Part):
    """A fact that is not known, with every answer it may have.

    It is about the lines of its `codes` (none given: every line) between the two days. `expected`: the answer reckoned with
    until it is known; where it is left out, the first.
    """

    fact: Words
    how: Words = "ask the plan"
    codes: list[Code] | None = None
    starts_on: Day | None = None
    ends_on: Day | None = None
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


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault: the field as a path (`lines[3].allowed_cents`), and what is wrong with it."""

    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


class CaseError(Exception):
    """A case cannot be estimated as it stands. Never repeats what was handed in."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems


def read_case(document: object) -> Case:
    """The case in a JSON document. Raises CaseError naming every faulty field."""
    if not isinstance(document, Mapping):
        raise CaseError([Problem("", "a case is a JSON object")])
    try:
        case = Case.model_validate(document)
    except ValidationError as error:
        raise CaseError([_problem(one) for one in error.errors(include_input=False)]) from None
    if problems := _contradictions(case):
        raise CaseError(problems)
    return case


def parse(text: str) -> object:
    """The JSON document in a text. Raises CaseError, also for a key that stands twice."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except RecursionError:
        raise CaseError([Problem("", "is nested too deeply")]) from None
    except json.JSONDecodeError as error:
        raise CaseError(
            [Problem("", f"is no JSON: {error.msg} in line {error.lineno}, column {error.colno}")]
        ) from None
    except ValueError:
        raise CaseError([Problem("", "is no JSON this program reads: a number is too long")]) from None


def unused_keys(case: Case) -> list[str]:
    return sorted(case.model_extra or {})


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise CaseError([Problem(twice, "stands twice in one object")])
    return document


#: Our words for the reader's error types; where one is missing, its own words serve.
WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not a key of this format",
    "int_type": "must be a whole number (cents, basis points or a count)",
    "greater_than_equal": "must not be below {ge}",
    "less_than_equal": "must not be above {le}",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "too_short": "needs at least {min_length}",
    "too_long": "has more than {max_length}",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
}


def _problem(error: Any) -> Problem:
    context = error.get("ctx", {})
    words = WORDS.get(error["type"])
    message = words.format(**context) if words else error["msg"].removeprefix("Value error, ")
    return Problem(path_of(error["loc"]), message)


def path_of(place: tuple[int | str, ...]) -> str:
    """`("lines", 3, "allowed_cents")` as `lines[3].allowed_cents`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")


def _contradictions(case: Case) -> list[Problem]:
    """What no single field shows."""
    return [
        *_stale_contradictions(case),
        *_order_contradictions(case),
        *_answer_contradictions(case),
        *_start_contradictions(case),
    ]


def _stale_contradictions(case: Case) -> list[Problem]:
    problems = []
    if case.accumulators_as_of is not None and case.as_of is None:
        problems.append(
            Problem("as_of", "is missing: without it nobody can tell how old the accumulators are")
        )
    if case.as_of and case.accumulators_as_of and case.accumulators_as_of > case.as_of:
        problems.append(Problem("accumulators_as_of", "lies after as_of"))
    if case.spent_since_at_most_cents is not None and case.accumulators_as_of is None:
        problems.append(Problem("accumulators_as_of", "is missing: spent_since_at_most_cents counts from it"))
    return problems


def _order_contradictions(case: Case) -> list[Problem]:
    problems = []
    for at, programme in enumerate(case.savings):
        if programme.starts_on and programme.ends_on and programme.ends_on < programme.starts_on:
            problems.append(Problem(f"savings[{at}].ends_on", "lies before starts_on"))
    names = sorted(programme.name for programme in case.savings)
    if any(one == other for one, other in pairwise(names)):
        problems.append(Problem("savings", "has two programmes of the same name"))
    return problems


def _answer_contradictions(case: Case) -> list[Problem]:
    names = {programme.name for programme in case.savings}
    codes = {line.code for line in (*case.lines, *case.pending)}
    problems = []
    for at, unknown in enumerate(case.unknowns):
        if unknown.codes is not None and not codes.intersection(unknown.codes):
            problems.append(Problem(f"unknowns[{at}].codes", "no line has any of these codes"))
        for number, answer in enumerate(unknown.answers):
            where = f"unknowns[{at}].answers[{number}]"
            if answer.reset_limits is not None and case.reset is None:
                problems.append(Problem(f"{where}.reset_limits", "the case has no reset"))
            if answer.secondary is not None and case.secondary is None:
                problems.append(Problem(f"{where}.secondary", "the case has no secondary"))
            if not names.issuperset(answer.savings):
                problems.append(Problem(f"{where}.savings", "names a programme the case does not have"))
    return problems


def _start_contradictions(case: Case) -> list[Problem]:
    weekday = min(line.date for line in case.lines).weekday()
    return [
        Problem(f"starts[{at}]", "must be the same day of the week as the first line")
        for at, day in enumerate(case.starts)
        if day.weekday() != weekday
    ]
