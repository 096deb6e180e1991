import pytest

from tests.verify.affordability.courses import case, line
from verify.affordability import estimate_case

SINCE = {"as_of": "2026-02-01", "accumulators_as_of": "2026-01-12"}


def figures(found):
    return found["low_cents"], found["expected_cents"], found["high_cents"]


def stale(*lines, **more):
    return estimate_case(case(*lines, **{**SINCE, **more}))


def test_stale_accumulators_say_how_stale_and_widen_downward():
    found = stale(line(0, 100_00, deductible_applies=True), deductible_individual_cents=80_00)
    assert figures(found) == (0, 80_00, 80_00)
    assert found["notes"] == ["The accumulators are 20 days old: the range allows for claims since then."]
    assert found["questions"] == [
        {
            "fact": "deductible and out-of-pocket left today: the figures are 20 days old",
            "worth_cents": 80_00,
            "how": "ask the plan again for the accumulators (270/271 or portal)",
            "answers": ["as stated", "everything may be met"],
            "expected": "as stated",
        }
    ]


def test_a_stated_bound_narrows_what_may_have_been_spent():
    lines = [line(0, 100_00, deductible_applies=True), line(1, 100_00, coinsurance_bp=5000)]
    found = stale(
        *lines, deductible_individual_cents=80_00, oop_family_cents=120_00, spent_since_at_most_cents=30_00
    )
    assert figures(found) == (90_00, 120_00, 120_00)
    assert found["questions"][0]["answers"] == ["as stated", "up to $30.00 more is met"]


@pytest.mark.parametrize(
    "name", ["deductible_individual", "deductible_family", "oop_individual", "oop_family"]
)
def test_each_stated_limit_may_have_moved(name):
    found = stale(line(0, 100_00, deductible_applies=True, copay_cents=9_00), **{f"{name}_cents": 5_00})
    assert found["questions"][0]["worth_cents"] > 0


def test_at_most_one_visit_a_day_was_used_since():
    lines = [line(day, 100_00, counts_visit=True) for day in range(3)]
    assert figures(stale(*lines, visits_left=22)) == (0, 0, 100_00)
    found = stale(*lines, visits_left=4)
    assert figures(found) == (0, 0, 300_00)
    assert found["questions"] == [
        {
            "fact": "visits left today: the figure is 20 days old",
            "worth_cents": 300_00,
            "how": "ask the plan again how many visits are used",
            "answers": ["as stated", "one used each day since"],
            "expected": "as stated",
        }
    ]


def test_a_stated_answer_of_a_person_goes_before_the_guess():
    known = {
        "fact": "left",
        "answers": [{"answer": a, "limits": {"oop_individual_cents": 70_00}} for a in "ab"],
    }
    found = stale(line(0, 100_00, coinsurance_bp=10_000), oop_individual_cents=80_00, unknowns=[known])
    assert figures(found) == (70_00, 70_00, 70_00)


@pytest.mark.parametrize(("as_of", "widens"), [("2026-01-19", False), ("2026-01-20", True)])
def test_accumulators_of_a_week_are_fresh(as_of, widens):
    found = stale(line(0, 100_00, deductible_applies=True), as_of=as_of, deductible_individual_cents=80_00)
    assert bool(found["questions"]) is widens
    assert bool(found["notes"]) is widens


def test_nothing_widens_where_no_limit_is_stated():
    assert stale(line(0, 100_00, copay_cents=9_00))["questions"] == []


def test_nothing_widens_where_the_age_is_not_stated():
    assert (
        estimate_case(case(line(deductible_applies=True), deductible_individual_cents=5))["questions"] == []
    )


def test_no_more_can_be_spent_than_is_left():
    found = stale(
        line(0, 100_00, deductible_applies=True),
        deductible_individual_cents=20_00,
        spent_since_at_most_cents=90_00,
    )
    assert figures(found) == (0, 20_00, 20_00)


def turned(on="2026-01-20", **limits):
    """A plan year that began after the figures were told on January 12, or did not yet on February 1."""
    lines = [line(day, 100_00, deductible_applies=True, counts_visit=True) for day in range(3)]
    return stale(*lines, deductible_individual_cents=0, reset={"on": on, "limits": limits})


def test_a_plan_year_that_began_since_may_be_used_up_in_part_too():
    found = turned(deductible_individual_cents=180_00)
    assert figures(found) == (0, 180_00, 180_00)
    assert "20 days old" in found["questions"][0]["fact"]
    bounded = stale(
        line(0, 100_00, deductible_applies=True),
        reset={"on": "2026-02-01", "limits": {"deductible_family_cents": 80_00}},
        spent_since_at_most_cents=30_00,
    )
    assert figures(bounded) == (50_00, 80_00, 80_00)


def test_visits_of_a_plan_year_that_began_since_are_counted_from_its_first_day():
    assert figures(turned(visits_left=14)) == (0, 0, 100_00)
    assert figures(turned("2026-01-31", visits_left=2)) == (100_00, 100_00, 200_00)


@pytest.mark.parametrize("on", ["2026-01-12", "2026-02-02"])
def test_a_plan_year_that_began_before_the_figures_or_has_not_yet_is_whole(on):
    assert figures(turned(on, deductible_individual_cents=180_00)) == (180_00, 180_00, 180_00)
