"""Every question as a coordinator reads it: what to ask, which answers are reckoned with, and which is expected."""

from datetime import UTC, date, datetime

import msgspec
import pytest

from tests.verify.affordability.patient.test_course_cost import (
    NO,
    OWN_PRICES,
    UNKNOWN,
    VALUE,
    YES,
    cost,
    fact,
    in_autumn,
    price,
)
from verify.facts import FactName, Level

CODES = "90867, 90868 and 90869"
TMS = "Transcranial magnetic stimulation (TMS)"
TYPICAL = [price(code, 250, "typical") for code in ("90867", "90868", "90869")]
COPAY = fact("copay", VALUE, {"cents": 40_00, "per": "visit"}, line="tms")
NO_COINSURANCE = fact("coinsurance", VALUE, 0, line="tms")
LEFT = "payer portal or phone: how much of the individual {} is left, and as of what date?"
NEXT = "payer portal or phone: what is the individual {} from 2027-01-01?"

#: Which fact settles a question, and is told to be worth what it moves.
SETTLED_BY = {
    "covered?": FactName.COVERED,
    "is the clinic in network?": FactName.IN_NETWORK,
    "what is paid out of network": FactName.IN_NETWORK,
    "copay and coinsurance": FactName.COPAY,
    "does the deductible apply?": FactName.DEDUCTIBLE_APPLIES,
    "deductible left": FactName.DEDUCTIBLE_REMAINING,
    "out-of-pocket maximum left": FactName.OUT_OF_POCKET_REMAINING,
}


def question(found, words):
    return next(one for one in found.estimate.questions if one.fact == words)


@pytest.mark.parametrize(
    ("more", "without", "words", "how", "answers", "expected"),
    [
        (
            [],
            ["covered"],
            "covered?",
            f"call the plan: are {CODES} covered, or excluded?",
            ["yes", "no: the patient pays the clinic's price"],
            0,
        ),
        (
            [],
            ["in_network"],
            "is the clinic in network?",
            f"call the plan: are our tax ID, location and provider in network for {CODES}?",
            ["yes", "no, and nothing is paid out of network"],
            0,
        ),
        (
            [fact("in_network", NO, line="tms")],
            [],
            "what is paid out of network",
            f"call the plan: what is allowed out of network for {CODES}, and what share is paid?",
            ["nothing: the whole charge is the patient's", "as in network, of the whole charge"],
            0,
        ),
        (
            [],
            ["copay", "coinsurance"],
            "copay and coinsurance",
            f"call the plan: what copay and coinsurance does the patient pay for {CODES}?",
            ["all of it, until the maximum is reached", "nothing: the plan pays all of it"],
            0,
        ),
        (
            [],
            ["deductible_applies"],
            "does the deductible apply?",
            f"call the plan: does the deductible apply to {CODES}, and before or after a copay?",
            ["it does not apply", "it comes first"],
            1,
        ),
        (
            [COPAY, NO_COINSURANCE],
            ["deductible_applies"],
            "does the deductible apply?",
            f"call the plan: does the deductible apply to {CODES}, and before or after a copay?",
            ["it does not apply", "it comes first", "the copay comes first"],
            0,
        ),
        (
            [COPAY],
            ["deductible_applies"],
            "does the deductible apply?",
            f"call the plan: does the deductible apply to {CODES}, and before or after a copay?",
            ["it does not apply", "it comes first", "the copay comes first"],
            1,
        ),
        (
            [COPAY],
            [],
            "the deductible before or after the copay",
            f"call the plan: does the deductible apply to {CODES}, and before or after a copay?",
            ["it comes first", "the copay comes first"],
            0,
        ),
        (
            [fact("deductible_total", VALUE, 1500_00)],
            ["deductible_remaining"],
            "deductible left",
            LEFT.format("deductible"),
            ["all $1,500.00 is left", "it is met"],
            0,
        ),
        (
            [],
            ["deductible_remaining"],
            "deductible left",
            LEFT.format("deductible"),
            ["more than the course costs", "there is none, or it is met"],
            0,
        ),
        (
            [fact("deductible_remaining", VALUE, 700_00, level=Level.FAMILY)],
            [],
            "deductible left",
            LEFT.format("deductible"),
            ["as much as for the family", "none is left"],
            0,
        ),
        (
            [
                fact("deductible_remaining", VALUE, 300_00, types="MH"),
                fact("deductible_remaining", VALUE, 800_00, line="tms"),
            ],
            [],
            "deductible left",
            LEFT.format("deductible"),
            ["$800.00 is left", "$300.00 is left"],
            0,
        ),
        (
            [fact("deductible_remaining", UNKNOWN, [800_00])],
            [],
            "deductible left",
            LEFT.format("deductible"),
            ["$800.00 is left", "none is left"],
            0,
        ),
        (
            [],
            ["out_of_pocket_remaining"],
            "out-of-pocket maximum left",
            LEFT.format("out-of-pocket maximum"),
            ["it is not reached in this course", "it is reached"],
            0,
        ),
        (
            [fact("out_of_pocket_total", VALUE, 0)],
            ["out_of_pocket_remaining"],
            "out-of-pocket maximum left",
            LEFT.format("out-of-pocket maximum"),
            ["it is not reached in this course", "it is reached"],
            0,
        ),
        (
            [fact("out_of_pocket_total", VALUE, 3000_00)],
            ["out_of_pocket_remaining"],
            "out-of-pocket maximum left",
            LEFT.format("out-of-pocket maximum"),
            ["all $3,000.00 is left", "it is met"],
            0,
        ),
    ],
)
def test_a_question_says_what_to_ask_and_every_answer(more, without, words, how, answers, expected):
    found = cost(*more, without=without, prices=[*TYPICAL, *OWN_PRICES])
    asked = question(found, words)
    assert (asked.how, asked.answers, asked.expected) == (how, answers, answers[expected])
    worth = {one.fact: one.worth_cents for one in found.worth}
    assert words not in SETTLED_BY or worth[SETTLED_BY[words]] == asked.worth_cents


