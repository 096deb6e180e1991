"""Unknowns of a bundle: a plan year that may not begin anew, one treatment's sessions, what is the clinic's to settle."""

import pytest

from tests.verify.affordability.courses import case, line
from verify.affordability import CaseError, estimate_case, read_case

RESET = {
    "on": "2026-03-01",
    "limits": {"deductible_individual_cents": 500_00, "oop_individual_cents": 2000_00},
}
LINES = [
    line(day, 200_00, deductible_applies=True, coinsurance_bp=1000)
    for day in ("2026-02-02", "2026-02-20", "2026-03-02", "2026-03-16", "2026-03-30")
]
LEFT = {"deductible_individual_cents": 100_00, "oop_individual_cents": 2000_00}
RESETS = {
    "fact": "the next plan year",
    "answers": [{"answer": "on March 1"}, {"answer": "not in this course", "no_reset": True}],
}


def totals(found):
    return found["low_cents"], found["expected_cents"], found["high_cents"]


def test_a_year_that_may_not_begin_anew_is_ranged_as_both():
    with_reset = estimate_case(case(*LINES, reset=RESET, **LEFT))["expected_cents"]
    without = estimate_case(case(*LINES, **LEFT))["expected_cents"]
    assert without < with_reset
    found = estimate_case(case(*LINES, reset=RESET, unknowns=[RESETS], **LEFT))
    assert totals(found) == (without, with_reset, with_reset)
    assert found["questions"][0]["worth_cents"] == with_reset - without


def test_it_is_ranged_together_with_other_unknowns_as_each_alone():
    share = {
        "fact": "share",
        "answers": [{"answer": "10 %"}, {"answer": "50 %", "rule": {"coinsurance_bp": 5000}}],
    }
    found = estimate_case(case(*LINES, reset=RESET, unknowns=[RESETS, share], **LEFT))
    dearer = [{**one, "rule": {**one["rule"], "coinsurance_bp": 5000}} for one in LINES]
    alone = [
        estimate_case(case(*lines, **more, **LEFT))["expected_cents"]
        for lines in (LINES, dearer)
        for more in ({"reset": RESET}, {})
    ]
    assert (found["low_cents"], found["high_cents"]) == (min(alone), max(alone))


def test_a_maximum_out_of_reach_before_the_new_year_may_be_reached_without_it():
    """50 lines before it leave 500 of 5,500; where no year begins, the last 10 use that up."""
    lines = [line(day, 100_00, coinsurance_bp=10_000) for day in range(60)]
    reset = {"on": lines[50]["date"], "limits": {}}
    found = estimate_case(case(*lines, reset=reset, unknowns=[RESETS], oop_individual_cents=5500_00))
    assert totals(found) == (5500_00, 6000_00, 6000_00)


def test_without_a_reset_there_is_none_to_doubt():
    with pytest.raises(CaseError) as caught:
        read_case(case(*LINES, unknowns=[RESETS], **LEFT))
    assert [str(problem) for problem in caught.value.problems] == [
        "unknowns[0].answers[1].no_reset: the case has no reset"
    ]


def test_an_unknown_of_one_part_leaves_the_same_code_of_another_alone():
    lines = [
        {**line(day, 100_00, "99214", copay_cents=20_00), "part": part}
        for day, part in ((0, "visits"), (0, "spravato"), (7, "spravato"))
    ]
    unknown = {
        "fact": "copay",
        "part": "spravato",
        "answers": [{"answer": "20"}, {"answer": "50", "rule": {"copay_cents": 50_00}}],
    }
    assert totals(estimate_case(case(*lines, unknowns=[unknown]))) == (60_00, 60_00, 120_00)


@pytest.mark.parametrize(("of_clinic", "confidence"), [(True, "A"), (False, "C")])
def test_what_the_clinic_settles_widens_the_range_and_not_the_doubt(of_clinic, confidence):
    unknown = {
        "fact": "sessions",
        "of_clinic": of_clinic,
        "answers": [{"answer": "5"}, {"answer": "3", "sessions": 3}],
    }
    sure = {"allowed_source": "contract", "rule_source": "phone"}
    found = estimate_case(
        case(*(line(day, copay_cents=10_00) for day in range(5)), unknowns=[unknown], **sure)
    )
    assert totals(found) == (30_00, 50_00, 50_00)
    assert found["confidence"] == confidence
