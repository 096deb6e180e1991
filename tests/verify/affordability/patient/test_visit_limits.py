"""Visits the plan still pays for: what is stated is read, and a session uses up one, whatever is given in it."""

import pytest

from tests.verify.affordability.patient.test_assumptions import (
    DRUG,
    FIRST_DRUG,
    SPRAVATO,
    SPRAVATO_PRICES,
    VISIT,
)
from tests.verify.affordability.patient.test_assumptions import cost as cost_of
from tests.verify.affordability.patient.test_course_cost import OWN_PRICES as TMS_OWN_PRICES
from tests.verify.affordability.patient.test_course_cost import (
    SETTLED,
    TMS_PRICES,
    VALUE,
    fact,
    figures,
    price,
)
from verify.facts import FactName

OWN_PRICES = [price("J0013", 16, "self_pay"), price("99214", 250, "self_pay")]


def spravato(*limits, sessions="4"):
    """Spravato of which all is known, with these limits; a session is a drug and a visit."""
    known = [one for one in SPRAVATO if one.name.value != "limits"]
    stated = fact("limits", VALUE, list(limits), line="spravato_medical")
    return cost_of([*known, stated], ["spravato_medical"], [*SPRAVATO_PRICES, *OWN_PRICES], sessions=sessions)


def limit(quantity="30", remaining=None, unit="visit"):
    return {"quantity": quantity, "unit": unit, "period": "year", "remaining": remaining}


def test_a_session_of_two_services_uses_up_one_visit_and_beyond_the_limit_neither_is_paid():
    found = spravato(limit(remaining="2"))
    whole = [84 * 16_00, 250_00]
    assert [one.patient_cents for one in found.estimate.sessions] == [
        FIRST_DRUG,
        VISIT,
        DRUG,
        VISIT,
        *whole,
        *whole,
    ]
    assert found.estimate.left.visits_left == 0


def visits_at_first(*limits):
    """Visits left at the start; what a session leaves, and the session."""
    left = spravato(*limits, sessions="1").estimate.left.visits_left
    return None if left is None else left + 1


@pytest.mark.parametrize(
    ("limits", "left"),
    [
        ([limit("30", "7")], 7),
        ([limit("30.0", "7.0")], 7),
        ([limit(30, 7)], 7),
        ([limit(None, "7")], 7),
        ([limit("30", None)], 30),
        ([limit("99999", "99998")], 99998),
        # The fewer of two, whether they are what is left or the whole.
        ([limit("30", "7"), limit("40", "5")], 5),
        ([limit("30", "7"), limit("5", None)], 5),
        ([limit("30", None), limit("40", "5")], 5),
        ([limit("40", "25"), limit("30", "28")], 25),
        # A limit on something else, and what is no number of visits.
        ([limit("30", "7", "hour")], None),
        ([limit("many", "few")], None),
        ([limit("300000", None)], None),
        ([limit(None, None)], None),
    ],
)
def test_visits_are_as_many_as_are_stated(limits, left):
    assert visits_at_first(*limits) == left


@pytest.mark.parametrize(
    "unit", ["visit", "Visits", "session", "sessions", "day", "DAYS", "treatment", "", None]
)
def test_every_unit_that_a_session_uses_up_is_a_limit_on_visits(unit):
    assert visits_at_first(limit("30", "7", unit)) == 7


def test_how_many_are_left_is_asked_where_only_the_limit_is_stated():
    found = spravato(limit("3", None))
    (question,) = found.estimate.questions
    assert question.fact == "visits left"
    assert question.how == "call the plan: how many visits are used this plan year, and what counts?"
    assert (question.answers, question.expected) == (["all 3", "none"], "all 3")
    # Four sessions: with three visits the last is not paid, without any none is.
    whole, first = 84 * 16_00 + 250_00, 56 * 16_00 + 250_00
    paid = FIRST_DRUG + VISIT + 2 * (DRUG + VISIT)
    assert figures(found) == (paid + whole, paid + whole, first + 3 * whole)
    worth = {(one.fact, one.service_line): one.worth_cents for one in found.worth}
    assert worth == {(FactName.LIMITS, "spravato_medical"): question.worth_cents}


