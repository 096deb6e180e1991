"""Facts + planned course -> findings; pure; one rule per file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime

import msgspec

from verify.catalogue import ServiceLine
from verify.facts import NO_TRAIL, Fact, FactName, Known, Standing, Status, Trail, merge, speaking_for
from verify.findings.accumulators import deductible, out_of_pocket, plan_or_line
from verify.findings.active_coverage import active_coverage
from verify.findings.administrator import administrator, company_name
from verify.findings.authorization import authorization
from verify.findings.buy_and_bill import buy_and_bill
from verify.findings.completeness import Completeness, Item, completeness, first_end, questions_of
from verify.findings.cost_share import coinsurance_basis_points, copay_cents, cost_share
from verify.findings.covered import covered
from verify.findings.day_limit import day_limit
from verify.findings.drug_benefit import drug_benefit
from verify.findings.finding import Case, Finding, How, Question, Verdict, number_of
from verify.findings.high_deductible import high_deductible
from verify.findings.network import network
from verify.findings.other_coverage import other_coverage
from verify.findings.out_of_network import out_of_network
from verify.findings.plan_year import plan_year
from verify.findings.planned import NO_COURSE, Course, Illness, PlannedService, PlannedSession
from verify.findings.referral import referral
from verify.findings.rems import rems
from verify.findings.severity import severity
from verify.findings.visit_limits import visit_limits
from verify.findings.who_holds import who_holds
from verify.worksheet import load

__all__ = [
    "NO_COURSE",
    "Case",
    "Completeness",
    "Course",
    "Finding",
    "How",
    "Illness",
    "Item",
    "Judgement",
    "PlannedService",
    "PlannedSession",
    "Question",
    "Summary",
    "cases_of",
    "first_end",
    "judge",
]

#: A rule says nothing where it does not concern the line.
Rule = Callable[[Case], Verdict | None]
#: About the plan, judged once; then about each service line. To add a rule: a file here, and its name.
PLAN_RULES: Sequence[Rule] = (other_coverage, who_holds)
LINE_RULES: Sequence[Rule] = (
    active_coverage,
    administrator,
    network,
    referral,
    covered,
    cost_share,
    high_deductible,
    deductible,
    out_of_pocket,
    plan_year,
    visit_limits,
    day_limit,
    authorization,
    out_of_network,
    drug_benefit,
    buy_and_bill,
    rems,
    severity,
)


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What a worklist shows, of the first service line. None is "not stated", or disputed."""

    coverage_status: str | None = None
    plan_name: str | None = None
    plan_begins_on: date | None = None
    plan_ends_on: date | None = None
    deductible_remaining_cents: int | None = None
    out_of_pocket_remaining_cents: int | None = None
    copay_cents: int | None = None
    coinsurance_bp: int | None = None
    authorization: str | None = None
    administered_by: str | None = None
    #: Of the line of which least is known: the percentage of needed fields, whether the minimum is there, and
    #: how well it is known (verify.facts.Confidence).
    known_percent: int | None = None
    usable: bool | None = None
    confidence: str | None = None


class Judgement(msgspec.Struct, frozen=True):
    """Everything the rules say, what is still to be asked, the line of the worklist, and how complete it is."""

    findings: tuple[Finding, ...]
    #: In the order of the calls.
    questions: tuple[Question, ...]
    summary: Summary
    completeness: tuple[Completeness, ...] = ()


