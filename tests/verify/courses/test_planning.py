"""From a service line and what a person decided to dated sessions with their codes."""

import json
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.catalogue import Dose, Phase, load
from verify.courses import (
    CoursePlan,
    Move,
    Outline,
    Weekday,
    as_document,
    outline_faults,
    plan_course,
    read_plan,
)

CATALOGUE = load()
LINES = CATALOGUE.service_lines
MONDAY, WEDNESDAY = date(2026, 3, 2), date(2026, 3, 4)
THANKSGIVING = date(2026, 11, 26)


def plan(key: str = "tms", *, closed: Any = (), starts_on: date = MONDAY, **decided: Any) -> CoursePlan:
    outline = Outline(starts_on=starts_on, **decided)
    assert outline_faults(LINES[key], outline) == []
    return plan_course(LINES[key], outline, closed)


def days(of: CoursePlan) -> list[date]:
    return [session.on for session in of.sessions]


def codes(of: CoursePlan, number: int) -> list[tuple[str, int]]:
    return [(service.code, service.units) for service in of.sessions[number - 1].services]


# --- days -------------------------------------------------------------------------------------------------


def test_five_a_week_are_the_weekdays_of_seven_days() -> None:
    assert days(plan(starts_on=WEDNESDAY))[:6] == [date(2026, 3, day) for day in (4, 5, 6, 9, 10, 11)]


def test_a_taper_is_spread_over_its_weeks_and_named_so() -> None:
    course = plan()
    assert days(course)[30:36] == [
        date(2026, 4, 13),
        date(2026, 4, 14),
        date(2026, 4, 16),
        date(2026, 4, 20),
        date(2026, 4, 22),
        date(2026, 4, 27),
    ]
    assert [one.phase for one in course.sessions] == [Phase.ACUTE] * 30 + [Phase.TAPER] * 6


def test_an_extension_goes_on_after_the_usual_course() -> None:
    course = plan(sessions=46)
    assert days(course)[35:38] == [date(2026, 4, 27), date(2026, 5, 4), date(2026, 5, 5)]
    assert (course.sessions[-1].on, course.sessions[-1].phase) == (date(2026, 5, 15), Phase.EXTENSION)


def test_more_sessions_than_the_model_has_go_on_at_its_last_pace() -> None:
    assert days(plan(sessions=56))[46:] == [day + timedelta(weeks=2) for day in days(plan(sessions=46))[36:]]


def test_a_first_visit_on_a_saturday_keeps_its_day() -> None:
    found = days(plan(starts_on=date(2026, 3, 7)))
    assert found[:6] == [date(2026, 3, day) for day in (7, 9, 10, 11, 12, 16)]


def test_weeks_without_a_visit_are_left_out() -> None:
    found = days(plan("medication_management"))
    assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(weeks=5)}


def test_a_patient_who_can_come_on_two_days_comes_on_these() -> None:
    course = plan("ketamine_iv", weekdays=(Weekday.TUE, Weekday.FRI), starts_on=date(2026, 3, 3))
    assert [day.weekday() for day in days(course)] == [1, 4] * 3


def test_a_week_with_too_few_days_makes_the_course_longer_and_none_fuller() -> None:
    course = plan("spravato_medical", weekdays=(Weekday.THU,), starts_on=date(2026, 3, 5))
    assert days(course) == [date(2026, 3, 5) + timedelta(weeks=week) for week in range(12)]


def test_closed_days_are_left_out_and_the_course_ends_later() -> None:
    usual, shorter = (plan(starts_on=date(2026, 11, 23), closed=closed) for closed in ((), {THANKSGIVING}))
    assert THANKSGIVING in days(usual) and THANKSGIVING not in days(shorter)
    assert len(days(shorter)) == 36
    assert days(shorter)[-1] > days(usual)[-1]
    assert max(of_week(days(shorter)).values()) <= 5


def of_week(found: list[date]) -> dict[int, int]:
    weeks: dict[int, int] = {}
    for day in found:
        week = (day - found[0]).days // 7
        weeks[week] = weeks.get(week, 0) + 1
    return weeks


def test_a_visit_every_five_weeks_that_falls_on_closed_days_comes_the_week_after() -> None:
    whole_week = {date(2026, 4, 6) + timedelta(days=ahead) for ahead in range(7)}
    found = days(plan("medication_management", closed=whole_week))
    assert found[1] == date(2026, 4, 13)
    assert found[2] == date(2026, 5, 11), "the next ones keep their weeks"


def test_the_first_visit_keeps_its_day_though_the_clinic_is_closed() -> None:
    assert days(plan(starts_on=THANKSGIVING, closed={THANKSGIVING}))[0] == THANKSGIVING


