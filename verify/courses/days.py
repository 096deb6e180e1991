"""Days: the visits of a course on the calendar, on the clinic's weekdays and not on its closed days."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, timedelta

from verify.courses.plan import Weekday

WEEK = timedelta(days=7)
A_DAY = timedelta(days=1)


def visit_days(
    pace: Iterable[int],
    count: int,
    first: date,
    weekdays: Collection[Weekday],
    closed: Collection[date] = (),
) -> list[date]:
    """The days of so many visits, at a pace of visits week by week that never ends.

    The first visit keeps its day, whatever day it is; weeks are counted from it. A week with too few open
    days makes the course longer and no other week fuller, but a week without visits takes one that is behind.
    """
    days: list[date] = []
    behind = 0
    for week, planned in enumerate(pace):
        window = [day for day in _week(first + week * WEEK) if is_open(day, weekdays, closed)]
        if week == 0 and first not in window:
            window = [first, *window[: len(weekdays) - 1]]
        found = _spread(window, min(planned or min(behind, 1), count - len(days)))
        behind += planned - len(found)
        days += found
        if len(days) >= count:
            break
    return days


def is_open(day: date, weekdays: Collection[Weekday], closed: Collection[date]) -> bool:
    return list(Weekday)[day.weekday()] in weekdays and day not in closed


def open_from(day: date, weekdays: Collection[Weekday], closed: Collection[date]) -> date:
    """The day, or the first open one after it."""
    while not is_open(day, weekdays, closed):
        day += A_DAY
    return day


def _week(begun: date) -> Iterator[date]:
    return (begun + ahead * A_DAY for ahead in range(7))


def _spread(window: Sequence[date], wanted: int) -> list[date]:
    """So many of these days, as evenly as they go."""
    count = min(wanted, len(window))
    return [window[place * len(window) // count] for place in range(count)]
