"""A patient's case: what is known is reckoned, what is not known widens the range, what cannot be bounded is missing."""

from datetime import UTC, date, datetime, timedelta
from math import prod

import msgspec
import pytest

from verify.affordability.confidence import Grade
from verify.affordability.patient import CourseCost, course_cost, read_assumptions
from verify.affordability.patient.obstacles import beyond_a_case
from verify.affordability.patient.reach import MOST_COMBINATIONS
from verify.affordability.patient.treatment import Basis, plan_treatment
from verify.affordability.prices import Price, PriceKind
from verify.catalogue import load
from verify.courses import Outline, Override, Weekday, plan_course
from verify.facts import About, Fact, FactName, Level, Source, SourceKind, Standing, Status, Tier, merge

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MONDAY = date(2026, 3, 2)
FIVE = ("ketamine_iv", "medication_management", "psychotherapy", "spravato_medical", "tms")
LINES = load().service_lines
YES, NO, UNKNOWN, SILENT, VALUE = (
    Standing.YES,
    Standing.NO,
    Standing.UNKNOWN,
    Standing.NOT_STATED,
    Standing.VALUE,
)


def fact(name, standing=VALUE, value=None, *, types="", line="", call=False, level=Level.PERSON, days_ago=0):
    """Said on the phone of a treatment, or electronically of a service type; without either, of the plan."""
    when = NOW - timedelta(days=days_ago)
    ambiguous = standing is UNKNOWN and value is not None
    return Fact(
        name=FactName(name),
        about=About(
            service_line=line, service_type="" if line else types or "30", tier=Tier.IN_NETWORK, level=level
        ),
        standing=standing,
        status=Status.NOT_STATED if standing is SILENT else Status.AMBIGUOUS if ambiguous else Status.STATED,
        value=value,
        source=Source(
            kind=SourceKind.CALL if call or line else SourceKind.X12_271,
            reference=f"ref-{types}{line}{days_ago}",
            by="x",
            obtained_at=when,
            as_of=when.date(),
        ),
        expires_at=when + timedelta(days=30),
    )


def price(code, dollars, kind="contract", payer="bluehollow", *, verified=True, **more):
    values = {"valid_from": date(2026, 1, 1), "source": "s", **more}
    whose = payer if kind == "contract" else ""
    return Price(
        code=code, kind=PriceKind(kind), cents=dollars * 100, payer=whose, verified=verified, **values
    )


TMS_PRICES = [price("90867", 350), price("90868", 250), price("90869", 270)]
OWN_PRICES = [
    price("90867", 450, "self_pay"),
    price("90868", 350, "self_pay"),
    price("90869", 360, "self_pay"),
]
#: Everything about TMS, from a call: E1 of the worked cases.
SETTLED = {
    "active": fact("active", YES),
    "covered": fact("covered", YES, line="tms"),
    "in_network": fact("in_network", YES, line="tms"),
    "copay": fact("copay", VALUE, {"cents": 0, "per": None}, line="tms"),
    "coinsurance": fact("coinsurance", VALUE, 2000, line="tms"),
    "deductible_applies": fact("deductible_applies", YES, line="tms"),
    "deductible_remaining": fact("deductible_remaining", VALUE, 900_00),
    "out_of_pocket_remaining": fact("out_of_pocket_remaining", VALUE, 2400_00),
    "limits": fact("limits", NO, line="tms"),
    "authorization": fact("authorization", NO, line="tms"),
}


def cost(*more, without=(), lines=("tms",), first=MONDAY, prices=None, payer="bluehollow", now=NOW):
    """SETTLED, with `more` in the place of what has the same name, and without what is named."""
    new = {one.name.value for one in more}
    facts = [one for name, one in SETTLED.items() if name not in new and name not in without]
    return course_cost(
        [*facts, *more],
        [LINES[key] for key in lines],
        first,
        now=now,
        payer=payer,
        prices=[*TMS_PRICES, *OWN_PRICES] if prices is None else prices,
    )


def figures(found: CourseCost) -> tuple[int, int, int]:
    assert found.estimate is not None, found.missing
    it = found.estimate
    return it.low_cents, it.expected_cents, it.high_cents


def asked(found: CourseCost) -> dict[str, int]:
    assert found.estimate is not None, found.missing
    return {question.fact: question.worth_cents for question in found.estimate.questions}


# --- what is known --------------------------------------------------------------------------------------------


def test_a_course_of_which_everything_is_known_costs_what_the_worked_case_says():
    found = cost()
    # 30 sessions cost less than the maximum, 36 reach it, 46 cost no more.
    assert figures(found)[1:] == (2400_00, 2400_00)
    assert asked(found) == {"number of sessions": 2400_00 - figures(found)[0]}
    assert found.missing == []


