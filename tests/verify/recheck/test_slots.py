"""Each day of a practice's calendar has exactly one night, whatever its clock does."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.recheck import Slots, begins_at, slots_due
from verify.recheck.slots import LATEST_HOUR

NEW_YORK = ZoneInfo("America/New_York")
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
#: Zones with half-hour and half-hour-saving clocks, clocks changed at midnight, and a day left out.
ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Phoenix",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Nuuk",
    "America/Sao_Paulo",
    "America/Havana",
    "Asia/Beirut",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Europe/Dublin",
    "Pacific/Apia",
    "UTC",
)


def at(text: str, zone: ZoneInfo = NEW_YORK) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def due(now: datetime, last: date | None = None, *, hour: int = 2, since: datetime = LONG_AGO) -> Slots:
    return slots_due(now, zone=NEW_YORK, hour=hour, since=since, last=last)


def test_a_night_is_due_from_its_hour_on() -> None:
    yesterday = date(2026, 11, 22)
    assert due(at("2026-11-23T01:59:59"), yesterday) == Slots(None)
    assert due(at("2026-11-23T02:00:00"), yesterday) == Slots(date(2026, 11, 23))
    assert due(at("2026-11-23T02:00:00"), date(2026, 11, 23)) == Slots(None)


def test_the_hour_the_clock_skips_begins_when_it_skips() -> None:
    assert begins_at(date(2026, 3, 8), 2, NEW_YORK) == at("2026-03-08T03:00:00")


def test_the_hour_the_clock_repeats_begins_the_first_time() -> None:
    begins = begins_at(date(2026, 11, 1), 1, NEW_YORK)
    assert begins == at("2026-11-01T01:00:00").astimezone(UTC)
    an_hour_later = begins + timedelta(hours=1)
    assert an_hour_later.astimezone(NEW_YORK).hour == 1
    assert due(an_hour_later, date(2026, 11, 1), hour=1) == Slots(None)


def test_a_system_that_was_away_runs_last_night_and_notes_the_others() -> None:
    slots = due(at("2026-11-23T08:00:00"), date(2026, 11, 19))
    assert slots == Slots(date(2026, 11, 23), (date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)))


def test_a_year_away_is_noted_for_a_month() -> None:
    assert len(due(at("2026-11-23T08:00:00"), date(2025, 11, 19)).missed) == 31


def test_a_new_practice_has_no_night_that_began_before_it() -> None:
    opened = at("2026-11-23T15:00:00")
    assert due(opened + timedelta(hours=1), since=opened) == Slots(None)
    assert due(at("2026-11-24T02:00:00"), since=opened) == Slots(date(2026, 11, 24))


def test_the_day_samoa_left_out_has_no_night() -> None:
    apia = ZoneInfo("Pacific/Apia")
    now = datetime(2011, 12, 31, 12, tzinfo=apia)
    slots = slots_due(now, zone=apia, hour=2, since=LONG_AGO, last=date(2011, 12, 29))
    assert slots == Slots(date(2011, 12, 31))


@given(
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    hour=st.integers(0, LATEST_HOUR),
    begins=st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)),
    every=st.integers(10, 180).map(lambda minutes: timedelta(minutes=minutes)),
)
def test_poked_for_ten_days_each_day_of_the_calendar_has_exactly_one_night(
    zone: ZoneInfo, hour: int, begins: datetime, every: timedelta
) -> None:
    nights: Counter[date] = Counter()
    now, last = begins, None
    while now < begins + timedelta(days=10):
        slots = slots_due(now, zone=zone, hour=hour, since=begins - timedelta(days=9), last=last)
        if slots.due is not None:
            nights[slots.due] += 1
            last = slots.due
        assert slots.missed == (), "nobody was away"
        now += every
    ended = (now - every).astimezone(zone)
    lived = {
        moment.astimezone(zone).date()
        for moment in (begins + timedelta(hours=count) for count in range(241))
        if moment <= now - every
    }
    whole = {day for day in lived if begins_at(day, hour, zone) <= ended and day > min(lived)}
    assert set(nights.values()) == {1}
    assert whole <= set(nights)
    assert max(nights) <= ended.date()


@pytest.mark.parametrize("away_hours", [6, 30, 100])
def test_after_an_absence_no_day_is_run_twice_and_none_is_forgotten(away_hours: int) -> None:
    seen: Counter[date] = Counter()
    last = date(2026, 10, 30)
    now = at("2026-10-31T00:00:00").astimezone(UTC)
    for step in (0, away_hours, 3, 24, 24):
        now += timedelta(hours=step)
        slots = due(now, last)
        if slots.due is not None:
            seen.update([*slots.missed, slots.due])
            last = slots.due
    days = [date(2026, 10, 31) + timedelta(days=count) for count in range((last - date(2026, 10, 30)).days)]
    assert seen == Counter(days)
