"""Two implementations, one figure: ESTIMATE_CASES=100000 compares as many random cases, else 2,000."""

import os
from random import Random

import pytest

from tests.verify.affordability import random_cases, second_implementation
from verify.affordability import estimate_case

CASES = int(os.environ.get("ESTIMATE_CASES", "2000"))
PARTS = ("patient", "plan", "deductible", "copay", "coinsurance", "non_covered", "balance")


def sessions_of(found):
    """What both say of each line that takes place, pending ones last."""
    both = [(False, one) for one in found["sessions"]] + [(True, one) for one in found["pending"]]
    return [
        (pending, one["date"], one["code"], *(one[f"{part}_cents"] for part in PARTS))
        for pending, one in both
        if one["takes_place"]
    ]


def compare(case):
    found, slow = estimate_case(case), second_implementation.estimate(case)
    assert (found["low_cents"], found["expected_cents"], found["high_cents"]) == (
        slow["low"],
        slow["expected"],
        slow["high"],
    )
    assert [question["worth_cents"] for question in found["questions"]] == slow["worths"]
    expected = sorted(slow["sessions"], key=lambda one: one["pending"])
    assert sessions_of(found) == [
        (one["pending"], one["date"], one["code"], *(one[part] for part in PARTS)) for one in expected
    ]


@pytest.mark.parametrize("part", range(4))
def test_random_cases_of_the_common_format_cost_the_same_in_both(part):
    rng = Random(f"plain {part}")
    for _ in range(CASES // 8):
        compare(random_cases.plain_case(rng))


@pytest.mark.parametrize("part", range(4))
def test_random_cases_of_the_whole_format_cost_the_same_in_both(part):
    rng = Random(f"any {part}")
    for _ in range(CASES // 8):
        compare(random_cases.any_case(rng))


@pytest.mark.parametrize("part", range(4))
def test_random_courses_of_many_days_cost_the_same_in_both(part):
    rng = Random(f"long {part}")
    for _ in range(CASES // 80):
        compare(random_cases.long_case(rng))


def test_both_need_the_same_figure_where_a_case_has_every_part():
    rng = Random("every part")
    case = random_cases.any_case(rng)
    while not all(case.get(key) for key in ("reset", "pending", "secondary", "savings", "unknowns")):
        case = random_cases.any_case(rng)
    compare(case)