def test_boosters_follow_the_course_at_their_interval() -> None:
    course = plan("ketamine_iv", later_sessions=3)
    assert [one.phase for one in course.sessions[6:]] == [Phase.BOOSTER] * 3
    gaps = {later - earlier for earlier, later in pairwise(days(course)[5:])}
    assert gaps == {timedelta(weeks=4)}
    closer = plan("ketamine_iv", later_sessions=3, later_every_weeks=2)
    assert days(closer)[6] == days(closer)[5] + timedelta(weeks=2)


@given(
    st.sampled_from(sorted(LINES)),
    st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 12, 31)),
    st.sets(st.integers(0, 120), max_size=20),
    st.sets(st.sampled_from(Weekday), min_size=1),
    st.none() | st.integers(1, 60),
)
def test_every_course_rises_on_open_days_and_has_its_sessions(
    key: str, first: date, shut: set[int], weekdays: set[Weekday], sessions: int | None
) -> None:
    closed = {first + timedelta(days=ahead) for ahead in shut}
    course = plan(key, starts_on=first, closed=closed, weekdays=tuple(weekdays), sessions=sessions)
    found = days(course)
    assert len(found) == (sessions or LINES[key].course.sessions)
    assert found[0] == first
    assert found == sorted(found)
    assert [one.number for one in course.sessions] == list(range(1, len(found) + 1))
    for day in found:
        if day != first:
            assert list(Weekday)[day.weekday()] in weekdays and day not in closed


@given(st.sampled_from(sorted(LINES)), st.dates(min_value=date(2020, 1, 1), max_value=date(2040, 12, 31)))
def test_where_every_weekday_is_open_a_course_ends_in_its_last_week(key: str, first: date) -> None:
    model = LINES[key].course
    found = days(plan(key, starts_on=first))
    assert first + timedelta(weeks=model.weeks - 1) <= found[-1] + timedelta(days=6)
    assert found[-1] < first + timedelta(weeks=model.weeks)


# --- codes ------------------------------------------------------------------------------------------------


def test_a_tms_course_has_one_mapping_33_treatments_and_two_new_thresholds() -> None:
    given_codes = [service.code for one in plan().sessions for service in one.services]
    assert [given_codes.count(code) for code in ("90867", "90868", "90869")] == [1, 33, 2]
    assert given_codes[0] == "90867"
    roles = {service.role for one in plan().sessions for service in one.services}
    assert roles == {"mapping", "delivery", "redetermination"}


def test_units_of_esketamine_are_milligrams_and_its_code_goes_with_the_day() -> None:
    course = plan("spravato_medical", starts_on=date(2025, 12, 29))
    assert codes(course, 1) == [("S0013", 56), ("99214", 1)]
    assert codes(course, 2) == [("S0013", 84), ("99214", 1)]
    assert codes(course, 3) == [("J0013", 84), ("99214", 1)]


def test_the_dose_decides_the_code_of_medicare() -> None:
    doses = (Dose(from_session=1, mg=56), Dose(from_session=4, mg=84))
    course = plan("spravato_medicare", doses=doses)
    assert [codes(course, number) for number in (1, 3, 4)] == [[("G2082", 1)], [("G2082", 1)], [("G2083", 1)]]


def test_another_way_of_billing_has_other_codes() -> None:
    course = plan("spravato_medical", billed_as="one code for drug and observation")
    assert codes(course, 2) == [("G2083", 1)]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        (10, []),
        (40, [("96365", 1)]),
        (90, [("96365", 1)]),
        (91, [("96365", 1), ("96366", 1)]),
        (151, [("96365", 1), ("96366", 2)]),
    ],
)
def test_an_infusion_is_counted_by_its_time(minutes: int, expected: list[tuple[str, int]]) -> None:
    found = codes(plan("ketamine_iv", minutes=minutes), 1)
    assert found == [*expected, ("J3490", 1)]


@pytest.mark.parametrize(("minutes", "code"), [(16, "90832"), (37, "90832"), (38, "90834"), (53, "90837")])
def test_the_minutes_decide_the_code_of_psychotherapy(minutes: int, code: str) -> None:
    assert codes(plan("psychotherapy", minutes=minutes), 1) == [(code, 1)]


def test_mri_guided_theta_burst_is_counted_by_the_day() -> None:
    course = plan("tms_saint")
    assert [codes(course, number)[0][0] for number in range(1, 7)] == ["0889T", "0890T", *["0891T"] * 4]


def test_a_program_of_the_clinics_own_has_its_own_price_alone() -> None:
    (service,) = plan("gratitude_therapy").sessions[0].services
    assert (service.code, service.role) == ("GRATITUDE", "own_price")


def test_modifiers_are_put_on_their_code() -> None:
    course = plan("spravato_medical", modifiers={"J0013": ("JZ",)})
    assert [service.modifiers for service in course.sessions[0].services] == [("JZ",), ()]