def test_the_number_of_sessions_is_the_clinics_and_leaves_the_confidence_alone():
    assert cost().estimate.confidence is Grade.A


def test_the_sessions_fall_on_weekdays_from_the_first_visit_on():
    days = [one.date for one in cost().estimate.sessions]
    assert days[:6] == [date(2026, 3, day) for day in (2, 3, 4, 5, 6, 9)]
    assert all(day.weekday() < 5 for day in days)


@pytest.mark.parametrize(
    ("kind", "source", "verified", "confidence"),
    [("contract", True, True, "A"), ("typical", True, True, "B"), ("contract", True, False, "C")],
)
def test_the_price_bounds_the_confidence(kind, source, verified, confidence):
    prices = [price(code, 250, kind, verified=verified) for code in ("90867", "90868", "90869")]
    found = cost(prices=[*prices, *OWN_PRICES])
    assert found.estimate.confidence == confidence
    words = "Prices nobody has confirmed yet: 90867, 90868, 90869."
    assert (words in found.reckoned_with) is not verified


def test_a_price_that_nobody_confirmed_is_said_where_it_is_reckoned_with():
    own = [price(code, 350, "self_pay", verified=False) for code in ("90867", "90868", "90869")]
    words = "Prices nobody has confirmed yet: 90867, 90868, 90869."
    excluded = cost(fact("covered", NO, line="tms"), prices=[*TMS_PRICES, *own])
    assert words in excluded.reckoned_with
    assert not any("confirmed" in said for said in cost(prices=[*TMS_PRICES, *own]).reckoned_with)


def test_a_rule_from_an_electronic_answer_is_no_better_than_b():
    found = cost(
        fact("active", YES, types="MH"),
        fact("coinsurance", VALUE, 2000, types="MH"),
        fact("deductible_applies", YES, types="MH"),
        fact("in_network", YES, line="psychotherapy"),
        without=["copay", "covered"],
        lines=["psychotherapy"],
        prices=[price("90834", 112)],
    )
    assert found.estimate.confidence is Grade.B
    assert any("reckoned without one" in said for said in found.reckoned_with)


# --- what is not known, one by one ------------------------------------------------------------------------------


def test_a_treatment_nobody_said_is_covered_may_cost_the_clinics_own_price():
    _, expected, high = figures(found := cost(without=["covered"]))
    assert expected == 2400_00
    assert high == 450_00 + 43 * 350_00 + 2 * 360_00
    assert asked(found)["covered?"] == high - 2400_00


def test_the_range_if_it_is_covered_is_told_apart():
    found = cost(
        fact("copay", VALUE, {"cents": 40_00, "per": "visit"}, types="MH"),
        fact("deductible_applies", NO, line="tms"),
        without=["coinsurance", "covered"],
    )
    assert (found.if_covered.low_cents, found.if_covered.high_cents) == (30 * 40_00, 2400_00)
    assert figures(found)[2] > 10_000_00
    assert cost().if_covered is None


def test_an_off_label_treatment_is_expected_to_cost_the_clinics_own_price():
    prices = [price("96365", 200, "typical"), price("J3490", 15, "typical")]
    own = [price("96365", 475, "self_pay"), price("J3490", 0, "self_pay")]
    found = cost(
        fact("coinsurance", VALUE, 2000, line="ketamine_iv"), lines=["ketamine_iv"], prices=[*prices, *own]
    )
    assert figures(found)[1:] == (6 * 475_00, 8 * 475_00)


def test_what_the_plan_excludes_costs_the_clinics_own_price_and_nothing_else():
    found = cost(fact("covered", NO, line="tms"), prices=OWN_PRICES)
    assert figures(found)[1] == 450_00 + 33 * 350_00 + 2 * 360_00
    assert set(asked(found)) == {"number of sessions"}
    unlimited = cost(fact("covered", NO, line="tms"), prices=OWN_PRICES, without=["deductible_remaining"])
    assert set(asked(unlimited)) == {"number of sessions"}
    assert any("written notice" in said for said in found.not_included)


def test_without_a_word_on_the_network_the_clinic_may_be_outside():
    typical = [price(code, 250, "typical") for code in ("90867", "90868", "90869")]
    found = cost(without=["in_network"], prices=[*typical, *OWN_PRICES])
    assert asked(found)["is the clinic in network?"] > 0
    assert figures(found)[2] > 15_000_00


def test_a_contract_rate_stands_for_the_network_and_says_so():
    found = cost(without=["in_network"])
    assert "is the clinic in network?" not in asked(found)
    assert any("contract rate" in said for said in found.reckoned_with)


