"""What the plan itself does to a course: its year, its end, its deductible, its other insurance."""

from datetime import date

import pytest

from tests.verify.findings.known import (
    NO,
    ON,
    SILENT,
    UNKNOWN,
    VALUE,
    YES,
    Service,
    asked,
    course,
    fact,
    finding,
    plan,
)
from verify.facts import SourceKind, Status
from verify.findings.plan_year import next_beginning

YEAR = plan("plan_year_begins", VALUE, "01-01")


@pytest.mark.parametrize(
    ("facts", "planned", "conclusion"),
    [
        ([], None, "not_stated"),
        ([], course(36), "not_stated"),
        ([plan("plan_year_begins", SILENT)], None, "not_stated"),
        ([plan("plan_year_begins", UNKNOWN)], None, "unknown"),
        ([YEAR], None, "within_year"),
        ([YEAR], course(25), "within_year"),
        ([YEAR], course(26), "new_year_in_course"),
        ([plan("plan_year_begins", VALUE, "07-01")], course(36), "within_year"),
        ([plan("plan_year_begins", VALUE, "12-07")], course(36), "within_year"),
        ([plan("plan_year_begins", VALUE, "12-08")], course(36), "new_year_in_course"),
        ([YEAR, plan("plan_end", VALUE, "2026-12-31")], course(36), "plan_ends_in_course"),
        ([YEAR, plan("plan_end", VALUE, "2026-12-31")], course(25), "within_year"),
        ([YEAR, plan("plan_end", VALUE, "2027-12-31")], course(36), "new_year_in_course"),
        ([YEAR, plan("plan_end", VALUE, "2026-12-07")], course(36), "plan_ends_in_course"),
        # Over before the visit: that is no matter of the course.
        ([YEAR, plan("plan_end", VALUE, "2026-12-06")], course(36), "new_year_in_course"),
        ([YEAR, plan("plan_end", VALUE, "2026-12-31")], None, "within_year"),
    ],
)
def test_a_new_plan_year_within_the_course_is_seen(facts, planned, conclusion):
    found = finding("plan_year", *facts, planned=planned)
    assert found.conclusion == conclusion
    assert ("plan_year_begins" in asked(*facts, planned=planned)) == (conclusion in ("not_stated", "unknown"))


def test_how_many_sessions_fall_into_it_is_told():
    found = finding("plan_year", YEAR, planned=course(36, first=date(2026, 12, 7)))
    assert found.sentence == (
        "A new plan year begins on January 1, 2027: 11 of the 36 sessions of the planned course "
        "fall into it, with deductible and maximum anew."
    )
    ends = finding("plan_year", plan("plan_end", VALUE, "2026-12-31"), planned=course(36))
    assert ends.sentence == (
        "The plan ends on December 31, 2026: 11 of the 36 sessions of the planned course lie after it."
    )


@pytest.mark.parametrize("facts", [[], [plan("plan_year_begins", UNKNOWN)]])
def test_the_calendar_is_a_guess_and_said_as_one(facts):
    found = finding("plan_year", *facts, planned=course(36))
    assert found.sentence.endswith("If it follows the calendar, 11 of 36 sessions fall into the next one.")
    assert "If it follows" not in finding("plan_year", *facts, planned=course(25)).sentence
    assert finding("plan_year", *facts).sentence.endswith(".")


def test_the_next_year_is_told_without_and_after_a_course():
    assert finding("plan_year", YEAR).sentence == (
        "The next plan year begins on January 1, 2027; deductible and maximum begin anew then."
    )
    assert finding("plan_year", YEAR, planned=course(2)).sentence == (
        "The next plan year begins on January 1, 2027, after the last planned session."
    )


@pytest.mark.parametrize(
    ("month_day", "on", "begins"),
    [
        ("01-01", date(2026, 12, 31), date(2027, 1, 1)),
        ("01-01", date(2026, 1, 1), date(2027, 1, 1)),
        ("07-01", date(2026, 6, 30), date(2026, 7, 1)),
        ("07-01", date(2026, 7, 1), date(2027, 7, 1)),
    ],
)
def test_the_next_beginning_lies_after_the_day(month_day, on, begins):
    assert next_beginning(month_day, on) == begins


# --- high deductible --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "conclusion", "is_asked"),
    [
        ([], "not_stated", True),
        ([plan("high_deductible", YES)], "high_deductible", False),
        ([plan("high_deductible", NO)], "not_high_deductible", False),
        ([plan("high_deductible", UNKNOWN)], "unknown", True),
        ([plan("plan_name", VALUE, "CHOICE PLUS HSA")], "looks_like", True),
        ([plan("plan_name", VALUE, "Bronze HDHP 3000")], "looks_like", True),
        ([plan("plan_name", VALUE, "High-Deductible Gold")], "looks_like", True),
        ([plan("plan_name", VALUE, "CHSAX PPO")], "not_stated", True),
        (
            [plan("plan_name", VALUE, "CHOICE PLUS HSA"), plan("high_deductible", NO)],
            "not_high_deductible",
            False,
        ),
        ([plan("plan_name", VALUE, "CHOICE PLUS HSA"), plan("high_deductible", UNKNOWN)], "looks_like", True),
    ],
)
def test_a_name_is_a_hint_and_a_statement_decides(facts, conclusion, is_asked):
    found = finding("high_deductible", *facts)
    assert found.conclusion == conclusion
    assert ("high_deductible" in asked(*facts)) == is_asked
    if conclusion == "looks_like":
        assert found.status is Status.DERIVED


