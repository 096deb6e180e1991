"""A patient's course as a case of the estimate: facts, usual sessions and prices; what is missing is said."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from verify.affordability.case import Case, CaseAnswer, CaseLine, CaseRule, CaseUnknown
from verify.affordability.estimate import Estimate, estimate
from verify.affordability.plan_limits import PlanLimits, plan_limits
from verify.affordability.plan_rules import COVERED, PlanRule, plan_rule
from verify.affordability.prices import Price, PriceKind, find_price
from verify.affordability.subject import Open, Subject, day_of
from verify.catalogue import ServiceLine
from verify.courses import CoursePlan, Outline, plan_course
from verify.facts import WHOLE_PLAN, Fact, FactName, Merged, Standing, merge

#: Combinations of answers reckoned for a page; beyond them the smallest questions keep their expected answer.
MOST_COMBINATIONS = 2048

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


class _Planned(msgspec.Struct, frozen=True, kw_only=True):
    """One service of one session, with its prices."""

    day: date
    code: str
    session: int
    units: int
    allowed: Price | None
    own: Price | None


class _Treatment(msgspec.Struct, frozen=True, kw_only=True):
    subject: Subject
    rule: PlanRule
    planned: list[_Planned]
    #: How many sessions there may be: the expected number, the fewest, the most.
    counts: tuple[int, ...]
    #: A person planned it.
    is_planned: bool


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
) -> CourseCost:
    """What the courses of these treatments cost, all on one ledger: as planned, else as usual from `first` on.

    `plans` are those a person made, by service line; the others leave out the `closed` days. `payer` is our
    code for it, `now` in the practice's zone. Nothing that is absent counts as zero: it is an unknown with
    bounds, or it is missing.
    """
    merged = merge(facts, now=now)
    if cannot := _cannot(merged, service_lines, first):
        return CourseCost(missing=cannot)
    alone = len(service_lines) == 1
    treatments = [
        _treatment(
            merged, line, first, _Course((plans or {}).get(line.key), closed), payer, prices, alone=alone
        )
        for line in service_lines
    ]
    if missing := [words for one in treatments for words in _missing_prices(one)]:
        return CourseCost(missing=missing, not_included=_not_included(treatments))
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


# --- sessions and their prices ------------------------------------------------------------------------------


class _Course(NamedTuple):
    """How a treatment is planned: by a person, or as usual without the closed days."""

    plan: CoursePlan | None
    closed: Collection[date]


def _treatment(
    merged: Merged,
    line: ServiceLine,
    first: date,
    course: _Course,
    payer: str,
    prices: Sequence[Price],
    *,
    alone: bool,
) -> _Treatment:
    planned = _planned(line, first, course, payer, prices)
    subject = Subject(
        merged=merged,
        line=line,
        on=first,
        codes=tuple(dict.fromkeys(one.code for one in planned)),
        several_a_day=len({one.session for one in planned}) < len(planned),
        alone=alone,
    )
    contract = all(one.allowed and one.allowed.kind is PriceKind.CONTRACT for one in planned)
    usual = (line.course.sessions, line.course.fewest, line.course.most)
    return _Treatment(
        subject=subject,
        rule=plan_rule(subject, has_contract=contract),
        planned=planned,
        counts=tuple(dict.fromkeys(usual)) if course.plan is None else (len(course.plan.sessions),),
        is_planned=course.plan is not None,
    )


def _planned(
    line: ServiceLine, first: date, course: _Course, payer: str, prices: Sequence[Price]
) -> list[_Planned]:
    """The sessions in the way of billing that the price list has rates for; the usual way where it has none."""
    if course.plan is not None:
        return _draft(course.plan, payer, prices)
    usual = Outline(starts_on=first, sessions=line.course.most)
    ways = [msgspec.structs.replace(usual, billed_as=way) for way in line.course.ways]
    drafts = [_draft(plan_course(line, way, course.closed), payer, prices) for way in ways]
    return max(drafts, key=_how_priced)


def _draft(plan: CoursePlan, payer: str, prices: Sequence[Price]) -> list[_Planned]:
    return [
        _Planned(
            day=session.on,
            code=service.code,
            session=session.number,
            units=service.units,
            allowed=_allowed(prices, service.code, session.on, payer),
            own=_own(prices, service.code, session.on),
        )
        for session in plan.sessions
        for service in session.services
    ]


def _how_priced(draft: Sequence[_Planned]) -> tuple[bool, bool]:
    contract = all(one.allowed and one.allowed.kind is PriceKind.CONTRACT for one in draft)
    return contract, all(one.allowed for one in draft)


def _allowed(prices: Sequence[Price], code: str, day: date, payer: str) -> Price | None:
    """The payer's contract rate, else the amount typical of it, else of all payers."""
    places = [(PriceKind.TYPICAL, "")]
    if payer:
        places = [(PriceKind.CONTRACT, payer), (PriceKind.TYPICAL, payer), *places]
    found = (find_price(prices, code, kind, day, whose) for kind, whose in places)
    return next((price for price in found if price), None)