def test_of_one_code_it_is_asked_in_the_singular_and_of_one_of_several_treatments_by_its_name():
    alone = cost(
        lines=["psychotherapy"], prices=[price("90834", 100, kind) for kind in ("typical", "self_pay")]
    )
    assert question(alone, "is the clinic in network?").how.endswith("provider in network for 90834?")
    hopeful = cost(
        fact("covered", UNKNOWN, line="psychotherapy"),
        lines=["psychotherapy"],
        prices=[price("90834", 100, kind) for kind in ("typical", "self_pay")],
    )
    assert question(hopeful, "covered?").how == "call the plan: is 90834 covered, or excluded?"
    both = cost(
        without=["covered"],
        lines=["tms", "psychotherapy"],
        prices=[*TYPICAL, *OWN_PRICES, *(price("90834", 100, kind) for kind in ("typical", "self_pay"))],
    )
    assert question(both, f"{TMS}: covered?").answers[0] == "yes"


def test_a_kind_of_service_that_is_no_benefit_is_expected_not_to_be_covered():
    own = [price("90834", 100, kind) for kind in ("typical", "self_pay")]
    tms = cost(fact("covered", NO, types="MH"), prices=[*TYPICAL, *OWN_PRICES])
    talk = cost(
        fact("active", YES, types="MH"), fact("covered", NO, types="MH"), lines=["psychotherapy"], prices=own
    )
    for found in (tms, talk):
        assert question(found, "covered?").expected == "no: the patient pays the clinic's price"


def test_a_plan_that_is_active_settles_nothing_where_it_could_not_be_said_whether_it_covers():
    found = cost(
        fact("active", YES, types="MH"),
        fact("covered", UNKNOWN, line="psychotherapy"),
        lines=["psychotherapy"],
        prices=[price("90834", 100, kind) for kind in ("typical", "self_pay")],
    )
    assert question(found, "covered?").expected == "yes"