def judge(
    facts: Iterable[Fact],
    service_lines: Sequence[ServiceLine],
    on: date,
    *,
    now: datetime,
    trail: Trail = NO_TRAIL,
    courses: Mapping[str, Course] | None = None,
    illnesses: Mapping[str, Illness] | None = None,
    on_file: Mapping[str, str] | None = None,
) -> Judgement:
    """The findings for each service line on a day, from facts in the order they were stored.

    Each line is judged from what whoever holds its benefits says, as the trail has it. `courses`, `illnesses`
    and `on_file` (authorization records) are by service line; what is not there is not known.
    """
    cases = cases_of(
        facts, service_lines, on, now=now, trail=trail, courses=courses, illnesses=illnesses, on_file=on_file
    )
    said = [rule(case) for case in cases[:1] for rule in PLAN_RULES]
    said += [rule(case) for case in cases for rule in LINE_RULES]
    verdicts = [verdict for verdict in said if verdict is not None]
    filled_in = tuple(completeness(case) for case in cases)
    asked = [question for verdict in verdicts for question in verdict.questions]
    asked += [
        question
        for case, found in zip(cases, filled_in, strict=True)
        for question in questions_of(case, found)
    ]
    return Judgement(
        tuple(verdict.finding for verdict in verdicts),
        _ordered(asked),
        _summary(cases[0], filled_in) if cases else Summary(),
        filled_in,
    )


def cases_of(
    facts: Iterable[Fact],
    service_lines: Sequence[ServiceLine],
    on: date,
    *,
    now: datetime,
    trail: Trail = NO_TRAIL,
    courses: Mapping[str, Course] | None = None,
    illnesses: Mapping[str, Illness] | None = None,
    on_file: Mapping[str, str] | None = None,
) -> list[Case]:
    """What each line is judged from."""
    known, planned = list(facts), courses or {}
    return [
        Case(
            merged=merge(speaking_for(known, trail, line.benefit_domain), now=now),
            line=line,
            on=on,
            trail=trail,
            course=planned.get(line.key, NO_COURSE),
            others=[course for key, course in planned.items() if key != line.key],
            illness=(illnesses or {}).get(line.key),
            on_file=(on_file or {}).get(line.key, ""),
        )
        for line in service_lines
    ]


def _ordered(asked: Iterable[Question]) -> tuple[Question, ...]:
    """Each once, as the first that asks puts it; in the order of the calls, the lines one after the other."""
    first: dict[tuple[FactName, str], Question] = {}
    for question in asked:
        first.setdefault((question.fact, question.service_line), question)
    order = load().order
    return tuple(sorted(first.values(), key=lambda question: order(question.fact)))


def _summary(case: Case, filled_in: Sequence[Completeness]) -> Summary:
    return Summary(
        known_percent=min(found.percent for found in filled_in),
        usable=all(found.usable for found in filled_in),
        confidence=max(found.confidence.value for found in filled_in),
        coverage_status=_conclusion(active_coverage(case)),
        plan_name=_text(case.look_up_plan(FactName.PLAN_NAME)),
        plan_begins_on=_day(case.look_up_plan(FactName.PLAN_BEGIN)),
        plan_ends_on=_day(case.look_up_plan(FactName.PLAN_END)),
        deductible_remaining_cents=_number(plan_or_line(case, FactName.DEDUCTIBLE_REMAINING)[0]),
        out_of_pocket_remaining_cents=_number(plan_or_line(case, FactName.OUT_OF_POCKET_REMAINING)[0]),
        copay_cents=copay_cents(case),
        coinsurance_bp=coinsurance_basis_points(case),
        authorization=_conclusion(authorization(case)),
        administered_by=company_name(case.look_up(FactName.ADMINISTRATOR)),
    )


def _conclusion(verdict: Verdict) -> str | None:
    """None for not stated; what sources dispute is unknown, whoever would win."""
    found = verdict.finding
    if found.conclusion == "not_stated":
        return None
    return "unknown" if found.status is Status.AMBIGUOUS else found.conclusion


def _number(known: Known) -> int | None:
    return number_of(known) if known.settled else None


def _text(known: Known) -> str | None:
    value = known.fact.value if known.fact and known.standing is Standing.VALUE else None
    return value if isinstance(value, str) else None


def _day(known: Known) -> date | None:
    value = _text(known) if known.settled else None
    return date.fromisoformat(value) if value else None