COPAY = fact("copay", VALUE, {"cents": 30_00, "per": "visit"})


@pytest.mark.parametrize(
    ("facts", "warned"),
    [
        ([plan("high_deductible", YES), COPAY], True),
        ([plan("plan_name", VALUE, "HSA"), COPAY], True),
        ([plan("high_deductible", YES)], False),
        ([plan("high_deductible", YES), COPAY, fact("deductible_applies", YES)], False),
        ([plan("high_deductible", NO), COPAY], False),
    ],
)
def test_a_quoted_copay_that_may_hide_the_deductible_is_warned_of(facts, warned):
    found = finding("high_deductible", *facts)
    assert ("ask whether the deductible is due first" in found.sentence) == warned


# --- cost share -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ([], "a copay of $30.00 per visit."),
        ([fact("deductible_applies", NO)], "per visit. The deductible does not apply."),
        ([fact("deductible_applies", YES)], "per visit. The deductible applies."),
        (
            [fact("deductible_applies", YES), fact("deductible_first", YES)],
            "The deductible applies, and is due first.",
        ),
        (
            [fact("deductible_applies", YES), fact("deductible_first", NO)],
            "The deductible applies, after the copay.",
        ),
        ([fact("deductible_applies", UNKNOWN), fact("deductible_first", NO)], "per visit."),
    ],
)
def test_what_the_deductible_does_is_told_beside_the_copay(facts, words):
    assert finding("cost_share", COPAY, *facts).sentence.endswith(words)


TWO = course(2, services=[Service("J0013", 56), Service("99214")])


@pytest.mark.parametrize(
    ("copay", "planned", "is_open"),
    [
        ({"cents": 30_00, "per": None}, TWO, True),
        ({"cents": 30_00, "per": "visit"}, TWO, False),
        ({"cents": 0, "per": None}, TWO, False),
        ({"cents": 30_00, "per": None}, course(2), False),
        ({"cents": 30_00, "per": None}, None, False),
    ],
)
def test_how_often_a_copay_is_due_matters_where_a_session_has_several_services(copay, planned, is_open):
    told = fact("copay", VALUE, copay, line="spravato_medical")
    found = finding("cost_share", told, line="spravato_medical", planned=planned)
    assert ("whether it is due for each is not stated" in found.sentence) == is_open
    assert ("copay" in asked(told, line="spravato_medical", planned=planned)) == is_open


# --- other insurance, the premium ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ([plan("other_payer", NO)], "The payer states that no other insurance is on file."),
        (
            [plan("other_payer", NO), plan("other_payer_updated", VALUE, "2026-02-01")],
            "on file. The payer last asked about it on February 1, 2026.",
        ),
        (
            [plan("other_payer", YES, [{"name": "OTHER"}]), plan("medicare_secondary", YES)],
            "Settle which pays first. Medicare pays after the employer's plan.",
        ),
        (
            [plan("other_payer", NO), plan("medicare_secondary", NO), plan("other_party_liable", NO)],
            "The payer states that no other insurance is on file.",
        ),
        (
            [plan("other_payer", NO), plan("other_party_liable", YES, "work")],
            "Somebody else is liable (work): the claim goes there first.",
        ),
        (
            [plan("other_payer", NO), plan("other_party_liable", YES)],
            "Somebody else is liable: the claim goes there first.",
        ),
    ],
)
def test_the_order_of_payers_is_told_as_far_as_it_is_known(facts, words):
    assert finding("other_coverage", *facts).sentence.endswith(words)


@pytest.mark.parametrize(
    ("through", "warned"),
    [("2026-11-30", True), ("2026-12-06", True), ("2026-12-07", False), ("2027-01-31", False)],
)
def test_a_premium_that_is_not_paid_is_warned_of(through, warned):
    found = finding("active_coverage", fact("active", YES), plan("paid_through", VALUE, through))
    assert found.conclusion == "active"
    assert ("the coverage may be taken back" in found.sentence) == warned
    assert date(2026, 12, 7) == ON


# --- referral ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("standing", "note", "conclusion", "words"),
    [
        (
            YES,
            "from the PCP",
            "needed",
            "a referral is needed for Transcranial magnetic stimulation (TMS): from the PCP.",
        ),
        (YES, None, "needed", "(TMS); ask from whom."),
        (
            NO,
            None,
            "not_needed",
            "states that no referral is needed for Transcranial magnetic stimulation (TMS).",
        ),
        (UNKNOWN, None, "unknown", "cannot say whether a referral is needed for 90867, 90868 and 90869."),
        (
            SILENT,
            None,
            "not_stated",
            "Whether a referral is needed for 90867, 90868 and 90869 is not stated.",
        ),
    ],
)
def test_a_referral_is_told_as_stated(standing, note, conclusion, words):
    told = fact("referral", standing, note)
    found = finding("referral", told)
    assert found.conclusion == conclusion
    assert found.sentence.endswith(words)
    assert ("referral" in asked(told)) == (standing in (UNKNOWN, SILENT))


