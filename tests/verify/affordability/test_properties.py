"""What holds for every course, whatever its figures."""

from collections import defaultdict
from copy import deepcopy
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verify.affordability import random_cases
from verify.affordability import estimate_case

#: A seed in each failure is enough to repeat it; drawing every figure from the engine would be ten times slower.
randoms = st.integers(0, 2**32 - 1).map(Random)
#: A loaded machine is no fault of the ledger.
settings.register_profile("affordability", deadline=None, max_examples=100)
unhurried = settings(settings.get_profile("affordability"))

SHARES = ("deductible_cents", "copay_cents", "coinsurance_cents")
OWED = (*SHARES, "non_covered_cents", "balance_cents")
HELP = ("secondary_cents", "savings_cents")


def total(case):
    found = estimate_case(case)
    assert found["low_cents"] <= found["expected_cents"] <= found["high_cents"]
    return found["expected_cents"]


def ordered(case):
    return sorted(case["lines"], key=lambda line: line["date"])


def copays_count(case, *, to_deductible=True):
    """The case with copays that count toward the maximum, and if wanted not toward the deductible."""
    for line in case["lines"]:
        line["rule"].pop("copay_counts_oop", None)
        if not to_deductible:
            line["rule"].pop("copay_counts_deductible", None)
    return case


@given(randoms)
@unhurried
def test_no_figure_is_negative_and_each_session_adds_up(rng):
    found = estimate_case(random_cases.any_case(rng))
    for session in found["sessions"] + found["pending"]:
        parts = {name: value for name, value in session.items() if name.endswith("_cents")}
        assert min(parts.values()) >= 0
        assert session["patient_cents"] == sum(map(session.get, OWED)) - sum(map(session.get, HELP))
    assert all(value is None or value >= 0 for value in found["left"].values())


@given(randoms)
@unhurried
def test_the_sessions_make_the_total_the_years_and_the_band(rng):
    found = estimate_case(random_cases.any_case(rng))
    assert sum(session["patient_cents"] for session in found["sessions"]) == found["expected_cents"]
    assert sum(found["by_year"].values()) == found["expected_cents"]
    last = found["band"][-1]
    assert [last[f"{name}_cents"] for name in ("low", "expected", "high")] == [
        found[f"{name}_cents"] for name in ("low", "expected", "high")
    ]
    for one in found["band"]:
        assert one["low_cents"] <= one["expected_cents"] <= one["high_cents"]


@given(randoms)
@unhurried
def test_cost_share_that_counts_never_exceeds_the_maximum_of_its_plan_year(rng):
    case = copays_count(random_cases.plain_case(rng))
    counted = defaultdict(int)
    for session in estimate_case(case)["sessions"]:
        new_year = "reset" in case and session["date"] >= case["reset"]["on"]
        counted[new_year] += sum(map(session.get, SHARES))
    for new_year, cents in counted.items():
        limits = case["reset"]["limits"] if new_year else case["limits"]
        amounts = [limits.get("oop_family_cents")]
        if limits.get("oop_kind") != "aggregate":
            amounts.append(limits.get("oop_individual_cents"))
        assert all(maximum is None or cents <= maximum for maximum in amounts)


@given(randoms)
@unhurried
def test_the_maximum_moves_by_what_the_sessions_cost(rng):
    case = copays_count(random_cases.plain_case(rng))
    case.pop("reset", None)
    found = estimate_case(case)
    counted = sum(session[name] for session in found["sessions"] for name in SHARES)
    for name in ("oop_individual_cents", "oop_family_cents"):
        before, after = case["limits"].get(name), found["left"][name]
        assert after == (None if before is None else max(0, before - counted))


@given(randoms, st.integers(0, 12))
@unhurried
def test_a_course_in_two_parts_costs_what_it_costs_in_one(rng, at):
    case = random_cases.plain_case(rng)
    days = sorted({line["date"] for line in case["lines"]})
    cut = days[at % len(days)]
    first = {**case, "lines": [line for line in case["lines"] if line["date"] < cut]}
    second = {**case, "lines": [line for line in case["lines"] if line["date"] >= cut]}
    if not first["lines"]:
        return
    begun = estimate_case(first)
    limits = case["limits"]
    if "reset" in case and max(line["date"] for line in first["lines"]) >= case["reset"]["on"]:
        limits = second.pop("reset")["limits"]
    kinds = {key: value for key, value in limits.items() if key.endswith("kind")}
    second["limits"] = {**begun["left"], **kinds}
    rest = estimate_case(second)
    whole = estimate_case(case)
    assert begun["sessions"] + rest["sessions"] == whole["sessions"]
    assert begun["expected_cents"] + rest["expected_cents"] == whole["expected_cents"]