def test_out_of_network_the_whole_charge_is_expected():
    found = cost(fact("in_network", NO, line="tms"))
    whole = 450_00 + 33 * 350_00 + 2 * 360_00
    assert figures(found)[1] == whole
    assert figures(found)[0] < 2400_01
    assert "what is paid out of network" in asked(found)
    (question,) = [q for q in found.estimate.questions if q.fact == "number of sessions"]
    assert question.how == "the psychiatrist’s treatment plan"
    assert question.answers == ["36 sessions", "30 sessions", "46 sessions"]


def test_no_cost_share_at_all_is_between_nothing_and_the_maximum():
    found = cost(without=["copay", "coinsurance"])
    low, expected, high = figures(found)
    assert (low, expected, high) == (900_00, 2400_00, 2400_00)
    assert found.estimate.confidence is Grade.C


def test_a_general_copay_is_a_hint_for_a_treatment_decided_by_code():
    found = cost(
        fact("copay", VALUE, {"cents": 40_00, "per": "visit"}, types="MH"),
        fact("deductible_applies", NO, line="tms"),
        without=["coinsurance"],
    )
    assert figures(found) == (30 * 40_00, 36 * 40_00, 2400_00)
    assert asked(found)["copay and coinsurance"] == 2400_00 - 30 * 40_00


def test_what_is_said_of_office_visits_and_of_the_plan_bounds_what_is_not_said_of_the_treatment():
    """E1 against E2b: the rep could not say which of the two TMS is."""
    found = cost(
        fact("copay", VALUE, {"cents": 40_00, "per": "visit"}, types="98"),
        fact("coinsurance", VALUE, 2000, types="30"),
        fact("deductible_applies", NO, line="tms"),
    )
    question = next(q for q in found.estimate.questions if q.fact == "copay and coinsurance")
    assert question.answers[:2] == [
        "copay $40.00, as for an office visit",
        "coinsurance 20 %, as for the plan in general",
    ]
    assert question.expected == question.answers[0]


def test_ambiguous_figures_are_the_answers():
    found = cost(
        fact("copay", UNKNOWN, [{"amount": "30.00"}, {"amount": "50.00"}], types="MH"),
        fact("deductible_applies", NO, line="tms"),
        without=["coinsurance"],
    )
    question = next(q for q in found.estimate.questions if q.fact == "copay and coinsurance")
    assert question.answers[:2] == ["copay $30.00", "copay $50.00"]
    assert found.estimate.confidence is Grade.C


def read_in_portal(said: Fact) -> Fact:
    source = msgspec.structs.replace(said.source, kind=SourceKind.PORTAL, reference="portal")
    return msgspec.structs.replace(said, source=source)


def test_sources_that_disagree_are_both_reckoned_with():
    found = cost(
        fact("coinsurance", VALUE, 2000, line="tms"),
        read_in_portal(fact("coinsurance", VALUE, 4000, line="tms")),
    )
    question = next(q for q in found.estimate.questions if q.fact == "copay and coinsurance")
    assert {"coinsurance 20 %", "coinsurance 40 %"} <= set(question.answers)


def test_what_is_said_in_general_does_not_dispute_the_payers_word_for_the_codes():
    own = fact("coinsurance", VALUE, 2000, line="tms")
    found = cost(own, fact("coinsurance", VALUE, 4000, types="MH"))
    assert not [q for q in found.estimate.questions if q.fact == "copay and coinsurance"]
    assert found.estimate == cost(own).estimate


@pytest.mark.parametrize(
    ("copay", "coinsurance", "expected"), [(40_00, 0, "it does not apply"), (0, 2000, "it comes first")]
)
def test_whether_the_deductible_applies_is_open(copay, coinsurance, expected):
    found = cost(
        fact("copay", VALUE, {"cents": copay, "per": "visit"}, line="tms"),
        fact("coinsurance", VALUE, coinsurance, line="tms"),
        without=["deductible_applies"],
    )
    question = next(q for q in found.estimate.questions if q.fact == "does the deductible apply?")
    assert question.expected == expected
    assert question.worth_cents > 0


def test_the_order_of_copay_and_deductible_is_open_where_both_apply():
    found = cost(fact("copay", VALUE, {"cents": 40_00, "per": "visit"}, line="tms"), without=["coinsurance"])
    assert "the deductible before or after the copay" in asked(found)


def test_how_often_a_copay_is_due_is_open_where_a_day_has_several_services():
    spravato = [
        price("J0013", 14),
        price("99214", 132),
        price("J0013", 20, "self_pay"),
        price("99214", 190, "self_pay"),
    ]
    about = [
        fact("covered", YES, line="spravato_medical"),
        fact("in_network", YES, line="spravato_medical"),
        fact("coinsurance", VALUE, 0, line="spravato_medical"),
        fact("deductible_applies", NO, line="spravato_medical"),
    ]
    unsaid = cost(
        *about,
        fact("copay", VALUE, {"cents": 45_00, "per": None}, line="spravato_medical"),
        lines=["spravato_medical"],
        prices=spravato,
    )
    assert asked(unsaid)["how often the copay is due"] == 12 * 45_00
    assert figures(unsaid)[1] == 12 * 45_00
    said = cost(
        *about,
        fact("copay", VALUE, {"cents": 45_00, "per": "service"}, line="spravato_medical"),
        lines=["spravato_medical"],
        prices=spravato,
    )
    assert "how often the copay is due" not in asked(said)
    assert figures(said)[1] == 24 * 45_00


