"""A range shares passes; it is the range of every pass walked by itself."""

from itertools import accumulate, product
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.estimate import USUAL, WORST, apart, bundle
from tests.verify.affordability import random_cases
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


@pytest.mark.parametrize(
    ("unknowns", "maximum"), [(USUAL, 6000_00), (WORST, None), (WORST, 6000_00), (WORST, 30_000_00)]
)
def test_the_bundles_of_the_benchmark_are_ranged_exactly(unknowns, maximum):
    agree(bundle(unknowns, maximum))


def test_a_bundle_that_shares_little_is_ranged_exactly():
    agree(apart())
