"""What of the books is kept for a range: never less than can matter."""

from datetime import date

import pytest

from verify.affordability.course import Books, Line
from verify.affordability.ledger import Ledger, LimitKind, Rule
from verify.affordability.remainder import Rest, most_taken, rests, what_matters

REST = Rest(deductible=300_00, maximum=100_00, visits=4)


def matters(rest=REST, *, overnight=True, **limits):
    kept = what_matters(Books(ledger=Ledger(**limits), day=date(2026, 2, 2)), rest, overnight=overnight)
    assert kept.day == date(2026, 2, 2)
    return kept.ledger


def test_a_deductible_that_outlasts_the_rest_is_one_that_just_does():
    assert matters(deductible_individual_cents=299_99).deductible_individual_cents == 299_99
    assert matters(deductible_individual_cents=300_01).deductible_individual_cents == 300_00


def test_a_maximum_that_the_rest_cannot_reach_is_none():
    assert matters(oop_individual_cents=100_00).oop_individual_cents is None
    assert matters(oop_individual_cents=99_99).oop_individual_cents == 99_99
    with_deductible = {"deductible_individual_cents": 50_00}
    assert matters(oop_individual_cents=150_00, **with_deductible).oop_individual_cents is None
    assert matters(oop_individual_cents=149_99, **with_deductible).oop_individual_cents == 149_99


def test_visits_that_the_rest_cannot_use_up_are_without_limit():
    assert [matters(visits_left=left).visits_left for left in (3, 4)] == [3, None]


def test_of_two_limits_the_one_that_governs_stays():
    embedded = matters(deductible_individual_cents=20_00, deductible_family_cents=10_00)
    assert (embedded.deductible_individual_cents, embedded.deductible_family_cents) == (10_00, None)
    aggregate = matters(oop_individual_cents=5_00, oop_family_cents=80_00, oop_kind=LimitKind.AGGREGATE)
    assert (aggregate.oop_individual_cents, aggregate.oop_kind) == (80_00, LimitKind.EMBEDDED)


@pytest.mark.parametrize(("overnight", "charged"), [(True, frozenset()), (False, frozenset({"visit"}))])
def test_copay_groups_are_charged_until_night(overnight, charged):
    assert matters(overnight=overnight, charged_today=frozenset({"visit"})).charged_today == charged


@pytest.mark.parametrize(("overnight", "visited"), [(True, frozenset()), (False, frozenset({"tms"}))])
def test_a_visit_begun_lasts_until_night(overnight, visited):
    assert matters(overnight=overnight, visited_today=frozenset({"tms"})).visited_today == visited


def line(**rule):
    return Line(code="a", allowed=200_00, rule=Rule(**rule))


@pytest.mark.parametrize(
    ("lines", "most"),
    [
        ([None, Line(code="a", self_pay=500_00), line(covered=False, coinsurance_bp=5000)], Rest()),
        ([line(deductible_applies=True)], Rest(deductible=200_00)),
        ([line(copay_cents=30_00)], Rest(maximum=30_00)),
        ([line(copay_cents=30_00, copay_counts_oop=False)], Rest()),
        ([line(copay_cents=30_00, copay_counts_deductible=True)], Rest(deductible=200_00, maximum=30_00)),
        ([line(coinsurance_bp=2500, counts_visit=True)], Rest(maximum=50_00, visits=1)),
        ([line(copay_cents=30_00), line(deductible_applies=True)], Rest(deductible=200_00, maximum=30_00)),
        ([line(copay_cents=10_00), line(copay_cents=30_00)], Rest(maximum=30_00)),
    ],
)
def test_the_most_a_line_takes_is_the_most_of_what_it_may_be(lines, most):
    assert most_taken(lines) == most


def test_the_rest_adds_up_to_the_end_of_the_plan_year():
    each = [Rest(1, 10, 1), Rest(2, 20, 0), Rest(4, 40, 1)]
    assert rests(each, None) == [Rest(7, 70, 2), Rest(6, 60, 1), Rest(4, 40, 1), Rest()]
    assert rests(each, 2) == [Rest(3, 30, 1), Rest(2, 20, 0), Rest(4, 40, 1), Rest()]
    assert rests(each, 0) == rests(each, None)