# --- the plan's limits --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "without", "low", "expected", "high"),
    [
        # What is left is not said, the whole of it is.
        ([fact("deductible_total", VALUE, 1500_00)], ["deductible_remaining"], 0, 1500_00, 1500_00),
        # The whole of it and what is met give what is left.
        (
            [fact("deductible_total", VALUE, 1500_00), fact("deductible_met", VALUE, 600_00)],
            ["deductible_remaining"],
            900_00,
            900_00,
            900_00,
        ),
        # There is none.
        ([fact("deductible_total", VALUE, 0)], ["deductible_remaining"], 0, 0, 0),
        # Nothing is said: all of the course may fall under it.
        ([], ["deductible_remaining"], 0, 4000_00, 4000_00),
        # Only the family's is said.
        (
            [fact("deductible_remaining", VALUE, 2000_00, level=Level.FAMILY)],
            [],
            0,
            2000_00,
            2000_00,
        ),
    ],
)
def test_the_deductible_left_is_bounded_by_what_is_said(more, without, low, expected, high):
    """Twelve sessions of $112 and the plan pays all above the deductible."""
    dear = [price("90834", 400), price("90834", 500, "self_pay")]
    found = cost(
        fact("covered", YES, line="psychotherapy"),
        fact("in_network", YES, line="psychotherapy"),
        fact("coinsurance", VALUE, 0, line="psychotherapy"),
        fact("copay", VALUE, {"cents": 0, "per": None}, line="psychotherapy"),
        fact("deductible_applies", YES, line="psychotherapy"),
        fact("out_of_pocket_remaining", VALUE, 4000_00),
        *more,
        without=without,
        lines=["psychotherapy"],
        prices=dear,
    )
    assert figures(found) == (low, expected, high)
    assert ("deductible left" in asked(found)) == (low != high)


@pytest.mark.parametrize(
    ("more", "low", "expected"),
    [
        ([], 0, 900_00 + 1648_00),
        ([fact("out_of_pocket_total", VALUE, 3000_00)], 0, 900_00 + 1648_00),
        ([fact("out_of_pocket_total", VALUE, 2000_00)], 0, 2000_00),
    ],
)
def test_the_maximum_left_is_bounded_by_what_is_said(more, low, expected):
    found = cost(*more, without=["out_of_pocket_remaining"])
    assert figures(found)[:2] == (low, expected)
    assert "out-of-pocket maximum left" in asked(found)


def test_old_amounts_widen_the_range_downward_and_say_their_age():
    found = cost(fact("deductible_remaining", VALUE, 900_00, days_ago=12))
    assert figures(found)[0] == 0
    assert any("12 days old" in question for question in asked(found))
    assert found.estimate.confidence is Grade.B


def limit(remaining):
    return fact(
        "limits",
        VALUE,
        [{"quantity": "30", "unit": "visit", "period": "year", "remaining": remaining}],
        line="tms",
    )


def test_sessions_beyond_the_visit_limit_cost_the_clinics_own_price():
    found = cost(limit("30"))
    assert [one.patient_cents for one in found.estimate.sessions[30:36]] == [350_00] * 6


def test_how_many_visits_are_left_is_open_where_only_the_limit_is_said():
    found = cost(limit(None))
    assert asked(found)["visits left"] > 0
    assert [one.patient_cents for one in found.estimate.sessions[30:36]] == [350_00] * 6


def test_a_visit_limit_nobody_spoke_of_is_said_to_be_left_out():
    found = cost(without=["limits"])
    assert any("visit limit" in said for said in found.reckoned_with)
    assert figures(found)[1] == 2400_00


# --- the next plan year --------------------------------------------------------------------------------------------

