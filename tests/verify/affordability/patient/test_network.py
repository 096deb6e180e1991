"""In network for one benefit or group of codes and not for another: each is reckoned as it was said."""

import msgspec
import pytest

from tests.verify.affordability.patient.test_assumptions import SPRAVATO, SPRAVATO_PRICES, cost
from tests.verify.affordability.patient.test_course_cost import (
    NO,
    OWN_PRICES,
    SETTLED,
    SILENT,
    TMS_PRICES,
    UNKNOWN,
    VALUE,
    YES,
    asked,
    fact,
    figures,
    price,
)
from verify.facts import SourceKind

#: Four sessions at $350 and three times $250, of which $900 are the deductible's, and 20 % of the other $200.
IN = 940_00
#: The clinic's own price of them: $450 and three times $350.
WHOLE = 1500_00
#: The deductible, and 20 % of the other $600 of the whole charge.
OF_THE_CHARGE = 1020_00


def network(standing, domain="", codes="", line="tms", name="in_network", **more):
    made = fact(name, standing, line=line, **more)
    return msgspec.structs.replace(
        made, about=msgspec.structs.replace(made.about, domain=domain, codes=codes)
    )


def four_of_tms(*facts, prices=None):
    known = [one for name, one in SETTLED.items() if name != "in_network"]
    return cost([*known, *facts], ["tms"], prices or [*TMS_PRICES, *OWN_PRICES], sessions="4")


def two_of_spravato(*facts, visit=("contract", 230)):
    """The drug for 20 % of $784 and $1,176, which is $392; the visits for $46 each, or at the clinic's $290."""
    known = [one for one in SPRAVATO if one.name != "in_network"]
    prices = [price("J0013", 14), price("99214", visit[1], visit[0]), price("99214", 290, "self_pay")]
    return cost([*known, *facts], ["spravato_medical"], prices, sessions="2")


def drug(standing):
    return network(standing, "medical", "drug", "spravato_medical")


def visit(standing):
    return network(standing, "behavioral", "visit", "spravato_medical")


def test_in_network_as_one_kind_of_provider_and_not_as_the_other_is_reckoned_both_ways():
    found = four_of_tms(network(YES, "behavioral"), network(NO, "medical"))
    assert figures(found) == (IN, WHOLE, WHOLE)
    assert asked(found) == {"is the clinic in network?": WHOLE - IN}
    assert (found.if_covered.low_cents, found.if_covered.high_cents) == (IN, IN)


def test_a_contract_rate_does_not_outweigh_a_no():
    found = four_of_tms(network(YES), network(NO, "medical"))
    assert figures(found) == (IN, WHOLE, WHOLE)
    assert not any("contract rate" in said for said in found.reckoned_with)


def test_the_benefit_that_the_codes_are_paid_from_decides():
    both = [network(YES, "behavioral"), network(NO, "medical")]
    behavioral, medical = (
        four_of_tms(*both, fact("processed_under", VALUE, domain, line="tms"))
        for domain in ("behavioral", "medical")
    )
    assert (figures(behavioral), asked(behavioral)) == ((IN, IN, IN), {})
    assert figures(medical) == (OF_THE_CHARGE, WHOLE, WHOLE)
    assert asked(medical) == {"what is paid out of network": WHOLE - OF_THE_CHARGE}


def test_a_no_of_last_season_is_asked_again_and_still_expected():
    found = four_of_tms(network(NO, days_ago=40))
    assert figures(found) == (IN, WHOLE, WHOLE)


def test_a_yes_of_last_season_is_carried_by_the_contract_rate():
    assert figures(four_of_tms(network(YES, days_ago=40))) == (IN, IN, IN)


def test_a_payer_that_cannot_say_leaves_it_open_and_yes_is_expected():
    found = four_of_tms(network(UNKNOWN))
    assert figures(found) == (IN, IN, WHOLE)


