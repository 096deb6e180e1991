"""Assumptions as they are typed: read strictly, and every fault named by its field."""

from datetime import date

import pytest

from verify.affordability import CaseError
from verify.affordability.other_coverage import Method
from verify.affordability.patient.assumption_fields import read_assumptions
from verify.affordability.patient.assumptions import (
    NOTHING_ASSUMED,
    CourseAssumption,
    SavingsCard,
    SecondPlan,
)
from verify.courses import Weekday

LINES = ("tms", "spravato_medical")
CARD = {"card_patient_pays": "10", "card_source": "letter of Nov 3"}
SECOND = {
    "second_method": "standard",
    "second_coinsurance": "20",
    "second_deductible_left": "0",
    "second_source": "call",
}


def read(*more, **fields):
    return read_assumptions([*fields.items(), *more], LINES)


def problems(*more, **fields):
    with pytest.raises(CaseError) as caught:
        read(*more, **fields)
    return {problem.field: problem.message for problem in caught.value.problems}


def test_without_a_word_nothing_is_assumed():
    found = read(sessions="", card_left="  ")
    assert (found.card, found.second, found.starts) == (None, None, ())
    assert {found.course_of(key) for key in (*LINES, "other")} == {NOTHING_ASSUMED.course_of("tms")}


def test_a_field_is_of_every_treatment_or_of_one():
    found = read(
        ("sessions.tms", "20"), ("weekdays.tms", "mon, Wed"), ("weekdays.tms", "fri"), start="2026-12-07"
    )
    start = date(2026, 12, 7)
    days = (Weekday.MON, Weekday.WED, Weekday.FRI)
    assert found.course_of("tms") == CourseAssumption(sessions=20, start=start, weekdays=days)
    assert found.course_of("spravato_medical") == CourseAssumption(start=start)


def test_one_treatment_may_be_paid_by_the_patient():
    found = read(("self_pay.tms", "yes"), self_pay="no")
    assert [found.course_of(key).self_pay for key in LINES] == [True, False]


def test_other_beginnings_are_as_many_as_are_given():
    days = [("compare_start", f"2027-01-0{n}") for n in range(1, 7)]
    assert read(*days).starts == tuple(date(2027, 1, n) for n in range(1, 7))
    assert problems(*days, ("compare_start", "2027-02-01")) == {"compare_start": "stands more than 6 times"}


def test_a_card_says_what_is_known_of_it_and_no_more():
    assert read(**CARD).card == SavingsCard(patient_pays=10_00, source="letter of Nov 3")
    whole = read(
        **CARD, card_left="$8,000.00", card_counts="no", card_renews_on="2027-01-01", card_maximum="9000"
    )
    assert whole.card == SavingsCard(
        patient_pays=10_00,
        left=8000_00,
        counts=False,
        renews_on=date(2027, 1, 1),
        maximum=9000_00,
        source="letter of Nov 3",
    )


def test_a_second_plan_says_how_it_reckons():
    assert read(**SECOND).second == SecondPlan(method=Method.STANDARD, coinsurance=2000, source="call")
    with_copay = {**SECOND, "second_coinsurance": "", "second_copay": "30", "second_maximum_left": "500"}
    assert read(
        **with_copay | {"second_method": "unknown", "second_deductible_left": "250"}
    ).second == SecondPlan(
        method=None, copay=30_00, deductible_left=250_00, maximum_left=500_00, source="call"
    )


