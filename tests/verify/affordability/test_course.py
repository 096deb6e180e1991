from datetime import date

import pytest

from tests.verify.affordability.courses import case, line, pays
from verify.affordability import estimate_case

HALF = {"coinsurance_bp": 5000}


def test_lines_are_taken_by_day_and_ties_as_given():
    found = estimate_case(case(line(1, code="c"), line(0, code="b"), line(1, code="a")))
    assert [(s["date"], s["code"]) for s in found["sessions"]] == [
        ("2026-02-02", "b"),
        ("2026-02-03", "c"),
        ("2026-02-03", "a"),
    ]


def test_the_first_line_on_or_after_the_reset_swaps_the_whole_ledger_once():
    lines = [line(day, 100_00, deductible_applies=True, counts_visit=True) for day in (0, 5, 6, 7)]
    reset = {"on": "2026-02-07", "limits": {"deductible_individual_cents": 30_00, "visits_left": 2}}
    found = estimate_case(case(*lines, deductible_individual_cents=500_00, visits_left=2, reset=reset))
    assert pays(found) == [100_00, 30_00, 0, 100_00]
    assert [s["non_covered_cents"] for s in found["sessions"]] == [0, 0, 0, 100_00]


def test_a_reset_on_the_first_day_counts_from_the_start():
    reset = {"on": "2026-02-02", "limits": {}}
    assert pays(
        estimate_case(case(line(deductible_applies=True), deductible_individual_cents=5, reset=reset))
    ) == [0]


def test_a_copay_per_day_is_owed_again_on_the_next_day():
    lines = [line(day, copay_cents=20_00, copay_basis="day") for day in (0, 0, 1, 1)]
    assert pays(estimate_case(case(*lines))) == [20_00, 0, 20_00, 0]


def test_a_line_that_is_not_covered_leaves_the_copay_of_the_day_to_the_next():
    first = line(0, copay_cents=20_00, copay_basis="day", covered=False)
    found = estimate_case(case(first, line(0, copay_cents=20_00, copay_basis="day")))
    assert pays(found) == [100_00, 20_00]


def test_the_first_line_of_a_group_takes_the_days_copay_even_where_its_own_is_nothing():
    lines = [line(0, copay_basis="day"), line(0, copay_cents=20_00, copay_basis="day")]
    assert pays(estimate_case(case(*lines))) == [0, 0]


def test_what_is_not_covered_costs_the_billed_price_and_moves_nothing():
    uncovered = line(
        0,
        100_00,
        covered=False,
        billed_cents=180_00,
        out_of_network=True,
        balance_bill=True,
        counts_visit=True,
    )
    found = estimate_case(case(uncovered, visits_left=3, oop_individual_cents=50_00))
    (session,) = found["sessions"]
    assert (session["patient_cents"], session["non_covered_cents"], session["balance_cents"]) == (
        180_00,
        180_00,
        0,
    )
    assert session["plan_cents"] == 0
    assert (found["left"]["visits_left"], found["left"]["oop_individual_cents"]) == (3, 50_00)


@pytest.mark.parametrize(
    ("visit_group", "owed"), [("spravato", [50_00] * 4), (None, [50_00] * 2 + [100_00] * 2)]
)
def test_a_visit_is_of_one_day_and_its_lines_share_it_where_they_are_a_group(visit_group, owed):
    lines = [line(day, 100_00, **HALF, counts_visit=True, visit_group=visit_group) for day in (0, 0, 1, 1)]
    assert pays(estimate_case(case(*lines, visits_left=2))) == owed


def test_what_follows_in_a_visit_that_is_not_paid_is_not_paid_either():
    lines = [line(day, 100_00, **HALF, counts_visit=True, visit_group="spravato") for day in (0, 0, 1, 1)]
    found = estimate_case(case(*lines, visits_left=1))
    assert pays(found) == [50_00, 50_00, 100_00, 100_00]
    assert {one["why"] for one in found["sessions"][2:]} == {"visit limit spent: the whole price"}


