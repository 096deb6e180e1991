"""When the limits begin anew: the day that somebody told, else what the plan's dates let one take."""

from datetime import date

import pytest

from tests.verify.affordability.patient.test_course_cost import (
    AUTUMN,
    LINES,
    OWN_PRICES,
    SETTLED,
    TMS_PRICES,
    VALUE,
    asked,
    fact,
    figures,
    replaced_in_time,
)
from verify.affordability.patient import course_cost
from verify.facts import FactName

JANUARY = date(2027, 1, 1)
#: E3: $300 and $1,600 are left on November 30, and $2,000 and $5,000 in the next year.
E3 = [
    fact("deductible_remaining", VALUE, 300_00),
    fact("deductible_total", VALUE, 2000_00),
    fact("out_of_pocket_remaining", VALUE, 1600_00),
    fact("out_of_pocket_total", VALUE, 5000_00),
]
BEGAN_IN_JANUARY = fact("plan_begin", VALUE, "2026-01-01")


def autumn(*facts, first=date(2026, 11, 30)):
    settled = [one for name, one in SETTLED.items() if not name.endswith("_remaining")]
    return course_cost(
        [replaced_in_time(one) for one in (*settled, *E3)] + list(facts),
        [LINES["tms"]],
        first,
        now=AUTUMN,
        payer="bluehollow",
        prices=[*TMS_PRICES, *OWN_PRICES],
    )


def begins(day, **more):
    return replaced_in_time(fact("plan_year_begins", VALUE, day, **more))


def test_the_day_that_was_told_begins_the_plan_year():
    found = autumn(begins("12-14"))
    assert found.new_plan_year == date(2026, 12, 14)
    assert "the next plan year" not in asked(found)
    # Ten sessions at $350 and nine times $250 come before it: $300, and 20 % of $2,300.
    before = [one for one in found.estimate.sessions if one.date < date(2026, 12, 14)]
    assert sum(one.patient_cents for one in before) == 760_00
    # The eleventh determines the threshold anew: $270.
    first = next(one for one in found.estimate.sessions if one.date == date(2026, 12, 14))
    assert first.why == "deductible $270.00"


def test_it_goes_before_the_plans_first_day_which_may_be_that_of_the_membership():
    found = autumn(begins("07-01"), replaced_in_time(BEGAN_IN_JANUARY))
    assert found.new_plan_year is None
    # No new deductible: the $1,600 that are left of the maximum are reached.
    assert figures(found)[1:] == (1600_00, 1600_00)


def test_it_is_the_calendar_year_without_a_question_where_it_is_told_so():
    found = autumn(begins("01-01"), replaced_in_time(fact("plan_begin", VALUE, "2025-09-15")))
    assert found.new_plan_year == JANUARY
    assert figures(found)[1] == 3668_00
    assert "the next plan year" not in asked(found)


def test_a_plan_that_ends_before_its_limits_begin_anew_is_said_to():
    ends = replaced_in_time(fact("plan_end", VALUE, "2026-12-31"))
    found = autumn(begins("07-01"), ends)
    assert found.new_plan_year is None
    assert any("The plan ends on 2026-12-31, while the course runs" in said for said in found.reckoned_with)
    assert autumn(ends).new_plan_year == JANUARY


@pytest.mark.parametrize("end", ["2026-12-13", "2027-06-30"])
def test_a_plan_that_ends_with_its_year_or_after_the_course_has_nothing_to_be_said(end):
    found = autumn(begins("12-14"), replaced_in_time(fact("plan_end", VALUE, end)))
    assert found.new_plan_year == date(2026, 12, 14)
    assert not any("The plan ends on" in said for said in found.reckoned_with)


def test_of_what_is_out_of_date_the_plans_dates_speak_again():
    found = autumn(fact("plan_year_begins", VALUE, "07-01"), replaced_in_time(BEGAN_IN_JANUARY))
    assert found.new_plan_year == JANUARY


def test_two_days_that_were_told_leave_open_whether_a_year_begins():
    found = autumn(begins("07-01"), begins("01-01", call=True), replaced_in_time(BEGAN_IN_JANUARY))
    assert found.new_plan_year == JANUARY
    # Most of all for 46 sessions: ten more at $50 in the new year, nothing more in the old one.
    assert asked(found)["the next plan year"] == 3668_00 + 10 * 50_00 - 1600_00


def test_what_the_day_is_worth_is_told_by_its_name():
    found = autumn()
    (worth,) = (one for one in found.worth if one.fact is FactName.PLAN_YEAR_BEGINS)
    assert worth.worth_cents == asked(found)["the next plan year"] > 0


def test_the_course_begun_in_that_year_is_told_beside_it():
    """Begun on December 14: $2,000, and 20 % of the other $7,140."""
    (other,) = autumn(begins("12-14")).other_starts
    assert (other.on, other.expected_cents) == (date(2026, 12, 14), 3428_00)
