"""Whom to ask again tonight: one rule per function, each with its source.

Where a course is not planned, its sessions are taken to lie anywhere from the first visit to the end of the
usual course of the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from verify.catalogue import ServiceLine
from verify.followup.working_time import business_day_after, is_business_day

#: Source: clinic practice, re-verification rule 2: 24 to 72 hours before the first session.
DAYS_BEFORE_FIRST_VISIT = 3
#: A term date is looked at again so long before it; it may have been put off. Source: our own.
DAYS_BEFORE_PLAN_END = 3
#: A signature that runs out so long before the first visit is renewed by the rule for that visit. Source: our own.
DAYS_OF_INTEREST = 7
#: November 1 for a year that begins in January. Source: clinic practice, re-verification rule 5.
DAYS_BEFORE_PLAN_YEAR = 61
#: Sessions no further apart than this are a running course, checked as often. Source: rule 3.
DAYS_OF_A_COURSE = 7
#: Turns of rule 5 are spread over so many nights, so that the season is not one night. Source: our own.
NIGHTS_OF_THE_SEASON = 50


class Rule(StrEnum):
    """Why somebody is asked again. The numbers are those of the clinics' re-verification practice.

    Rule 3 needs the dates of a course; where they are not planned, what a person signed is asked again before
    it expires, which is within a week as well.
    """

    UNANSWERED = "unanswered"  # 1
    FIRST_VISIT = "first_visit"  # 2
    COURSE = "course"  # 3
    EXPIRES = "expires"  # in place of 3
    MONTH = "month"  # 4
    PLAN_YEAR = "plan_year"  # 5
    PLAN_END = "plan_end"  # 6
    AUTHORIZATION = "authorization"  # 8


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of one verification when the night looks at it. Days are the practice's."""

    first_visit_on: date
    last_visit_on: date
    #: The day of the payer's newest answer; None while it has given none.
    answered_on: date | None
    plan_begins_on: date | None = None
    plan_ends_on: date | None = None
    #: The day the first of the facts that a person signed runs out.
    expires_on: date | None = None
    #: The planned sessions in order; empty while the course is not planned.
    sessions: tuple[date, ...] = ()
    #: The day an authorization comes within two weeks or three sessions of its end (verify.authorizations).
    authorization_near_end_on: date | None = None
    #: The payer refused the question: a person mends it first.
    refused: bool = False
    #: Any number that stays the same; it decides the turn within the season of rule 5.
    lot: int = 0


def rules_due(checked: Checked, tonight: date) -> tuple[Rule, ...]:
    """Every rule that calls for asking again tonight; none once the course is over.

    All but the first say "not asked since", so that a night that was missed is made up by the next.
    """
    if tonight > checked.last_visit_on:
        return ()
    if checked.answered_on is None:
        return () if checked.refused else (Rule.UNANSWERED,)
    return tuple(rule for rule, is_due in RULES.items() if is_due(checked, checked.answered_on, tonight))


def _before_first_visit(checked: Checked, answered_on: date, tonight: date) -> bool:
    begins = checked.first_visit_on - timedelta(days=DAYS_BEFORE_FIRST_VISIT)
    return answered_on < begins <= tonight <= checked.first_visit_on


def _in_course(checked: Checked, answered_on: date, tonight: date) -> bool:
    """Every week while sessions follow one another closely: status and accumulators move with each."""
    before = max((day for day in checked.sessions if day < tonight), default=None)
    coming = min((day for day in checked.sessions if day >= tonight), default=None)
    if before is None or coming is None or (coming - before).days > DAYS_OF_A_COURSE:
        return False
    return (tonight - answered_on).days >= DAYS_OF_A_COURSE


def _expires(checked: Checked, answered_on: date, tonight: date) -> bool:
    """Before the next night, so that nobody finds it expired in the morning."""
    if checked.expires_on is None or tonight < checked.first_visit_on - timedelta(days=DAYS_OF_INTEREST):
        return False
    return answered_on < tonight and checked.expires_on <= tonight + timedelta(days=1)


def _new_month(_: Checked, answered_on: date, tonight: date) -> bool:
    """Membership ends with months; payers have their new lists by the first business day."""
    return answered_on < first_business_day(tonight) <= tonight


def _new_plan_year(checked: Checked, answered_on: date, tonight: date) -> bool:
    """Once in the season before a year that a session lies in, and once after it has begun."""
    for year_begins in _plan_years(checked, tonight):
        season = year_begins - timedelta(days=DAYS_BEFORE_PLAN_YEAR)
        turn = season + timedelta(days=checked.lot % NIGHTS_OF_THE_SEASON)
        if answered_on < turn <= tonight < year_begins or answered_on < year_begins <= tonight:
            return True
    return False


def _plan_end(checked: Checked, answered_on: date, tonight: date) -> bool:
    """Shortly before a known term date, and after it, while sessions lie beyond."""
    ends = checked.plan_ends_on
    if ends is None or ends >= checked.last_visit_on:
        return False
    near = ends - timedelta(days=DAYS_BEFORE_PLAN_END)
    return answered_on < near <= tonight <= ends or answered_on <= ends < tonight


def _authorization(checked: Checked, answered_on: date, tonight: date) -> bool:
    """Once, when an authorization comes near its end: the renewal is asked for on a plan that still holds."""
    near = checked.authorization_near_end_on
    return near is not None and answered_on < near <= tonight


RULES: Mapping[Rule, Callable[[Checked, date, date], bool]] = {
    Rule.FIRST_VISIT: _before_first_visit,
    Rule.COURSE: _in_course,
    Rule.EXPIRES: _expires,
    Rule.MONTH: _new_month,
    Rule.PLAN_YEAR: _new_plan_year,
    Rule.PLAN_END: _plan_end,
    Rule.AUTHORIZATION: _authorization,
}


def visit_to_ask_about(checked: Checked, tonight: date) -> date:
    """The next visit as far as it is known: the first one, a planned session, or the next business day."""
    if checked.first_visit_on >= tonight:
        return checked.first_visit_on
    if coming := [day for day in checked.sessions if day >= tonight]:
        return min(coming)
    return min(business_day_after(tonight), max(checked.last_visit_on, tonight))


def last_visit_on(first_visit_on: date, lines: Iterable[ServiceLine]) -> date:
    """The end of the longest usual course among the lines, counted from the first visit."""
    weeks = max((line.course.weeks for line in lines), default=1)
    return first_visit_on + timedelta(weeks=weeks) - timedelta(days=1)


def longest_course(lines: Iterable[ServiceLine]) -> timedelta:
    """How long ago a course that still runs may have begun."""
    return timedelta(weeks=max((line.course.weeks for line in lines), default=1))


def first_business_day(of_month: date) -> date:
    """January 1 is a holiday everywhere; other holidays are not known."""
    first = of_month.replace(day=1)
    return first if is_business_day(first) and first.month > 1 else business_day_after(first)


def _plan_years(checked: Checked, tonight: date) -> Iterator[date]:
    """The beginnings of plan years around tonight that sessions lie in.

    January 1, because most deductibles follow the calendar whatever the plan does; and the plan's own month
    where it begins with one.
    """
    months = {1}
    begins = checked.plan_begins_on
    if begins is not None and begins.day == 1:
        months.add(begins.month)
    for year in (tonight.year, tonight.year + 1):
        for month in months:
            if (day := date(year, month, 1)) <= checked.last_visit_on:
                yield day
