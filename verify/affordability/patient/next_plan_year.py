"""When a new plan year begins while the course runs, and with which amounts, as far as it is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from verify.affordability.case import CaseAnswer, CaseLimits, CaseReset, CaseUnknown
from verify.affordability.patient.amounts import (
    DEDUCTIBLE,
    MAXIMUM,
    WHOSE,
    Answers,
    Money,
    family_limit,
    is_unsaid,
    level_of,
    stated_amounts,
)
from verify.affordability.patient.subject import Open, Subject, day_of, has_settled
from verify.affordability.wording import dollars
from verify.facts import WHOLE_PLAN, FactName, Known, Level, Standing

#: A plan that ends later has no end that would tell its years.
A_YEAR = timedelta(days=366)
#: Any year that has every day.
A_LEAP_YEAR = 2000


def next_plan_year(
    subjects: Sequence[Subject],
    left: dict[str, Any],
    visits_a_year: int | None,
    since: date,
    last: date,
    most_cents: int,
) -> tuple[CaseReset | None, list[Open], list[str]]:
    """The next plan year, where it begins after the amounts were told and before the course ends."""
    on, stated = _next_year(subjects[0], since)
    notes = _ends_before(subjects[0], on, since, last)
    if on > last:
        unsaid = "The plan year is taken as the calendar year; its dates are not stated."
        return None, [], notes if stated else [*notes, unsaid]
    fresh: dict[str, Any] = {"visits_left": visits_a_year, "deductible_kind": left["deductible_kind"]}
    opened: list[Open] = []
    for money in (DEDUCTIBLE, MAXIMUM):
        level = level_of(money, subjects)
        cents, answers = _whole_amount(subjects, money, level, left[money.key(level)], most_cents)
        fresh[money.key(Level.FAMILY)] = family_limit(subjects, money, money.total)
        fresh[money.key(level)] = cents
        opened += [_open_total(money, level, answers, on)] if answers else []
    notes.append(f"Next plan year from {on}: reckoned with this year's amounts, which may change.")
    if last >= _anniversary(on, on):
        notes.append(
            "The course runs into a further plan year, in which the limits begin anew: not reckoned with."
        )
    if not stated:
        opened.append(_open_reset(on))
    return CaseReset(on=on, limits=CaseLimits(**fresh)), opened, notes


def _ends_before(subject: Subject, on: date, since: date, last: date) -> list[str]:
    """The plan's last day, where it comes before the day on which the limits begin anew."""
    end = _plan_end(subject)
    if end is None or not since <= end < min(last, on - timedelta(days=1)):
        return []
    note = (
        f"The plan ends on {end}, while the course runs and before its limits begin anew on {on}: whatever plan"
        " pays from then on may have limits of its own, which are not reckoned with."
    )
    return [note]


def _whole_amount(
    subjects: Sequence[Subject], money: Money, level: Level, left_cents: int | None, most_cents: int
) -> tuple[int | None, Answers]:
    totals = sorted(stated_amounts(subjects, money.total, level), reverse=True)
    totals = [] if is_unsaid(money, subjects) else totals
    if len(totals) == 1 and (totals[0] or money is DEDUCTIBLE):
        return totals[0], []
    if len(totals) > 1:
        return totals[0], [(dollars(cents), cents) for cents in totals]
    least = left_cents or 0
    if money is DEDUCTIBLE:
        least = 0 if least == most_cents else least
        return most_cents, [
            ("more than the course costs", most_cents),
            (f"no more than {dollars(least)}", least),
        ]
    return None, [("it is not reached in this course", None), (f"no more than {dollars(least)}", least)]


def _open_total(money: Money, level: Level, answers: Answers, on: date) -> Open:
    unknown = CaseUnknown(
        fact=f"{money.words} of the next plan year",
        how=f"payer portal or phone: what is the {WHOSE[level]} {money.words} from {on}?",
        answers=[
            CaseAnswer(answer=words, reset_limits=CaseLimits.model_validate({money.key(level): cents}))
            for words, cents in answers
        ],
    )
    return Open(unknown=unknown, fact=money.total)


def _open_reset(on: date) -> Open:
    answers = [
        CaseAnswer(answer=f"on {on}"),
        CaseAnswer(answer="not while the course runs", no_reset=True),
    ]
    how = "call the plan: on which day do deductible and maximum begin anew?"
    unknown = CaseUnknown(fact="the next plan year", how=how, answers=answers)
    return Open(unknown=unknown, fact=FactName.PLAN_YEAR_BEGINS, also=FactName.PLAN_BEGIN)


def _next_year(subject: Subject, since: date) -> tuple[date, bool]:
    """The first day of the plan year after `since`, and whether it is stated; else the next January 1.

    The day that was asked for goes before the plan's dates, which may be of the membership.
    """
    asked = subject.known_of_type(FactName.PLAN_YEAR_BEGINS, WHOLE_PLAN)
    stated = _day_of_each_year(asked)
    if stated is not None:
        return _anniversary(stated, since), True
    on, by_dates = _by_plan_dates(subject, since)
    return on, by_dates and not asked.rivals


def _day_of_each_year(known: Known) -> date | None:
    """ "07-01", where it is fresh and undisputed."""
    value = known.fact.value if known.fact and has_settled(known, Standing.VALUE) else None
    return date.fromisoformat(f"{A_LEAP_YEAR}-{value}") if isinstance(value, str) else None


def _by_plan_dates(subject: Subject, since: date) -> tuple[date, bool]:
    january = date(since.year + 1, 1, 1)
    end = _plan_end(subject)
    if end is not None and since <= end < since + A_YEAR:
        return end + timedelta(days=1), True
    begin = day_of(subject.known_of_type(FactName.PLAN_BEGIN, WHOLE_PLAN))
    if begin is None:
        return january, False
    if (begin.month, begin.day) == (1, 1):
        return january, True
    anniversary = _anniversary(begin, since)
    return min(january, anniversary), False


def _plan_end(subject: Subject) -> date | None:
    return day_of(subject.known_of_type(FactName.PLAN_END, WHOLE_PLAN))


def _anniversary(begin: date, since: date) -> date:
    """The next return of a plan's first day; it may also be the day the patient joined."""
    first = begin.replace(day=1) if (begin.month, begin.day) == (2, 29) else begin
    this_year = first.replace(year=since.year)
    return this_year if this_year > since else first.replace(year=since.year + 1)