def test_a_balance_bill_is_owed_above_a_full_maximum_and_never_accrues():
    out = line(0, 100_00, billed_cents=150_00, out_of_network=True, balance_bill=True, **HALF)
    found = estimate_case(case(out, out, oop_individual_cents=60_00))
    assert [(s["coinsurance_cents"], s["balance_cents"]) for s in found["sessions"]] == [
        (50_00, 50_00),
        (10_00, 50_00),
    ]


@pytest.mark.parametrize(
    "line_keys",
    [
        {"billed_cents": 150_00, "out_of_network": True},
        {"billed_cents": 150_00, "balance_bill": True},
        {"billed_cents": 90_00, "balance_bill": True, "out_of_network": True},
    ],
)
def test_no_balance_is_owed_in_network_under_an_agreement_or_below_the_allowed_amount(line_keys):
    assert pays(estimate_case(case(line(0, 100_00, **line_keys)))) == [0]


def test_a_self_pay_price_is_owed_whatever_the_plan_says():
    found = estimate_case(
        case(line(0, self_pay_cents=475_00, copay_cents=10_00, counts_visit=True), visits_left=1)
    )
    assert pays(found) == [475_00]
    assert found["left"]["visits_left"] == 1


def test_a_self_pay_line_needs_neither_rule_nor_allowed_amount():
    bare = {"date": "2026-02-02", "code": "ketamine_iv", "self_pay_cents": 475_00}
    assert pays(estimate_case(case(bare))) == [475_00]


def test_pending_sessions_move_the_ledger_and_are_no_part_of_the_total():
    pending = [line("2026-01-28", 100_00, deductible_applies=True)]
    found = estimate_case(
        case(line(0, deductible_applies=True), pending=pending, deductible_individual_cents=150_00)
    )
    assert pays(found) == [50_00]
    assert found["low_cents"] == found["expected_cents"] == found["high_cents"] == 50_00
    assert [one["patient_cents"] for one in found["pending"]] == [100_00]


def test_a_pending_session_of_a_planned_day_is_taken_first():
    pending = [line(0, 100_00, code="given", deductible_applies=True)]
    found = estimate_case(
        case(line(0, deductible_applies=True), pending=pending, deductible_individual_cents=100_00)
    )
    assert pays(found) == [0]


def savings(**more):
    return [{"name": "card", "codes": ["90868"], **more}]


def test_a_card_pays_down_to_the_patients_part_until_it_is_empty():
    found = estimate_case(
        case(
            *[line(day, **HALF) for day in range(3)],
            savings=savings(patient_pays_cents=10_00, maximum_cents=60_00),
        )
    )
    assert pays(found) == [10_00, 30_00, 50_00]
    assert [s["savings_cents"] for s in found["sessions"]] == [40_00, 20_00, 0]


def test_a_card_does_nothing_for_other_codes_small_shares_or_what_is_not_covered():
    lines = [line(0, code="99214", **HALF), line(0, 10_00, **HALF), line(0, covered=False)]
    assert pays(estimate_case(case(*lines, savings=savings(patient_pays_cents=10_00)))) == [
        50_00,
        5_00,
        100_00,
    ]


def test_a_card_helps_between_its_days_and_starts_anew_on_its_own():
    lines = [line(day, **HALF) for day in range(6)]
    card = savings(maximum_cents=50_00, starts_on="2026-02-03", ends_on="2026-02-06", renews_on="2026-02-05")
    assert pays(estimate_case(case(*lines, savings=card))) == [50_00, 0, 50_00, 0, 50_00, 50_00]


def test_a_card_begins_with_what_is_left_of_it_and_starts_anew_with_all_of_it():
    lines = [line(day, **HALF) for day in range(3)]
    card = savings(maximum_cents=70_00, left_cents=20_00, renews_on="2026-02-04")
    assert pays(estimate_case(case(*lines, savings=card))) == [30_00, 50_00, 0]
    assert pays(estimate_case(case(*lines, savings=savings(maximum_cents=70_00)))) == [0, 30_00, 50_00]
    assert pays(estimate_case(case(*lines, savings=savings(left_cents=0, renews_on="2026-02-04")))) == [
        50_00,
        50_00,
        0,
    ]


