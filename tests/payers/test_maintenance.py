"""A payer is not asked in its maintenance hours, which are on its own clock."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from payers.maintenance import BadMaintenance, closed_until, windows

SUNDAY_NIGHT: dict[str, Any] = {
    "days": ["sun"],
    "from": "01:00",
    "to": "05:00",
    "zone": "America/New_York",
}


def closed(now: str, *given: dict[str, Any]) -> datetime | None:
    return closed_until(windows({"maintenance": list(given)}), datetime.fromisoformat(now))


def test_without_windows_a_payer_is_always_open() -> None:
    assert closed_until(windows({}), datetime.now(UTC)) is None


def test_inside_a_window_the_payer_opens_at_its_end() -> None:
    assert closed("2026-11-22T03:30:00-05:00", SUNDAY_NIGHT) == datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "now",
    ["2026-11-22T00:59:59-05:00", "2026-11-22T05:00:00-05:00", "2026-11-23T03:00:00-05:00"],
)
def test_outside_its_hours_and_days_the_payer_is_open(now: str) -> None:
    assert closed(now, SUNDAY_NIGHT) is None


def test_a_window_over_midnight_ends_the_next_day() -> None:
    nightly = {"from": "23:00", "to": "02:00", "zone": "America/Chicago"}
    assert closed("2026-11-23T01:00:00-06:00", nightly) == datetime(2026, 11, 23, 8, tzinfo=UTC)
    assert closed("2026-11-22T23:30:00-06:00", nightly) == datetime(2026, 11, 23, 8, tzinfo=UTC)


def test_windows_that_touch_are_one() -> None:
    later = {**SUNDAY_NIGHT, "from": "05:00", "to": "06:00"}
    assert closed("2026-11-22T02:00:00-05:00", SUNDAY_NIGHT, later) == datetime(2026, 11, 22, 11, tzinfo=UTC)


def test_windows_all_around_the_clock_do_not_wait_for_ever() -> None:
    always = {"from": "00:00", "to": "00:00", "zone": "UTC"}
    until = closed("2026-11-22T02:00:00+00:00", always)
    assert until is not None
    assert until - datetime(2026, 11, 22, 2, tzinfo=UTC) < timedelta(days=20)


def test_an_hour_the_clock_skips_belongs_to_the_window() -> None:
    # March 8, 2026: 2:00 becomes 3:00 in New York, so the window is one hour shorter.
    assert closed("2026-03-08T01:30:00-05:00", SUNDAY_NIGHT) == datetime(2026, 3, 8, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "given",
    [
        {"from": "25:00", "to": "05:00", "zone": "UTC"},
        {"from": "01:00", "to": "05:00", "zone": "Nowhere/Land"},
        {"from": "01:00", "to": "05:00"},
        {"from": "01:00", "to": "05:00", "zone": "UTC", "days": ["someday"]},
        {"from": "01:00", "to": "05:00", "zone": "UTC", "note": "x"},
    ],
)
def test_what_is_no_window_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(BadMaintenance, match="maintenance"):
        windows({"maintenance": [given]})
