"""Slots: which night is due at a practice; one for each day of its calendar, whatever its clock does."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import NamedTuple

#: Nights further back than this are no longer written down as missed.
LONGEST_GAP_DAYS = 31
#: The last hour a night may begin at: a clock put forward at 23:00 would leave that day none.
LATEST_HOUR = 22


class Slots(NamedTuple):
    """The night to run now, if any, and those before it that nobody ran."""

    due: date | None
    missed: tuple[date, ...] = ()


def begins_at(day: date, hour: int, zone: tzinfo) -> datetime:
    """When the night of a day begins, in UTC.

    An hour that the clock skips begins when it skips; one that it repeats begins the first time.
    """
    return datetime.combine(day, time(hour), tzinfo=zone).astimezone(UTC)


def slots_due(now: datetime, *, zone: tzinfo, hour: int, since: datetime, last: date | None) -> Slots:
    """The newest night that has begun and was not run yet.

    `since` is when the practice came to be: what began before is none of its nights. `last` is the
    newest night on record. A night nobody ran is not run later: tonight's rules ask what it would have asked.
    """
    today = now.astimezone(zone).date()
    newest = today if begins_at(today, hour, zone) <= now else _day_before(today, hour, zone)
    if (last is not None and newest <= last) or begins_at(newest, hour, zone) <= since:
        return Slots(None)
    if last is None:
        return Slots(newest)
    first = max(last + timedelta(days=1), newest - timedelta(days=LONGEST_GAP_DAYS))
    between = [first + timedelta(days=count) for count in range((newest - first).days)]
    return Slots(newest, tuple(day for day in between if _exists(day, hour, zone)))


def _day_before(day: date, hour: int, zone: tzinfo) -> date:
    before = day - timedelta(days=1)
    return before if _exists(before, hour, zone) else _day_before(before, hour, zone)


def _exists(day: date, hour: int, zone: tzinfo) -> bool:
    """Islands that moved across the date line left a day out (Samoa: December 30, 2011)."""
    return begins_at(day, hour, zone).astimezone(zone).date() == day
