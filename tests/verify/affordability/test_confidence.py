import pytest

from tests.verify.affordability.courses import case, line
from verify.affordability import estimate_case

BEST = {
    "allowed_source": "contract",
    "rule_source": "phone",
    "as_of": "2026-02-01",
    "accumulators_as_of": "2026-01-30",
    "oop_individual_cents": 500_00,
}


def graded(*lines, **more):
    found = estimate_case(case(*lines, **{**BEST, **more}))
    return found["confidence"], found["confidence_reasons"]


def test_a_contract_rate_a_confirmed_rule_and_fresh_accumulators_are_an_a():
    assert graded(line()) == ("A", [])


@pytest.mark.parametrize(
    ("weaker", "grade", "reason"),
    [
        ({"allowed_source": "typical"}, "B", "an allowed amount is typical"),
        ({"allowed_source": "assumed"}, "C", "an allowed amount is assumed"),
        ({"rule_source": "271"}, "B", "a rule is from the 271"),
        ({"rule_source": "assumed"}, "C", "a rule is assumed"),
        ({"accumulators_as_of": "2026-01-02"}, "B", "the accumulators are 30 days old"),
        ({"as_of": None, "accumulators_as_of": None}, "C", "the age of the accumulators is not stated"),
    ],
)
def test_the_weakest_fact_decides_and_is_named(weaker, grade, reason):
    assert graded(line(), **weaker) == (grade, [reason])


def test_a_contract_is_as_good_a_source_of_a_rule_as_a_call():
    assert graded(line(), rule_source="contract") == ("A", [])


def test_only_what_holds_the_grade_down_is_named():
    assert graded(line(), allowed_source="typical", rule_source="assumed") == ("C", ["a rule is assumed"])


def test_a_line_may_have_sources_of_its_own():
    lines = [line(allowed_source="typical"), line(rule_source="271")]
    assert graded(*lines) == ("B", ["a rule is from the 271", "an allowed amount is typical"])


def test_a_source_of_the_line_goes_before_that_of_the_case():
    best = line(allowed_source="contract", rule_source="phone")
    assert graded(best, allowed_source="assumed", rule_source="assumed") == ("A", [])


def test_an_open_question_that_moves_the_total_is_an_assumption():
    open_question = {"fact": "x", "answers": [{"answer": "a"}, {"answer": "b", "rule": {"copay_cents": 5}}]}
    assert graded(line(), unknowns=[open_question]) == ("C", ["an open question moves the total"])
    open_question["answers"][1].pop("rule")
    assert graded(line(), unknowns=[open_question]) == ("A", [])


@pytest.mark.parametrize(
    "limit",
    [
        "deductible_individual_cents",
        "deductible_family_cents",
        "oop_individual_cents",
        "oop_family_cents",
        "visits_left",
    ],
)
def test_accumulators_of_unknown_age_matter_where_a_limit_is_stated(limit):
    unknown_age = {"as_of": None, "accumulators_as_of": None, "oop_individual_cents": None}
    assert graded(line(), **unknown_age) == ("A", [])
    assert graded(line(), **{**unknown_age, limit: 5})[0] == "C"


def test_self_pay_needs_no_plan():
    assert estimate_case(case(line(self_pay_cents=475_00), oop_individual_cents=5))["confidence"] == "A"


@pytest.mark.parametrize(
    ("source", "grade", "reasons"),
    [
        ("phone", "A", []),
        ("271", "B", ["the terms of card are from the 271"]),
        ("assumed", "C", ["the terms of card are assumed"]),
    ],
)
def test_the_terms_of_a_card_are_facts_the_estimate_needs(source, grade, reasons):
    card = {"name": "card", "codes": ["90868"], "source": source}
    assert graded(line(), savings=[card]) == (grade, reasons)


def test_so_are_those_of_a_second_plan_and_both_are_assumed_unless_somebody_told_them():
    assert graded(line(), secondary={"method": "qmb", "source": "contract"}) == ("A", [])
    assert graded(line(), secondary={"method": "qmb"}, savings=[{"name": "card", "codes": ["a"]}]) == (
        "C",
        ["the second plan’s terms are assumed", "the terms of card are assumed"],
    )


def test_the_clinics_own_price_is_sure_unless_the_line_says_otherwise():
    own = line(self_pay_cents=475_00)
    assert estimate_case(case(own, allowed_source="assumed"))["confidence"] == "A"
    found = estimate_case(case({**own, "allowed_source": "assumed"}))
    assert (found["confidence"], found["confidence_reasons"]) == ("C", ["a price of the clinic is assumed"])