def test_how_often_a_copay_is_due_is_asked_with_both_answers():
    lines, codes = ["spravato_medical"], [("J0013", 14), ("99214", 132)]
    found = cost(
        fact("covered", YES, line="spravato_medical"),
        fact("in_network", YES, line="spravato_medical"),
        fact("copay", VALUE, {"cents": 45_00, "per": None}, line="spravato_medical"),
        fact("coinsurance", VALUE, 0, line="spravato_medical"),
        fact("deductible_applies", NO, line="spravato_medical"),
        lines=lines,
        prices=[price(code, dollars, kind) for code, dollars in codes for kind in ("contract", "self_pay")],
    )
    asked = question(found, "how often the copay is due")
    assert (
        asked.how == "call the plan: is the copay for J0013 and 99214 due per visit, per day or per service?"
    )
    assert (asked.answers, asked.expected) == (["once a visit", "for each service"], "once a visit")


@pytest.mark.parametrize(
    ("words", "money", "answers"),
    [
        ("deductible", "deductible", ["more than the course costs", "no more than $300.00"]),
        (
            "out-of-pocket maximum",
            "out_of_pocket",
            ["it is not reached in this course", "no more than $1,600.00"],
        ),
    ],
)
def test_the_next_years_amounts_are_asked_with_what_is_left_now_as_the_least(words, money, answers):
    found = in_autumn(without=["deductible_total", "out_of_pocket_total"])
    asked = question(found, f"{words} of the next plan year")
    assert (asked.how, asked.answers, asked.expected) == (NEXT.format(words), answers, answers[0])
    worth = {one.fact: one.worth_cents for one in found.worth}
    assert worth[FactName(f"{money}_total")] == asked.worth_cents > 0


def test_the_least_of_the_next_years_amounts_is_nothing_where_nothing_is_left_or_known_now():
    none_left = in_autumn(
        fact("deductible_remaining", VALUE, 0),
        fact("out_of_pocket_total", VALUE, 0),
        without=["deductible_total", "out_of_pocket_remaining"],
    )
    for words in ("deductible", "out-of-pocket maximum"):
        assert question(none_left, f"{words} of the next plan year").answers[1] == "no more than $0.00"
    unknown = in_autumn(without=["deductible_total", "deductible_remaining"])
    assert question(unknown, "deductible of the next plan year").answers[1] == "no more than $0.00"


def test_a_plan_without_a_deductible_has_none_next_year_either():
    found = in_autumn(fact("deductible_total", VALUE, 0), fact("deductible_remaining", VALUE, 0))
    assert "deductible of the next plan year" not in [one.fact for one in found.estimate.questions]
    assert sum(one.deductible_cents for one in found.estimate.sessions) == 0


def test_a_plan_year_that_began_on_a_leap_day_begins_anew_with_that_month():
    january = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)
    found = cost(fact("plan_begin", VALUE, "2024-02-29"), now=january, first=january.date())
    assert found.new_plan_year == date(2026, 2, 1)


def test_amounts_are_as_old_as_the_day_they_speak_of():
    amount = fact("deductible_remaining", VALUE, 900_00)
    told = msgspec.structs.replace(amount.source, as_of=date(2026, 2, 18))
    found = cost(msgspec.structs.replace(amount, source=told))
    assert any("12 days old" in one.fact for one in found.estimate.questions)
    undated = msgspec.structs.replace(amount.source, as_of=None)
    assert not any(
        "days old" in one.fact
        for one in cost(msgspec.structs.replace(amount, source=undated)).estimate.questions
    )


