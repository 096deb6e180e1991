"""Amounts, days and reasons as people read them."""

from datetime import date

import pytest

from verify.affordability.course import Line, Outcome, Posting
from verify.affordability.ledger import Rule
from verify.affordability.wording import day_words, dollars, percent, why

LINE = Line(code="90868", allowed=250_00, rule=Rule(coinsurance_bp=1250))


@pytest.mark.parametrize(
    ("cents", "words"),
    [
        (0, "$0.00"),
        (1, "$0.01"),
        (99, "$0.99"),
        (-1, "-$0.01"),
        (-1234_05, "-$1,234.05"),
        (1234567_89, "$1,234,567.89"),
    ],
)
def test_cents_are_told_in_dollars(cents, words):
    assert dollars(cents) == words


def test_shares_and_days_are_told_as_people_write_them():
    assert [percent(points) for points in (0, 1, 1250, 2000, 10_000)] == [
        "0 %",
        "0.01 %",
        "12.5 %",
        "20 %",
        "100 %",
    ]
    assert day_words(date(2026, 12, 7)) == "Dec 7, 2026"


def test_what_a_patient_pays_is_told_in_the_order_the_plan_reckons_it():
    posting = Posting(
        outcome=Outcome.COVERED,
        patient=100_00,
        deductible=1_00,
        copay=2_00,
        coinsurance=3_00,
        capped=4_00,
        balance=5_00,
        second=6_00,
        cards=7_00,
    )
    assert why(LINE, posting) == (
        "deductible $1.00; copay $2.00; coinsurance $3.00 (12.5 %); cap: the out-of-pocket maximum takes off $4.00;"
        " balance bill $5.00 above the allowed amount; the second coverage takes off $6.00; savings pay $7.00"
    )


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        (Outcome.COVERED, "the plan pays all of it"),
        (Outcome.NOT_COVERED, "not covered: the whole price"),
        (Outcome.VISITS_SPENT, "visit limit spent: the whole price"),
        (Outcome.SELF_PAY, "self-pay: no claim is filed"),
    ],
)
def test_what_is_paid_or_not_paid_as_a_whole_is_told_in_a_word(outcome, words):
    assert why(LINE, Posting(outcome=outcome, patient=0)) == words
    helped = why(LINE, Posting(outcome=outcome, patient=0, second=6_00))
    assert helped == f"{words}; the second coverage takes off $6.00"


def test_a_line_that_is_left_out_is_said_to_be():
    assert why(None, Posting(outcome=Outcome.LEFT_OUT, patient=0)) == "not expected to take place"
