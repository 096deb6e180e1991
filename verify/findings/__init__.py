"""Facts + planned course -> findings; pure; one rule per file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

import msgspec

from verify.catalogue import ServiceLine
from verify.facts import NO_TRAIL, Fact, FactName, Known, Standing, Status, Trail, merge, speaking_for
from verify.findings.accumulators import deductible, out_of_pocket, plan_or_line
from verify.findings.active_coverage import active_coverage
from verify.findings.administrator import administrator, company_name
from verify.findings.authorization import authorization
from verify.findings.cost_share import coinsurance_basis_points, copay_cents, cost_share
from verify.findings.covered import covered
from verify.findings.finding import Case, Finding, How, Question, Verdict, number_of
from verify.findings.network import network
from verify.findings.other_coverage import other_coverage
from verify.findings.visit_limits import visit_limits
from verify.findings.who_holds import who_holds

__all__ = ["Finding", "How", "Judgement", "Question", "Summary", "judge"]

#: About the plan, judged once; then about each service line. To add a rule: a file here, and its name.
PLAN_RULES: Sequence[Callable[[Case], Verdict]] = (other_coverage, who_holds)
LINE_RULES: Sequence[Callable[[Case], Verdict]] = (
    active_coverage,
    administrator,
    network,
    covered,
    cost_share,
    deductible,
    out_of_pocket,
    visit_limits,
    authorization,
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


class Judgement(msgspec.Struct, frozen=True):
    """Everything the rules say, what is still to be asked, and the line of the worklist."""

    findings: tuple[Finding, ...]
    questions: tuple[Question, ...]
    summary: Summary


def judge(
    facts: Iterable[Fact],
    service_lines: Sequence[ServiceLine],
    on: date,
    *,
    now: datetime,
    trail: Trail = NO_TRAIL,
) -> Judgement:
    """The findings for each service line on a day, from facts in the order they were stored.

    Each line is judged from what whoever holds its benefits says, as the trail has it.
    """
    known = list(facts)
    cases = [
        Case(merge(speaking_for(known, trail, line.benefit_domain), now=now), line, on, trail)
        for line in service_lines
    ]
    verdicts = [rule(case) for case in cases[:1] for rule in PLAN_RULES]
    verdicts += [rule(case) for case in cases for rule in LINE_RULES]
    questions = {
        (question.fact, question.service_line): question
        for verdict in reversed(verdicts)
        for question in verdict.questions
    }
    return Judgement(
        tuple(verdict.finding for verdict in verdicts),
        tuple(reversed(questions.values())),
        _summary(cases[0]) if cases else Summary(),
    )


def _summary(case: Case) -> Summary:
    return Summary(
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
