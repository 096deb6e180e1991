"""How deductible and copay go together, and whose deductible it is: what was said of it is reckoned with.

Five sessions are allowed at $350 and four times $250: $1,350.
"""

import msgspec
import pytest

from tests.verify.affordability.patient.test_assumptions import SPRAVATO, SPRAVATO_PRICES, cost
from tests.verify.affordability.patient.test_course_cost import (
    NO,
    OWN_PRICES,
    SETTLED,
    TMS_PRICES,
    VALUE,
    YES,
    asked,
    fact,
    figures,
    price,
)
from tests.verify.affordability.patient.test_plan_year import autumn, begins, replaced_in_time
from verify.affordability.confidence import Grade
from verify.facts import FactName, Level, SourceKind

COPAY = fact("copay", VALUE, {"cents": 40_00, "per": "visit"}, line="tms")
#: With $40 a visit: $350, $250, $250, then $50 and a copay, and a copay.
DEDUCTIBLE_FIRST = 980_00
#: $350, $250, $250 with a copay in each, so that $170 are left: $170 and a copay, and a copay.
COPAY_FIRST = 1100_00


def five(*facts, without=()):
    """20 % and $900 of the deductible left, unless other facts stand in their place."""
    known = {name: one for name, one in SETTLED.items() if name not in without}
    new = {one.name.value for one in facts}
    kept = [one for name, one in known.items() if name not in new]
    return cost([*kept, *facts], ["tms"], [*TMS_PRICES, *OWN_PRICES], sessions="5")


def with_copay(*facts):
    return five(COPAY, *facts, without=["coinsurance"])


def said(name, standing, value=None, **more):
    return fact(name, standing, value, line="tms", **more)


# --- which comes first --------------------------------------------------------------------------------------


def test_the_order_is_open_as_long_as_nobody_said_it_and_its_worth_is_told_by_its_name():
    found = with_copay()
    assert figures(found) == (DEDUCTIBLE_FIRST, DEDUCTIBLE_FIRST, COPAY_FIRST)
    worth = {one.fact: one.worth_cents for one in found.worth if one.worth_cents}
    assert worth == {FactName.DEDUCTIBLE_FIRST: COPAY_FIRST - DEDUCTIBLE_FIRST}


@pytest.mark.parametrize(("standing", "cents"), [(YES, DEDUCTIBLE_FIRST), (NO, COPAY_FIRST)])
def test_the_order_that_was_said_is_reckoned_with(standing, cents):
    found = with_copay(said("deductible_first", standing))
    assert (figures(found), asked(found)) == ((cents,) * 3, {})


@pytest.mark.parametrize(("standing", "cents"), [(YES, DEDUCTIBLE_FIRST), (NO, COPAY_FIRST)])
def test_the_order_says_nothing_of_whether_the_deductible_applies(standing, cents):
    known = [COPAY, said("deductible_first", standing)]
    found = five(*known, without=["coinsurance", "deductible_applies"])
    # Of a copay alone it is expected not to: five of $40.
    assert figures(found) == (200_00, 200_00, cents)


def test_whether_it_applies_and_which_comes_first_are_one_question_with_two_names():
    found = five(COPAY, without=["coinsurance", "deductible_applies"])
    assert figures(found) == (200_00, 200_00, COPAY_FIRST)
    worth = {one.fact: one.worth_cents for one in found.worth}
    assert worth[FactName.DEDUCTIBLE_APPLIES] == worth[FactName.DEDUCTIBLE_FIRST] == COPAY_FIRST - 200_00


def test_an_order_that_was_said_long_ago_is_open_again():
    found = with_copay(said("deductible_first", NO, days_ago=40))
    assert figures(found) == (DEDUCTIBLE_FIRST, DEDUCTIBLE_FIRST, COPAY_FIRST)


def test_the_order_holds_for_a_copay_that_is_only_one_of_the_answers():
    found = five(
        fact("coinsurance", VALUE, 2000, types="MH"),
        fact("copay", VALUE, {"cents": 40_00, "per": "visit"}, types="98"),
        said("deductible_first", NO),
    )
    # 20 % of $450 above the deductible; the copay before it; all of it.
    assert figures(found) == (990_00, 990_00, 1350_00)
    question = next(one for one in found.estimate.questions if one.fact == "copay and coinsurance")
    assert "copay $40.00, as for an office visit" in question.answers