AUTUMN = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def in_autumn(*more, without=(), beside=(), first=date(2026, 11, 30), **assumed):
    """E3: 30 November with $300 and $1,600 left; $2,000 and $5,000 from January on."""
    base = {
        "deductible_remaining": fact("deductible_remaining", VALUE, 300_00),
        "deductible_total": fact("deductible_total", VALUE, 2000_00),
        "out_of_pocket_remaining": fact("out_of_pocket_remaining", VALUE, 1600_00),
        "out_of_pocket_total": fact("out_of_pocket_total", VALUE, 5000_00),
        "plan_begin": fact("plan_begin", VALUE, "2026-01-01"),
    }
    kept = [one for name, one in base.items() if name not in without]
    facts = [
        replaced_in_time(one)
        for one in (SETTLED | {one.name.value: one for one in (*kept, *more)}).values()
        if one.name.value not in without
    ]
    return course_cost(
        [*facts, *map(replaced_in_time, beside)],
        [LINES["tms"]],
        first,
        now=AUTUMN,
        payer="bluehollow",
        prices=[*TMS_PRICES, *OWN_PRICES],
        assumed=read_assumptions(assumed.items(), ["tms"]),
    )


def replaced_in_time(one):
    source = msgspec.structs.replace(one.source, obtained_at=AUTUMN, as_of=AUTUMN.date())
    return msgspec.structs.replace(one, source=source, expires_at=AUTUMN + timedelta(days=30))


def test_a_course_across_the_new_year_meets_a_new_deductible():
    found = in_autumn()
    assert found.new_plan_year == date(2027, 1, 1)
    assert list(found.estimate.by_year) == ["2026", "2027"]
    # Day 25 is the first of the new year; the 25th session pays the new deductible.
    january = next(one for one in found.estimate.sessions if one.date.year == 2027)
    assert january.why == "deductible $250.00"
    assert found.estimate.expected_cents == 3668_00


def test_the_familys_amounts_of_the_next_year_hold_where_they_are_less():
    family = [
        fact(name, VALUE, cents, level=Level.FAMILY)
        for name, cents in (("deductible_total", 1000_00), ("out_of_pocket_total", 1200_00))
    ]
    found = in_autumn(beside=family).estimate
    of_january = [one.deductible_cents for one in found.sessions if one.date.year == 2027]
    # More than 3,000 is billed in January: 1,000, and 20 % of the rest up to the family's maximum.
    assert (sum(of_january), found.by_year["2027"]) == (1000_00, 1200_00)


def test_the_course_begun_in_the_new_year_is_told_beside_it():
    """E3: begun on January 4 the course costs $3,428."""
    (start,) = in_autumn().other_starts
    assert (start.low_cents, start.high_cents) == (3128_00, 3928_00)
    assert (start.on, start.expected_cents) == (date(2027, 1, 4), 3428_00)
    assert cost().other_starts == []


def test_a_plan_year_nobody_stated_may_or_may_not_begin_in_january():
    found = in_autumn(without=["plan_begin"])
    question = next(q for q in found.estimate.questions if q.fact == "the next plan year")
    assert question.answers == ["on 2027-01-01", "not while the course runs"]
    assert question.worth_cents > 0


def test_a_plan_that_ends_begins_its_next_year_the_day_after():
    assert in_autumn(fact("plan_end", VALUE, "2026-12-15")).new_plan_year == date(2026, 12, 16)


def test_another_plan_years_first_day_returns():
    found = in_autumn(fact("plan_begin", VALUE, "2025-12-10"))
    assert found.new_plan_year == date(2026, 12, 10)


def test_the_next_years_amounts_are_open_where_no_total_is_said():
    found = in_autumn(without=["deductible_total", "out_of_pocket_total"])
    assert "deductible of the next plan year" in asked(found)
    assert "out-of-pocket maximum of the next plan year" in asked(found)


def test_a_course_that_begins_with_the_new_plan_year_is_compared_with_no_other():
    found = in_autumn(first=date(2027, 1, 1))
    assert (found.new_plan_year, found.other_starts) == (date(2027, 1, 1), [])


def test_a_course_within_the_year_has_no_new_plan_year():
    assert cost().new_plan_year is None


# --- what is missing ------------------------------------------------------------------------------------------------


def test_without_a_price_there_is_no_figure():
    found = cost(prices=OWN_PRICES)
    assert found.estimate is None
    assert found.missing[0] == "A contract rate or typical allowed amount of 90867, valid on 2026-03-02"
    told = cost(fact("authorization", YES, line="tms"), prices=OWN_PRICES)
    assert [said.split(".")[0] for said in told.not_included] == [
        "Transcranial magnetic stimulation (TMS): what happens without an authorization"
    ]


def test_a_price_that_ends_within_the_course_is_missing_from_then_on():
    ending = [price("90868", 250, valid_until=date(2026, 3, 20))]
    found = cost(prices=[*ending, price("90867", 350), price("90869", 270), *OWN_PRICES])
    assert found.missing == ["A contract rate or typical allowed amount of 90868, valid on 2026-03-23"]


def test_another_payers_contract_is_no_price():
    assert cost(payer="cedarline").estimate is None


def test_out_of_network_the_clinics_own_price_is_all_that_is_needed():
    outside = fact("in_network", NO, line="tms")
    assert cost(outside, prices=OWN_PRICES).missing == []
    assert cost(outside, prices=TMS_PRICES).missing[0] == (
        "The clinic’s own price of 90867, valid on 2026-03-02"
    )