# --- covered ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "conclusion"),
    [
        ([fact("covered", YES), fact("authorization", YES)], "covered_with_authorization"),
        ([fact("covered", YES), fact("authorization", NO)], "covered"),
        ([fact("covered", YES), fact("authorization", YES, types="MH")], "covered"),
        ([fact("covered", YES), fact("excluded_codes", VALUE, ["90869"])], "excluded_in_part"),
        ([fact("covered", YES), fact("excluded_codes", VALUE, ["99999"])], "covered"),
        ([fact("covered", NO), fact("authorization", YES)], "excluded"),
    ],
)
def test_covered_has_its_conditions(facts, conclusion):
    assert finding("covered", *facts).conclusion == conclusion


def test_an_excluded_code_counts_where_it_is_planned():
    excluded = [fact("covered", YES), fact("excluded_codes", VALUE, ["90869", "90868"])]
    assert "that 90868 is excluded" in finding("covered", *excluded, planned=course(3)).sentence
    other = [fact("covered", YES), fact("excluded_codes", VALUE, ["90869"])]
    assert finding("covered", *other, planned=course(3)).conclusion == "covered"


def test_an_excluded_code_that_is_not_billed_on_the_day_excludes_nothing():
    def told(*codes):
        said = [
            fact("covered", YES, line="spravato_medical"),
            fact("excluded_codes", VALUE, list(codes), line="spravato_medical"),
        ]
        return finding("covered", *said, line="spravato_medical").conclusion

    assert told("J0013") == "excluded_in_part"
    assert told("S0013") == "covered", "its successor is billed since 2026"


def test_codes_that_sources_could_not_settle_on_exclude_nothing():
    unclear = [fact("covered", YES), fact("excluded_codes", UNKNOWN, ["90868"])]
    assert finding("covered", *unclear).conclusion == "covered"


def test_a_general_yes_to_authorization_is_a_condition_where_the_payer_goes_by_it():
    facts = [fact("covered", YES, line="psychotherapy"), fact("authorization", YES, types="MH")]
    assert finding("covered", *facts, line="psychotherapy").conclusion == "covered_with_authorization"


# --- authorization records --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on_file", "words"),
    [
        ("granted", "An authorization is on file"),
        ("waiting", "A request is with the payer."),
        ("denied", "An authorization was denied."),
        ("not_needed", "The clinic's record says that none is needed."),
        ("", "is required for Transcranial magnetic stimulation (TMS)."),
    ],
)
@pytest.mark.parametrize("standing", [YES, NO, SILENT])
def test_the_clinics_own_record_stands_beside_the_payers_word(on_file, words, standing):
    found = finding("authorization", fact("authorization", standing), on_file={"tms": on_file})
    assert (words in found.sentence) or (not on_file and standing is not YES)
    assert "approved" not in found.sentence.lower()


TERMS = (
    fact("authorization_route", VALUE, "Optum, on its portal"),
    fact("authorization_papers", VALUE, "scores and trials"),
    fact("decision_days", VALUE, 5),
    fact("usual_units", VALUE, 30),
    fact("taper_included", NO),
)


def test_how_an_authorization_is_got_is_told_where_one_is_required():
    required = fact("authorization", YES)
    found = finding("authorization", required, *TERMS, planned=course(36))
    assert found.sentence == (
        "The payer states that authorization is required for Transcranial magnetic stimulation (TMS). "
        "Who reviews, and how it is sent: Optum, on its portal. What goes with it: scores and trials. "
        "Days to decide: 5. Sessions usually granted at once: 30, of the planned course of 36 sessions. "
        "The taper is not granted with the course."
    )
    assert set(found.facts) == {one.key for one in (required, *TERMS)}
    general = finding("authorization", fact("authorization", YES, line="", types="MH"), *TERMS[2:4])
    assert general.sentence.endswith(
        " is not determinable electronically. Days to decide: 5. Sessions usually granted at once: 30."
    )
    included = finding("authorization", required, fact("taper_included", YES))
    assert included.sentence.endswith(" The taper is granted with the course.")


def test_terms_that_are_old_disputed_or_not_needed_are_not_told():
    required = fact("authorization", YES)
    old = fact("decision_days", VALUE, 5, expired=True)
    portal = fact("usual_units", VALUE, 20, kind=SourceKind.PORTAL)
    asked_in_vain = fact("authorization_papers", UNKNOWN)
    found = finding("authorization", required, old, TERMS[3], portal, asked_in_vain)
    assert found.sentence == (
        "The payer states that authorization is required for Transcranial magnetic stimulation (TMS)."
    )
    assert "Days" not in finding("authorization", fact("authorization", NO), *TERMS).sentence
