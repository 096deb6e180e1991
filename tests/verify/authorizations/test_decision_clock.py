"""By when a payer must decide: 72 hours or 7 calendar days from 2026 on, for some payers and no drug."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from verify.authorizations import decision_due
from verify.authorizations.decision_clock import load_clocks, read_clocks
from verify.catalogue import CatalogueError
from verify.catalogue.policy_card import Program

ZONE = ZoneInfo("America/Chicago")
ASKED = datetime(2026, 3, 4, 10, 30, tzinfo=ZONE)


@pytest.mark.parametrize("program", list(Program))
@pytest.mark.parametrize("is_drug", [False, True])
def test_the_clock_runs_for_medicare_advantage_medicaid_and_chip_and_for_no_drug(
    program: Program, is_drug: bool
) -> None:
    due = decision_due(ASKED, urgent=False, program=program, is_drug=is_drug)
    runs = program in {Program.MEDICARE_ADVANTAGE, Program.MEDICAID, Program.CHIP} and not is_drug
    assert due == (datetime(2026, 3, 11, 10, 30, tzinfo=ZONE) if runs else None)


def test_an_unknown_kind_of_coverage_has_no_clock() -> None:
    assert decision_due(ASKED, urgent=False, program=None, is_drug=False) is None


def test_urgent_is_seventy_two_hours_whatever_the_zones_clock_does() -> None:
    # The night of March 8, 2026 has 23 hours in Chicago.
    asked = datetime(2026, 3, 6, 10, tzinfo=ZONE)
    due = decision_due(asked, urgent=True, program=Program.MEDICAID, is_drug=False)
    assert due is not None
    assert due.astimezone(UTC) - asked.astimezone(UTC) == timedelta(hours=72)
    assert due == datetime(2026, 3, 9, 11, tzinfo=ZONE)


def test_standard_is_seven_days_of_the_calendar() -> None:
    asked = datetime(2026, 3, 6, 10, tzinfo=ZONE)
    due = decision_due(asked, urgent=False, program=Program.MEDICAID, is_drug=False)
    assert due == datetime(2026, 3, 13, 10, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("asked", "runs"),
    [
        (datetime(2025, 12, 31, 23, 59, tzinfo=ZONE), False),
        (datetime(2026, 1, 1, 0, 0, tzinfo=ZONE), True),
    ],
)
def test_the_clock_runs_from_2026_on_by_the_practices_calendar(asked: datetime, runs: bool) -> None:
    found = decision_due(asked, urgent=True, program=Program.MEDICARE_ADVANTAGE, is_drug=False)
    assert (found is not None) is runs


def test_the_clocks_are_dated_and_sourced() -> None:
    (clock,) = load_clocks()
    assert "CMS-0057-F" in clock.source


GOOD = """read_on = 2026-11-28
review_by = 2027-05-28
[[clocks]]
programs = ["medicaid"]
valid_from = 2026-01-01
valid_until = 2026-06-30
urgent_hours = 72
standard_days = 7
drugs = true
source = "S"
"""


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (('source = "S"', 'source = " "'), "programs and source"),
        (('programs = ["medicaid"]', "programs = []"), "programs and source"),
        (("urgent_hours = 72", "urgent_hours = 0"), "at least an hour"),
        (("standard_days = 7", "standard_days = 0"), "at least an hour"),
        (("drugs = true", "drug = true"), "the key drug is not known"),
        (('["medicaid"]', "["), "no TOML"),
    ],
)
def test_a_faulty_file_of_clocks_is_refused(change: tuple[str, str], reason: str) -> None:
    with pytest.raises(CatalogueError, match=r"^decision_clocks\.toml:\d+: ") as caught:
        read_clocks(GOOD.replace(*change))
    assert reason in str(caught.value)


def test_a_clock_of_one_hour_and_one_day_is_a_clock() -> None:
    text = GOOD.replace("urgent_hours = 72", "urgent_hours = 1").replace(
        "standard_days = 7", "standard_days = 1"
    )
    (clock,) = read_clocks(text).clocks
    assert (clock.urgent_hours, clock.standard_days) == (1, 1)


def test_a_clock_may_end_and_may_run_for_drugs(monkeypatch: pytest.MonkeyPatch) -> None:
    from verify.authorizations import decision_clock

    clocks = read_clocks(GOOD).clocks
    monkeypatch.setattr(decision_clock, "load_clocks", lambda: clocks)
    in_time = datetime(2026, 6, 30, 12, tzinfo=ZONE)
    assert decision_due(in_time, urgent=False, program=Program.MEDICAID, is_drug=True) is not None
    assert (
        decision_due(in_time + timedelta(days=1), urgent=False, program=Program.MEDICAID, is_drug=True)
        is None
    )
