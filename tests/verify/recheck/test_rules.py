"""Who is asked again tonight: a rule fires when it is due, once, and a missed night is made up."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.catalogue import load
from verify.recheck import (
    RULE_WORDS,
    Checked,
    Rule,
    last_visit_on,
    longest_course,
    rules_due,
    visit_to_ask_about,
)
from verify.recheck.rules import RULES, first_business_day

#: A course of nine weeks from Tuesday, December 1; the payer answered on November 20.
COURSE = Checked(
    first_visit_on=date(2026, 12, 1), last_visit_on=date(2027, 2, 1), answered_on=date(2026, 11, 20)
)


def days(first: str, count: int) -> list[date]:
    return [date.fromisoformat(first) + timedelta(days=each) for each in range(count)]


def weekdays(first: str, count: int) -> tuple[date, ...]:
    return tuple(day for day in days(first, count * 2) if day.isoweekday() <= 5)[:count]


def due(tonight: str, **changes: object) -> tuple[Rule, ...]:
    return rules_due(replace(COURSE, **changes), date.fromisoformat(tonight))  # type: ignore[arg-type]


@pytest.mark.parametrize("tonight", ["2026-11-28", "2026-11-29", "2026-11-30"])
def test_in_the_three_days_before_the_first_visit_the_payer_is_asked(tonight: str) -> None:
    assert due(tonight) == (Rule.FIRST_VISIT,)


def test_once_asked_in_those_days_it_is_not_asked_again() -> None:
    assert due("2026-11-29", answered_on=date(2026, 11, 28)) == ()
    assert due("2026-11-30", answered_on=date(2026, 11, 28)) == ()


def test_long_before_the_visit_nothing_is_asked() -> None:
    assert due("2026-11-25") == ()


@pytest.mark.parametrize(
    ("month", "day"),
    [("2026-11-15", 2), ("2026-12-31", 1), ("2027-01-04", 4), ("2027-05-01", 3), ("2028-01-09", 3)],
)
def test_the_first_business_day_of_a_month(month: str, day: int) -> None:
    assert first_business_day(date.fromisoformat(month)).day == day


def test_each_month_begins_with_asking_once() -> None:
    asked = date(2026, 12, 20)
    assert due("2027-01-01", answered_on=asked) == (Rule.PLAN_YEAR,), "a holiday is no business day"
    assert Rule.MONTH in due("2027-01-04", answered_on=asked)
    assert Rule.MONTH in due("2027-01-06", answered_on=asked), "a missed night is made up"
    assert due("2027-01-06", answered_on=date(2027, 1, 4)) == ()


def test_a_session_in_the_new_year_is_asked_about_in_the_season_and_after_the_reset() -> None:
    turns = [day for day in days("2026-11-01", 61) if Rule.PLAN_YEAR in rules_due(seasoned(), day)]
    assert turns, "somewhere between November and the end of the year"
    assert Rule.PLAN_YEAR in rules_due(seasoned(answered_on=date(2026, 12, 30)), date(2027, 1, 1))
    assert Rule.PLAN_YEAR not in rules_due(seasoned(answered_on=date(2027, 1, 1)), date(2027, 1, 2))


def test_the_season_is_spread_over_its_nights() -> None:
    first = [
        next(day for day in days("2026-11-01", 61) if Rule.PLAN_YEAR in rules_due(seasoned(lot=lot), day))
        for lot in range(500)
    ]
    assert len(set(first)) == 50
    assert max(first) < date(2026, 12, 25)


def test_a_course_that_ends_before_the_new_year_has_no_reset() -> None:
    assert Rule.PLAN_YEAR not in due("2026-12-20", last_visit_on=date(2026, 12, 24))


def test_a_plan_year_that_begins_in_july_resets_in_july() -> None:
    july = replace(COURSE, first_visit_on=date(2027, 6, 10), last_visit_on=date(2027, 8, 12))
    asked = replace(july, answered_on=date(2027, 6, 30), plan_begins_on=date(2024, 7, 1))
    assert Rule.PLAN_YEAR in rules_due(asked, date(2027, 7, 1))
    assert Rule.PLAN_YEAR not in rules_due(replace(asked, plan_begins_on=date(2024, 7, 15)), date(2027, 7, 1))


def test_a_known_term_date_is_asked_about_before_and_after() -> None:
    ends = date(2026, 12, 31)
    assert Rule.PLAN_END in due("2026-12-29", answered_on=date(2026, 12, 10), plan_ends_on=ends)
    assert Rule.PLAN_END in due("2027-01-02", answered_on=ends, plan_ends_on=ends)
    assert Rule.PLAN_END not in due("2026-12-29", answered_on=date(2026, 12, 28), plan_ends_on=ends)
    assert Rule.PLAN_END not in due("2026-12-29", plan_ends_on=COURSE.last_visit_on)


@pytest.mark.parametrize(
    ("tonight", "answered_on", "sessions", "asked"),
    [
        ("2026-12-08", date(2026, 12, 1), weekdays("2026-12-01", 30), True),
        ("2026-12-08", date(2026, 12, 2), weekdays("2026-12-01", 30), False),
        ("2026-12-20", date(2026, 12, 2), weekdays("2026-12-01", 30), True),
        # Before the first session and after the last there is no course to check.
        ("2026-12-01", date(2026, 11, 20), weekdays("2026-12-01", 30), False),
        ("2026-12-08", date(2026, 12, 1), weekdays("2026-12-01", 5), False),
        ("2026-12-08", date(2026, 12, 1), (), False),
        # Seven days apart is close, eight is not.
        ("2026-12-08", date(2026, 12, 1), (date(2026, 12, 1), date(2026, 12, 8)), True),
        ("2026-12-09", date(2026, 12, 1), (date(2026, 12, 8), date(2026, 12, 15)), True),
        ("2026-12-09", date(2026, 12, 1), (date(2026, 12, 8), date(2026, 12, 16)), False),
    ],
)
def test_while_sessions_follow_closely_the_payer_is_asked_every_week(
    tonight: str, answered_on: date, sessions: tuple[date, ...], asked: bool
) -> None:
    assert (Rule.COURSE in due(tonight, answered_on=answered_on, sessions=sessions)) is asked


@pytest.mark.parametrize(
    ("tonight", "answered_on", "near", "asked"),
    [
        ("2026-12-10", date(2026, 12, 9), date(2026, 12, 10), True),
        ("2026-12-12", date(2026, 12, 9), date(2026, 12, 10), True),
        ("2026-12-09", date(2026, 12, 8), date(2026, 12, 10), False),
        ("2026-12-12", date(2026, 12, 10), date(2026, 12, 10), False),
        ("2026-12-12", date(2026, 12, 8), None, False),
    ],
)
def test_an_authorization_near_its_end_is_reason_to_ask_once(
    tonight: str, answered_on: date, near: date | None, asked: bool
) -> None:
    found = due(tonight, answered_on=answered_on, authorization_near_end_on=near)
    assert (Rule.AUTHORIZATION in found) is asked


def test_every_rule_has_words_and_all_but_the_first_a_function() -> None:
    assert set(RULE_WORDS) == set(Rule)
    assert set(RULES) == set(Rule) - {Rule.UNANSWERED}


def test_a_planned_session_is_the_visit_asked_about() -> None:
    planned = replace(COURSE, sessions=(date(2026, 12, 1), date(2026, 12, 9), date(2026, 12, 16)))
    assert visit_to_ask_about(planned, date(2026, 12, 4)) == date(2026, 12, 9)
    assert visit_to_ask_about(planned, date(2026, 12, 9)) == date(2026, 12, 9)
    assert visit_to_ask_about(planned, date(2026, 12, 17)) == date(2026, 12, 18), "none is left"


def test_what_a_person_signed_is_asked_again_before_it_expires() -> None:
    assert Rule.EXPIRES in due("2026-11-27", expires_on=date(2026, 11, 28))
    assert Rule.EXPIRES not in due("2026-11-26", expires_on=date(2026, 11, 28))
    assert Rule.EXPIRES not in due("2026-11-20", expires_on=date(2026, 11, 20)), "the visit is far away"


def test_a_payer_that_never_answered_is_asked_but_a_refused_question_is_not() -> None:
    assert due("2026-11-25", answered_on=None) == (Rule.UNANSWERED,)
    assert due("2026-11-25", answered_on=None, refused=True) == ()


def test_after_the_course_nobody_is_asked() -> None:
    assert due("2027-02-02", answered_on=None) == due("2027-02-02") == ()


def test_the_visit_asked_about_is_the_next_one_that_can_be_known() -> None:
    assert visit_to_ask_about(COURSE, date(2026, 11, 28)) == date(2026, 12, 1)
    assert visit_to_ask_about(COURSE, date(2026, 12, 1)) == date(2026, 12, 1)
    friday = date(2026, 12, 4)
    assert visit_to_ask_about(COURSE, friday) == date(2026, 12, 7), (
        "in a running course the next business day"
    )
    assert visit_to_ask_about(COURSE, COURSE.last_visit_on) == COURSE.last_visit_on


def test_the_longest_line_decides_how_long_a_course_runs() -> None:
    lines = load().service_lines
    weeks = max(line.course.weeks for line in lines.values())
    assert longest_course(lines.values()) == timedelta(weeks=weeks)
    nine = last_visit_on(date(2026, 12, 1), [lines["tms"]])
    assert nine == date(2026, 12, 1) + timedelta(weeks=lines["tms"].course.weeks, days=-1)


@given(
    first=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    weeks=st.integers(1, 52),
    lead=st.integers(0, 60),
    ends=st.none() | st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    near=st.none() | st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    apart=st.integers(0, 9),
    lot=st.integers(0, 1000),
)
def test_asked_and_answered_tonight_nobody_is_asked_again_tomorrow_for_the_same_reason(
    first: date, weeks: int, lead: int, ends: date | None, near: date | None, apart: int, lot: int
) -> None:
    planned = range(0, weeks * 7, apart) if apart else ()
    checked = Checked(
        first_visit_on=first,
        last_visit_on=first + timedelta(weeks=weeks),
        answered_on=first - timedelta(days=lead),
        plan_ends_on=ends,
        sessions=tuple(first + timedelta(days=ahead) for ahead in planned),
        authorization_near_end_on=near,
        lot=lot,
    )
    asked = []
    for count in range((checked.last_visit_on - first).days + lead + 1):
        tonight = first - timedelta(days=lead) + timedelta(days=count)
        if rules := rules_due(checked, tonight):
            asked.append((tonight, rules))
            checked = replace(checked, answered_on=tonight)
            assert rules_due(checked, tonight) == ()
    months = {(night.year, night.month) for night, rules in asked if Rule.MONTH in rules}
    assert sum(Rule.MONTH in rules for _, rules in asked) == len(months)
    assert sum(Rule.FIRST_VISIT in rules for _, rules in asked) <= 1
    assert sum(Rule.PLAN_END in rules for _, rules in asked) <= 2
    assert sum(Rule.AUTHORIZATION in rules for _, rules in asked) <= 1


def seasoned(**changes: object) -> Checked:
    return replace(COURSE, **{"answered_on": date(2026, 10, 20), **changes})  # type: ignore[arg-type]
