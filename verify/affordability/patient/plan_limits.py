"""What is left of the plan's limits, as far as it is known, and when a new plan year begins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import msgspec

from verify.affordability.case import CaseAnswer, CaseLimits, CaseReset, CaseUnknown
from verify.affordability.patient.amounts import (
    DEDUCTIBLE,
    MAXIMUM,
    Answers,
    Money,
    are_certain,
    stated_amounts,
)
from verify.affordability.patient.next_plan_year import next_plan_year
from verify.affordability.patient.subject import Open, Subject
from verify.affordability.patient.visit_limits import visit_limits
from verify.affordability.wording import dollars
from verify.facts import Level, Standing


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
        cents, answers = _left(subjects, money, most_cents)
        left[f"{money.field}_individual_cents"] = cents
        family = stated_amounts(subjects, money.remaining, Level.FAMILY)
        if family:
            left[f"{money.field}_family_cents"] = max(family)
        opened += [_open_left(money, answers)] if answers else []
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
        notes=(*visits.notes, *notes),
        counted=visits.counted,
    )


def _left(subjects: Sequence[Subject], money: Money, most_cents: int) -> tuple[int | None, Answers]:
    """What is left for the person, with every answer it may have where that is not known."""
    found = stated_amounts(subjects, money.remaining)
    totals, met = stated_amounts(subjects, money.total), stated_amounts(subjects, money.met)
    if len(found) == 1 and are_certain(subjects, money.remaining):
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
        return most_cents, [("more than the course costs", most_cents), ("there is none, or it is met", 0)]
    return None, [("it is not reached in this course", None), ("it is reached", 0)]


def _open_left(money: Money, answers: Answers) -> Open:
    field = f"{money.field}_individual_cents"
    unknown = CaseUnknown(
        fact=f"{money.words} left",
        how=f"payer portal or phone: how much of the individual {money.words} is left, and as of what date?",
        answers=[
            CaseAnswer(answer=words, limits=CaseLimits.model_validate({field: cents}))
            for words, cents in answers
        ],
    )
    return Open(unknown=unknown, fact=money.remaining)


def _as_of(subjects: Iterable[Subject], today: date) -> date | None:
    """The oldest day the amounts speak of."""
    names = (DEDUCTIBLE.remaining, DEDUCTIBLE.met, MAXIMUM.remaining, MAXIMUM.met)
    days = [
        fact.source.as_of or fact.source.obtained_at.date()
        for one in subjects
        for name in names
        for level in Level
        if (fact := one.plan_or_line(name, level).fact) is not None and fact.standing is Standing.VALUE
    ]
    return min([*days, today]) if days else None