@given(randoms)
@unhurried
def test_the_order_of_the_document_matters_only_within_a_day(rng):
    case = random_cases.any_case(rng)
    shuffled = {**case, "lines": ordered(case)}
    assert estimate_case(shuffled)["sessions"] == estimate_case(case)["sessions"]


@given(randoms)
@unhurried
def test_an_unknown_never_narrows_and_none_leaves_one_figure(rng):
    case = random_cases.any_case(rng)
    known = {**case, "unknowns": []}
    sure = estimate_case(known)
    assert sure["low_cents"] == sure["expected_cents"] == sure["high_cents"]
    as_stated = {"fact": "open", "answers": [{"answer": "as stated"}, {"answer": "other", **change(rng)}]}
    found = estimate_case({**known, "unknowns": [as_stated]})
    assert found["low_cents"] <= sure["low_cents"] <= found["high_cents"]
    assert found["questions"][0]["worth_cents"] == found["high_cents"] - found["low_cents"]


def change(rng):
    return rng.choice(
        [{"limits": random_cases.limits(rng)}, {"rule": random_cases.rule(rng)}, {"sessions": 1}]
    )


def lower(rng, values, *names):
    """The values with some of the named amounts lowered."""
    return {
        name: rng.randrange(value + 1) if name in names and value is not None else value
        for name, value in values.items()
    }


@given(randoms)
@unhurried
def test_a_lower_maximum_never_costs_more(rng):
    case = random_cases.plain_case(rng)
    better = {**case, "limits": lower(rng, case["limits"], "oop_individual_cents", "oop_family_cents")}
    assert total(better) <= total(case)


@given(randoms)
@unhurried
def test_a_lower_coinsurance_never_costs_more(rng):
    case = random_cases.plain_case(rng)
    better = deepcopy(case)
    line = rng.choice(better["lines"])
    line["rule"] = lower(rng, line["rule"], "coinsurance_bp")
    assert total(better) <= total(case)


@given(randoms)
@unhurried
def test_a_lower_deductible_never_costs_more_where_copays_count_toward_the_maximum(rng):
    case = copays_count(random_cases.plain_case(rng))
    better = {
        **case,
        "limits": lower(rng, case["limits"], "deductible_individual_cents", "deductible_family_cents"),
    }
    assert total(better) <= total(case)


@given(randoms)
@unhurried
def test_a_lower_copay_never_costs_more_where_copays_count_toward_the_maximum_alone(rng):
    case = copays_count(random_cases.plain_case(rng), to_deductible=False)
    better = deepcopy(case)
    line = rng.choice(better["lines"])
    line["rule"] = lower(rng, line["rule"], "copay_cents")
    assert total(better) <= total(case)


@given(randoms)
@unhurried
def test_a_line_that_becomes_covered_never_costs_more_where_no_visit_is_counted(rng):
    case = random_cases.plain_case(rng)
    for line in case["lines"]:
        line["rule"].pop("counts_visit", None)
        if line.get("billed_cents") is not None:
            line["billed_cents"] = max(line["billed_cents"], line["allowed_cents"])
    better = deepcopy(case)
    rng.choice(better["lines"])["rule"]["covered"] = True
    assert total(better) <= total(case)


@given(randoms)
@unhurried
def test_a_second_payer_never_costs_more(rng):
    case = random_cases.plain_case(rng)
    assert total({**case, "secondary": random_cases.secondary(rng)}) <= total(case)


@given(randoms)
@unhurried
def test_savings_never_cost_more_where_copays_count_toward_the_maximum(rng):
    case = copays_count(random_cases.plain_case(rng))
    assert total({**case, "savings": random_cases.savings(rng)}) <= total(case)


@given(randoms)
@unhurried
def test_an_accumulator_programme_never_costs_less_than_money_that_counts(rng):
    case = copays_count(random_cases.plain_case(rng))
    cards = random_cases.savings(rng)[:1]
    counts = {**case, "savings": [{**cards[0], "counts": True, "maximum_cents": None}]}
    ignored = {**case, "savings": [{**cards[0], "counts": False, "maximum_cents": None}]}
    assert total(counts) <= total(ignored)
