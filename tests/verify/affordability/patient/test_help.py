"""A savings card and a second plan: each term of theirs moves the figure, and is said or asked in full."""

import pytest

from tests.verify.affordability.patient.test_assumptions import CARD, SECOND, figures, spravato, tms
from verify.affordability import CaseError

#: The first plan leaves 156.80 and 46.00 of the first day, 235.20 and 46.00 of the second.
OWED = [156_80, 46_00, 235_20, 46_00]
BESIDE = {**SECOND, "sessions": "2"}
BEYOND = {**BESIDE, "second_method": "non_duplication"}


def owed(found):
    return [one.patient_cents for one in found.estimate.sessions]


def question(found):
    (one,) = found.estimate.questions
    return one


@pytest.mark.parametrize(
    ("terms", "left"),
    [
        # Alone it would leave 90 % of 784, 230, 1176 and 230.
        (BESIDE | {"second_coinsurance": "90"}, [78_40, 23_00, 117_60, 23_00]),
        # No more than 100 in all: it pays the rest of everything.
        (BESIDE | {"second_coinsurance": "90", "second_maximum_left": "100"}, [0, 0, 0, 0]),
        # 784 and 216 are its deductible's; of the other 14 it pays a tenth.
        (
            BESIDE | {"second_coinsurance": "90", "second_deductible_left": "1000"},
            [156_80, 44_60, 117_60, 23_00],
        ),
        # Beyond the 627.20 that the first paid, it would have paid all but a cent.
        (BEYOND | {"second_coinsurance": "0", "second_deductible_left": "0.01"}, [1, 0, 0, 0]),
        # 200 once a day: 584 and 976 are compared with 627.20 and 940.80.
        (BEYOND | {"second_coinsurance": "", "second_copay": "200"}, [156_80, 0, 200_00, 0]),
    ],
)
def test_each_term_of_a_second_plan_moves_what_is_left(terms, left):
    assert owed(spravato(sessions="2")) == OWED
    assert owed(spravato(**terms)) == left


def test_a_supplement_pays_its_part_of_the_deductible():
    found = tms(second_method="supplement", second_pays_deductible="50", second_source="card", sessions="1")
    assert figures(found) == (175_00,) * 3


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        (
            BESIDE | {"second_copay": "30", "second_deductible_left": "100"},
            (
                "a second plan that covers the same services and alone leaves a copay of $30.00 a day and a coinsurance"
                " of 50 % to the patient, with $100.00 of its deductible left; no new year of its own is reckoned with"
            ),
        ),
        (
            BESIDE | {"second_coinsurance": "0"},
            (
                "a second plan that covers the same services and alone leaves nothing to the patient; no new year of its"
                " own is reckoned with"
            ),
        ),
        (
            {"second_method": "supplement", "second_pays_coinsurance": "75", "second_source": "call"},
            "a supplement that pays 0 % of the deductible and 75 % of copay and coinsurance",
        ),
        (
            {"second_method": "qmb", "second_source": "call"},
            "a Qualified Medicare Beneficiary, who owes no cost share of what Medicare covers",
        ),
    ],
)
def test_a_second_plan_is_told_with_all_its_terms(terms, words):
    assert spravato(**terms).assumed[-1] == f"Assumed: {words} (call)."


def test_how_a_second_plan_pays_is_asked_with_both_answers():
    asked = question(spravato(**BESIDE | {"second_method": "unknown"}))
    assert asked.how == (
        "call the second plan: does it coordinate benefits in the standard way, or by non-duplication?"
    )
    assert asked.answers == ["only beyond what the first paid", "up to what it would pay alone"]
    assert asked.expected == asked.answers[0]


def test_a_card_is_told_with_all_its_terms():
    told = spravato(**CARD).assumed[-1]
    assert told == (
        "Assumed: a manufacturer’s savings programme brings J0013 down to $10.00 a treatment (enrollment letter)."
        " Such programmes are for commercial plans, not for Medicare, Medicaid or other public coverage."
    )


def test_a_card_that_is_not_counted_is_told_so_with_what_is_left_and_when_it_starts_anew():
    terms = {"card_left": "500", "card_counts": "no", "card_renews_on": "2026-03-04", "card_maximum": "300"}
    assert (
        "brings J0013 down to $10.00 a treatment, as long as $500.00 lasts, and $300.00 from Mar 4, 2026 on; the plan"
        " does not count that money (enrollment letter)."
    ) in spravato(**CARD, **terms).assumed[-1]


def test_a_card_without_a_drug_is_a_fault_in_words():
    with pytest.raises(CaseError) as caught:
        tms(**CARD)
    assert str(caught.value) == (
        "card_patient_pays: helps with an approved drug that is billed to the plan by a code of its own; none is"
        " planned"
    )


def test_whether_a_cards_money_counts_is_asked_with_both_answers():
    asked = question(spravato(**CARD, card_left="8000", sessions="2"))
    assert asked.how == "call the plan: is there a copay accumulator or maximizer programme?"
    assert (asked.answers, asked.expected) == (
        ["no, an accumulator programme", "yes"],
        "no, an accumulator programme",
    )


@pytest.mark.parametrize(
    ("anew", "all_of_it"),
    [
        ({}, "enough for the course"),
        ({"card_renews_on": "2027-01-01", "card_maximum": "8000"}, "all of $8,000.00"),
    ],
)
def test_what_a_card_still_pays_is_asked_with_both_answers(anew, all_of_it):
    asked = question(spravato(**CARD, card_counts="yes", sessions="2", **anew))
    assert asked.how == "ask the savings programme: what is its yearly maximum, and how much is used?"
    assert (asked.answers, asked.expected) == ([all_of_it, "nothing is left"], all_of_it)
