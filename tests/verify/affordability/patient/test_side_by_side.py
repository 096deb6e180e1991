"""Treatments side by side: the same patient, each by itself, and never a figure without its prices."""

from datetime import date

import pytest

from tests.verify.affordability.patient.test_assumptions import CARD, SECOND
from tests.verify.affordability.patient.test_course_cost import (
    FIVE,
    LINES,
    MONDAY,
    NO,
    NOW,
    OWN_PRICES,
    SETTLED,
    TMS_PRICES,
    VALUE,
    YES,
    cost,
    fact,
    figures,
    price,
)
from verify.affordability.patient import read_assumptions, side_by_side
from verify.courses import Outline, plan_course

SPRAVATO_PRICES = [
    price("J0013", 14),
    price("99214", 230),
    price("J0013", 16, "self_pay"),
    price("99214", 250, "self_pay"),
]
G_CODES = [price(code, 1280, kind) for code in ("G2082", "G2083") for kind in ("contract", "self_pay")]
KETAMINE = [price("96365", 475, "self_pay"), price("J3490", 0, "self_pay")]


def options(*prices, planned=("tms",), facts=None, lines=FIVE, plans=None, closed=(), **fields):
    found = side_by_side(
        SETTLED.values() if facts is None else facts,
        [LINES[key] for key in lines],
        planned,
        MONDAY,
        now=NOW,
        payer="bluehollow",
        prices=prices,
        plans=plans,
        closed=closed,
        assumed=read_assumptions(fields.items(), planned),
    )
    return {(one.service_line, one.billed_as, one.self_pay): one for one in found}


def test_each_treatment_stands_by_its_ways_of_billing_and_paid_by_the_patient():
    found = options(*TMS_PRICES, *OWN_PRICES, *SPRAVATO_PRICES, *G_CODES, *KETAMINE)
    assert list(found) == [
        ("tms", "", False),
        ("tms", "", True),
        ("ketamine_iv", "", True),
        ("spravato_medical", "drug and visit", False),
        ("spravato_medical", "one code for drug and observation", False),
        ("spravato_medical", "", True),
    ], "the planned one first"
    assert [one.planned for one in found.values()] == [True] * 2 + [False] * 4
    assert all(one.cost.estimate for one in found.values())


def test_the_treatment_planned_costs_here_what_it_costs_there():
    found = options(*TMS_PRICES, *OWN_PRICES)["tms", "", False]
    assert figures(found.cost) == figures(cost())
    assert found.cost.assumed == []


def test_ketamine_paid_by_the_patient_is_its_price_and_needs_no_plan():
    found = options(*TMS_PRICES, *KETAMINE, facts=[fact("active", NO)])
    ketamine = found["ketamine_iv", "", True]
    assert figures(ketamine.cost) == (6 * 475_00, 6 * 475_00, 8 * 475_00)
    assert ketamine.cost.assumed == []
    assert found["tms", "", False].cost.missing == [
        "A plan that is active on that day: this one is not, as the payer states."
    ]


def test_what_the_clinic_has_no_prices_for_is_left_out_unless_it_is_planned():
    assert list(options(*TMS_PRICES, *OWN_PRICES)) == [("tms", "", False), ("tms", "", True)]
    (spravato,) = options(planned=["spravato_medical"]).values()
    assert (spravato.billed_as, spravato.cost.estimate) == ("drug and visit", None)
    assert spravato.cost.missing[0].startswith("A contract rate or typical allowed amount of J0013")


def test_a_talk_is_no_alternative_to_a_treatment():
    talks = [price("90834", 110), price("99214", 130)]
    assert ("psychotherapy", "", False) not in options(*TMS_PRICES, *OWN_PRICES, *talks)
    assert ("psychotherapy", "", False) in options(*talks, planned=["psychotherapy"])


def test_a_charge_to_plans_is_no_price_of_the_clinic_for_a_patient():
    billed = [price(code, 400, "billed") for code in ("90867", "90868", "90869")]
    assert list(options(*TMS_PRICES, *billed)) == [("tms", "", False)]


def test_a_card_helps_where_the_drug_is_and_a_second_plan_where_a_claim_is_filed():
    found = options(
        *TMS_PRICES,
        *OWN_PRICES,
        *SPRAVATO_PRICES,
        *G_CODES,
        price("96365", 200),
        price("J3490", 15),
        *KETAMINE,
        planned=["spravato_medical"],
        facts=[*SETTLED.values(), fact("covered", YES, line="spravato_medical")],
        **CARD,
        **SECOND,
    )
    of_card = {key: any("savings" in words for words in one.cost.assumed) for key, one in found.items()}
    assert [key for key, has in of_card.items() if has] == [("spravato_medical", "drug and visit", False)]
    of_second = {key: any("second plan" in words for words in one.cost.assumed) for key, one in found.items()}
    assert all(has is not key[2] for key, has in of_second.items())


def test_assumed_sessions_and_days_are_those_of_the_planned_treatment():
    found = options(*TMS_PRICES, *OWN_PRICES, *KETAMINE, sessions="10", start="2026-04-13", weekdays="mon")
    for self_pay in (False, True):
        visits = found["tms", "", self_pay].cost.estimate.visits
        assert (len(visits), visits[0].isoformat(), visits[1].isoformat()) == (10, "2026-04-13", "2026-04-20")
    assert found["ketamine_iv", "", True].cost.estimate.visits[0] == MONDAY


