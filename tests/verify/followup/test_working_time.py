from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from verify.followup import due_at
from verify.followup.working_time import AT_ONCE
from verify.verification import Due, Lane

CHICAGO = ZoneInfo("America/Chicago")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO)


@pytest.mark.parametrize(
    ("due", "lane", "now", "expected"),
    [
        # 2026-03-06 is a Friday.
        (Due.NOW, Lane.STANDARD, "2026-03-06T23:00", "2026-03-07T00:00"),
        (Due.SAME_BUSINESS_DAY, Lane.STANDARD, "2026-03-06T10:00", "2026-03-06T17:00"),
        (Due.SAME_BUSINESS_DAY, Lane.STANDARD, "2026-03-06T17:00", "2026-03-09T17:00"),
        (Due.SAME_BUSINESS_DAY, Lane.STANDARD, "2026-03-07T10:00", "2026-03-09T17:00"),
        (Due.NEXT_BUSINESS_DAY, Lane.STANDARD, "2026-03-05T10:00", "2026-03-06T17:00"),
        (Due.NEXT_BUSINESS_DAY, Lane.STANDARD, "2026-03-06T10:00", "2026-03-09T17:00"),
        (Due.NEXT_BUSINESS_DAY, Lane.NIGHTLY, "2026-03-08T02:00", "2026-03-09T17:00"),
        (Due.NEXT_BUSINESS_DAY, Lane.URGENT, "2026-03-05T10:00", "2026-03-05T17:00"),
        (Due.NEXT_BUSINESS_DAY, Lane.URGENT, "2026-03-06T18:00", "2026-03-09T17:00"),
        (Due.BEFORE_NEXT_VISIT, Lane.STANDARD, "2026-03-05T10:00", "2026-03-06T17:00"),
        # Christmas Day is a Friday: nobody is there.
        (Due.NEXT_BUSINESS_DAY, Lane.STANDARD, "2026-12-24T10:00", "2026-12-28T17:00"),
        (Due.SAME_BUSINESS_DAY, Lane.URGENT, "2026-12-25T10:00", "2026-12-28T17:00"),
    ],
)
def test_work_is_due_at_the_end_of_a_business_day(due, lane, now, expected):
    assert due_at(due, now=local(now), zone=CHICAGO, lane=lane) == local(expected)


@pytest.mark.parametrize(
    ("due", "now", "visit", "expected"),
    [
        (Due.BEFORE_NEXT_VISIT, "2026-03-02T10:00", "2026-03-09", "2026-03-06T17:00"),
        (Due.NEXT_BUSINESS_DAY, "2026-03-02T10:00", "2026-03-20", "2026-03-03T17:00"),
        # The visit is tomorrow: today.
        (Due.NEXT_BUSINESS_DAY, "2026-03-02T10:00", "2026-03-03", "2026-03-02T17:00"),
        # The last business day before the visit is over: within the hour.
        (Due.NEXT_BUSINESS_DAY, "2026-03-08T10:00", "2026-03-09", "2026-03-08T11:00"),
        (Due.NEXT_BUSINESS_DAY, "2026-03-08T10:00", "2026-01-09", "2026-03-08T11:00"),
        # So little of the day is left that nobody could do it.
        (Due.NEXT_BUSINESS_DAY, "2026-03-02T16:50", "2026-03-03", "2026-03-02T17:50"),
        # The clocks go forward in that hour.
        (Due.SAME_BUSINESS_DAY, "2026-03-08T01:30", "2026-03-08", "2026-03-08T03:30"),
    ],
)
def test_work_is_due_before_the_visit_and_never_as_soon_as_it_is_there(due, now, visit, expected):
    due = due_at(due, now=local(now), zone=CHICAGO, lane=Lane.STANDARD, visit=date.fromisoformat(visit))
    assert due == local(expected)


def test_the_practices_zone_decides_what_day_it_is():
    late_in_utc = datetime.fromisoformat("2026-03-06T03:00+00:00")
    due = due_at(Due.SAME_BUSINESS_DAY, now=late_in_utc, zone=CHICAGO, lane=Lane.STANDARD)
    assert due == local("2026-03-06T17:00")
    assert due_at(Due.NOW, now=late_in_utc, zone=CHICAGO, lane=Lane.STANDARD) == late_in_utc + AT_ONCE


def test_the_end_of_day_keeps_its_hour_when_the_clocks_change():
    due = due_at(Due.NEXT_BUSINESS_DAY, now=local("2026-03-06T10:00"), zone=CHICAGO, lane=Lane.STANDARD)
    assert due.isoformat() == "2026-03-09T17:00:00-05:00"


@pytest.mark.parametrize("due", [Due.SAME_BUSINESS_DAY, Due.NEXT_BUSINESS_DAY, Due.BEFORE_NEXT_VISIT])
@pytest.mark.parametrize("lane", Lane)
@pytest.mark.parametrize("days_ahead", [-30, 0, 1, 2, 3])
def test_nothing_is_overdue_before_anybody_could_have_seen_it(due, lane, days_ahead):
    for hour in range(24 * 7):
        made = local("2026-03-02T00:50") + timedelta(hours=hour)
        visit = made.date() + timedelta(days=days_ahead)
        assert due_at(due, now=made, zone=CHICAGO, lane=lane, visit=visit) - made >= AT_ONCE


@pytest.mark.parametrize("due", [Due.NEVER, Due.AT_RETRY, Due.AT_EXPIRY])
def test_what_no_person_waits_for_has_no_due_time(due):
    with pytest.raises(ValueError, match="no due time"):
        due_at(due, now=local("2026-03-06T10:00"), zone=CHICAGO, lane=Lane.STANDARD)
