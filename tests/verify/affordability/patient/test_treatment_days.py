"""The usual sessions on days of the calendar."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.affordability.patient.treatment_days import services_of, treatment_days
from verify.catalogue import load

LINES = load().service_lines
WEDNESDAY = date(2026, 3, 4)


def test_five_a_week_are_the_weekdays_of_seven_days():
    days = treatment_days(LINES["tms"].course, WEDNESDAY)
    assert days[:6] == [date(2026, 3, day) for day in (4, 5, 6, 9, 10, 11)]


def test_a_taper_is_spread_over_its_weeks():
    days = treatment_days(LINES["tms"].course, date(2026, 3, 2))
    assert days[30:36] == [
        date(2026, 4, 13),
        date(2026, 4, 14),
        date(2026, 4, 16),
        date(2026, 4, 20),
        date(2026, 4, 22),
        date(2026, 4, 27),
    ]


def test_an_extension_goes_on_after_the_usual_course():
    days = treatment_days(LINES["tms"].course, date(2026, 3, 2))
    assert (len(days), days[36], days[-1]) == (46, date(2026, 5, 4), date(2026, 5, 15))


def test_a_first_visit_on_a_saturday_keeps_its_day():
    days = treatment_days(LINES["tms"].course, date(2026, 3, 7))
    assert days[:6] == [date(2026, 3, day) for day in (7, 9, 10, 11, 12, 16)]


def test_weeks_without_a_session_are_left_out():
    days = treatment_days(LINES["medication_management"].course, date(2026, 3, 2))
    assert {later - earlier for earlier, later in pairwise(days)} == {timedelta(weeks=5)}


@given(st.sampled_from(sorted(LINES)), st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 12, 31)))
def test_every_course_rises_day_by_day_on_weekdays(key, first):
    course = LINES[key].course
    days = treatment_days(course, first)
    assert len(days) == course.most
    assert days[0] == first
    assert all(one < other for one, other in pairwise(days))
    assert all(day.weekday() < 5 for day in days[1:])
    assert days[course.sessions - 1] < first + timedelta(weeks=len(course.per_week))


@pytest.mark.parametrize("key", sorted(LINES))
def test_every_session_has_its_services(key):
    services = LINES[key].course.services
    for way in {service.billed_as for service in services}:
        of_way = [service for service in services if service.billed_as == way]
        for session in range(1, LINES[key].course.most + 1):
            assert services_of(of_way, session), (way, session)


def test_a_tms_session_has_one_code():
    services = LINES["tms"].course.services
    codes = [services_of(services, session) for session in range(1, 47)]
    assert {len(found) for found in codes} == {1}
    assert [found[0].code for found in codes].count("90869") == 2


@given(
    st.sampled_from(sorted(LINES)),
    st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 12, 31)),
    st.integers(1, 80),
    st.frozensets(st.integers(0, 6), min_size=1),
)
def test_any_number_of_sessions_falls_on_the_days_given(key, first, sessions, weekdays):
    days = treatment_days(LINES[key].course, first, sessions, weekdays)
    assert (len(days), days[0]) == (sessions, first)
    assert all(one < other for one, other in pairwise(days))
    assert all(day.weekday() in weekdays for day in days[1:])


def test_a_first_visit_on_no_day_of_the_patients_keeps_its_day_and_takes_the_place_of_one():
    days = treatment_days(LINES["tms"].course, date(2026, 3, 2), 4, {2, 4})
    assert days == [date(2026, 3, day) for day in (2, 4, 11, 13)]
