"""The sessions of a usual course on days of the calendar: weekdays from the first visit on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from verify.catalogue import Course, Service

WEEK = timedelta(days=7)
#: Monday to Friday.
WORKING_DAYS = 5


def treatment_days(course: Course, first: date) -> list[date]:
    """The days of as many sessions as the course may have at most; the usual ones come first.

    The first visit keeps its day, be it a Saturday; holidays are not left out.
    """
    days: list[date] = []
    week = 0
    while len(days) < course.most:
        usual = week < len(course.per_week)
        count = course.per_week[week] if usual else course.further_per_week
        begun = first + week * WEEK
        days += _in_week(begun, min(count, course.most - len(days)), is_first=week == 0)
        week += 1
    return days


def services_of(services: Sequence[Service], session: int) -> list[Service]:
    """What is given in a session, counted from 1."""
    return [service for service in services if service.stands_in(session)]


def _in_week(begun: date, count: int, *, is_first: bool) -> list[date]:
    """So many weekdays of the seven days from `begun`, spread as evenly as they go."""
    window = [begun + timedelta(days=ahead) for ahead in range(7)]
    weekdays = [day for day in window if day.weekday() < WORKING_DAYS]
    if is_first and begun not in weekdays:
        weekdays = [begun, *weekdays[: WORKING_DAYS - 1]]
    return [weekdays[place * WORKING_DAYS // count] for place in range(count)]
