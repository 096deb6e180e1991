"""What is left of the plan's limits, as far as it is known, and when a new plan year begins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import msgspec

from verify.affordability.case import CaseAnswer, CaseLimits, CaseReset, CaseUnknown
from verify.affordability.ledger import LimitKind
from verify.affordability.patient.amounts import (
    DEDUCTIBLE,
    MAXIMUM,
    WHOSE,
    Answers,
    Money,
    amount_of,
    are_certain,
    family_limit,
    is_unsaid,
    level_of,
    stated_amounts,
    unsaid_deductibles,
)
from verify.affordability.patient.next_plan_year import next_plan_year
from verify.affordability.patient.subject import Open, Subject, day_of
from verify.affordability.patient.visit_limits import visit_limits
from verify.affordability.wording import dollars
from verify.facts import WHOLE_PLAN, FactName, Level, Source, Standing

KINDS = {Level.PERSON: LimitKind.EMBEDDED, Level.FAMILY: LimitKind.AGGREGATE}


class PlanLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The ledger of a case under the expected answers, and what is open about it."""

    limits: CaseLimits
    reset: CaseReset | None
    as_of: date | None
    opened: tuple[Open, ...]
    notes: tuple[str, ...]
    #: Treatments of which sessions use up a visit limit.
    counted: frozenset[str]


def plan_limits(subjects: Sequence[Subject], last: date, today: date, most_cents: int) -> PlanLimits:
    """The limits for a course that ends on `last`. `most_cents`: what the whole of it can cost at most."""
    as_of = _as_of(subjects, today)
    left: dict[str, Any] = {}
    opened: list[Open] = []
    for money in (DEDUCTIBLE, MAXIMUM):
        level = level_of(money, subjects)
        left[f"{money.field}_kind"] = KINDS[level]
        cents, answers = _left(subjects, money, level, most_cents)
        left[money.key(Level.FAMILY)] = family_limit(subjects, money, money.remaining)
        left[money.key(level)] = cents
        opened += [_open_left(money, level, answers)] if answers else []
    visits = visit_limits(subjects)
    left["visits_left"] = visits.left
    reset, reset_opened, notes = next_plan_year(
        subjects, left, visits.a_year, as_of or today, last, most_cents
    )
    return PlanLimits(
        limits=CaseLimits(**left),
        reset=reset,
        as_of=as_of,
        opened=(*opened, *visits.opened, *reset_opened),
        notes=(*_notes_on_the_deductible(subjects), *visits.notes, *notes),
        counted=visits.counted,
    )


def _left(
    subjects: Sequence[Subject], money: Money, level: Level, most_cents: int
) -> tuple[int | None, Answers]:
    """What is left, with every answer it may have where that is not known."""
    if is_unsaid(money, subjects):
        return most_cents, _any_deductible(most_cents)
    found = stated_amounts(subjects, money.remaining, level)
    totals, met = (stated_amounts(subjects, name, level) for name in (money.total, money.met))
    if len(found) == 1 and are_certain(subjects, money.remaining, level):
        return found[0], []
    if found:
        stated = sorted(set(found), reverse=True)
        answers: Answers = [(f"{dollars(cents)} is left", cents) for cents in stated]
        return stated[0], answers if len(answers) > 1 else [*answers, ("none is left", 0)]
    if totals == [0] and money is DEDUCTIBLE:
        return 0, []
    total = max(totals, default=0)
    if total and len(totals) == 1 and len(met) == 1 and met[0] <= total:
        return total - met[0], []
    if total:
        return total, [(f"all {dollars(total)} is left", total), ("it is met", 0)]
    family = stated_amounts(subjects, money.remaining, Level.FAMILY)
    if family:
        return max(family), [("as much as for the family", max(family)), ("none is left", 0)]
    if money is DEDUCTIBLE:
        return most_cents, _any_deductible(most_cents)
    return None, [("it is not reached in this course", None), ("it is reached", 0)]


def _any_deductible(most_cents: int) -> Answers:
    return [("more than the course costs", most_cents), ("there is none, or it is met", 0)]


def _open_left(money: Money, level: Level, answers: Answers) -> Open:
    how = f"payer portal or phone: how much of the {WHOSE[level]} {money.words} is left, and as of what date?"
    unknown = CaseUnknown(
        fact=f"{money.words} left",
        how=how,
        answers=[
            CaseAnswer(answer=words, limits=CaseLimits.model_validate({money.key(level): cents}))
            for words, cents in answers
        ],
    )
    return Open(unknown=unknown, fact=money.remaining)


def _notes_on_the_deductible(subjects: Sequence[Subject]) -> list[str]:
    notes = [
        f"{one.line.label}: behavioral benefits have a deductible of their own; what is known of the plan’s is"
        " not reckoned with."
        for one in unsaid_deductibles(subjects)
    ]
    if level_of(DEDUCTIBLE, subjects) is Level.FAMILY:
        notes.append(
            "The family’s deductible is aggregate: its whole sum is due before the plan pays for anyone."
        )
    return notes


def _as_of(subjects: Iterable[Subject], today: date) -> date | None:
    """The oldest day the amounts speak of."""
    names = (DEDUCTIBLE.remaining, DEDUCTIBLE.met, MAXIMUM.remaining, MAXIMUM.met)
    days = [
        _day_told(one, fact.source)
        for one in subjects
        for name in names
        for level in Level
        if (fact := amount_of(one, name, level).fact) is not None and fact.standing is Standing.VALUE
    ]
    return min([*days, today]) if days else None


def _day_told(subject: Subject, source: Source) -> date:
    """The day that the same source gave for its amounts, else the day it speaks of itself."""
    told = subject.known_of_type(FactName.ACCUMULATORS_AS_OF, WHOLE_PLAN)
    if told.fact and told.fact.source.reference == source.reference and (day := day_of(told)):
        return day
    return source.as_of or source.obtained_at.date()
