"""What a person assumes for an estimate: it is reckoned, it is said, and nobody takes it for the payer's word."""

from datetime import date

import pytest

from tests.verify.affordability.patient.test_course_cost import (
    LINES,
    MONDAY,
    NO,
    OWN_PRICES,
    SETTLED,
    TMS_PRICES,
    UNKNOWN,
    VALUE,
    YES,
    asked,
    fact,
    figures,
    price,
)
from tests.verify.affordability.patient.test_course_cost import NOW as TODAY
from verify.affordability import CaseError
from verify.affordability.confidence import Grade
from verify.affordability.patient import course_cost, read_assumptions

#: Spravato of which all is known: 20 % without a deductible, 84 units at $14 and a visit at $230.
SPRAVATO = [
    fact("active", YES),
    fact("covered", YES, line="spravato_medical"),
    fact("in_network", YES, line="spravato_medical"),
    fact("copay", VALUE, {"cents": 0, "per": None}, line="spravato_medical"),
    fact("coinsurance", VALUE, 2000, line="spravato_medical"),
    fact("deductible_applies", NO, line="spravato_medical"),
    fact("deductible_remaining", VALUE, 0),
    fact("out_of_pocket_remaining", VALUE, 6000_00),
    fact("limits", NO, line="spravato_medical"),
]
SPRAVATO_PRICES = [price("J0013", 14), price("99214", 230)]
DRUG, FIRST_DRUG, VISIT = 84 * 14_00 // 5, 56 * 14_00 // 5, 230_00 // 5
CARD = {"card_patient_pays": "10", "card_source": "enrollment letter"}


def tms(*more, facts=(), prices=None, **fields):
    known = list((SETTLED | {one.name.value: one for one in facts}).values())
    return cost(known, ["tms"], prices or [*TMS_PRICES, *OWN_PRICES], *more, **fields)


def spravato(**fields):
    return cost(SPRAVATO, ["spravato_medical"], SPRAVATO_PRICES, **fields)


def cost(known, lines, prices, *more, **fields):
    return course_cost(
        known,
        [LINES[key] for key in lines],
        MONDAY,
        now=TODAY,
        payer="bluehollow",
        prices=prices,
        assumed=read_assumptions([*fields.items(), *more], lines),
    )


def days(found):
    return [one.date for one in found.estimate.sessions if one.takes_place]


# --- sessions and days ------------------------------------------------------------------------------------------


def test_a_number_of_sessions_settles_the_question_of_it():
    found = tms(sessions="20")
    assert len(found.estimate.sessions) == 20
    assert asked(found) == {}
    # 350, 250 and 250 and 50 of the next are the deductible's; then 20 % of 250, once of 270.
    assert figures(found) == (900_00 + 40_00 + 15 * 50_00 + 54_00,) * 3
    assert found.estimate.confidence is Grade.A


def test_the_sessions_assumed_are_said_in_one_sentence():
    (words,) = tms(sessions="1", weekdays="mon,wed", self_pay="yes").assumed
    assert words == (
        "Transcranial magnetic stimulation (TMS): 1 session on Mondays and Wednesdays from Mar 2, 2026 on,"
        " paid by the patient without a claim; the psychiatrist decides."
    )
    assert ": 2 sessions on weekdays from" in tms(sessions="2").assumed[0]


def test_more_sessions_than_are_usual_go_on_at_the_pace_of_an_extension():
    assert len(days(tms(sessions="60"))) == 60


def test_sessions_fall_on_the_days_the_patient_can_come():
    found = days(tms(sessions="7", weekdays="mon,wed,fri"))
    assert found == [date(2026, 3, day) for day in (2, 4, 6, 9, 11, 13, 16)]
    once = days(tms(sessions="3", weekdays="tue"))
    assert once == [date(2026, 3, 2), date(2026, 3, 10), date(2026, 3, 17)]


def test_a_course_on_fewer_days_takes_longer_and_meets_the_next_plan_year():
    assert tms(start="2026-10-05").new_plan_year is None
    assert tms(start="2026-10-05", weekdays="mon,thu").new_plan_year == date(2027, 1, 1)


def test_the_course_begins_on_the_day_assumed():
    found = tms(start="2026-04-13")
    assert days(found)[0] == date(2026, 4, 13)
    (words,) = found.assumed
    assert words == (
        "Transcranial magnetic stimulation (TMS): the usual course of 36 sessions on weekdays"
        " from Apr 13, 2026 on; the psychiatrist decides."
    )
    assert not any("usual course" in said for said in found.reckoned_with)