@pytest.mark.parametrize("self_pay", [False, True])
def test_the_first_week_is_told_apart(self_pay):
    it = options(*TMS_PRICES, *OWN_PRICES)["tms", "", self_pay].cost.estimate
    assert it.first_week_cents == sum(one.patient_cents for one in it.sessions[:5])


def test_what_is_known_of_the_plan_speaks_of_all_of_them():
    low, expected, high = figures(options(*SPRAVATO_PRICES)["spravato_medical", "drug and visit", False].cost)
    assert low < expected <= high
    known = [*SETTLED.values(), fact("copay", VALUE, {"cents": 0, "per": None}, line="spravato_medical")]
    assert (
        figures(options(*SPRAVATO_PRICES, facts=known)["spravato_medical", "drug and visit", False].cost)[0]
        <= low
    )


def test_the_routes_of_spravato_stand_side_by_side_and_say_what_somebody_else_bills():
    found = options(*SPRAVATO_PRICES, *G_CODES, lines=LINES, planned=["spravato_medical"])
    routes = {key[0]: one for key, one in found.items() if key[0].startswith("spravato")}
    assert list(routes) == [
        "spravato_medical",
        "spravato_medicare",
        "spravato_pharmacy_benefit",
        "spravato_specialty_pharmacy",
    ]
    by_pharmacy = routes["spravato_pharmacy_benefit"]
    assert by_pharmacy.billed_elsewhere == "the drug, which the pharmacy bills to the pharmacy benefit"
    assert any("which the pharmacy bills" in said for said in by_pharmacy.cost.not_included)
    assert routes["spravato_medical"].billed_elsewhere == ""


def test_maintenance_is_no_treatment_to_begin_with():
    found = {key[0] for key in options(*TMS_PRICES, *OWN_PRICES, lines=LINES)}
    assert {"tms", "tms_theta_burst"} <= found
    assert "tms_maintenance" not in found
    assert ("tms_maintenance", "", False) in options(
        *TMS_PRICES, *OWN_PRICES, lines=LINES, planned=["tms_maintenance"]
    )


def test_a_program_of_the_clinics_own_stands_once_and_only_where_it_is_planned():
    own = price("GRATITUDE", 90, "self_pay")
    assert list(options(own, lines=["gratitude_therapy"])) == []
    (alone,) = options(own, lines=["gratitude_therapy"], planned=["gratitude_therapy"]).values()
    assert (alone.self_pay, figures(alone.cost)) == (True, (540_00,) * 3)
    assert (alone.label, alone.billed_as) == ("Structured gratitude therapy (self-pay)", "")
    (fewer,) = options(own, lines=["gratitude_therapy"], planned=["gratitude_therapy"], sessions="2").values()
    assert figures(fewer.cost) == (180_00,) * 3


def test_a_usual_course_leaves_out_closed_days_here_too():
    tuesday = date(2026, 3, 3)
    for closed in ((), (tuesday,)):
        found = options(*TMS_PRICES, *OWN_PRICES, closed=closed)["tms", "", False]
        assert (tuesday in found.cost.estimate.visits) is not bool(closed)


def test_a_treatment_assumed_to_be_paid_by_the_patient_is_billed_to_the_plan_beside_it():
    found = options(*TMS_PRICES, *OWN_PRICES, self_pay="yes")
    assert list(found) == [("tms", "", False), ("tms", "", True)]
    assert figures(found["tms", "", False].cost) == figures(cost())


def test_what_the_patient_pays_is_by_the_way_the_clinic_has_a_price_of_its_own_for():
    charges = [price("J0013", 20, "billed"), price("99214", 300, "billed")]
    by_code = [price(code, 1100, "self_pay") for code in ("G2082", "G2083")]
    found = options(*charges, *by_code, lines=["spravato_medical"], planned=["spravato_medical"])
    paid = found["spravato_medical", "", True].cost.estimate
    assert {one.code for one in paid.sessions} == {"G2082", "G2083"}


def test_a_course_that_somebody_planned_stands_as_planned_however_it_is_billed():
    outline = Outline(starts_on=MONDAY, sessions=4, billed_as="one code for drug and observation")
    plans = {"spravato_medical": plan_course(LINES["spravato_medical"], outline)}
    found = options(
        *SPRAVATO_PRICES,
        *G_CODES,
        lines=["spravato_medical", "tms"],
        planned=["spravato_medical"],
        plans=plans,
    )
    visits = {key: len(one.cost.estimate.visits) for key, one in found.items()}
    assert visits == {
        ("spravato_medical", "drug and visit", False): 4,
        ("spravato_medical", "one code for drug and observation", False): 4,
        ("spravato_medical", "", True): 4,
    }


def test_without_prices_what_is_missing_is_of_the_way_that_was_planned():
    outline = Outline(starts_on=MONDAY, billed_as="one code for drug and observation")
    plans = {"spravato_medical": plan_course(LINES["spravato_medical"], outline)}
    (found,) = options(lines=["spravato_medical"], planned=["spravato_medical"], plans=plans).values()
    assert found.billed_as == "one code for drug and observation"
    assert "of G208" in found.cost.missing[0]
