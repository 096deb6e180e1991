"""What was told of the amounts and the place is said beside the figures, and the day that was told counts."""

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
)

FEE = "Transcranial magnetic stimulation (TMS): the second amount that is due for the place"
CLAIMS = "Claims in process, which the amounts do not count yet"


def tms(*facts, **fields):
    new = {one.name.value for one in facts}
    kept = [one for name, one in SETTLED.items() if name not in new]
    return cost([*kept, *facts], ["tms"], [*TMS_PRICES, *OWN_PRICES], **{"sessions": "5", **fields})


def beside(found, words):
    return [one for one in found.not_included if one.startswith(words)]


@pytest.mark.parametrize(
    ("note", "words"),
    [(None, f"{FEE}."), ("$120 in the hospital", f"{FEE} ($120 in the hospital).")],
)
def test_a_second_amount_for_the_place_is_in_no_figure_and_said_so(note, words):
    found = tms(fact("facility_fee", YES, note, line="tms"))
    assert beside(found, FEE) == [words]
    assert figures(found) == figures(tms())


def test_where_none_is_due_or_the_plan_pays_nothing_nothing_is_said_of_it():
    assert beside(tms(fact("facility_fee", NO, line="tms")), FEE) == []
    assert beside(tms(), FEE) == []
    excluded = [fact("covered", NO, line="tms"), fact("facility_fee", YES, line="tms")]
    assert beside(tms(*excluded), FEE) == []


@pytest.mark.parametrize(
    ("told", "fields", "said"),
    [
        ([fact("drug_benefit", VALUE, "pharmacy", line="spravato_medical")], {}, True),
        ([fact("drug_benefit", VALUE, "medical", line="spravato_medical")], {}, False),
        ([fact("drug_benefit", VALUE, "either", line="spravato_medical")], {}, False),
        ([fact("drug_benefit", VALUE, "pharmacy", line="spravato_medical")], {"self_pay": "yes"}, False),
        ([], {}, False),
    ],
)
def test_figures_for_a_drug_that_another_benefit_pays_say_so(told, fields, said):
    """The finding beside them says that the clinic is not to buy it."""
    prices = [*SPRAVATO_PRICES, *OWN_PRICES]
    found = cost([*SPRAVATO, *told], ["spravato_medical"], prices, **{"sessions": "2", **fields})
    notes = found.estimate.notes if found.estimate else found.missing
    assert any("is said to be under the pharmacy benefit" in note for note in notes) == said


@pytest.mark.parametrize("line", ["spravato_specialty_pharmacy", "spravato_pharmacy_benefit"])
def test_a_drug_that_somebody_else_bills_is_in_no_figure_to_begin_with(line):
    told = [
        fact("drug_benefit", VALUE, "pharmacy", line=line),
        fact("covered", YES, line=line),
        fact("in_network", YES, line=line),
    ]
    found = cost([*SPRAVATO, *told], [line], SPRAVATO_PRICES, sessions="2")
    assert found.estimate is not None
    assert not any("under the pharmacy benefit" in note for note in found.estimate.notes)


def test_claims_in_process_may_have_lowered_what_is_left():
    found = tms(fact("claims_in_process", YES))
    assert len(beside(found, CLAIMS)) == 1
    assert figures(found) == figures(tms())


def test_claims_that_were_in_process_long_ago_are_not_any_more():
    assert beside(tms(fact("claims_in_process", YES, days_ago=40)), CLAIMS) == []
    assert beside(tms(fact("claims_in_process", NO)), CLAIMS) == []


def test_to_a_patient_who_pays_without_a_claim_they_are_nothing():
    assert beside(tms(fact("claims_in_process", YES), self_pay="yes"), CLAIMS) == []


def test_amounts_are_as_old_as_the_day_that_was_told_with_them():
    told = fact("accumulators_as_of", VALUE, "2026-02-18")
    found = tms(told)
    # $900 and 20 % of $450; or everything is met since.
    assert figures(found) == (0, 990_00, 990_00)
    assert any("12 days old" in question for question in asked(found))


def test_the_day_of_another_source_says_nothing_of_them():
    of_a_call = fact("accumulators_as_of", VALUE, "2026-02-18", days_ago=1)
    assert figures(tms(of_a_call)) == (990_00,) * 3


def test_a_day_that_is_still_to_come_is_today():
    assert figures(tms(fact("accumulators_as_of", VALUE, "2026-12-31"))) == (990_00,) * 3