# --- what the copay counts toward ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("standing", "cents"),
    [
        # What is left after three sessions is $50 instead of $170.
        (YES, 980_00),
        (NO, COPAY_FIRST),
    ],
)
def test_a_copay_counts_toward_the_deductible_where_the_payer_says_so(standing, cents):
    found = with_copay(said("deductible_first", NO), said("copay_to_deductible", standing))
    assert figures(found) == (cents,) * 3


@pytest.mark.parametrize(
    ("facts", "cents"),
    [
        ([], 500_00),
        ([said("copay_to_out_of_pocket", YES)], 500_00),
        ([said("copay_to_out_of_pocket", NO)], 5 * 200_00),
        ([said("copay_to_out_of_pocket", NO, days_ago=40)], 500_00),
    ],
)
def test_a_copay_that_does_not_count_toward_the_maximum_is_due_beyond_it(facts, cents):
    """$200 a visit, and $500 left of the maximum."""
    found = five(
        said("copay", VALUE, {"cents": 200_00, "per": "visit"}),
        said("deductible_applies", NO),
        fact("out_of_pocket_remaining", VALUE, 500_00),
        *facts,
        without=["coinsurance"],
    )
    assert figures(found) == (cents,) * 3


def of_the_patient(one):
    return msgspec.structs.replace(one, source=msgspec.structs.replace(one.source, kind=SourceKind.PATIENT))


@pytest.mark.parametrize("name", ["deductible_first", "copay_to_deductible", "copay_to_out_of_pocket"])
def test_a_rule_is_no_better_known_than_what_was_said_of_its_copay(name):
    assert with_copay(said("deductible_first", YES), said(name, YES)).estimate.confidence is Grade.A
    hearsay = [said("deductible_first", YES), of_the_patient(said(name, YES))]
    known = {one.name: one for one in hearsay}
    assert with_copay(*known.values()).estimate.confidence is Grade.C
    # Where there is no copay, nothing goes by it.
    assert five(of_the_patient(said(name, YES))).estimate.confidence is Grade.A


def test_nor_than_whether_the_deductible_applies_as_far_as_that_is_certain():
    hearsay = of_the_patient(said("deductible_applies", YES))
    assert five(hearsay).estimate.confidence is Grade.C


# --- whose deductible it is -----------------------------------------------------------------------------------


def family(name, cents):
    return fact(name, VALUE, cents, level=Level.FAMILY)


PERSON = fact("deductible_remaining", VALUE, 300_00)


def of_family(*facts, kind="aggregate", **more):
    return five(PERSON, *facts, said("deductible_kind", VALUE, kind, **more))


@pytest.mark.parametrize(
    ("kind", "days_ago", "cents"),
    [
        # The person's $300, and 20 % of $1,050.
        ("embedded", 0, 510_00),
        # The family's whole sum first: all of it.
        ("aggregate", 0, 1350_00),
        ("aggregate", 40, 510_00),
    ],
)
def test_an_aggregate_deductible_is_the_familys_whole_sum(kind, days_ago, cents):
    left = family("deductible_remaining", 2000_00)
    found = five(PERSON, left, said("deductible_kind", VALUE, kind, days_ago=days_ago))
    assert figures(found) == (cents,) * 3
    is_said = any("deductible is aggregate" in one for one in found.reckoned_with)
    assert is_said == (cents == 1350_00)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        # $1,000 left, and 20 % of $350.
        ([family("deductible_total", 3000_00), family("deductible_met", 2000_00)], (1070_00,) * 3),
        # All of it left, and 20 % of $150; or met, and 20 % of all.
        ([family("deductible_total", 1200_00)], (270_00, 1230_00, 1230_00)),
        # The person's $300 says nothing of it.
        ([], (270_00, 1350_00, 1350_00)),
    ],
)
def test_what_is_left_of_the_familys_sum_is_bounded_by_what_is_said_of_it(facts, expected):
    found = of_family(*facts)
    assert figures(found) == expected
    for question in found.estimate.questions:
        assert "how much of the family deductible is left" in question.how


def test_the_next_plan_year_begins_with_the_familys_whole_sum():
    """E3: 24 sessions of $6,140 cost $300 and 20 % of the rest, $1,468; the next twelve all of their $3,000."""
    found = autumn(
        begins("01-01"),
        *map(
            replaced_in_time,
            [
                family("deductible_remaining", 300_00),
                family("deductible_total", 4000_00),
                said("deductible_kind", VALUE, "aggregate"),
            ],
        ),
    )
    assert figures(found)[1] == 1468_00 + 3000_00


