"""What is left of a limit, against what is planned."""

from datetime import date

import msgspec
import pytest

from tests.verify.findings.known import (
    NO,
    SILENT,
    UNKNOWN,
    VALUE,
    YES,
    Session,
    asked,
    course,
    fact,
    finding,
    has,
    judged,
)
from verify.facts import SourceKind
from verify.findings import Course


def limit(quantity="30", unit="visits", period="year", remaining=None, **more):
    value = [{"quantity": quantity, "unit": unit, "period": period, "remaining": remaining}]
    return fact("limits", VALUE, value, **more)


@pytest.mark.parametrize(
    ("left", "planned", "conclusion"),
    [("36", 36, "enough"), ("35", 36, "short"), ("0", 1, "short"), ("37", 36, "enough")],
)
def test_what_is_left_is_held_against_the_course(left, planned, conclusion):
    found = finding("visit_limits", limit("60", remaining=left), planned=course(planned))
    assert found.conclusion == conclusion


def test_the_first_session_beyond_it_is_named():
    found = finding("visit_limits", limit(remaining="30"), planned=course(36, first=date(2026, 12, 1)))
    assert "It is 6 sessions short of the planned course of 36 sessions" in found.sentence
    assert "the first beyond it is on December 31, 2026." in found.sentence
    assert "30 visits per year, 30 left" in found.sentence
    one = finding("visit_limits", limit(remaining="1"), planned=course(2, by_person=False))
    assert "It is 1 session short of the usual course of 2 sessions" in one.sentence


@pytest.mark.parametrize(
    ("remaining", "planned", "first", "words"),
    [
        ("22", 36, date(2026, 12, 14), None),
        ("16", 36, date(2026, 12, 14), "2 sessions short of the planned course of 36 sessions"),
        ("24", 50, date(2026, 12, 14), "8 sessions short of the planned course of 50 sessions"),
        ("3", 24, date(2027, 1, 4), None),
        ("3", 25, date(2027, 1, 4), "1 session short of the planned course of 25 sessions"),
        ("0", 2, date(2026, 12, 31), "1 session short of the planned course of 2 sessions"),
    ],
)
def test_a_limit_of_the_calendar_year_begins_anew_with_it(remaining, planned, first, words):
    """18 sessions of a course from December 14 on fall into 2026."""
    stated = limit("24", period="calendar year", remaining=remaining)
    found = finding("visit_limits", stated, planned=course(planned, first=first))
    assert found.conclusion == ("short" if words else "enough")
    assert (words or "That is enough") in found.sentence


def test_the_first_session_beyond_a_limit_of_the_calendar_year_lies_in_the_year_that_is_short():
    stated = limit("24", period="calendar year", remaining="16")
    found = finding("visit_limits", stated, planned=course(36, first=date(2026, 12, 14)))
    assert found.sentence.endswith("the first beyond it is on December 30, 2026.")


def test_what_is_not_known_to_be_used_of_a_calendar_year_is_held_year_by_year():
    stated = limit("20", period="calendar year")
    across = finding("visit_limits", stated, planned=course(36, first=date(2026, 12, 14)))
    assert across.conclusion == "limited"
    within = finding("visit_limits", stated, planned=course(36, first=date(2027, 1, 4)))
    assert within.conclusion == "short"
    assert "16 sessions short" in within.sentence


def test_a_calendar_year_whose_number_nobody_said_is_taken_as_this_one():
    stated = limit(None, period="calendar year", remaining="10")
    found = finding("visit_limits", stated, planned=course(36, first=date(2026, 12, 14)))
    assert "16 sessions short" in found.sentence


def test_what_was_left_at_the_end_of_a_calendar_year_is_not_what_is_left_of_the_next():
    """A page of December, typed in November of the year after, counted the visits of the year before."""
    typed = limit("24", period="calendar year", remaining="3", kind=SourceKind.PORTAL)
    assert "7 sessions short" in finding("visit_limits", typed, planned=course(10)).sentence
    page = msgspec.structs.replace(typed.source, as_of=date(2025, 12, 30))
    found = finding("visit_limits", msgspec.structs.replace(typed, source=page), planned=course(10))
    assert found.conclusion == "enough"


def test_a_limit_below_the_course_is_short_whatever_is_used():
    assert finding("visit_limits", limit("20"), planned=course(36)).conclusion == "short"
    assert (
        "What is used already is not stated."
        in finding("visit_limits", limit("20"), planned=course(36)).sentence
    )
    assert "limits" in asked(limit("20"), planned=course(36))


def test_what_is_used_is_asked_where_it_may_not_be_enough():
    found = finding("visit_limits", limit("60"), planned=course(36))
    assert found.conclusion == "limited"
    assert found.sentence.endswith("What is left of it for the planned course of 36 sessions is not stated.")
    assert "limits" in asked(limit("60"), planned=course(36))
    assert finding("visit_limits", limit("36"), planned=course(36)).conclusion == "limited"


def test_without_a_course_a_limit_is_only_told():
    assert finding("visit_limits", limit(remaining="3")).conclusion == "limited"
    assert "limits" not in asked(limit(remaining="3"))


