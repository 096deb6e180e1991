"""What a person should look at in a planned course: values with a sentence, never a crash."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.catalogue import Dose, load
from verify.courses import (
    CoursePlan,
    GivenService,
    Issue,
    IssueKind,
    Move,
    Outline,
    Override,
    Weekday,
    Weight,
    course_issues,
    outline_faults,
    plan_course,
    same_day_conflicts,
)

CATALOGUE = load()
LINES = CATALOGUE.service_lines
MONDAY = date(2026, 3, 2)
CHRISTMAS = date(2026, 12, 25)


def plan(key: str = "tms", starts_on: date = MONDAY, **decided: Any) -> CoursePlan:
    outline = Outline(starts_on=starts_on, **decided)
    assert outline_faults(LINES[key], outline) == []
    return plan_course(LINES[key], outline, CATALOGUE.closed_days)


def instead(session: int, *codes: str, units: int = 1, modifiers: tuple[str, ...] = ()) -> Override:
    given_codes = tuple(GivenService(code=code, units=units, modifiers=modifiers) for code in codes)
    return Override(session=session, services=given_codes)


def issues(*plans: CoursePlan, diagnoses: tuple[str, ...] = (), **more: Any) -> tuple[Issue, ...]:
    return course_issues(CATALOGUE, plans, diagnoses, **more)


def only(kind: IssueKind, *plans: CoursePlan, **more: Any) -> Issue:
    (found,) = [issue for issue in issues(*plans, **more) if issue.kind is kind]
    return found


def kinds(*plans: CoursePlan, **more: Any) -> set[IssueKind]:
    return {issue.kind for issue in issues(*plans, **more)}


@pytest.mark.parametrize("key", sorted(set(LINES) - {"tms_accelerated"}))
def test_a_usual_course_has_nothing_to_look_at(key: str) -> None:
    assert issues(plan(key)) == ()


def test_several_sessions_a_day_are_a_question_for_the_payer() -> None:
    issue = only(IssueKind.TOO_MANY_A_DAY, plan("tms_accelerated"))
    assert issue.weight is Weight.ASK
    assert len(issue.days) == 6
    assert "on 6 days, the first March 9, 2026" in issue.sentence


# --- codes and days ---------------------------------------------------------------------------------------


def test_a_code_before_its_first_day_names_the_one_that_was_valid_then() -> None:
    course = plan("spravato_medical", date(2025, 12, 1), overrides=(instead(1, "J0013", "99214"),))
    issue = only(IssueKind.NOT_YET_VALID, course)
    assert (issue.weight, issue.codes, issue.instead) == (Weight.WRONG, ("J0013",), ("S0013",))
    assert "J0013 is valid from January 1, 2026 on" in issue.sentence


def test_a_code_after_its_last_day_names_its_successor() -> None:
    course = plan("spravato_medical", overrides=(instead(1, "S0013", "99214", units=56),))
    issue = only(IssueKind.NO_LONGER_VALID, course)
    assert (issue.days, issue.instead) == ((MONDAY,), ("J0013",))
    assert "Take J0013" in issue.sentence


def test_two_mappings_in_a_course_are_two_too_many_and_too_soon() -> None:
    found = issues(plan(overrides=(instead(5, "90867"),)))
    assert {issue.kind for issue in found} == {IssueKind.TOO_MANY_IN_COURSE, IssueKind.TOO_SOON}
    assert all(issue.days == (MONDAY, date(2026, 3, 6)) for issue in found)


def test_a_mapping_in_each_of_two_courses_is_one_in_each() -> None:
    first, second = plan(), plan("tms_deep", date(2026, 9, 8))
    assert IssueKind.TOO_MANY_IN_COURSE not in kinds(first, second)
    assert IssueKind.TOO_SOON in kinds(first, plan("tms_deep", date(2026, 3, 9)))


@pytest.mark.parametrize(
    ("key", "code", "words"),
    [
        ("spravato_medical", "J0222", "patisiran"),
        ("ketamine_iv", "J3301", "triamcinolone"),
        ("ketamine_iv", "J3000", "streptomycin"),
        ("tms", "0160T", "Replaced by 90867 to 90869"),
        ("spravato_medical", "99354", "Deleted"),
    ],
)
def test_a_wrong_code_in_circulation_is_said_with_its_reason_and_the_right_one(
    key: str, code: str, words: str
) -> None:
    issue = only(IssueKind.WRONG_CODE, plan(key, overrides=(instead(2, code),)))
    assert words in issue.sentence
    assert issue.instead and f"Take {issue.instead[0]}" in issue.sentence
    assert IssueKind.NOT_OF_LINE not in kinds(plan(key, overrides=(instead(2, code),)))


def test_what_nobody_checked_is_a_question_and_no_fault() -> None:
    unchecked = only(IssueKind.WRONG_CODE, plan("ketamine_iv", overrides=(instead(2, "J3301"),)))
    checked = only(IssueKind.WRONG_CODE, plan(overrides=(instead(2, "0160T"),)))
    assert (unchecked.weight, checked.weight) == (Weight.ASK, Weight.WRONG)


def test_a_spravato_code_for_compounded_ketamine_is_asked_about() -> None:
    issue = only(
        IssueKind.NOT_OF_LINE, plan("ketamine_intranasal", overrides=(instead(1, "J0013", units=56),))
    )
    assert (issue.weight, issue.codes) == (Weight.ASK, ("J0013",))


def test_a_program_of_the_clinics_own_is_not_held_against_codes() -> None:
    assert issues(plan("gratitude_therapy"), plan("psychotherapy", date(2026, 3, 3))) == ()


# --- the same day -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        (("90867", "90868"), IssueKind.NOT_SAME_DAY),
        (("90867", "95865"), IssueKind.NOT_SAME_DAY),
        (("90869", "90868"), IssueKind.NOT_SAME_DAY),
        (("G2082", "99214"), IssueKind.NOT_SAME_DAY),
        (("J0013", "96372"), IssueKind.NOT_SAME_DAY),
        (("96365", "99214"), IssueKind.NEEDS_MODIFIER),
        (("90833",), IssueKind.NEEDS_CODE),
        (("96366",), IssueKind.NEEDS_CODE),
    ],
)
def test_codes_that_do_not_stand_together_or_alone_are_told(codes: tuple[str, ...], kind: IssueKind) -> None:
    course = plan("tms_maintenance", overrides=(instead(1, *codes),))
    assert only(kind, course).days == (MONDAY,)


def test_a_modifier_settles_what_needs_one() -> None:
    course = plan("ketamine_iv", overrides=(instead(1, "96365", "99214", modifiers=("25",)),))
    assert IssueKind.NEEDS_MODIFIER not in kinds(course)
    bare = plan("ketamine_iv", overrides=(instead(1, "96365", "99214"),))
    assert only(IssueKind.NEEDS_MODIFIER, bare).instead == ("25",)


def test_a_run_of_codes_holds_its_ends_and_nothing_beyond() -> None:
    for code, inside in (("95860", True), ("95870", True), ("95859", False), ("95871", False)):
        found = kinds(plan(overrides=(instead(1, "90867", code),)))
        assert (IssueKind.NOT_SAME_DAY in found) is inside, code


def test_a_bundle_is_looked_at_together() -> None:
    spravato = plan("spravato_medicare")
    visits = plan("medication_management", overrides=(instead(1, "99214"),))
    (conflict,) = same_day_conflicts(issues(spravato, visits))
    assert conflict.kind is IssueKind.NOT_SAME_DAY
    assert set(conflict.service_lines) == {"spravato_medicare", "medication_management"}
    assert set(conflict.codes) == {"G2082", "G2083", "99214"}
    assert conflict.days == (MONDAY, date(2026, 4, 6))
    tuesday = plan("medication_management", date(2026, 3, 3), overrides=(instead(1, "99214"),))
    assert same_day_conflicts(issues(spravato, tuesday)) == ()


# --- the calendar, the number, the dose ---------------------------------------------------------------------


def test_a_session_on_a_closed_day_names_the_day() -> None:
    course = plan(starts_on=date(2026, 12, 14), moved=(Move(session=3, on=CHRISTMAS),))
    issue = only(IssueKind.CLOSED_DAY, course)
    assert (issue.days, "Christmas Day" in issue.sentence) == ((CHRISTMAS,), True)


def test_a_weekend_is_asked_about_unless_it_is_a_day_of_the_course() -> None:
    saturday = date(2026, 3, 7)
    assert only(IssueKind.WEEKEND, plan(added=(saturday,))).days == (saturday,)
    every_day = tuple(Weekday)[:6]
    assert IssueKind.WEEKEND not in kinds(plan(added=(saturday,), weekdays=every_day))


def test_an_unusual_number_of_sessions_is_asked_about_and_boosters_do_not_count() -> None:
    assert only(IssueKind.NUMBER, plan(sessions=50)).weight is Weight.ASK
    assert "usual are 30 to 46" in only(IssueKind.NUMBER, plan(sessions=29)).sentence
    assert IssueKind.NUMBER not in kinds(plan("ketamine_iv", later_sessions=12))


def test_a_dose_the_drug_does_not_come_in_is_told() -> None:
    assert (
        "60 mg"
        in only(IssueKind.DOSE, plan("spravato_medical", doses=(Dose(from_session=1, mg=60),))).sentence
    )
    assert IssueKind.DOSE not in kinds(plan("spravato_medical", doses=(Dose(from_session=1, mg=84),)))


def test_a_time_that_no_code_fits_is_told() -> None:
    assert len(only(IssueKind.NO_CODE, plan("psychotherapy", minutes=10)).days) == 12


# --- the first appointment --------------------------------------------------------------------------------


def test_a_course_that_begins_on_another_day_than_its_first_appointment_is_a_question() -> None:
    booked = MONDAY + timedelta(days=2)
    issue = only(IssueKind.FIRST_DAY, plan(), first_visits={"tms": booked})
    assert (issue.weight, issue.days, issue.service_lines) == (Weight.ASK, (MONDAY, booked), ("tms",))
    assert "to start on March 2, 2026, but the first appointment is on March 4, 2026" in issue.sentence


def test_its_first_session_counts_and_not_the_day_it_was_planned_from() -> None:
    booked = {"tms": MONDAY + timedelta(days=1)}
    for course in (
        plan(dropped=(1,)),
        plan(moved=(Move(session=1, on=MONDAY + timedelta(days=1)),), dropped=(2,)),
    ):
        assert course.outline.starts_on == MONDAY
        assert IssueKind.FIRST_DAY not in kinds(course, first_visits=booked)
        assert IssueKind.FIRST_DAY in kinds(course, first_visits={"tms": MONDAY})


def test_each_course_has_a_first_appointment_of_its_own_and_none_is_no_other_day() -> None:
    courses = (plan(), plan("psychotherapy"))
    booked = {"psychotherapy": MONDAY + timedelta(days=1), "spravato_medical": MONDAY + timedelta(days=9)}
    assert only(IssueKind.FIRST_DAY, *courses, first_visits=booked).service_lines == ("psychotherapy",)
    assert IssueKind.FIRST_DAY not in kinds(*courses)


# --- the diagnosis ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("key", "diagnoses", "words"),
    [
        ("tms", "", ""),
        ("tms", "F33.2", ""),
        ("tms", "F33.1", "some payers only"),
        ("tms", "F33.3", "refused almost everywhere"),
        (
            "tms",
            "F41.1",
            "No diagnosis on the evidence sheet is among those payers usually take (F32.2, F33.2)",
        ),
        # Beside one that is taken others do no harm, but for one that is refused.
        ("tms", "F41.1 F33.2", ""),
        ("tms", "F33.1 F33.2", ""),
        ("tms", "F41.1 F33.1", "some payers only"),
        ("tms", "F33.2 F33.3", "refused almost everywhere"),
        ("tms_deep", "F42.2", "some payers only"),
        ("spravato_medical", "F33.1", ""),
        ("spravato_medical", "F32.3", "refused almost everywhere"),
        ("psychotherapy", "F41.1", ""),
    ],
)
def test_a_diagnosis_outside_the_usual_is_a_question_for_the_psychiatrist(
    key: str, diagnoses: str, words: str
) -> None:
    codes = tuple(diagnoses.split())
    found = [issue for issue in issues(plan(key), diagnoses=codes) if issue.kind is IssueKind.DIAGNOSIS]
    assert len(found) == bool(words)
    for issue in found:
        told = issue.sentence.replace(", ".join(LINES[key].diagnoses.usual), "")
        assert not any(code in told for code in codes), (
            "a course is shown to people who may not see the sheet"
        )
        assert issue.codes == ()
        assert words in issue.sentence
        assert "Ask the psychiatrist; nothing is changed" in issue.sentence


def test_an_unknown_diagnosis_is_no_wrong_one() -> None:
    assert IssueKind.DIAGNOSIS not in kinds(plan())


# --- all of them ------------------------------------------------------------------------------------------

CODES = st.sampled_from(
    [code.code for code in CATALOGUE.codes] + [w.code for w in CATALOGUE.wrong_codes] + ["99999"]
)


@given(
    st.lists(st.sampled_from(sorted(LINES)), min_size=1, max_size=3, unique=True),
    st.dates(date(2025, 11, 1), date(2027, 2, 1)),
    st.lists(
        st.tuples(st.integers(1, 6), st.lists(CODES, max_size=3)), max_size=3, unique_by=lambda it: it[0]
    ),
    st.sets(st.sampled_from(["F32.2", "F33.3", "F42", "F31.81", "Z00"]), max_size=3),
)
def test_whatever_is_planned_the_checks_answer_in_sentences(
    keys: list[str], first: date, changes: list[tuple[int, list[str]]], diagnoses: set[str]
) -> None:
    overrides = tuple(instead(session, *codes) for session, codes in changes)
    plans = [
        plan_course(LINES[key], Outline(starts_on=first + timedelta(days=at), overrides=overrides))
        for at, key in enumerate(keys)
    ]
    found = course_issues(CATALOGUE, plans, diagnoses)
    assert [issue.weight for issue in found] == sorted(
        (issue.weight for issue in found), key=list(Weight).index
    )
    for issue in found:
        assert re.fullmatch(r"\S.*\.", issue.sentence)
        assert "approved" not in issue.sentence.lower()
        assert set(issue.service_lines) <= set(keys) and issue.service_lines
        assert set(issue.sources) <= set(CATALOGUE.sources)