@pytest.mark.parametrize("key", sorted(LINES))
def test_every_session_of_every_way_has_its_services(key: str) -> None:
    for way in LINES[key].course.ways:
        course = plan(key, sessions=LINES[key].course.most, billed_as=way)
        assert all(one.services for one in course.sessions)
        assert all(service.units >= 1 for one in course.sessions for service in one.services)


# --- changed by hand --------------------------------------------------------------------------------------


def test_a_moved_session_says_where_it_was_and_the_sessions_are_counted_by_day() -> None:
    course = plan(moved=(Move(session=2, on=date(2026, 3, 14)),))
    (moved,) = [one for one in course.sessions if one.moved_from]
    assert (moved.on, moved.moved_from, moved.place) == (date(2026, 3, 14), date(2026, 3, 3), 2)
    assert moved.number == 10
    assert days(course) == sorted(days(course))


def test_a_dropped_session_is_gone_and_the_mapping_stays_first() -> None:
    course = plan(dropped=(1, 11))
    assert len(course.sessions) == 34
    assert codes(course, 1) == [("90867", 1)]
    assert [service.code for one in course.sessions for service in one.services].count("90869") == 2


def test_an_added_session_has_no_place_and_the_phase_it_falls_into() -> None:
    saturday = date(2026, 4, 18)
    course = plan(added=(saturday,))
    (added,) = [one for one in course.sessions if one.place is None]
    assert (added.on, added.phase) == (saturday, Phase.TAPER)
    assert len(course.sessions) == 37


def test_a_schedule_by_hand_takes_the_place_of_the_days_and_keeps_the_codes() -> None:
    by_hand = (date(2026, 3, 9), date(2026, 3, 2), date(2026, 3, 5))
    course = plan("spravato_medical", days=by_hand)
    assert days(course) == sorted(by_hand)
    assert codes(course, 1)[0] == ("J0013", 56)


@pytest.mark.parametrize(
    ("decided", "field"),
    [
        ({"sessions": 0}, "sessions"),
        ({"sessions": 401}, "sessions"),
        ({"sessions": 2, "days": (MONDAY,)}, "sessions"),
        ({"later_sessions": 1}, "later_sessions"),
        ({"later_sessions": -1}, "later_sessions"),
        ({"later_every_weeks": 0}, "later_every_weeks"),
        ({"minutes": 0}, "minutes"),
        ({"billed_as": "by the pound"}, "billed_as"),
        ({"weekdays": ()}, "weekdays"),
        ({"weekdays": (Weekday.MON, Weekday.MON)}, "weekdays"),
        ({"starts_on": date(1926, 3, 2)}, "starts_on"),
        ({"added": (date(2999, 1, 1),)}, "added"),
        ({"added": (MONDAY,) * 401}, "added"),
        ({"doses": (Dose(from_session=2, mg=56),)}, "doses"),
        ({"doses": (Dose(from_session=1, mg=99_999),)}, "doses"),
        ({"moved": (Move(session=37, on=MONDAY),)}, "moved"),
        ({"moved": (Move(session=1, on=MONDAY),) * 2}, "moved"),
        ({"dropped": (37,)}, "dropped"),
        ({"dropped": (3, 3)}, "dropped"),
        ({"dropped": tuple(range(1, 37))}, "dropped"),
    ],
)
def test_what_cannot_be_planned_is_said_by_its_field(decided: dict[str, Any], field: str) -> None:
    found = outline_faults(LINES["tms"], Outline(**{"starts_on": MONDAY, **decided}))
    assert {fault.field for fault in found} == {field}


# --- kept -------------------------------------------------------------------------------------------------


@given(st.sampled_from(sorted(LINES)), st.integers(1, 50), st.booleans())
def test_a_plan_survives_being_kept_as_json(key: str, sessions: int, changed: bool) -> None:
    more = {"moved": (Move(session=1, on=WEDNESDAY),), "added": (date(2026, 5, 1),)} if changed else {}
    course = plan(key, sessions=sessions, **more)
    assert read_plan(json.loads(json.dumps(as_document(course)))) == course


def test_the_kept_shape_is_the_one_others_read() -> None:
    document = as_document(plan("spravato_medical"))
    first = document["sessions"][0]
    assert (document["service_line"], document["outline"]["starts_on"]) == ("spravato_medical", "2026-03-02")
    assert {name: first[name] for name in ("number", "on", "phase")} == {
        "number": 1,
        "on": "2026-03-02",
        "phase": "acute",
    }
    assert first["services"][0] == {"code": "J0013", "units": 56, "modifiers": (), "role": "drug"}


def test_what_is_no_plan_is_refused() -> None:
    with pytest.raises(msgspec.ValidationError):
        read_plan({"service_line": "tms", "sessions": []})