def test_treatments_may_begin_apart():
    found = cost(
        [*SETTLED.values(), *SPRAVATO],
        ["tms", "spravato_medical"],
        [*TMS_PRICES, *OWN_PRICES, *SPRAVATO_PRICES],
        ("start.tms", "2026-04-13"),
    )
    by_code = {one.code: one.date for one in reversed(found.estimate.sessions)}
    assert (by_code["J0013"], by_code["90867"]) == (MONDAY, date(2026, 4, 13))


def test_a_further_plan_year_is_said_and_not_reckoned_with():
    found = tms(sessions="100", weekdays="mon")
    assert any("further plan year" in said for said in found.reckoned_with)
    assert not any("further plan year" in said for said in tms(sessions="90", weekdays="mon").reckoned_with)


# --- other beginnings -------------------------------------------------------------------------------------------


def test_the_course_is_begun_on_each_other_day_too():
    found = tms(("compare_start", "2026-03-09"), ("compare_start", "2026-11-30"), sessions="36")
    assert [one.on for one in found.other_starts] == [date(2026, 3, 9), date(2026, 11, 30)]
    within, across = found.other_starts
    assert within.expected_cents == found.estimate.expected_cents
    assert across.high_cents > found.estimate.high_cents
    assert (within.missing, across.missing) == ([], [])


def test_a_price_that_is_missing_then_is_said():
    ending = [price(code, 250, valid_until=date(2026, 6, 30)) for code in ("90867", "90868", "90869")]
    (later,) = tms(compare_start="2026-07-06", prices=[*ending, *OWN_PRICES]).other_starts
    assert later.expected_cents is None
    assert later.on == date(2026, 7, 6)
    assert later.missing[0] == "A contract rate or typical allowed amount of 90867, valid on 2026-07-06"


def test_treatments_keep_their_distance_when_the_first_begins_on_another_day():
    apart = cost(
        [*SETTLED.values(), *SPRAVATO],
        ["tms", "spravato_medical"],
        [*TMS_PRICES, *OWN_PRICES, *SPRAVATO_PRICES],
        ("start.tms", "2089-12-01"),
        ("compare_start", "2089-12-31"),
        start="2020-01-06",
    )
    (out,) = apart.other_starts
    assert out.on == date(2089, 12, 31)
    assert out.missing == ["A first visit in this century: the day is out of the calendar we reckon with."]


# --- self-pay ---------------------------------------------------------------------------------------------------


def test_a_patient_who_pays_without_a_claim_owes_the_clinics_price_whatever_the_plan_is():
    found = tms(self_pay="yes", sessions="2", facts=[fact("active", NO)])
    assert figures(found) == (450_00 + 350_00,) * 3
    assert {one.why for one in found.estimate.sessions} == {"self-pay: no claim is filed"}
    assert found.estimate.confidence is Grade.A
    assert any("good faith estimate" in said for said in found.not_included)
    words = "Transcranial magnetic stimulation (TMS): paid by the patient; no claim is filed."
    assert words in found.reckoned_with
    assert "paid by the patient without a claim" in found.assumed[0]


def test_a_price_of_the_clinic_that_nobody_confirmed_is_an_assumption():
    found = tms(
        self_pay="yes",
        prices=[price(c, 450, "self_pay", verified=False) for c in ("90867", "90868", "90869")],
    )
    assert found.estimate.confidence_reasons == ["a price of the clinic is assumed"]


def test_without_the_clinics_price_there_is_no_figure():
    assert (
        tms(self_pay="yes", prices=TMS_PRICES).missing[0]
        == "The clinic’s own price of 90867, valid on 2026-03-02"
    )


# --- out of network ---------------------------------------------------------------------------------------------


def test_out_of_network_the_plan_takes_its_share_of_the_whole_charge_or_nothing():
    found = tms(sessions="3", facts=[fact("in_network", NO, line="tms")])
    # The clinic charges 450 and twice 350; 900 of it is the deductible's, and 20 % of the rest is owed.
    assert figures(found) == (900_00 + 50_00, 1150_00, 1150_00)


# --- savings card -----------------------------------------------------------------------------------------------


