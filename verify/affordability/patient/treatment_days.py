"""The sessions of a course on days of the calendar: weekdays from the first visit on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from verify.catalogue import Course, Service

WEEK = timedelta(days=7)
#: Monday to Friday.
WORKING_DAYS = frozenset(range(5))
#: First visits we reckon with; a course may run on for years.
YEARS = range(2000, 2090)


def treatment_days(
    course: Course, first: date, sessions: int | None = None, weekdays: Collection[int] = ()
) -> list[date]:
    """The days of so many sessions; else of as many as the course may have at most, the usual ones first.

    The first visit keeps its day, be it a Saturday; holidays are not left out. Where only some weekdays
    are given (Monday is 0), a week has no more sessions than these, and the course takes longer.
    """
    wanted = course.most if sessions is None else sessions
    of_week = frozenset(weekdays) or WORKING_DAYS
    days: list[date] = []
    week = 0
    while len(days) < wanted:
        usual = week < len(course.per_week)
        count = course.per_week[week] if usual else course.further_per_week
        begun = first + week * WEEK
        days += _in_week(begun, min(count, wanted - len(days)), of_week, is_first=week == 0)
        week += 1
    return days


def services_of(services: Sequence[Service], session: int) -> list[Service]:
    """What is given in a session, counted from 1."""
    return [service for service in services if service.stands_in(session)]


def _in_week(begun: date, count: int, of_week: frozenset[int], *, is_first: bool) -> list[date]:
    """So many days of the seven from `begun`, spread as evenly as they go."""
    window = [begun + timedelta(days=ahead) for ahead in range(7)]
    open_days = [day for day in window if day.weekday() in of_week]
    if is_first and begun not in open_days:
        open_days = [begun, *open_days[: len(of_week) - 1]]
    count = min(count, len(open_days))
    return [open_days[place * len(open_days) // count] for place in range(count)]
