"""What the plan does with a manufacturer's money: as it was said, it is reckoned with an assumed savings card.

Two treatments with $300 left of the maximum: 20 % of the drug is $156.80 and $235.20, of each visit $46, and the
card brings the drug down to $10. If the plan counts the card's money, the second drug reaches the maximum and the
second visit is free: $10, $46 and $10. If it does not, that visit costs $46 as well.
"""

import pytest

from tests.verify.affordability.patient.test_assumptions import CARD, SPRAVATO, SPRAVATO_PRICES, cost
from tests.verify.affordability.patient.test_course_cost import UNKNOWN, VALUE, asked, fact, figures

COUNTED, NOT_COUNTED = 66_00, 112_00
OPEN = {"does the plan count the savings card’s money?": NOT_COUNTED - COUNTED}


def near_the_maximum(*facts, **fields):
    known = [one for one in SPRAVATO if one.name.value != "out_of_pocket_remaining"]
    known += [fact("out_of_pocket_remaining", VALUE, 300_00), *facts]
    terms = {**CARD, "card_left": "8000", "sessions": "2", **fields}
    return cost(known, ["spravato_medical"], SPRAVATO_PRICES, **terms)


def program(word, line="spravato_medical", **more):
    return fact("accumulator_program", VALUE, word, line=line, **more)


@pytest.mark.parametrize(
    ("word", "cents", "said"),
    [
        ("none", COUNTED, "no accumulator or maximizer programme."),
        ("accumulator", NOT_COUNTED, "a copay accumulator programme."),
        ("maximizer", NOT_COUNTED, "a copay maximizer programme."),
    ],
)
def test_what_was_said_of_the_plan_decides_whether_the_card_counts(word, cents, said):
    found = near_the_maximum(program(word))
    assert (figures(found), asked(found)) == ((cents,) * 3, {})
    assert found.assumed[-1] == f"The plan was said to have {said}"


@pytest.mark.parametrize(
    "facts",
    [
        [],
        [fact("accumulator_program", UNKNOWN, line="spravato_medical")],
        [program("accumulator", days_ago=40)],
        [program("none", line="tms")],
        [program("alternative_funding")],
    ],
)
def test_it_is_open_where_nothing_was_said_that_tells_it(facts):
    found = near_the_maximum(*facts)
    assert (figures(found), asked(found)) == ((COUNTED, NOT_COUNTED, NOT_COUNTED), OPEN)


def test_beside_alternative_funding_the_card_may_not_help_at_all():
    found = near_the_maximum(program("alternative_funding"))
    assert "alternative funding programme: it may not pay for the drug at all" in found.assumed[-1]


@pytest.mark.parametrize(
    ("word", "typed", "cents", "tail"),
    [
        ("none", "no", NOT_COUNTED, "programme; assumed is the opposite."),
        ("maximizer", "yes", COUNTED, "programme; assumed is the opposite."),
        ("maximizer", "no", NOT_COUNTED, "maximizer programme."),
    ],
)
def test_what_a_person_assumes_goes_before_it_and_is_said_to(word, typed, cents, tail):
    found = near_the_maximum(program(word), card_counts=typed)
    assert figures(found) == (cents,) * 3
    assert found.assumed[-1].endswith(tail)


def test_without_a_card_nothing_is_said_of_it():
    known = [*SPRAVATO, program("accumulator")]
    found = cost(known, ["spravato_medical"], SPRAVATO_PRICES, sessions="2")
    assert not any("programme" in said for said in found.assumed)