@pytest.mark.parametrize(
    ("standing", "note", "words"),
    [
        (YES, "with psychotherapy", "Other visits use it up too (with psychotherapy)."),
        (YES, None, "Other visits use it up too."),
        (NO, None, "No other visits count toward it."),
        (UNKNOWN, None, "Ask what counts toward it."),
        (SILENT, None, "Ask what counts toward it."),
    ],
)
def test_what_else_counts_is_told(standing, note, words):
    found = finding("visit_limits", limit(remaining="9"), fact("limits_shared", standing, note))
    assert found.sentence.endswith(words)


def test_a_shared_limit_is_held_against_all_courses():
    shared = fact("limits_shared", YES)
    others = {"psychotherapy": course(10)}
    own = [limit(remaining="40"), shared]
    assert finding("visit_limits", *own, planned=course(36)).conclusion == "enough"
    found = finding("visit_limits", *own, planned=course(36), courses=others)
    assert found.conclusion == "short"
    assert "6 sessions short" in found.sentence
    alone = [limit(remaining="40"), fact("limits_shared", NO)]
    assert finding("visit_limits", *alone, planned=course(36), courses=others).conclusion == "enough"


@pytest.mark.parametrize(
    ("unit", "period", "remaining"), [("hour", "year", "5"), ("visit", "day", "1"), ("visit", "year", "few")]
)
def test_what_is_no_count_of_visits_is_not_counted(unit, period, remaining):
    found = finding("visit_limits", limit("1", unit, period, remaining), planned=course(36))
    assert found.conclusion in ("limited", "short")
    assert (found.conclusion == "short") == (remaining == "few")


def test_of_several_limits_the_least_counts():
    value = [
        {"quantity": "60", "unit": "visit", "period": "year", "remaining": "50"},
        {"quantity": "40", "unit": None, "period": "lifetime", "remaining": "10"},
    ]
    found = finding("visit_limits", fact("limits", VALUE, value), planned=course(36))
    assert found.conclusion == "short"
    assert "26 sessions short" in found.sentence


@pytest.mark.parametrize("remaining", [("30", "10"), ("10", "30")])
def test_of_several_limits_that_fall_short_the_one_that_leaves_most_sessions_out_is_told(remaining):
    value = [
        {"quantity": "60", "unit": "visit", "period": period, "remaining": left}
        for period, left in zip(("year", "lifetime"), remaining, strict=True)
    ]
    found = finding("visit_limits", fact("limits", VALUE, value), planned=course(36))
    assert "26 sessions short" in found.sentence
    assert "the first beyond it is on December 17, 2026." in found.sentence


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        (limit("20", remaining="12"), "20 visits per year, 12 left"),
        (limit("1", remaining="0"), "1 visit per year, 0 left"),
        (limit("20", "sessions", "lifetime"), "20 sessions per lifetime"),
        (limit(None, None, None, "7"), "a number of visits, 7 left"),
        (limit("20", "approved"), "20 (of what is not stated) per year"),
        (limit("20", "covered (estimated)", None), "20 (of what is not stated)"),
    ],
)
def test_a_limit_is_told_in_words_that_promise_nothing(stated, words):
    """EB09 has "quantity approved" in place of a unit: of what, and for whom, it does not say."""
    assert finding("visit_limits", stated).sentence == (
        f"The payer states a limit: {words}. Ask what counts toward it."
    )


# --- in one day -------------------------------------------------------------------------------------------

TWICE = Course(sessions=(Session(date(2026, 12, 7)), Session(date(2026, 12, 7)), Session(date(2026, 12, 8))))


@pytest.mark.parametrize(
    ("facts", "planned", "conclusion"),
    [
        ([fact("day_limit", VALUE, 1)], TWICE, "over"),
        ([fact("day_limit", VALUE, 2)], TWICE, "within"),
        ([fact("day_limit", VALUE, 1)], course(3), "within"),
        ([fact("day_limit", VALUE, 1)], None, "within"),
        ([], TWICE, "not_stated"),
        ([fact("day_limit", UNKNOWN)], TWICE, "unknown"),
    ],
)
def test_sessions_of_one_day_are_held_against_what_is_paid(facts, planned, conclusion):
    assert finding("day_limit", *facts, planned=planned).conclusion == conclusion
    assert ("day_limit" in asked(*facts, planned=planned)) == (conclusion in ("not_stated", "unknown"))


def test_one_session_a_day_needs_no_answer():
    assert not has("day_limit", planned=course(36))
    assert not has("day_limit", fact("day_limit", UNKNOWN), planned=course(36))
    assert not has("day_limit")


def test_what_is_paid_a_day_is_told_in_numbers():
    over = finding("day_limit", fact("day_limit", VALUE, 1), planned=TWICE)
    assert over.sentence == "The payer pays 1 session a day, and 2 are planned on one day."
    thrice = Course(sessions=(*TWICE.sessions, Session(date(2026, 12, 7))))
    over = finding("day_limit", fact("day_limit", VALUE, 2), planned=thrice)
    assert over.sentence == "The payer pays 2 sessions a day, and 3 are planned on one day."
    within = finding("day_limit", fact("day_limit", VALUE, 2), planned=TWICE)
    assert within.sentence == "The payer pays 2 sessions a day; no day has more."
    open_one = finding("day_limit", planned=TWICE)
    assert open_one.sentence == "2 sessions are planned on one day; how many are paid is not stated."


def test_each_line_has_its_own_ledger():
    both = judged(limit(remaining="3"), planned=course(36), courses={"psychotherapy": course(2)})
    assert [found.conclusion for found in both.findings if found.rule == "visit_limits"] == ["short"]