@pytest.mark.parametrize(
    ("copays", "coinsurance", "answers"),
    [
        (
            ["0", "30"],
            [fact("coinsurance", VALUE, 2000, line="tms")],
            ["coinsurance 20 %", "copay $30.00 and coinsurance 20 %"],
        ),
        (["0", "30"], [], ["no copay and no coinsurance", "copay $30.00"]),
    ],
)
def test_a_share_is_told_with_both_its_parts(copays, coinsurance, answers):
    candidates = [{"amount": amount} for amount in copays]
    found = cost(
        fact("copay", UNKNOWN, candidates, line="tms"),
        *coinsurance,
        without=[] if coinsurance else ["coinsurance"],
    )
    asked = question(found, "copay and coinsurance")
    assert asked.answers == [*answers, "all of it, until the maximum is reached"]


def test_the_day_of_the_next_plan_year_is_asked_with_both_answers():
    found = in_autumn(without=["plan_begin"])
    asked = question(found, "the next plan year")
    assert asked.how.endswith("begin anew?")
    assert asked.answers == ["on 2027-01-01", "not while the course runs"]
    worth = {one.fact: one.worth_cents for one in found.worth}
    assert worth[FactName.PLAN_BEGIN] == asked.worth_cents > 0


def test_two_amounts_of_the_next_year_are_both_reckoned_with():
    found = in_autumn(fact("deductible_total", UNKNOWN, [1000_00, 3000_00]))
    asked = question(found, "deductible of the next plan year")
    assert (asked.answers, asked.expected) == (["$3,000.00", "$1,000.00"], "$3,000.00")
    # $300 are left of this year's; in January more than $3,000 is billed.
    assert sum(one.deductible_cents for one in found.estimate.sessions) == 3300_00


# --- what is said where nothing is asked ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "without", "said"),
    [
        (
            [fact("covered", NO, line="tms")],
            [],
            f"{TMS} is excluded by the plan, as the payer states.",
        ),
        (
            [],
            ["in_network"],
            f"{TMS}: in network, because the price list has a contract rate; the payer has not said so.",
        ),
        ([], ["copay"], f"{TMS}: a coinsurance is stated and no copay; reckoned without one."),
        ([COPAY], ["coinsurance"], f"{TMS}: a copay is stated and no coinsurance; reckoned without one."),
        ([], [], "The plan year is taken as the calendar year; its dates are not stated."),
    ],
)
def test_what_is_taken_is_said(more, without, said):
    assert said in cost(*more, without=without).reckoned_with


def test_what_is_taken_of_a_treatment_the_plan_is_active_for_is_said():
    prices = [price("90834", 100, kind) for kind in ("typical", "self_pay")]
    found = cost(fact("active", YES, types="MH"), lines=["psychotherapy"], prices=prices)
    said = "Psychotherapy is taken as covered, because the plan is active for this kind of service."
    assert said in found.reckoned_with


def test_the_next_plan_year_is_said_with_its_day():
    said = "Next plan year from 2027-01-01: reckoned with this year's amounts, which may change."
    assert said in in_autumn().reckoned_with
    assert not any("Next plan year" in words for words in cost().reckoned_with)


def test_a_stated_plan_year_is_not_said_to_be_taken():
    assert not any(
        "calendar year" in said for said in cost(fact("plan_begin", VALUE, "2026-01-01")).reckoned_with
    )


@pytest.mark.parametrize(("met", "left"), [(0, 1500_00), (1499_99, 1), (1500_00, 0), (1500_01, None)])
def test_what_is_met_is_taken_off_the_whole_unless_it_is_more(met, left):
    found = cost(
        fact("deductible_total", VALUE, 1500_00),
        fact("deductible_met", VALUE, met),
        without=["deductible_remaining"],
    )
    asked = [one.fact for one in found.estimate.questions]
    assert ("deductible left" in asked) is (left is None)
    paid = sum(one.deductible_cents for one in found.estimate.sessions)
    assert paid == (1500_00 if left is None else left)


@pytest.mark.parametrize(("last", "turns"), [("2026-12-31", None), ("2027-01-01", date(2027, 1, 1))])
def test_the_last_day_of_a_year_belongs_to_it(last, turns):
    found = in_autumn(first=date.fromisoformat(last), sessions="1")
    assert found.new_plan_year == turns