def test_the_clinics_own_price_is_needed_where_the_plan_may_not_pay():
    assert cost(prices=TMS_PRICES).estimate is not None
    found = cost(without=["covered"], prices=TMS_PRICES)
    assert found.missing[0] == "The clinic’s own price of 90867, valid on 2026-03-02"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ([fact("active", NO)], "active on that day"),
        ([fact("active", YES), fact("plan_end", VALUE, "2026-03-01")], "active on that day"),
        ([fact("active", YES), fact("plan_begin", VALUE, "2026-04-01")], "active on that day"),
        ([fact("active", NO, types="MH")], "active for Transcranial"),
    ],
)
def test_a_plan_that_is_not_active_gives_no_figure(more, words):
    found = cost(*more)
    assert found.estimate is None
    assert words in found.missing[0]


@pytest.mark.parametrize("name", ["plan_begin", "plan_end"])
def test_a_plan_is_active_on_its_first_and_on_its_last_day(name):
    found = cost(fact("active", YES), fact(name, VALUE, "2026-03-02"))
    assert found.missing == []


def test_a_treatment_for_which_the_plan_is_not_active_has_no_figure_whoever_said_so():
    found = cost(fact("active", NO, line="tms"))
    assert found.missing == [
        "A plan that is active for Transcranial magnetic stimulation (TMS): this one is not, as the payer states."
    ]


def test_without_a_treatment_there_is_no_figure():
    assert cost(lines=()).missing == ["A treatment: none is planned."]


def test_before_the_payer_answered_there_is_no_figure():
    found = course_cost([], [LINES["tms"]], MONDAY, now=NOW, payer="bluehollow", prices=TMS_PRICES)
    assert found.missing == ["The payer’s answer: nothing is known of the plan yet."]


def test_what_has_no_price_is_said_beside_the_figures():
    other = [{"name": "Other Plan", "payer_id": None, "phone": None, "order": None}]
    found = cost(
        fact("authorization", YES, line="tms"),
        fact("administrator", YES, {"name": "Behavioral Co", "payer_id": None, "phone": None}, line="tms"),
        fact("other_payer", YES, other),
    )
    assert cost().not_included == []
    said = " ".join(found.not_included)
    assert "authorization" in said and "another company" in said and "Other insurance" in said


# --- several treatments, and bounds -----------------------------------------------------------------------------------


def test_treatments_share_one_ledger_and_each_keeps_its_own_rule():
    """99214 stands in both; each treatment's own questions move its own sessions."""
    about = [
        fact("covered", YES, line="medication_management"),
        fact("in_network", YES, line="medication_management"),
        fact("copay", VALUE, {"cents": 30_00, "per": "visit"}, line="medication_management"),
        fact("deductible_applies", NO, line="medication_management"),
    ]
    spravato = [
        fact("covered", YES, line="spravato_medical"),
        fact("in_network", YES, line="spravato_medical"),
        fact("coinsurance", VALUE, 2000, line="spravato_medical"),
        fact("deductible_applies", YES, line="spravato_medical"),
    ]
    prices = [price("J0013", 14), price("99214", 132), price("90792", 210)]
    both = cost(
        *about,
        *spravato,
        lines=["medication_management", "spravato_medical"],
        prices=prices,
        without=["copay", "coinsurance"],
    )
    expected = [one for one in both.estimate.sessions if one.date == MONDAY]
    assert [one.why.split(" ")[0] for one in expected] == ["copay", "deductible", "deductible"]
    assert figures(both)[1] == 2400_00


def test_the_codes_of_the_way_of_billing_that_has_rates_are_taken():
    found = cost(
        fact("covered", YES, line="spravato_medical"),
        fact("coinsurance", VALUE, 2000, line="spravato_medical"),
        lines=["spravato_medical"],
        prices=[
            price("J0013", 14, "typical"),
            price("99214", 132, "typical"),
            price("G2082", 900),
            price("G2083", 1280),
        ],
    )
    assert {one.code for one in found.estimate.sessions} == {"G2082", "G2083"}


def test_two_treatments_of_which_nothing_is_known_are_still_ranged():
    facts = [fact("active", YES)]
    prices = [
        *(price(code, 250, "typical") for code in ("90867", "90868", "90869", "J0013", "99214")),
        *(price(code, 300, "self_pay") for code in ("90867", "90868", "90869", "J0013", "99214")),
    ]
    found = course_cost(
        facts,
        [LINES["tms"], LINES["spravato_medical"]],
        date(2026, 11, 30),
        now=AUTUMN,
        payer="",
        prices=prices,
    )
    assert found.estimate.low_cents < found.estimate.expected_cents <= found.estimate.high_cents
    assert prod(len(question.answers) for question in found.estimate.questions) <= MOST_COMBINATIONS
    # What is settled for its size is said, and no longer asked.
    assert min(len(question.answers) for question in found.estimate.questions) == 2
    assert (
        "There are more questions than can be reckoned with at once, so the range may be narrower than"
        " the truth; these keep their expected answer:"
    ) in found.reckoned_with


