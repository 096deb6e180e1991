"""What a patient's course costs, or what is missing to say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import msgspec

from verify.affordability.case import Case
from verify.affordability.estimate import Estimate, estimate
from verify.affordability.patient.beside_the_figures import not_included, reckoned_with
from verify.affordability.patient.case_lines import case_lines, number_of_sessions
from verify.affordability.patient.plan_limits import PlanLimits, plan_limits
from verify.affordability.patient.plan_rules import COVERED
from verify.affordability.patient.reach import within_reach
from verify.affordability.patient.subject import Open, day_of
from verify.affordability.patient.treatment import Treatment, in_cents, missing_prices, plan_treatment
from verify.affordability.prices import Price
from verify.catalogue import ServiceLine
from verify.facts import WHOLE_PLAN, Fact, FactName, Merged, Standing, merge

#: A course may run into the year after its first visit.
YEARS = range(2000, 2099)


class Worth(msgspec.Struct, frozen=True, kw_only=True):
    """What knowing a fact of a verification is worth to the estimate, in cents."""

    fact: FactName
    service_line: str
    worth_cents: int


class Range(msgspec.Struct, frozen=True, kw_only=True):
    """At least and at most, in cents."""

    low_cents: int
    high_cents: int


class CourseCost(msgspec.Struct, frozen=True, kw_only=True):
    """What the planned course costs the patient, or what is missing to say so."""

    #: None: no figure can be given; `missing` says what is needed first.
    estimate: Estimate | None = None
    #: The range if the plan covers everything and the clinic is in network, where either is open.
    if_covered: Range | None = None
    missing: list[str] = []
    #: What was taken where nothing was stated.
    reckoned_with: list[str] = []
    #: What may cost the patient more or less and is in no figure here.
    not_included: list[str] = []
    worth: list[Worth] = []
    #: The first day of the next plan year, where the course runs into it.
    new_plan_year: date | None = None


def course_cost(
    facts: Iterable[Fact],
    service_lines: Sequence[ServiceLine],
    first: date,
    *,
    now: datetime,
    payer: str,
    prices: Sequence[Price],
) -> CourseCost:
    """What the usual courses of these treatments cost from `first` on, all on one ledger.

    `payer` is our code for it, `now` in the practice's zone. Nothing that is absent counts as zero:
    it is an unknown with bounds, or it is missing.
    """
    merged = merge(facts, now=now)
    if cannot := _cannot(merged, service_lines, first):
        return CourseCost(missing=cannot)
    alone = len(service_lines) == 1
    treatments = [plan_treatment(merged, line, first, payer, prices, alone=alone) for line in service_lines]
    if missing := [words for one in treatments for words in missing_prices(one)]:
        return CourseCost(missing=missing, not_included=not_included(treatments))
    return _reckoned(treatments, now.date())


def _cannot(merged: Merged, service_lines: Sequence[ServiceLine], on: date) -> list[str]:
    """Why nothing can be said yet."""
    if on.year not in YEARS:
        return ["A first visit in this century: the day is out of the calendar we reckon with."]
    if not service_lines:
        return ["A treatment: none is planned."]
    if not any(fact.standing is not Standing.NOT_STATED for fact in merged.facts):
        return ["The payer’s answer: nothing is known of the plan yet."]
    plan = {
        name: merged.look_up(name, service_types=(WHOLE_PLAN,))
        for name in (FactName.ACTIVE, FactName.PLAN_BEGIN, FactName.PLAN_END)
    }
    begin, end = day_of(plan[FactName.PLAN_BEGIN]), day_of(plan[FactName.PLAN_END])
    outside = (begin is not None and on < begin) or (end is not None and end < on)
    if outside or plan[FactName.ACTIVE].standing is Standing.NO:
        return ["A plan that is active on that day: this one is not, as the payer states."]
    return [
        f"A plan that is active for {line.label}: this one is not, as the payer states."
        for line in service_lines
        if merged.look_up(FactName.ACTIVE, service_line=line.key, service_types=line.reads).standing
        is Standing.NO
    ]


def _reckoned(treatments: Sequence[Treatment], today: date) -> CourseCost:
    limits = _limits(treatments, today)
    opened = [
        *(opened for one in treatments for opened in number_of_sessions(one)),
        *(opened for one in treatments for opened in one.rule.opened),
        *([] if all(one.rule.excluded for one in treatments) else limits.opened),
    ]
    case, settled = within_reach(_case(treatments, limits, today), [one.unknown for one in opened])
    found = estimate(case.model_copy(update={"starts": _other_starts(case)}))
    asked = [question for question in found.questions if len(question.answers) > 1]
    return CourseCost(
        estimate=msgspec.structs.replace(found, questions=asked),
        if_covered=_if_covered(case, opened),
        reckoned_with=reckoned_with(treatments, limits, settled),
        not_included=not_included(treatments),
        worth=_worths(opened, found),
        new_plan_year=case.reset.on if case.reset else None,
    )


def _limits(treatments: Sequence[Treatment], today: date) -> PlanLimits:
    planned = [one for treatment in treatments for one in treatment.planned]
    most_cents = sum(
        in_cents(price, one.units) for one in planned for price in (one.allowed, one.own) if price
    )
    last = max(one.day for one in planned)
    return plan_limits([one.subject for one in treatments], last, today, most_cents)


def _case(treatments: Sequence[Treatment], limits: PlanLimits, today: date) -> Case:
    return Case(
        lines=[line for one in treatments for line in case_lines(one, limits.counted)],
        limits=limits.limits,
        reset=limits.reset,
        as_of=today,
        accumulators_as_of=limits.as_of,
    )


def _other_starts(case: Case) -> list[date]:
    """The course begun in the new plan year, on the same weekday, where it runs into one."""
    first = min(line.date for line in case.lines)
    if case.reset is None or case.reset.on <= first:
        return []
    weeks = -(-(case.reset.on - first).days // 7)
    return [first + timedelta(weeks=weeks)]


def _if_covered(case: Case, opened: Sequence[Open]) -> Range | None:
    """Whether a plan pays at all is the dearest question there is, and hides what the others are worth."""
    of_paying = [one.unknown for one in opened if one.fact in (FactName.COVERED, FactName.IN_NETWORK)]
    if not of_paying or any(unknown.answers[0].answer != COVERED for unknown in of_paying):
        return None
    settled = {unknown.fact for unknown in of_paying}
    rest = [unknown for unknown in case.unknowns if unknown.fact not in settled]
    found = estimate(case.model_copy(update={"unknowns": rest}))
    return Range(low_cents=found.low_cents, high_cents=found.high_cents)


def _worths(opened: Sequence[Open], found: Estimate) -> list[Worth]:
    """For each fact the most any of its questions moves the total."""
    worth_of = {question.fact: question.worth_cents for question in found.questions}
    worths: dict[tuple[FactName, str], int] = {}
    for one in opened:
        for fact in filter(None, (one.fact, one.also)):
            key, worth = (fact, one.service_line), worth_of.get(one.unknown.fact, 0)
            worths[key] = max(worths.get(key, 0), worth)
    return [Worth(fact=fact, service_line=line, worth_cents=cents) for (fact, line), cents in worths.items()]