def test_a_card_brings_the_drug_down_and_leaves_the_visit_alone():
    found = spravato(**CARD, card_left="8000", card_counts="yes", sessions="2")
    assert figures(found) == (2 * 10_00 + 2 * VISIT,) * 3
    assert [one.savings_cents for one in found.estimate.sessions] == [FIRST_DRUG - 10_00, 0, DRUG - 10_00, 0]
    assert found.assumed[1].startswith(
        "Assumed: a manufacturer’s savings programme brings J0013 down to $10.00"
    )
    assert "as long as $8,000.00 lasts; the plan counts that money (enrollment letter)" in found.assumed[1]
    assert "not for Medicare" in found.assumed[1]


def test_a_cards_terms_are_an_assumption_and_bound_the_confidence():
    assert spravato(sessions="2").estimate.confidence is Grade.A
    found = spravato(**CARD, card_left="8000", card_counts="yes", sessions="2").estimate
    assert (found.confidence, found.confidence_reasons) == (
        Grade.C,
        ["the terms of the savings card are assumed"],
    )


def test_what_is_left_on_the_card_is_open_where_nobody_said_it():
    found = spravato(**CARD, card_counts="yes", sessions="2")
    without = spravato(sessions="2").estimate.expected_cents
    assert figures(found) == (2 * 10_00 + 2 * VISIT, 2 * 10_00 + 2 * VISIT, without)
    assert asked(found) == {"what the savings card still pays this year": without - 2 * 10_00 - 2 * VISIT}


def test_whether_the_card_counts_is_open_and_the_dearer_is_expected():
    known = [one for one in SPRAVATO if one.name.value != "out_of_pocket_remaining"]
    near = [*known, fact("out_of_pocket_remaining", VALUE, 300_00)]
    sure = [
        cost(near, ["spravato_medical"], SPRAVATO_PRICES, **CARD, card_left="8000", card_counts=counts)
        for counts in ("yes", "no")
    ]
    open_ = cost(near, ["spravato_medical"], SPRAVATO_PRICES, **CARD, card_left="8000")
    assert sure[0].estimate.expected_cents < sure[1].estimate.expected_cents
    assert open_.estimate.expected_cents == sure[1].estimate.expected_cents
    assert asked(open_)["does the plan count the savings card’s money?"] > 0


def test_a_card_that_starts_anew_pays_again_what_it_has_then():
    spent = {**CARD, "card_left": "0", "card_counts": "yes", "sessions": "3"}
    assert [one.savings_cents for one in spravato(**spent).estimate.sessions][::2] == [0, 0, 0]
    found = spravato(**spent, card_renews_on="2026-03-04", card_maximum="300")
    # The sessions are on March 2, 4 and 9: 225.20 of the 300 are used up by the second.
    assert [one.savings_cents for one in found.estimate.sessions][::2] == [0, 225_20, 74_80]
    assert ", as long as $0.00 lasts, and $300.00 from Mar 4, 2026 on" in found.assumed[1]


def test_a_card_of_which_nobody_said_what_is_left_may_be_empty_until_it_starts_anew():
    anew = {"card_counts": "yes", "card_renews_on": "2026-03-04", "card_maximum": "8000", "sessions": "2"}
    found = spravato(**CARD, **anew)
    assert figures(found)[0] == 2 * 10_00 + 2 * VISIT
    assert figures(found)[2] == FIRST_DRUG + 10_00 + 2 * VISIT


@pytest.mark.parametrize("fields", [{}, {"self_pay": "yes"}])
def test_a_card_where_no_drug_is_billed_is_a_fault(fields):
    run = tms if not fields else spravato
    prices_of_the_clinic = [price("J0013", 14, "self_pay"), price("99214", 250, "self_pay")]
    with pytest.raises(CaseError) as caught:
        if run is tms:
            tms(**CARD)
        else:
            cost(SPRAVATO, ["spravato_medical"], prices_of_the_clinic, **CARD, **fields)
    assert [problem.field for problem in caught.value.problems] == ["card_patient_pays"]


@pytest.mark.parametrize(
    "kind", ["medicare", "medicare_advantage", "medicaid", "medicaid_managed_care", "tricare"]
)
def test_a_card_under_public_coverage_is_a_fault(kind):
    known = [*SPRAVATO, fact("product", VALUE, kind)]
    with pytest.raises(CaseError) as caught:
        cost(known, ["spravato_medical"], SPRAVATO_PRICES, **CARD)
    (problem,) = caught.value.problems
    assert problem.field == "card_patient_pays"
    assert problem.message == f"helps with commercial plans alone; this one is {kind.replace('_', ' ')}"