def test_a_supplement_and_the_medicare_beneficiary_need_no_rules():
    supplement = {"second_method": "supplement", "second_source": "card", "second_pays_coinsurance": "100"}
    assert read(**supplement).second == SecondPlan(
        method=Method.SUPPLEMENT, of_coinsurance=10_000, source="card"
    )
    assert read(**supplement, second_pays_deductible="50").second.of_deductible == 5000
    assert read(second_method="qmb", second_source="271").second == SecondPlan(
        method=Method.QMB, source="271"
    )


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"sessions": "2O"}, "sessions", "whole number from 1 to 400"),
        ({"sessions": "401"}, "sessions", "whole number from 1 to 400"),
        ({"start": "2026-02-30"}, "start", "no day of the calendar"),
        ({"start": "1999-12-31"}, "start", "between 2000 and 2098"),
        ({"start": "2099-01-01"}, "start", "between 2000 and 2098"),
        ({"compare_start": "tomorrow"}, "compare_start", "YYYY-MM-DD"),
        ({"weekdays": "mon,noday"}, "weekdays", "must be days"),
        ({"self_pay": "true"}, "self_pay", "yes or no"),
        ({"sesions": "20"}, "sesions", "not known"),
        ({"sessions.ketamine_iv": "6"}, "sessions.ketamine_iv", "not known"),
        ({**CARD, "card_patient_pays": "$1,2O0"}, "card_patient_pays", "must be dollars"),
        ({**CARD, "card_left": "-5"}, "card_left", "must be dollars"),
        ({**CARD, "card_renews_on": "2027-01-01"}, "card_maximum", "is missing"),
        ({**CARD, "card_maximum": "9000"}, "card_renews_on", "is missing"),
        ({**CARD, "card_counts": "maybe"}, "card_counts", "yes or no"),
        ({"card_left": "500", "card_source": "x"}, "card_patient_pays", "is missing"),
        ({"card_patient_pays": "10"}, "card_source", "is missing"),
        ({**CARD, "card_source": "x" * 201}, "card_source", "more than 200"),
        ({**SECOND, "second_coinsurance": "120"}, "second_coinsurance", "not be above 100"),
        ({**SECOND, "second_coinsurance": ""}, "second_coinsurance", "is missing"),
        ({**SECOND, "second_deductible_left": ""}, "second_deductible_left", "0 where there is none"),
        ({**SECOND, "second_source": ""}, "second_source", "is missing"),
        ({**SECOND, "second_method": ""}, "second_method", "is missing"),
        ({**SECOND, "second_method": "birthday"}, "second_method", "must be one of standard"),
        ({"second_method": "supplement", "second_source": "x"}, "second_pays_coinsurance", "is missing"),
        ({**SECOND, "second_pays_deductible": "x"}, "second_pays_deductible", "percentage"),
    ],
)
def test_a_fault_names_its_field_and_repeats_nothing(fields, field, words):
    found = problems(**fields)
    assert list(found) == [field]
    assert words in found[field]
    assert fields.get(field, "") in ("", "yes") or fields[field] not in found[field]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"card_patient_pays": "10"}, "is missing"),
        ({**SECOND, "second_source": ""}, "is missing"),
        ({**SECOND, "second_deductible_left": ""}, "is missing: 0 where there is none"),
        (
            {**SECOND, "second_coinsurance": ""},
            "is missing: a coinsurance, a copay or both, as the plan has them",
        ),
        ({"second_method": "supplement", "second_source": "x"}, "is missing: at least one of the two shares"),
        ({"weekdays": "noday"}, "must be days as mon, tue, wed, thu, fri, sat, sun"),
        ({"self_pay": "true"}, "must be yes or no"),
        (
            {**SECOND, "second_method": "birthday"},
            "must be one of standard, non_duplication, supplement, qmb, unknown",
        ),
        ({"start": "1999-12-31"}, "must lie between 2000 and 2098"),
        ({"sesions": "20"}, "is not known here"),
        ({**CARD, "card_source": "x" * 201}, "has more than 200 characters"),
    ],
)
def test_a_fault_says_what_would_be_right(fields, words):
    assert list(problems(**fields).values()) == [words]


def test_what_is_just_within_its_bounds_is_read():
    assert len(read(weekdays="mon,tue,wed,thu,fri,sat,sun").course_of("tms").weekdays) == 7
    assert read(**{**CARD, "card_source": "x" * 200}).card.source == "x" * 200
    assert read(start="2000-01-01", compare_start="2098-12-31").starts == (date(2098, 12, 31),)
    assert [read(sessions=number).course_of("tms").sessions for number in ("1", "400")] == [1, 400]


def test_every_fault_is_named_at_once():
    found = problems(sessions="x", card_left="y", second_method="standard")
    assert sorted(found) == [
        "card_left",
        "card_patient_pays",
        "card_source",
        "second_coinsurance",
        "second_deductible_left",
        "second_source",
        "sessions",
    ]


def test_a_field_that_stands_twice_is_a_fault():
    assert problems(("sessions", "20"), ("sessions", "30")) == {"sessions": "stands twice"}