def test_what_old_amounts_leave_open_counts_among_the_combinations():
    """A year's visits told in March and a deductible told in March double them twice in November."""
    codes = ("90834", "96365", "J3490")
    visits = [{"quantity": "20", "unit": "visit", "period": None, "remaining": "20"}]
    found = course_cost(
        [fact("active", YES), fact("deductible_met", VALUE, 0), fact("limits", VALUE, visits)],
        [LINES["ketamine_iv"], LINES["psychotherapy"]],
        date(2026, 11, 30),
        now=AUTUMN,
        payer="",
        prices=[price(code, 130, kind) for code in codes for kind in ("typical", "self_pay")],
    )
    assert prod(len(question.answers) for question in found.estimate.questions) <= MOST_COMBINATIONS
    assert any("268 days old" in question for question in asked(found))
    assert any("narrower than the truth" in said for said in found.reckoned_with)


def test_a_question_that_is_settled_for_its_size_keeps_its_expected_answer():
    codes = ("90867", "90868", "90869", "J0013", "99214", "90834", "90792", "96365", "J3490")
    found = course_cost(
        [fact("active", YES)],
        [LINES[key] for key in FIVE],
        date(2026, 11, 30),
        now=AUTUMN,
        payer="",
        prices=[
            price(code, dollars, kind)
            for code in codes
            for dollars, kind in ((250, "typical"), (300, "self_pay"))
        ],
    )
    assert any("Ketamine infusion (IV): covered?" in said for said in found.reckoned_with)
    given = [one for one in found.estimate.sessions if one.takes_place]
    assert [one.code for one in given].count("96365") == 6
    assert [one.code for one in given].count("90868") == 33
    assert {one.why for one in given if one.code == "96365"} == {"not covered: the whole price"}


def test_absurd_amounts_are_bounded_and_odd_ones_are_left_alone():
    found = cost(
        fact("deductible_remaining", VALUE, 99_999_999_900),
        fact("coinsurance", UNKNOWN, ["20"], line="tms"),
        fact(
            "limits",
            VALUE,
            [{"quantity": "many", "unit": "visit", "period": None, "remaining": None}],
            line="tms",
        ),
    )
    assert figures(found)[2] == 2400_00


def test_what_a_fact_is_worth_is_told_by_its_name():
    found = cost(without=["covered", "copay", "coinsurance"])
    worth = {(one.fact, one.service_line): one.worth_cents for one in found.worth}
    assert worth[FactName.COVERED, "tms"] == asked(found)["covered?"]
    share = asked(found)["copay and coinsurance"]
    assert worth[FactName.COPAY, "tms"] == worth[FactName.COINSURANCE, "tms"] == share > 0


def test_a_fact_is_worth_the_most_that_any_question_of_it_moves_and_nothing_where_none_does():
    lines, codes = ["spravato_medical"], [("J0013", 14), ("99214", 132)]
    found = cost(
        fact("covered", YES, line="spravato_medical"),
        fact("in_network", YES, line="spravato_medical"),
        fact("copay", VALUE, {"cents": 45_00, "per": None}, types="MH"),
        fact("deductible_remaining", VALUE, 0),
        without=["coinsurance", "deductible_applies"],
        lines=lines,
        prices=[price(code, dollars, kind) for code, dollars in codes for kind in ("contract", "self_pay")],
    )
    worth, questions = {one.fact: one.worth_cents for one in found.worth}, asked(found)
    assert (
        worth[FactName.COPAY]
        == questions["copay and coinsurance"]
        > questions["how often the copay is due"]
        > 0
    )
    assert worth[FactName.DEDUCTIBLE_APPLIES] == 0


# --- courses as they are planned ------------------------------------------------------------------------------------


def test_a_course_that_a_person_planned_is_reckoned_as_planned():
    plan = plan_course(LINES["tms"], Outline(starts_on=MONDAY, sessions=10, added=(date(2026, 4, 11),)))
    found = course_cost(
        list(SETTLED.values()),
        [LINES["tms"]],
        date(2026, 6, 1),
        now=NOW,
        payer="bluehollow",
        prices=[*TMS_PRICES, *OWN_PRICES],
        plans={"tms": plan},
    )
    assert [one.date for one in found.estimate.sessions] == [session.on for session in plan.sessions]
    assert "number of sessions" not in asked(found)
    assert "planned course of 11 sessions" in found.reckoned_with[0]