def test_a_card_is_a_fault_where_it_is_open_which_public_coverage_it_is():
    """The answer for a patient with Medicare and Medicaid is ambiguous, and neither is a commercial plan."""
    known = [*SPRAVATO, fact("product", UNKNOWN, ["medicare", "medicaid"])]
    with pytest.raises(CaseError) as caught:
        cost(known, ["spravato_medical"], SPRAVATO_PRICES, **CARD)
    (problem,) = caught.value.problems
    assert problem.message.lower().endswith("this one is medicare or medicaid")


@pytest.mark.parametrize(
    "known",
    [
        [fact("product", VALUE, "ppo")],
        [fact("product", VALUE, "marketplace")],
        [fact("product", VALUE, "medicare", days_ago=40)],
        [fact("product", VALUE, "medicare"), fact("product", VALUE, "ppo", call=True)],
        [fact("product", UNKNOWN, ["ppo", "medicare"])],
    ],
)
def test_under_another_kind_of_plan_or_one_that_is_not_certain_a_card_helps(known):
    found = cost([*SPRAVATO, *known], ["spravato_medical"], SPRAVATO_PRICES, **CARD, sessions="2")
    assert found.estimate is not None


def test_without_a_card_public_coverage_is_no_fault():
    known = [*SPRAVATO, fact("product", VALUE, "medicare")]
    assert cost(known, ["spravato_medical"], SPRAVATO_PRICES, sessions="2").estimate is not None


# --- second coverage --------------------------------------------------------------------------------------------

SECOND = {
    "second_method": "standard",
    "second_coinsurance": "50",
    "second_deductible_left": "0",
    "second_source": "call",
}


def test_a_second_plan_pays_up_to_what_it_would_pay_alone():
    found = spravato(**SECOND, sessions="2")
    assert figures(found) == (0, 0, 0)
    assert [one.secondary_cents for one in found.estimate.sessions] == [FIRST_DRUG, VISIT, DRUG, VISIT]
    assert found.assumed[1] == (
        "Assumed: a second plan that covers the same services and alone leaves a coinsurance of 50 % to the"
        " patient; no new year of its own is reckoned with (call)."
    )


def test_by_non_duplication_it_pays_nothing_where_the_first_paid_more():
    found = spravato(**SECOND | {"second_method": "non_duplication"}, sessions="2")
    assert figures(found)[1] == FIRST_DRUG + DRUG + 2 * VISIT


def test_which_of_the_two_it_is_may_be_open():
    found = spravato(**SECOND | {"second_method": "unknown"}, sessions="2")
    whole = FIRST_DRUG + DRUG + 2 * VISIT
    assert figures(found) == (0, whole, whole)
    assert asked(found) == {"does the second plan pay beside the first, or only beyond it?": whole}


def test_its_deductible_comes_first_and_its_copay_once_a_day():
    terms = {"second_coinsurance": "", "second_copay": "30", "second_deductible_left": "100"}
    found = spravato(**SECOND | terms, sessions="2")
    # Alone it would leave 100 and 30 of the first day, 30 of the second: more than is owed is paid of each line.
    assert figures(found) == (0, 0, 0)
    assert "a copay of $30.00 a day" in found.assumed[1]
    assert "with $100.00 of its deductible left" in found.assumed[1]


def test_a_supplement_pays_its_shares():
    terms = {"second_method": "supplement", "second_pays_coinsurance": "75", "second_source": "policy"}
    found = spravato(**terms, sessions="1")
    assert figures(found)[1] == (FIRST_DRUG + VISIT) // 4
    assert (
        "a supplement that pays 0 % of the deductible and 75 % of copay and coinsurance" in found.assumed[1]
    )


def test_a_qualified_medicare_beneficiary_owes_nothing_of_what_is_covered():
    found = spravato(second_method="qmb", second_source="271")
    assert figures(found)[1] == 0
    assert "owes no cost share" in found.assumed[0]


def test_other_insurance_is_no_longer_left_out_when_it_is_assumed():
    known = [*SPRAVATO, fact("other_payer", YES, [{"name": "x", "order": "secondary"}])]
    without = cost(known, ["spravato_medical"], SPRAVATO_PRICES)
    with_second = cost(known, ["spravato_medical"], SPRAVATO_PRICES, **SECOND)
    said = "Other insurance is on file"
    assert any(one.startswith(said) for one in without.not_included)
    assert not any(one.startswith(said) for one in with_second.not_included)


def test_a_second_plans_terms_are_an_assumption():
    reasons = spravato(**SECOND, sessions="2").estimate.confidence_reasons
    assert reasons == ["the second plan’s terms are assumed"]