def _own(prices: Sequence[Price], code: str, day: date) -> Price | None:
    """What the clinic asks a patient whose plan does not pay."""
    found = (find_price(prices, code, kind, day) for kind in (PriceKind.SELF_PAY, PriceKind.BILLED))
    return next((price for price in found if price), None)


def _missing_prices(one: _Treatment) -> list[str]:
    """Prices without which no figure can be given, each once with the first day it is needed for."""
    needs_allowed = not one.rule.excluded and not one.rule.out_of_network
    needs_own = one.rule.excluded or one.rule.out_of_network or _may_be_unpaid(one.rule)
    found: dict[tuple[str, str], date] = {}
    for planned in one.planned:
        if needs_allowed and planned.allowed is None:
            found.setdefault((planned.code, "a contract rate or typical allowed amount"), planned.day)
        if needs_own and planned.own is None:
            found.setdefault((planned.code, "the clinic’s own price"), planned.day)
    return [f"{what[:1].upper()}{what[1:]} of {code}, valid on {day}" for (code, what), day in found.items()]


def _may_be_unpaid(rule: PlanRule) -> bool:
    answers = [answer for opened in rule.opened for answer in opened.unknown.answers]
    return any(answer.rule is not None and not answer.rule.covered for answer in answers)


# --- the case -----------------------------------------------------------------------------------------------


def _reckoned(treatments: Sequence[_Treatment], today: date) -> CourseCost:
    planned = [one for treatment in treatments for one in treatment.planned]
    most_cents = sum(_cents(price, one.units) for one in planned for price in (one.allowed, one.own) if price)
    limits = plan_limits(
        [one.subject for one in treatments], max(one.day for one in planned), today, most_cents
    )
    opened = [
        *(_sessions(one) for one in treatments if len(one.counts) > 1),
        *(opened for one in treatments for opened in one.rule.opened),
        *([] if all(one.rule.excluded for one in treatments) else limits.opened),
    ]
    case, settled = _within_reach(_case(treatments, limits, today), [one.unknown for one in opened])
    found = estimate(case.model_copy(update={"starts": _other_starts(case)}))
    asked = [question for question in found.questions if len(question.answers) > 1]
    return CourseCost(
        estimate=msgspec.structs.replace(found, questions=asked),
        if_covered=_if_covered(case, opened),
        reckoned_with=_reckoned_with(treatments, limits, settled),
        not_included=_not_included(treatments),
        worth=_worths(opened, found),
        new_plan_year=case.reset.on if case.reset else None,
    )


def _case(treatments: Sequence[_Treatment], limits: PlanLimits, today: date) -> Case:
    return Case(
        lines=[line for one in treatments for line in _lines(one, limits.counted)],
        limits=limits.limits,
        reset=limits.reset,
        as_of=today,
        accumulators_as_of=limits.as_of,
    )


def _lines(one: _Treatment, counted: frozenset[str]) -> list[CaseLine]:
    key = one.subject.line.key
    return [
        CaseLine.model_validate(
            {"date": planned.day, "code": planned.code, "part": key, **_paid(one.rule, planned, counts)}
        )
        for place, planned in enumerate(one.planned)
        # A session uses up one visit, whatever is given in it.
        for counts in [key in counted and _opens_session(one.planned, place)]
    ]


def _opens_session(planned: Sequence[_Planned], place: int) -> bool:
    return place == 0 or planned[place - 1].session != planned[place].session


def _paid(rule: PlanRule, planned: _Planned, counts_visit: bool) -> Mapping[str, Any]:
    own = _cents(planned.own, planned.units) if planned.own else None
    if rule.excluded:
        return {"self_pay_cents": own}
    allowed = planned.own if rule.out_of_network else planned.allowed
    assert allowed is not None
    confirmed = allowed.verified and not rule.out_of_network
    return {
        "allowed_cents": _cents(allowed, planned.units),
        "billed_cents": own,
        "rule": CaseRule(**rule.keys, counts_visit=counts_visit),
        "allowed_source": allowed.kind.value if confirmed else "assumed",
        "rule_source": rule.source,
    }


def _cents(price: Price, units: int) -> int:
    return price.cents * units


def _sessions(one: _Treatment) -> Open:
    """The psychiatrist decides how many sessions there are; the usual course is between two numbers."""
    answers = [
        CaseAnswer(
            answer=f"{count} sessions", sessions=sum(planned.session <= count for planned in one.planned)
        )
        for count in one.counts
    ]
    return one.subject.open(
        None, "number of sessions", "the psychiatrist’s treatment plan", answers, of_clinic=True
    )