def test_the_visit_may_be_out_of_network_while_the_drug_is_in():
    found = two_of_spravato(drug(YES), visit(NO))
    assert figures(found) == (392_00 + 2 * 58_00, 392_00 + 2 * 290_00, 392_00 + 2 * 290_00)
    (question,) = found.estimate.questions
    assert question.fact == "what is paid out of network"
    assert question.how.startswith("call the plan: what is allowed out of network for 99214, ")
    assert [one.why for one in found.estimate.sessions if one.code == "J0013"] == [
        "coinsurance $156.80 (20 %)",
        "coinsurance $235.20 (20 %)",
    ]


def test_what_was_said_of_the_drug_says_nothing_of_the_visit():
    found = two_of_spravato(drug(YES), visit=("typical", 230))
    assert figures(found) == (392_00 + 2 * 46_00, 392_00 + 2 * 46_00, 392_00 + 2 * 290_00)
    assert asked(found) == {"is the clinic in network?": 2 * 244_00}


def test_where_a_contract_rate_stands_for_some_of_the_codes_they_are_named():
    found = two_of_spravato(drug(YES))
    assert figures(found) == (484_00,) * 3
    assert any("in network for 99214, because the price list has" in said for said in found.reckoned_with)
    (all_of_it,) = (said for said in four_of_tms().reckoned_with if "contract rate" in said)
    assert ": in network, because the price list has a contract rate" in all_of_it


def test_only_what_may_be_out_of_network_needs_a_price_of_the_clinic():
    known = [one for one in SPRAVATO if one.name != "in_network"]
    found = cost([*known, drug(YES), visit(NO)], ["spravato_medical"], SPRAVATO_PRICES, sessions="2")
    assert found.missing == ["The clinic’s own price of 99214, valid on 2026-03-02"]


def treating(standing, *part, **more):
    return network(standing, *part, name="provider_in_network", **more)


def test_a_treating_provider_out_of_network_leaves_it_open_where_the_clinic_is_in():
    for clinic in ([network(YES)], []):
        found = four_of_tms(*clinic, treating(NO))
        assert figures(found) == (IN, WHOLE, WHOLE)
        assert asked(found) == {"is the clinic in network?": WHOLE - IN}


def test_of_a_clinic_that_is_out_the_treating_provider_says_nothing_more():
    assert figures(four_of_tms(network(NO), treating(YES))) == (OF_THE_CHARGE, WHOLE, WHOLE)
    assert figures(four_of_tms(network(NO), treating(NO))) == (OF_THE_CHARGE, WHOLE, WHOLE)


@pytest.mark.parametrize("standing", [YES, UNKNOWN])
def test_a_treating_provider_nobody_says_no_of_does_not_settle_or_unsettle_it(standing):
    assert figures(four_of_tms(network(YES), treating(standing))) == (IN, IN, IN)
    assert figures(four_of_tms(network(UNKNOWN), treating(standing))) == (IN, IN, WHOLE)


def test_who_treats_may_be_out_of_network_for_the_visit_alone():
    of_visit = treating(NO, "behavioral", "visit", line="spravato_medical")
    found = two_of_spravato(drug(YES), visit(YES), of_visit)
    assert figures(found) == (484_00, 392_00 + 2 * 290_00, 392_00 + 2 * 290_00)


def read_in_a_portal(one):
    source = msgspec.structs.replace(one.source, kind=SourceKind.PORTAL, reference="page")
    return msgspec.structs.replace(one, source=source)


@pytest.mark.parametrize("of_whom", [network, treating])
def test_two_sources_that_disagree_of_the_same_leave_it_open(of_whom):
    in_dispute = [of_whom(YES), read_in_a_portal(of_whom(NO))]
    assert figures(four_of_tms(network(YES), *in_dispute)) == (IN, WHOLE, WHOLE)


def test_an_answer_without_a_word_on_it_is_carried_by_the_contract_rate():
    assert figures(four_of_tms(network(SILENT))) == (IN, IN, IN)