def test_a_limit_nobody_spoke_of_is_said_and_one_denied_is_not():
    said = "Whether there is a visit limit is not stated for Spravato (esketamine), medical benefit: reckoned without one."
    silent = spravato(limit("30", "7", "hour"))
    stated = spravato(limit("30", "7"))
    denied = cost_of(SPRAVATO, ["spravato_medical"], SPRAVATO_PRICES, sessions="4")
    assert silent.reckoned_with[0] == said
    assert not any("visit limit" in words for one in (stated, denied) for words in one.reckoned_with)


def test_the_limits_of_two_treatments_are_reckoned_as_one_and_it_is_said():
    known = [one for one in [*SETTLED.values(), *SPRAVATO] if one.name.value != "limits"]
    limits = {
        "tms": fact("limits", VALUE, [limit("30", "20")], line="tms"),
        "spravato_medical": fact("limits", VALUE, [limit("12", "6")], line="spravato_medical"),
    }
    prices = [*TMS_PRICES, *TMS_OWN_PRICES, *SPRAVATO_PRICES, *OWN_PRICES]
    words = "The visit limits of the treatments are reckoned as one, the smallest."
    both = [fact("limits", VALUE, [limit("30")], line=line) for line in limits]
    assert words in cost_of([*known, *both], [*limits], prices, sessions="2").reckoned_with
    for lines, left in (([*limits], 6 - 4), (["tms"], 20 - 2), (["spravato_medical"], 6 - 2)):
        found = cost_of([*known, *limits.values()], lines, prices, sessions="2")
        assert found.estimate.left.visits_left == left
        assert (words in found.reckoned_with) is (len(lines) == 2)


def test_a_treatment_whose_visits_are_not_limited_uses_up_none():
    known = [one for one in [*SETTLED.values(), *SPRAVATO] if one.name.value != "limits"]
    of_tms = fact("limits", VALUE, [limit("30", "3")], line="tms")
    prices = [*TMS_PRICES, *TMS_OWN_PRICES, *SPRAVATO_PRICES, *OWN_PRICES]
    found = cost_of([*known, of_tms], ["tms", "spravato_medical"], prices, sessions="4")
    spent = [one.code for one in found.estimate.sessions if one.why.startswith("visit limit spent")]
    assert (spent, found.estimate.left.visits_left) == (["90868"], 0)


PAID, UNPAID = False, True


@pytest.mark.parametrize(
    ("quantity", "remaining", "this_year", "next_year"),
    [
        ("3", "1", [PAID, UNPAID, UNPAID, UNPAID], [PAID, PAID, PAID, UNPAID]),
        ("3", None, [PAID, PAID, PAID, UNPAID], [PAID, PAID, PAID, UNPAID]),
        # Of how many they are the rest is not said: the next year is not reckoned with more.
        (None, "1", [PAID, UNPAID, UNPAID, UNPAID], [PAID, UNPAID, UNPAID, UNPAID]),
    ],
)
def test_the_next_plan_year_has_the_whole_limit_again(quantity, remaining, this_year, next_year):
    known = [one for one in SPRAVATO if one.name.value != "limits"]
    stated = fact("limits", VALUE, [limit(quantity, remaining)], line="spravato_medical")
    found = cost_of(
        [*known, stated, fact("deductible_total", VALUE, 0), fact("plan_begin", VALUE, "2026-01-01")],
        ["spravato_medical"],
        [*SPRAVATO_PRICES, *OWN_PRICES],
        sessions="8",
        start="2026-12-22",
        weekdays="tue,thu",
    )
    reasons = {one.date: one.why for one in found.estimate.sessions if one.code == "99214"}
    spent = "visit limit spent: the whole price"
    assert [why == spent for why in reasons.values()] == [*this_year, *next_year]


def test_a_limit_of_no_visit_at_all_leaves_none_to_be_paid():
    whole = 56 * 16_00 + 250_00 + 84 * 16_00 + 250_00
    assert figures(spravato(limit("0", None), sessions="2")) == (whole,) * 3
