"""Which course is reckoned with: what somebody planned stands, unless another day, number or way is asked for."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verify.affordability.patient.test_course_cost import LINES, MONDAY
from verify.affordability.patient.assumptions import CourseAssumption
from verify.affordability.patient.course import course_of
from verify.courses import CoursePlan, GivenService, Move, Outline, Override, Weekday, plan_course
from verify.courses.plan import WORKING_DAYS

TMS = LINES["tms"]
OTHER_CODE = (GivenService(code="90869"),)
#: Ten sessions: the third dropped, the fifth on a Saturday, another code in the sixth, one more on a Saturday.
CHANGED = Outline(
    starts_on=MONDAY,
    sessions=10,
    moved=(Move(session=5, on=date(2026, 3, 7)),),
    dropped=(3,),
    added=(date(2026, 3, 14),),
    overrides=(Override(session=6, services=OTHER_CODE),),
)
KEPT = plan_course(TMS, CHANGED)


def course(kept: CoursePlan | None = KEPT, first: date = MONDAY, way: str = "", **assumed: object):
    return course_of(TMS, kept, first, CourseAssumption(**assumed), way, ())


def codes(plan: CoursePlan) -> list[str]:
    return [service.code for session in plan.sessions for service in session.services]


def test_without_a_plan_it_is_the_usual_course_with_all_the_sessions_there_may_be():
    found = course(None)
    assert (found.counts, len(found.plan.sessions), found.is_planned) == ((36, 30, 46), 46, False)


@pytest.mark.parametrize("key", ["tms", "tms_deep", "spravato_medical", "ketamine_iv"])
@pytest.mark.parametrize(
    "weekdays", [(), (Weekday.TUE, Weekday.THU), (Weekday.MON, Weekday.WED, Weekday.FRI)]
)
def test_sessions_beyond_the_usual_ones_come_after_them(key, weekdays):
    """The page shows the usual course beside the figures: its last day must be the figures' last day."""
    line, closed = LINES[key], {date(2026, 3, 26)}
    usual = plan_course(line, Outline(starts_on=MONDAY, weekdays=weekdays or WORKING_DAYS), closed)
    found = course_of(
        line, None, MONDAY, CourseAssumption(weekdays=weekdays), line.course.ways[0], closed
    ).plan.sessions
    count = len(usual.sessions)
    days = [session.on for session in found]
    assert days[:count] == [session.on for session in usual.sessions]
    assert days == sorted(days)
    assert all(day > days[count - 1] for day in days[count:])
    assert len(days) == max(line.course.sessions, line.course.most)
    assert [session.number for session in found] == list(range(1, len(days) + 1))


def test_a_number_that_is_assumed_is_the_number():
    found = course(None, sessions=20)
    assert (found.counts, len(found.plan.sessions), found.is_planned) == ((20,), 20, False)


@pytest.mark.parametrize(
    "assumed", [{}, {"sessions": 10}, {"weekdays": tuple(Weekday)[4::-1]}, {"self_pay": True}]
)
def test_what_was_planned_stands_where_nothing_else_is_asked_for(assumed):
    found = course(**assumed)
    assert (found.plan, found.counts, found.is_planned) == (KEPT, (10,), True)


def test_from_another_day_on_it_has_as_many_sessions_with_the_codes_they_had():
    monday = date(2026, 6, 1)
    found = course(first=monday)
    assert [session.on for session in found.plan.sessions][:6] == [
        date(2026, 6, day) for day in (1, 2, 3, 4, 5, 8)
    ]
    assert (len(found.plan.sessions), found.counts) == (10, (10,))
    assert codes(found.plan) == codes(KEPT)


def test_another_number_is_a_number_of_all_sessions():
    assert codes(course(sessions=3).plan) == codes(KEPT)[:3]


def test_maintenance_that_was_planned_follows_the_course_from_another_day_too():
    line = LINES["spravato_medical"]
    kept = plan_course(line, Outline(starts_on=MONDAY, sessions=8, later_sessions=4))
    found = course_of(line, kept, date(2026, 6, 1), CourseAssumption(), line.course.ways[0], ())
    assert [one.phase for one in found.plan.sessions] == [one.phase for one in kept.sessions]
    fewer = course_of(line, kept, MONDAY, CourseAssumption(sessions=9), line.course.ways[0], ())
    assert len(fewer.plan.sessions) == 9
    assert (fewer.plan.outline.sessions, fewer.plan.outline.later_sessions) == (9, 0)


def test_where_maintenance_is_all_that_was_left_of_a_plan_its_first_session_opens_the_new_one():
    line = LINES["spravato_medical"]
    kept = plan_course(line, Outline(starts_on=MONDAY, sessions=1, later_sessions=2, dropped=(1,)))
    found = course_of(line, kept, date(2026, 6, 1), CourseAssumption(), line.course.ways[0], ())
    assert (found.plan.outline.sessions, found.plan.outline.later_sessions) == (1, 1)


def test_other_weekdays_are_those_of_the_patient_and_no_others():
    days = [session.on.weekday() for session in course(weekdays=(Weekday.MON, Weekday.THU)).plan.sessions]
    assert (len(days), set(days)) == (10, {0, 3})


def test_what_is_planned_anew_leaves_out_closed_days():
    tuesday = date(2026, 6, 2)
    found = course_of(TMS, KEPT, date(2026, 6, 1), CourseAssumption(), "", {tuesday})
    assert [session.on.day for session in found.plan.sessions][:3] == [1, 3, 4]


def test_in_another_way_of_billing_it_keeps_its_days():
    line = LINES["spravato_medical"]
    outline = Outline(starts_on=MONDAY, sessions=4, added=(date(2026, 3, 7),))
    kept = plan_course(line, outline)
    drug, one_code = (
        course_of(line, kept, MONDAY, CourseAssumption(), way, ()).plan for way in line.course.ways
    )
    assert drug == kept
    assert [one.on for one in one_code.sessions] == [one.on for one in kept.sessions]
    assert {code[:1] for code in codes(one_code)} == {"G"}


@settings(deadline=None)
@given(
    key=st.sampled_from(sorted(LINES)),
    sessions=st.integers(1, 60),
    later=st.integers(0, 4),
    dropped=st.integers(0, 3),
    first=st.dates(date(2026, 1, 1), date(2030, 12, 31)),
)
def test_whatever_was_planned_keeps_its_number_from_any_day_on(key, sessions, later, dropped, first):
    line = LINES[key]
    outline = Outline(
        starts_on=MONDAY,
        sessions=sessions,
        later_sessions=later if line.course.later else 0,
        dropped=tuple(range(1, min(dropped, sessions - 1) + 1)),
    )
    kept = plan_course(line, outline)
    found = course_of(line, kept, first, CourseAssumption(), line.course.ways[0], ())
    assert found.counts == (len(kept.sessions),)
    assert found.first == first
