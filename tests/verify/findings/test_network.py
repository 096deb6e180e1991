"""The two-network trap: in network for one benefit says nothing of another."""

import pytest

from tests.verify.findings.known import NO, SILENT, UNKNOWN, VALUE, YES, Service, asked, course, fact, finding
from verify.facts import SourceKind, Status

BEHAVIORAL, MEDICAL = {"domain": "behavioral"}, {"domain": "medical"}


def network(standing=YES, **more):
    return fact("in_network", standing, **more)


@pytest.mark.parametrize(
    ("facts", "conclusion"),
    [
        ([], "not_stated"),
        ([network(SILENT)], "not_stated"),
        ([network(UNKNOWN)], "unknown"),
        ([network()], "in_network"),
        ([network(NO)], "out_of_network"),
        ([network(**BEHAVIORAL), network(**MEDICAL)], "in_network"),
        ([network(NO, **BEHAVIORAL), network(NO, **MEDICAL)], "out_of_network"),
        ([network(**BEHAVIORAL), network(NO, **MEDICAL)], "in_part"),
        ([network(**BEHAVIORAL)], "partly_stated"),
        ([network(**BEHAVIORAL), network(UNKNOWN, **MEDICAL)], "partly_stated"),
        ([network(NO, **MEDICAL)], "in_part"),
        ([network(), network(NO, **MEDICAL)], "in_part"),
        ([network(UNKNOWN, **MEDICAL)], "unknown"),
    ],
)
def test_each_benefit_has_an_answer_of_its_own(facts, conclusion):
    assert finding("network", *facts).conclusion == conclusion


@pytest.mark.parametrize(
    ("under", "conclusion"),
    [("behavioral", "in_network"), ("medical", "out_of_network"), ("pharmacy", "in_part")],
)
def test_where_it_is_known_which_benefit_pays_only_that_one_counts(under, conclusion):
    facts = [network(**BEHAVIORAL), network(NO, **MEDICAL), fact("processed_under", VALUE, under)]
    assert finding("network", *facts).conclusion == conclusion


def test_what_disagrees_about_the_benefit_decides_nothing():
    facts = [
        network(**BEHAVIORAL),
        network(NO, **MEDICAL),
        fact("processed_under", VALUE, "behavioral"),
        fact("processed_under", VALUE, "medical", kind=SourceKind.PORTAL),
    ]
    assert finding("network", *facts).conclusion == "in_part"


def test_the_trap_is_told_in_a_sentence():
    found = finding("network", network(**BEHAVIORAL), network(NO, **MEDICAL))
    assert "in network as a behavioral provider; out of network as a medical provider." in found.sentence
    assert found.sentence.endswith("depends on the benefit that 90867, 90868 and 90869 are paid from.")
    assert "processed_under" in asked(network(**BEHAVIORAL), network(NO, **MEDICAL))


def test_of_a_drug_and_a_visit_what_is_billed_outside_is_paid_so():
    facts = [
        network(line="spravato_medical", domain="behavioral", codes="visit"),
        network(NO, line="spravato_medical", domain="medical", codes="drug"),
    ]
    found = finding("network", *facts, line="spravato_medical")
    assert found.conclusion == "in_part"
    assert "out of network as a medical provider (J0013, G2082, G2083)" in found.sentence
    assert "in network as a behavioral provider (99213, 99214, 99417)" in found.sentence
    assert found.sentence.endswith("What is billed out of network is paid so, whatever was authorized.")
    assert "out_of_network" in asked(*facts, line="spravato_medical")


def test_the_codes_are_those_that_are_planned():
    planned = course(4, services=[Service("J0013", 56), Service("99214")])
    facts = [network(NO, line="spravato_medical", domain="medical", codes="drug")]
    found = finding("network", *facts, line="spravato_medical", planned=planned)
    assert "(J0013)" in found.sentence
    assert "not stated as a behavioral provider (99214)" in found.sentence
    assert "in_network" in asked(*facts, line="spravato_medical", planned=planned)


def test_a_benefit_alone_answers_for_its_codes():
    facts = [
        network(line="spravato_medical", domain="behavioral"),
        network(line="spravato_medical", codes="drug"),
    ]
    assert finding("network", *facts, line="spravato_medical").conclusion == "in_network"


def test_an_answer_for_the_whole_treatment_holds_for_each_group_of_its_codes():
    whole = network(line="spravato_medical")
    assert finding("network", whole, line="spravato_medical").conclusion == "in_network"
    outside = network(NO, line="spravato_medical", domain="medical", codes="drug")
    assert finding("network", whole, outside, line="spravato_medical").conclusion == "in_part"


@pytest.mark.parametrize(
    ("provider", "conclusion", "who"),
    [
        (YES, "in_network", "we are in"),
        (NO, "out_of_network", "the treating provider is out"),
        (SILENT, "in_network", "we are in"),
    ],
)
def test_a_provider_out_of_network_takes_the_visit_with_it(provider, conclusion, who):
    facts = [network(line="psychotherapy"), fact("provider_in_network", provider, line="psychotherapy")]
    found = finding("network", *facts, line="psychotherapy")
    assert found.conclusion == conclusion
    assert who in found.sentence


def test_the_provider_is_asked_for_beside_the_clinic():
    assert {"in_network", "provider_in_network"} <= asked()
    assert "provider_in_network" in asked(network())
    assert "in_network" not in asked(network())


def test_what_is_disputed_is_no_answer():
    disputed = [network(), network(NO, kind=SourceKind.PORTAL)]
    found = finding("network", *disputed)
    assert (found.conclusion, found.status) == ("in_network", Status.AMBIGUOUS)
    assert "in_network" in asked(*disputed)
