"""Sessions are changed by the number they are shown under, on top of what was changed before."""

from datetime import date

import pytest

from verify.catalogue import load
from verify.courses import (
    CoursePlan,
    Edits,
    GivenService,
    Move,
    NoSession,
    Outline,
    edited,
    outline_faults,
    plan_course,
    started_over,
)

TMS = load().service_lines["tms"]
MONDAY = date(2026, 3, 2)
SATURDAY = date(2026, 3, 7)


def plan(outline: Outline | None = None) -> CoursePlan:
    outline = outline or Outline(starts_on=MONDAY)
    assert outline_faults(TMS, outline) == []
    return plan_course(TMS, outline)


def changed(before: CoursePlan, **edits: object) -> CoursePlan:
    return plan(edited(before, Edits(**edits)))  # type: ignore[arg-type]


def days(of: CoursePlan) -> list[date]:
    return [session.on for session in of.sessions]


def test_a_session_is_moved_by_its_number_and_back() -> None:
    away = changed(plan(), moved={3: SATURDAY})
    assert away.outline.moved == (Move(session=3, on=SATURDAY),)
    number = days(away).index(SATURDAY) + 1
    assert number == 5
    assert changed(away, moved={number: date(2026, 3, 4)}).outline == plan().outline


def test_a_session_that_moved_is_moved_on_and_dropped() -> None:
    away = changed(plan(), moved={3: SATURDAY})
    further = changed(away, moved={5: date(2026, 3, 8)})
    assert further.outline.moved == (Move(session=3, on=date(2026, 3, 8)),)
    gone = changed(away, dropped=[5])
    assert (gone.outline.dropped, gone.outline.moved) == ((3,), ())
    assert days(gone) == [day for day in days(plan()) if day != date(2026, 3, 4)]


def test_numbers_are_those_of_the_plan_that_was_shown() -> None:
    at_once = changed(plan(), dropped=[1, 2], added=[SATURDAY], moved={3: date(2026, 3, 8)})
    assert at_once.outline.dropped == (1, 2)
    assert at_once.outline.moved == (Move(session=3, on=date(2026, 3, 8)),)
    assert days(at_once)[:3] == [date(2026, 3, 5), date(2026, 3, 6), SATURDAY]


def test_an_added_session_is_moved_and_dropped_by_its_day() -> None:
    more = changed(plan(), added=[SATURDAY])
    later = changed(more, moved={6: date(2026, 3, 14)})
    assert (SATURDAY in days(later), date(2026, 3, 14) in days(later)) == (False, True)
    assert changed(more, dropped=[6]).outline == plan().outline


def test_other_codes_are_given_and_taken_back_with_the_session() -> None:
    given = changed(plan(), codes={2: (GivenService(code="90869"),)})
    assert [service.code for service in given.sessions[1].services] == ["90869"]
    assert given.sessions[1].services[0].role == "redetermination"
    assert changed(given, dropped=[2]).outline.overrides == ()
    unknown = changed(plan(), codes={2: (GivenService(code="J0222"),)})
    assert unknown.sessions[1].services[0].role == "other"


@pytest.mark.parametrize("edits", [{"dropped": [37]}, {"moved": {0: MONDAY}}, {"codes": {99: ()}}])
def test_a_number_that_is_not_there_is_said(edits: dict[str, object]) -> None:
    with pytest.raises(NoSession, match="there are 36"):
        changed(plan(), **edits)


def test_an_added_session_takes_no_codes_of_its_own() -> None:
    more = changed(plan(), added=[SATURDAY])
    with pytest.raises(NoSession, match="was added"):
        changed(more, codes={6: (GivenService(code="90869"),)})


def test_starting_over_keeps_start_weekdays_and_number() -> None:
    outline = Outline(starts_on=MONDAY, sessions=30, dropped=(3,), added=(SATURDAY,))
    assert started_over(outline) == Outline(starts_on=MONDAY, sessions=30)
