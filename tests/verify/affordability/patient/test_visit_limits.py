"""Visits the plan still pays for: what is stated is read, and a session uses up one, whatever is given in it."""

from tests.verify.affordability.patient.test_assumptions import (
    DRUG,
    FIRST_DRUG,
    SPRAVATO,
    SPRAVATO_PRICES,
    VISIT,
)
from tests.verify.affordability.patient.test_assumptions import cost as cost_of
from tests.verify.affordability.patient.test_course_cost import VALUE, fact, price

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