def test_treatments_that_are_told_different_kinds_are_reckoned_as_before():
    found = cost(
        [
            *(one for name, one in SETTLED.items() if name != "deductible_remaining"),
            PERSON,
            family("deductible_remaining", 2000_00),
            said("deductible_kind", VALUE, "aggregate"),
            fact("deductible_kind", VALUE, "embedded", line="psychotherapy"),
        ],
        ["tms", "psychotherapy"],
        [*TMS_PRICES, *OWN_PRICES, price("90834", 112), price("90834", 150, "self_pay")],
    )
    assert found.estimate is not None
    assert not any("deductible is aggregate" in one for one in found.reckoned_with)


def test_of_an_embedded_deductible_the_familys_ends_it_where_less_of_it_is_left():
    """The family's $100, and 20 % of $1,250."""
    assert figures(five(PERSON, family("deductible_remaining", 100_00))) == (350_00,) * 3


# --- a behavioral deductible of its own ---------------------------------------------------------------------

ITS_OWN = said("behavioral_deductible", YES)


PLAN = SETTLED["deductible_remaining"]
#: Nothing is known of it: 20 % of all, or all of it.
OPEN = (270_00, 1350_00, 1350_00)


def is_noted(found):
    return any("a deductible of their own" in one for one in found.reckoned_with)


@pytest.mark.parametrize(
    "facts",
    [
        [],
        # An electronic answer may tell the plan's in its place.
        [fact("deductible_remaining", VALUE, 900_00, types="MH")],
        [said("processed_under", VALUE, "behavioral")],
        [said("processed_under", VALUE, "medical", days_ago=40)],
    ],
)
def test_the_plans_deductible_is_not_taken_for_the_behavioral_one(facts):
    found = five(PLAN, ITS_OWN, *facts)
    assert (figures(found), is_noted(found)) == (OPEN, True)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        # $200, and 20 % of $1,150.
        ([said("deductible_remaining", VALUE, 200_00)], (430_00,) * 3),
        ([said("deductible_total", VALUE, 0)], (270_00,) * 3),
        # What is met of the plan's is not met of it.
        ([said("deductible_total", VALUE, 1500_00), fact("deductible_met", VALUE, 600_00)], OPEN),
        # Paid from the medical benefit, it is the plan's that applies: $900, and 20 % of $450.
        ([said("processed_under", VALUE, "medical")], (990_00,) * 3),
    ],
)
def test_what_was_said_of_the_treatments_own_deductible_is_reckoned_with(facts, expected):
    found = five(PLAN, ITS_OWN, *facts)
    assert (figures(found), is_noted(found)) == (expected, False)


def test_where_nothing_was_said_of_any_deductible_none_is_said_to_be_its_own():
    found = five(without=["deductible_remaining"])
    assert figures(found) == (270_00, 1350_00, 1350_00)
    assert not is_noted(found)


@pytest.mark.parametrize(
    "shared", [said("behavioral_deductible", NO), said("behavioral_deductible", YES, days_ago=40)]
)
def test_where_it_is_shared_or_said_long_ago_the_plans_stands(shared):
    assert figures(five(shared)) == (990_00,) * 3


def test_a_medical_treatment_is_not_touched_by_it():
    known = {one.name.value: one for one in SPRAVATO}
    for name in ("deductible_applies", "behavioral_deductible"):
        known[name] = fact(name, YES, line="spravato_medical")
    found = cost(known.values(), ["spravato_medical"], SPRAVATO_PRICES, sessions="2")
    assert "deductible left" not in asked(found)


def test_beside_another_treatment_the_plans_deductible_does_not_bound_it_either():
    """The drug and two visits cost $2,420, five sessions of TMS $1,350: all of it, until $2,400 are reached."""
    spravato = [
        one for one in SPRAVATO if one.name.value not in ("deductible_remaining", "deductible_applies")
    ]
    found = cost(
        [
            *(one for name, one in SETTLED.items() if name != "out_of_pocket_remaining"),
            *spravato,
            fact("deductible_applies", YES, line="spravato_medical"),
            family("deductible_remaining", 100_00),
            ITS_OWN,
        ],
        ["tms", "spravato_medical"],
        [*TMS_PRICES, *OWN_PRICES, *SPRAVATO_PRICES],
        ("sessions.tms", "5"),
        ("sessions.spravato_medical", "2"),
    )
    assert figures(found) == ((2420_00 + 1350_00) // 5, 2420_00 + 1350_00, 2420_00 + 1350_00)


def test_of_its_next_plan_year_nothing_is_known_either():
    found = autumn(begins("01-01"), replaced_in_time(ITS_OWN))
    assert "deductible of the next plan year" in asked(found)
