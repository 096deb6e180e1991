"""A range shares passes; it is the range of every pass walked by itself."""

from itertools import accumulate, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.estimate import USUAL, WORST, apart, bundle, helped
from tests.verify.affordability import random_cases
from tests.verify.affordability.courses import case, line
from tests.verify.affordability.test_properties import unhurried
from verify.affordability.course import walk
from verify.affordability.estimate import plan
from verify.affordability.reader import read_case
from verify.affordability.scenarios import Outcomes, walk_all


def every_pass(course):
    """Each combination from its first line to its last, line by line."""
    planned = [at not in course.pending for at in range(len(course.days))]
    paid = []
    for choices in product(*(range(len(unknown.answers)) for unknown in course.unknowns)):
        _, postings = walk(course.books(choices), course.days, course.lines(choices), course.terms(choices))
        costs = (posting.patient * counts for posting, counts in zip(postings, planned, strict=True))
        paid.append(list(accumulate(costs)))
    by_line = list(zip(*paid, strict=True))
    return Outcomes([one[-1] for one in paid], list(map(min, by_line)), list(map(max, by_line)))


def agree(document):
    course = plan(read_case(document))
    assert walk_all(course) == every_pass(course)


@given(st.integers(0, 2**32 - 1).map(Random))
@unhurried
def test_shared_passes_give_what_every_pass_gives(rng):
    agree(random_cases.any_case(rng))
    agree(random_cases.long_case(rng))


def test_combinations_that_go_on_together_keep_what_each_has_spent():
    """Two deductibles are used up within a section; from then on the books are the same."""
    lines = [line(day, 10_00, deductible_applies=True, copay_cents=1_00) for day in range(60)]
    left = {"answer": "b", "limits": {"deductible_individual_cents": 100_00}}
    unknown = {"fact": "left", "answers": [{"answer": "a"}, left]}
    agree(case(*lines, deductible_individual_cents=50_00, unknowns=[unknown]))
    agree(case(*lines, deductible_individual_cents=50_00, oop_individual_cents=130_00, unknowns=[unknown]))


@pytest.mark.parametrize(
    ("unknowns", "maximum"), [(USUAL, 6000_00), (WORST, None), (WORST, 6000_00), (WORST, 30_000_00)]
)
def test_the_bundles_of_the_benchmark_are_ranged_exactly(unknowns, maximum):
    agree(bundle(unknowns, maximum))


@pytest.mark.parametrize("made", [apart, helped])
def test_a_bundle_that_shares_little_is_ranged_exactly(made):
    agree(made())


def test_a_copay_of_the_day_is_due_anew_each_day_and_once_though_the_books_look_the_same_each_morning():
    """A line that moves the books by day and finds them as they were in the morning is still reckoned anew."""
    lines = [line(day // 2, 100_00, copay_cents=20_00, copay_basis="day") for day in range(60)]
    cheaper = {"answer": "b", "rule": {"copay_cents": 5_00}}
    unknown = {"fact": "copay", "answers": [{"answer": "a"}, cheaper]}
    second = {"method": "supplement", "pays_of_coinsurance_bp": 5000}
    agree(case(*lines, unknowns=[unknown]))
    agree(case(*lines, unknowns=[unknown], secondary=second))


@pytest.mark.parametrize("when", [{"starts_on": "2026-03-04"}, {"ends_on": "2026-03-03"}])
def test_a_card_that_helps_on_some_days_alone_is_ranged_day_by_day(when):
    """The books stand still all along: no limit is stated, and the card has none."""
    lines = [line(day, 100_00, coinsurance_bp=5000) for day in range(60)]
    cheaper = {"answer": "b", "rule": {"coinsurance_bp": 1000}}
    unknown = {"fact": "share", "answers": [{"answer": "a"}, cheaper]}
    agree(case(*lines, savings=[{"name": "card", "codes": ["90868"], **when}], unknowns=[unknown]))