def test_a_usual_course_leaves_out_closed_days():
    closed = {date(2026, 3, 3): "a day off"}
    facts, prices = list(SETTLED.values()), [*TMS_PRICES, *OWN_PRICES]
    usual, shorter = (
        course_cost(facts, [LINES["tms"]], MONDAY, now=NOW, payer="bluehollow", prices=prices, closed=days)
        for days in ((), closed)
    )
    days = [[one.date for one in it.estimate.sessions] for it in (usual, shorter)]
    assert (date(2026, 3, 3) in days[0], date(2026, 3, 3) in days[1]) == (True, False)
    assert len(days[0]) == len(days[1])


def test_a_program_of_the_clinics_own_costs_its_own_price_whatever_the_plan_says():
    found = cost(
        fact("covered", YES, line="gratitude_therapy"),
        lines=["gratitude_therapy"],
        prices=[price("GRATITUDE", 90, "self_pay")],
    )
    assert figures(found) == (540_00, 540_00, 540_00)
    assert any("no benefit of any plan" in said for said in found.reckoned_with)


def test_what_somebody_else_bills_is_said_beside_the_figures():
    found = cost(
        fact("covered", YES, line="spravato_pharmacy_benefit"),
        fact("coinsurance", VALUE, 2000, line="spravato_pharmacy_benefit"),
        lines=["spravato_pharmacy_benefit"],
        prices=[price("99214", 130), price("99214", 180, "self_pay")],
    )
    assert {one.code for one in found.estimate.sessions} == {"99214"}
    assert any("the drug, which the pharmacy bills" in said for said in found.not_included)


def test_a_program_of_the_clinics_own_needs_no_word_of_the_payer():
    found = course_cost(
        [],
        [LINES["gratitude_therapy"]],
        MONDAY,
        now=NOW,
        payer="",
        prices=[price("GRATITUDE", 90, "self_pay")],
    )
    assert figures(found) == (540_00,) * 3
    assert any("good faith estimate" in said for said in found.not_included)


def test_sessions_without_any_code_have_no_figure():
    outline = Outline(starts_on=MONDAY, sessions=1, overrides=(Override(session=1, services=()),))
    found = planned(plan_course(LINES["tms"], outline))
    assert found.missing == [
        "A code for Transcranial magnetic stimulation (TMS): none of its sessions has any."
    ]


def test_sessions_in_another_century_have_no_figure():
    last = Outline(starts_on=date(2098, 12, 29), sessions=105, weekdays=(Weekday.MON,))
    assert planned(plan_course(LINES["tms"], last)).estimate.sessions[-1].date == date(2100, 12, 27)
    outline = Outline(starts_on=date(2097, 3, 4), sessions=400, weekdays=(Weekday.MON,))
    found = planned(plan_course(LINES["tms"], outline))
    assert found.missing == [
        "A shorter course: this one has more sessions, or later ones, than we reckon with."
    ]


def test_a_course_of_as_many_services_as_a_case_takes_is_not_too_long():
    basis = Basis(merged=merge(SETTLED.values(), now=NOW), payer="bluehollow", prices=TMS_PRICES)
    tms = plan_treatment(basis, LINES["tms"], MONDAY)
    longest, longer = (
        msgspec.structs.replace(tms, planned=tms.planned[:1] * count) for count in (5000, 5001)
    )
    assert beyond_a_case([longest]) == []
    assert beyond_a_case([longer])[0].startswith("A shorter course")


def test_a_planned_course_begun_on_another_day_has_as_many_sessions():
    plan = plan_course(LINES["tms"], Outline(starts_on=MONDAY, sessions=10, added=(date(2026, 4, 11),)))
    found = planned(plan, assumed=read_assumptions([("compare_start", "2026-03-09")], ["tms"]))
    assert found.estimate is not None
    (other,) = found.other_starts
    assert (other.on, other.expected_cents) == (date(2026, 3, 9), found.estimate.expected_cents)


def test_a_number_that_is_assumed_takes_the_place_of_the_planned_one():
    plan = plan_course(LINES["tms"], Outline(starts_on=MONDAY, sessions=10))
    found = planned(plan, assumed=read_assumptions([("sessions", "4")], ["tms"]))
    assert found.estimate is not None
    assert len(found.estimate.sessions) == 4
    assert found.assumed[0].startswith(
        "Transcranial magnetic stimulation (TMS): 4 sessions from Mar 2, 2026 on"
    )


def planned(plan, **more):
    return course_cost(
        list(SETTLED.values()),
        [LINES["tms"]],
        MONDAY,
        now=NOW,
        payer="bluehollow",
        prices=[*TMS_PRICES, *OWN_PRICES],
        plans={"tms": plan},
        **more,
    )