def test_a_card_still_helps_on_its_last_day():
    lines = [line(day, **HALF) for day in (0, 1)]
    assert pays(estimate_case(case(*lines, savings=savings(ends_on="2026-02-02")))) == [0, 50_00]


def test_a_share_that_an_ignored_card_pays_whole_moves_nothing():
    found = estimate_case(case(line(0, **HALF), oop_individual_cents=80_00, savings=savings(counts=False)))
    assert found["left"]["oop_individual_cents"] == 80_00


def test_money_of_an_accumulator_programme_moves_neither_deductible_nor_maximum():
    lines = [line(day, deductible_applies=True) for day in range(2)]
    card = savings(patient_pays_cents=10_00, maximum_cents=90_00, counts=False)
    found = estimate_case(
        case(*lines, deductible_individual_cents=100_00, oop_individual_cents=500_00, savings=card)
    )
    assert pays(found) == [10_00, 90_00]
    assert found["left"]["oop_individual_cents"] == 400_00
    assert found["left"]["deductible_individual_cents"] == 0


def test_own_money_meets_the_deductible_first_then_the_copay():
    one = line(0, 200_00, deductible_applies=True, copay_cents=20_00, copay_counts_oop=False, **HALF)
    limits = {"deductible_individual_cents": 100_00, "oop_individual_cents": 500_00}
    for patient_pays, deductible_left, maximum_left in (
        (60_00, 40_00, 440_00),
        (110_00, 0, 400_00),
        (130_00, 0, 390_00),
    ):
        card = savings(patient_pays_cents=patient_pays, counts=False)
        left = estimate_case(case(one, **limits, savings=card))["left"]
        assert left["deductible_individual_cents"] == deductible_left
        assert left["oop_individual_cents"] == maximum_left


def test_two_cards_pay_one_after_the_other():
    cards = [
        {"name": "drug", "codes": ["90868"], "patient_pays_cents": 40_00},
        {"name": "rebate", "codes": ["90868"], "maximum_cents": 25_00, "counts": False},
    ]
    found = estimate_case(case(line(0, **HALF), line(1, **HALF), savings=cards, oop_individual_cents=500_00))
    assert pays(found) == [15_00, 40_00]
    assert [s["savings_cents"] for s in found["sessions"]] == [35_00, 10_00]
    assert found["left"]["oop_individual_cents"] == 425_00


def test_what_each_card_pays_comes_off_before_the_next_and_all_of_it_may_be_ignored():
    cards = [
        {"name": name, "codes": ["90868"], "patient_pays_cents": most, "counts": False}
        for name, most in (("drug", 40_00), ("rebate", 15_00))
    ]
    found = estimate_case(case(line(0, coinsurance_bp=5000), savings=cards, oop_individual_cents=500_00))
    assert pays(found) == [15_00]
    assert found["sessions"][0]["savings_cents"] == 35_00
    assert found["left"]["oop_individual_cents"] == 485_00


def secondary(method="standard", **more):
    return {"method": method, "rules": [{"rule": {"coinsurance_bp": 2000}}], **more}


def test_a_second_payer_follows_its_own_ledger_and_its_own_reset():
    lines = [line(day, **HALF) for day in (0, 1, 2)]
    second = secondary(
        rules=[{"rule": {"deductible_applies": True}}],
        limits={"deductible_individual_cents": 130_00},
        reset={"on": "2026-02-04", "limits": {"deductible_individual_cents": 70_00}},
    )
    assert pays(estimate_case(case(*lines, secondary=second))) == [50_00, 0, 20_00]


def test_a_second_payer_pays_by_the_first_rule_for_the_code_and_its_own_allowed_amount():
    second = secondary(
        rules=[
            {"codes": ["99214"], "rule": {"covered": False}},
            {"codes": ["90868"], "rule": {"coinsurance_bp": 5000}, "allowed_cents": 30_00},
        ]
    )
    lines = [line(0, **HALF), line(0, code="99214", **HALF), line(0, code="90834", **HALF)]
    assert pays(estimate_case(case(*lines, secondary=second))) == [35_00, 50_00, 50_00]