def _within_reach(case: Case, unknowns: list[CaseUnknown]) -> tuple[Case, list[CaseUnknown]]:
    """The case with no more combinations than are reckoned for a page, and the questions settled for it.

    Those that move the total least by themselves keep their expected answer.
    """
    if _combinations(unknowns) <= MOST_COMBINATIONS:
        return case.model_copy(update={"unknowns": unknowns}), []
    expected = [_settled(one) for one in unknowns]
    alone = [_moves(case, [*expected[:at], one, *expected[at + 1 :]]) for at, one in enumerate(unknowns)]
    kept, settled = list(unknowns), []
    for at in sorted(range(len(unknowns)), key=alone.__getitem__):
        if _combinations(kept) <= MOST_COMBINATIONS:
            break
        kept[at] = expected[at]
        settled.append(unknowns[at])
    return case.model_copy(update={"unknowns": kept}), settled


def _settled(unknown: CaseUnknown) -> CaseUnknown:
    """With its expected answer alone."""
    answer = next(one for one in unknown.answers if one.answer == _expected(unknown))
    return unknown.model_copy(update={"answers": [answer], "expected": None})


def _moves(case: Case, unknowns: list[CaseUnknown]) -> int:
    found = estimate(case.model_copy(update={"unknowns": unknowns}))
    return found.high_cents - found.low_cents


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


def _combinations(unknowns: Iterable[CaseUnknown]) -> int:
    count = 1
    for unknown in unknowns:
        count *= len(unknown.answers)
    return count


# --- what is said beside the figures --------------------------------------------------------------------------


def _reckoned_with(
    treatments: Sequence[_Treatment], limits: PlanLimits, settled: Sequence[CaseUnknown]
) -> list[str]:
    said = [_course_words(one) for one in treatments]
    said += [note for one in treatments for note in one.rule.notes]
    said += [note for note in limits.notes if not all(one.rule.excluded for one in treatments)]
    unconfirmed = sorted(
        {
            price.code
            for one in treatments
            for planned in one.planned
            for price in (planned.own if one.rule.excluded else planned.allowed,)
            if price is not None and not price.verified
        }
    )
    if unconfirmed:
        said.append(f"Prices nobody has confirmed yet: {', '.join(unconfirmed)}.")
    if settled:
        said.append(
            "There are more questions than can be reckoned with at once, so the range may be narrower than"
            " the truth; these keep their expected answer:"
        )
    said += [f"{one.fact}: taken as “{_expected(one)}”." for one in settled]
    return said


def _course_words(one: _Treatment) -> str:
    kind = "planned" if one.is_planned else "usual"
    return (
        f"{one.subject.line.label}: the {kind} course of {one.counts[0]} sessions; the psychiatrist decides."
    )


def _expected(unknown: CaseUnknown) -> str:
    return unknown.expected or unknown.answers[0].answer


def _not_included(treatments: Sequence[_Treatment]) -> list[str]:
    """What is open and has no price: it is said, and in no figure."""
    said = []
    for one in treatments:
        subject, label = one.subject, one.subject.line.label
        if one.rule.excluded:
            said.append(
                f"{label}: a written notice signed before the first session, without which it may not be billable."
            )
        elif subject.known_of_line(FactName.AUTHORIZATION).standing is not Standing.NO:
            said.append(
                f"{label}: what happens without an authorization. It is usually the clinic’s loss, not a bill."
            )
        administrator = subject.known(FactName.ADMINISTRATOR)
        if elsewhere := subject.line.benefit.billed_elsewhere:
            said.append(f"{label}: {elsewhere}.")
        if administrator.standing is Standing.YES:
            said.append(
                f"{label}: another company runs this benefit; its terms may differ from those reckoned with."
            )
    other = treatments[0].subject.known_of_type(FactName.OTHER_PAYER, WHOLE_PLAN)
    if other.standing is Standing.YES:
        said.append("Other insurance is on file: it may pay a part, or have to pay first.")
    return said


def _worths(opened: Sequence[Open], found: Estimate) -> list[Worth]:
    """For each fact the most any of its questions moves the total."""
    worth_of = {question.fact: question.worth_cents for question in found.questions}
    worths: dict[tuple[FactName, str], int] = {}
    for one in opened:
        for fact in filter(None, (one.fact, one.also)):
            key, worth = (fact, one.service_line), worth_of.get(one.unknown.fact, 0)
            worths[key] = max(worths.get(key, 0), worth)
    return [Worth(fact=fact, service_line=line, worth_cents=cents) for (fact, line), cents in worths.items()]
