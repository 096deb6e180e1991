"""What a patient's course costs, or what is missing to say so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec

from verify.affordability.case import Case
from verify.affordability.estimate import Estimate, estimate
from verify.affordability.patient.assumptions import NOTHING_ASSUMED, Assumptions
from verify.affordability.patient.beside_the_figures import not_included, other_benefit
from verify.affordability.patient.cost import CourseCost, OtherStart, Range, Worth
from verify.affordability.patient.network import COVERED
from verify.affordability.patient.obstacles import beyond_a_case, obstacles, out_of_the_calendar
from verify.affordability.patient.patient_case import patient_case
from verify.affordability.patient.subject import Open
from verify.affordability.patient.treatment import Basis, Treatment, missing_prices, plan_treatment
from verify.affordability.prices import Price
from verify.catalogue import ServiceLine
from verify.courses import CoursePlan
from verify.facts import Fact, FactName, merge


def course_cost(
    facts: Iterable[Fact],
    service_lines: Sequence[ServiceLine],
    first: date,
    *,
    now: datetime,
    payer: str,
    prices: Sequence[Price],
    plans: Mapping[str, CoursePlan] | None = None,
    closed: Collection[date] = (),
    assumed: Assumptions = NOTHING_ASSUMED,
) -> CourseCost:
    """What the courses of these treatments cost, all on one ledger: as planned, else as usual from `first` on.

    `plans` are those a person made, by service line; the others leave out the `closed` days. `payer` is our
    code for it, `now` in the practice's zone. Nothing that is absent counts as zero:
    it is an unknown with bounds, or it is missing. Raises CaseError naming an assumption that cannot hold.
    """
    basis = Basis(merged=merge(facts, now=now), payer=payer, prices=prices, plans=plans or {}, closed=closed)
    starts = {line.key: basis.first(line, assumed.course_of(line.key), first) for line in service_lines}
    if cannot := obstacles(basis.merged, service_lines, starts, assumed):
        return CourseCost(missing=cannot)
    found = cost_of(plan_treatments(basis, service_lines, starts, assumed), now.date(), assumed)
    begun = [*_new_year_start(found.new_plan_year, min(starts.values())), *assumed.starts]
    other = [
        _begun(on, basis, service_lines, _moved(starts, on), now.date(), assumed)
        for on in dict.fromkeys(begun)
    ]
    return msgspec.structs.replace(found, other_starts=other)


def plan_treatments(
    basis: Basis, service_lines: Sequence[ServiceLine], starts: Mapping[str, date], assumed: Assumptions
) -> list[Treatment]:
    alone = len(service_lines) == 1
    return [
        plan_treatment(basis, line, starts[line.key], assumed.course_of(line.key), alone=alone)
        for line in service_lines
    ]


def cost_of(treatments: Sequence[Treatment], today: date, assumed: Assumptions) -> CourseCost:
    """The cost of these treatments on one ledger, or the prices that are missing. Raises CaseError."""
    beside = not_included(treatments, has_second=assumed.second is not None)
    if missing := _missing(treatments):
        return CourseCost(missing=missing, not_included=beside)
    made = patient_case(treatments, today, assumed)
    found = estimate(made.case)
    asked = [question for question in found.questions if len(question.answers) > 1]
    return CourseCost(
        estimate=msgspec.structs.replace(
            found, questions=asked, notes=[*found.notes, *other_benefit(treatments)]
        ),
        if_covered=_if_covered(made.case, made.opened),
        assumed=made.assumed,
        reckoned_with=made.reckoned_with,
        not_included=beside,
        worth=_worths(made.opened, found),
        new_plan_year=made.case.reset.on if made.case.reset else None,
    )


def _missing(treatments: Sequence[Treatment]) -> list[str]:
    return beyond_a_case(treatments) or [words for one in treatments for words in missing_prices(one)]


def _begun(
    on: date,
    basis: Basis,
    service_lines: Sequence[ServiceLine],
    starts: Mapping[str, date],
    today: date,
    assumed: Assumptions,
) -> OtherStart:
    if out := out_of_the_calendar(starts):
        return OtherStart(on=on, missing=out)
    treatments = plan_treatments(basis, service_lines, starts, assumed)
    if missing := _missing(treatments):
        return OtherStart(on=on, missing=missing)
    found = estimate(patient_case(treatments, today, assumed).case)
    return OtherStart(
        on=on,
        low_cents=found.low_cents,
        expected_cents=found.expected_cents,
        high_cents=found.high_cents,
    )


def _moved(starts: Mapping[str, date], on: date) -> dict[str, date]:
    """The treatments as far apart as they were, the first of them on that day."""
    later = on - min(starts.values())
    return {key: day + later for key, day in starts.items()}


def _new_year_start(new_plan_year: date | None, first: date) -> list[date]:
    """The course begun in the new plan year, on the same weekday, where it runs into one."""
    if new_plan_year is None or new_plan_year <= first:
        return []
    weeks = -(-(new_plan_year - first).days // 7)
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
            key, worth = (fact, one.service_line), worth_of[one.unknown.fact]
            worths[key] = max(worths.get(key, 0), worth)
    return [Worth(fact=fact, service_line=line, worth_cents=cents) for (fact, line), cents in worths.items()]