def test_the_first_payers_ledger_moves_by_the_whole_share_though_the_second_pays_it():
    found = estimate_case(case(line(0, **HALF), oop_individual_cents=80_00, secondary=secondary()))
    assert pays(found) == [0]
    assert found["left"]["oop_individual_cents"] == 30_00


def test_a_second_payer_may_cover_what_the_first_does_not():
    lines = [line(0, covered=False, billed_cents=70_00), line(0, covered=False, billed_cents=150_00)]
    found = estimate_case(case(*lines, secondary=secondary("non_duplication")))
    assert pays(found) == [0, 70_00]
    assert [s["non_covered_cents"] for s in found["sessions"]] == [70_00, 150_00]


def test_a_second_payers_visits_run_out_by_its_own_count():
    lines = [line(day, **HALF) for day in (0, 1)]
    second = secondary(rules=[{"rule": {"counts_visit": True}}], limits={"visits_left": 1})
    assert pays(estimate_case(case(*lines, secondary=second))) == [0, 50_00]


def test_a_line_the_first_does_not_cover_moves_the_seconds_ledger():
    lines = [line(day, covered=False) for day in (0, 1)]
    second = secondary(
        rules=[{"rule": {"deductible_applies": True}}], limits={"deductible_individual_cents": 130_00}
    )
    found = estimate_case(case(*lines, secondary=second))
    assert pays(found) == [100_00, 30_00]
    assert [s["secondary_cents"] for s in found["sessions"]] == [0, 70_00]


def test_the_second_payer_pays_no_balance_bill():
    out = line(0, 100_00, billed_cents=150_00, out_of_network=True, balance_bill=True, **HALF)
    assert pays(estimate_case(case(out, secondary=secondary()))) == [50_00]


def test_a_supplement_pays_its_shares_and_follows_the_first_payer():
    lines = [line(0, 100_00, deductible_applies=True, copay_cents=10_00, **HALF), line(1, covered=False)]
    second = {"method": "supplement", "pays_of_deductible_bp": 5000, "pays_of_coinsurance_bp": 10_000}
    found = estimate_case(case(*lines, deductible_individual_cents=40_00, secondary=second))
    assert [s["secondary_cents"] for s in found["sessions"]] == [20_00 + 10_00 + 25_00, 0]
    assert pays(found) == [20_00, 100_00]


def test_a_qualified_medicare_beneficiary_owes_no_cost_share_but_what_is_not_covered():
    lines = [line(0, copay_cents=10_00, **HALF), line(1, covered=False)]
    assert pays(estimate_case(case(*lines, secondary={"method": "qmb"}))) == [0, 100_00]


def test_savings_pay_of_what_the_second_payer_leaves():
    found = estimate_case(
        case(
            line(0, **HALF), secondary=secondary("non_duplication"), savings=savings(patient_pays_cents=5_00)
        )
    )
    assert (found["sessions"][0]["secondary_cents"], found["sessions"][0]["savings_cents"]) == (30_00, 15_00)


def test_e1_costs_350_then_250_until_the_deductible_is_met_and_nothing_after_the_maximum():
    lines = [line(0, 350_00, "90867")] + [line(n, 250_00, "90868") for n in range(1, 36)]
    for at in (12, 24):
        lines[at] |= {"code": "90869", "allowed_cents": 270_00}
    for one in lines:
        one["rule"] = {"coinsurance_bp": 2000, "deductible_applies": True}
    found = estimate_case(case(*lines, deductible_individual_cents=900_00, oop_individual_cents=2400_00))
    assert pays(found)[:5] == [350_00, 250_00, 250_00, 90_00, 50_00]
    assert pays(found)[32:] == [50_00, 2_00, 0, 0]
    assert found["band"][0] == {
        "date": date(2026, 2, 2).isoformat(),
        "low_cents": 350_00,
        "expected_cents": 350_00,
        "high_cents": 350_00,
    }
