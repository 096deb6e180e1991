"""How far the worksheet is filled in: what is needed, what is known of it, how well, and what makes it usable."""

from datetime import date

import msgspec
import pytest

from tests.verify.findings.known import (
    LINES,
    NO,
    NOW,
    ON,
    SILENT,
    UNKNOWN,
    VALUE,
    YES,
    asked,
    fact,
    filled,
    judged,
    plan,
)
from verify.facts import Confidence, FactName, Level, SourceKind, Standing, Status, Tier
from verify.findings import How, Item, cases_of, judge
from verify.findings.completeness import is_needed, is_ruled_out, look_up
from verify.worksheet import Need, Place, load

#: Everything of the minimum for TMS, each said once.
MINIMUM = [
    plan("plan_name", VALUE, "CHOICE"),
    fact("administrator", NO),
    fact("active", YES),
    fact("in_network", YES),
    fact("covered", YES),
    fact("copay", VALUE, {"cents": 30_00, "per": "visit"}),
    fact("deductible_applies", YES),
    fact("deductible_remaining", VALUE, 100_00),
    fact("out_of_pocket_remaining", VALUE, 1000_00),
    fact("authorization", NO),
]


def items(*facts, **more) -> dict[str, Item]:
    return {item.name: item for item in filled(*facts, **more).items}


def without(name: str) -> list:
    return [one for one in MINIMUM if one.name != name]


def test_with_the_minimum_a_verification_is_usable():
    found = filled(*MINIMUM)
    assert (found.usable, found.missing, found.confidence) == (True, (), Confidence.B)
    assert 0 < found.known < found.needed
    assert found.percent == found.known * 100 // found.needed < 100


@pytest.mark.parametrize("name", [one.name for one in MINIMUM])
def test_without_any_part_of_it_it_is_not(name):
    found = filled(*without(name))
    assert not found.usable
    assert found.confidence is Confidence.C
    if name == FactName.COPAY:
        assert set(found.missing) == {"tms.copay", "tms.coinsurance"}
    elif name == FactName.IN_NETWORK:
        assert set(found.missing) == {"tms.in_network@behavioral", "tms.in_network@medical"}
    else:
        assert len(found.missing) == 1


@pytest.mark.parametrize(
    "worse",
    [
        fact("covered", UNKNOWN),
        fact("covered", YES, expired=True),
        fact("covered", SILENT),
        fact("covered", YES, types="MH"),
    ],
)
def test_what_is_unknown_old_or_of_something_else_is_not_known(worse):
    found = filled(*without("covered"), worse)
    assert found.missing == ("tms.covered",)
    assert (found.usable, found.confidence) == (False, Confidence.C)


def test_what_sources_dispute_is_not_known():
    found = filled(*MINIMUM, fact("covered", NO, kind=SourceKind.LETTER))
    assert found.missing == ("tms.covered",)
    (item,) = [one for one in found.items if one.name == "tms.covered"]
    assert (item.disputed, item.settled, item.standing) == (True, False, Standing.NO)


def test_nothing_known_is_nothing_known():
    found = filled()
    assert (found.known, found.percent, found.usable, found.confidence) == (0, 0, False, Confidence.C)
    assert {item.standing for item in found.items} == {Standing.NOT_ASKED}
    assert {item.confidence for item in found.items} == {Confidence.C}


# --- how well ---------------------------------------------------------------------------------------------


def test_the_weakest_link_of_the_minimum_counts():
    letters = [msgspec.structs.replace(one, source=letter(one)) for one in MINIMUM]
    assert filled(*letters).confidence is Confidence.A
    one_by_card = [
        *without("plan_name"),
        plan("plan_name", VALUE, "CHOICE", kind=SourceKind.CARD),
    ]
    found = filled(*one_by_card)
    assert (found.usable, found.confidence) == (True, Confidence.C)


def letter(one):
    return msgspec.structs.replace(one.source, kind=SourceKind.LETTER, reference="letter")


def test_what_is_only_wanted_weighs_nothing():
    by_patient = plan("product", VALUE, "ppo", kind=SourceKind.PATIENT)
    assert filled(*MINIMUM, by_patient).confidence is Confidence.B
    assert filled(*MINIMUM, by_patient).known == filled(*MINIMUM).known + 1


@pytest.mark.parametrize("reference", ["", "none", "None ", "n/a"])
def test_a_call_without_a_reference_number_is_not_enough(reference):
    told = fact("covered", YES, call_reference=reference)
    found = filled(*without("covered"), told)
    assert found.missing == ("reference",)
    assert (found.usable, found.confidence) == (False, Confidence.C)
    portal = fact("covered", YES, kind=SourceKind.PORTAL)
    assert filled(*without("covered"), portal).usable


def test_a_call_about_what_is_only_wanted_needs_no_reference():
    told = fact("referral", NO, call_reference="")
    assert filled(*MINIMUM, told).usable


# --- what stands for what -----------------------------------------------------------------------------------


def test_a_copay_or_a_coinsurance_is_enough():
    known = items(*MINIMUM)
    assert known["tms.coinsurance"].covered_by == "tms.copay"
    assert known["tms.coinsurance"].is_known
    assert known["tms.copay"].covered_by == ""
    shares = [*without("copay"), fact("coinsurance", VALUE, 2000)]
    assert items(*shares)["tms.copay"].covered_by == "tms.coinsurance"
    assert filled(*shares).usable
    both = items(*MINIMUM, fact("coinsurance", VALUE, 2000))
    assert both["tms.coinsurance"].covered_by == ""


def test_a_disputed_copay_is_not_covered_by_a_coinsurance():
    facts = [
        *MINIMUM,
        fact("copay", VALUE, {"cents": 40_00, "per": "visit"}, kind=SourceKind.PORTAL),
        fact("coinsurance", VALUE, 2000),
    ]
    found = filled(*facts)
    assert found.missing == ("tms.copay",)


def test_coinsurance_out_of_network_does_not_stand_for_the_one_in_network():
    outside = [
        *without("copay"),
        fact("coinsurance", VALUE, 4000, tier=Tier.OUT_OF_NETWORK),
    ]
    assert set(filled(*outside).missing) == {"tms.copay", "tms.coinsurance"}


# --- what is needed -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("facts", "name", "is_there"),
    [
        ([], "tms.authorization_route", False),
        ([fact("authorization", YES)], "tms.authorization_route", True),
        ([fact("authorization", YES)], "tms.taper_included", True),
        ([fact("authorization", NO)], "tms.authorization_route", False),
        ([fact("authorization", UNKNOWN)], "tms.authorization_route", False),
        ([fact("authorization", YES, types="MH")], "tms.authorization_route", False),
        ([], "tms.limits_shared", False),
        ([fact("limits", VALUE, [{"quantity": "20"}])], "tms.limits_shared", True),
        ([fact("limits", NO)], "tms.limits_shared", False),
        ([], "tms.deductible_left", True),
        ([fact("deductible_total", VALUE, 0)], "tms.deductible_left", False),
        ([fact("deductible_total", VALUE, 100)], "tms.deductible_left", True),
        ([fact("deductible_applies", NO)], "tms.deductible_left", False),
        ([plan("deductible_total", VALUE, 0)], "tms.deductible_left", False),
        ([fact("out_of_pocket_total", VALUE, 0)], "tms.out_of_pocket_left", False),
        ([fact("deductible_total", VALUE, 500_00, level=Level.FAMILY)], "tms.deductible_kind", True),
        ([fact("deductible_total", VALUE, 500_00)], "tms.deductible_kind", False),
        ([fact("deductible_applies", YES)], "tms.deductible_first", False),
        (
            [fact("deductible_applies", YES), fact("copay", VALUE, {"cents": 1, "per": None})],
            "tms.deductible_first",
            True,
        ),
        ([fact("in_network", NO)], "tms.single_case_contact", True),
        ([fact("in_network", NO, domain="medical")], "tms.single_case_contact", True),
        ([fact("in_network", YES)], "tms.single_case_contact", False),
        ([plan("other_payer", YES, [{"name": "A"}])], "other_payer_updated", True),
        ([plan("other_payer", NO)], "other_payer_updated", False),
        ([plan("product", VALUE, "marketplace")], "paid_through", True),
        ([plan("product", VALUE, "ppo")], "paid_through", False),
        ([plan("product", VALUE, "medicare")], "medicare_secondary", True),
        # Nothing is asked of what is not needed itself.
        ([fact("out_of_network", YES)], "tms.filing_deadline", False),
        ([fact("in_network", NO), fact("out_of_network", YES)], "tms.filing_deadline", True),
        ([fact("in_network", NO), fact("out_of_network", NO)], "tms.filing_deadline", False),
        ([fact("in_network", NO), fact("out_of_network", YES)], "tms.out_of_network_coinsurance", True),
    ],
)
def test_what_is_known_decides_what_is_needed(facts, name, is_there):
    found = items(*facts)
    assert (name in found) == is_there
    if is_there and not found[name].is_known:
        assert found[name].fact in asked(*facts)


@pytest.mark.parametrize(
    ("facts", "is_needed_now", "is_ruled_out_now"),
    [
        ([], False, False),
        ([fact("authorization", YES)], True, False),
        ([fact("authorization", NO)], False, True),
        ([fact("authorization", UNKNOWN)], False, False),
        ([fact("authorization", NO, expired=True)], False, False),
    ],
)
def test_only_what_is_known_rules_something_out(facts, is_needed_now, is_ruled_out_now):
    (case,) = cases_of(facts, [LINES["tms"]], ON, now=NOW)
    field = load().field(FactName.DECISION_DAYS)
    assert is_needed(case, field) == is_needed_now
    assert is_ruled_out(case, field) == is_ruled_out_now


@pytest.mark.parametrize(
    ("facts", "ruled_out"),
    [
        ([], False),
        ([fact("deductible_total", VALUE, 0)], True),
        ([fact("deductible_total", VALUE, 5)], False),
        ([fact("deductible_applies", UNKNOWN)], False),
    ],
)
def test_what_makes_something_needless_rules_it_out(facts, ruled_out):
    (case,) = cases_of(facts, [LINES["tms"]], ON, now=NOW)
    (field,) = [one for one in load().fields if one.key == "deductible_left"]
    assert is_ruled_out(case, field) == ruled_out


def test_nobody_is_sent_after_what_is_optional():
    names = {item.fact for item in filled().items}
    optional = {field.fact for field in load().fields if field.need is Need.OPTIONAL}
    assert FactName.DEDUCTIBLE_MET in optional - names
    assert not names & {FactName.CLAIMS_TO, FactName.STATE_OF_ISSUE, FactName.DAY_LIMIT}


def test_another_treatment_needs_other_things():
    of_spravato = {item.fact for item in filled(line="spravato_medical").items}
    assert {FactName.DRUG_BENEFIT, FactName.SITE_CERTIFIED} <= of_spravato
    assert FactName.TAPER_INCLUDED not in of_spravato
    assert "spravato_medical.drug_benefit" in filled(line="spravato_medical").missing


# --- where it is looked up ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "name", "standing"),
    [
        # Of a service type: what it costs and whether it is covered is decided by code.
        (fact("copay", VALUE, {"cents": 1, "per": None}, types="MH"), "tms.copay", Standing.NOT_ASKED),
        (fact("authorization", NO, types="MH"), "tms.authorization", Standing.NOT_ASKED),
        (fact("active", YES, types="MH"), "tms.active", Standing.YES),
        (fact("limits", NO, types="MH"), "tms.limits", Standing.NO),
        (fact("deductible_remaining", VALUE, 5, types="MH"), "tms.deductible_left", Standing.VALUE),
        (plan("deductible_remaining", VALUE, 5), "tms.deductible_left", Standing.VALUE),
        (plan("out_of_pocket_total", VALUE, 5), "tms.out_of_pocket_total", Standing.VALUE),
        (plan("deductible_remaining", SILENT), "tms.deductible_left", Standing.NOT_ASKED),
        (plan("active", YES), "tms.active", Standing.NOT_ASKED),
        (plan("plan_name", VALUE, "A"), "plan_name", Standing.VALUE),
        (fact("in_network", YES), "tms.in_network@medical", Standing.YES),
        (fact("in_network", NO, domain="medical"), "tms.in_network@medical", Standing.NO),
        (fact("in_network", NO, domain="medical"), "tms.in_network@behavioral", Standing.NOT_ASKED),
    ],
)
def test_a_field_is_known_from_what_may_speak_of_it(one, name, standing):
    assert items(one)[name].standing is standing


def test_a_line_its_payer_does_not_decide_by_code_takes_what_is_said_of_its_kind():
    told = fact("copay", VALUE, {"cents": 1, "per": None}, types="MH")
    assert items(told, line="psychotherapy")["psychotherapy.copay"].standing is Standing.VALUE


def test_what_the_line_says_goes_before_the_plan():
    own, general = fact("deductible_remaining", VALUE, 5), plan("deductible_remaining", VALUE, 9)
    assert items(own, general)["tms.deductible_left"].fact_key == own.key
    silent = fact("deductible_remaining", SILENT, types="MH")
    assert items(silent, general)["tms.deductible_left"].fact_key == general.key


OUTSIDE = [fact("in_network", NO), fact("out_of_network", YES)]


@pytest.mark.parametrize(
    ("name", "value", "field"),
    [
        ("coinsurance", 4000, "tms.out_of_network_coinsurance"),
        ("deductible_remaining", 900_00, "tms.out_of_network_deductible_left"),
    ],
)
def test_what_it_costs_out_of_network_is_known_from_what_was_said_of_that(name, value, field):
    inside, outside = fact(name, VALUE, value), fact(name, VALUE, value, tier=Tier.OUT_OF_NETWORK)
    assert items(*OUTSIDE, inside)[field].standing is Standing.NOT_ASKED
    assert items(*OUTSIDE, outside)[field].fact_key == outside.key


def test_what_it_costs_out_of_network_is_asked_as_that():
    """The same fact in network is known, and nobody asks for it again."""
    known = [fact("coinsurance", VALUE, 2000), fact("deductible_remaining", VALUE, 100_00)]
    by_fact = {one.fact: one for one in judged(*OUTSIDE, *known).questions}
    share, left = by_fact[FactName.COINSURANCE], by_fact[FactName.DEDUCTIBLE_REMAINING]
    assert share.text == ("What coinsurance does the patient pay out of network for 90867, 90868 and 90869?")
    assert left.text == ("How much of the individual deductible is left out of network, and as of what date?")
    assert (share.how, left.how) == (How.PHONE, How.PHONE), "no portal has it"
    main = {one.fact: one for one in judged().questions}[FactName.DEDUCTIBLE_REMAINING]
    assert (main.how, "out of network" in main.text) == (How.PORTAL, False)


def test_an_item_shows_what_is_old_and_what_nobody_asked():
    old = items(fact("covered", YES, expired=True))["tms.covered"]
    assert (old.stale, old.settled, old.standing) == (True, False, Standing.YES)
    new = items(fact("covered", YES))["tms.covered"]
    assert (new.stale, new.settled) == (False, True)
    unasked = items()["tms.covered"]
    assert (unasked.stale, unasked.fact_key) == (False, "")


def test_the_plans_deductible_out_of_network_stands_for_the_treatments():
    field = "tms.out_of_network_deductible_left"
    plans_own = fact("deductible_remaining", VALUE, 900_00, types="30", tier=Tier.OUT_OF_NETWORK)
    assert items(*OUTSIDE, plans_own)[field].fact_key == plans_own.key
    in_network = fact("deductible_remaining", VALUE, 100_00, types="30")
    assert items(*OUTSIDE, in_network)[field].standing is Standing.NOT_ASKED


@pytest.mark.parametrize("more", [{}, {"types": "30"}, {"types": "MH"}])
def test_the_familys_amounts_are_looked_up_as_the_familys(more):
    person = fact("deductible_remaining", VALUE, 100_00, **more)
    family = fact("deductible_remaining", VALUE, 300_00, level=Level.FAMILY, **more)
    (case,) = cases_of([person, family], [LINES["tms"]], ON, now=NOW)
    (field,) = [one for one in load().fields if one.key == "family_deductible_left"]
    assert look_up(case, field, Place()).fact == family
    (alone,) = cases_of([person], [LINES["tms"]], ON, now=NOW)
    assert look_up(alone, field, Place()).fact is None


def test_who_holds_the_pharmacy_benefit_is_looked_up_by_its_domain():
    from verify.facts import About

    held = fact("held_by", YES, {"name": "Example Rx"})
    held = msgspec.structs.replace(held, about=About(domain="pharmacy"))
    (case,) = cases_of([held], [LINES["spravato_medical"]], ON, now=NOW)
    (field,) = [one for one in load().fields if one.key == "held_by_pharmacy"]
    assert look_up(case, field, Place()).fact == held
    (other,) = [one for one in load().fields if one.key == "held_by_utilization"]
    assert look_up(case, other, Place()).standing is Standing.NOT_ASKED


def test_an_item_says_what_it_is_about():
    drug = items(line="spravato_medical")["spravato_medical.in_network@medical-drug"]
    assert (drug.domain, drug.codes, drug.service_line) == ("medical", "drug", "spravato_medical")
    assert drug.label == "Are we in network for these codes? (as a medical provider: J0013, G2082, G2083)"
    assert drug.section == "E"
    assert (drug.need, drug.how) == (Need.MINIMUM, How.PHONE)
    whole = items()["tms.in_network@medical"]
    assert whole.label == "Are we in network for these codes? (as a medical provider)"
    name = items()["plan_name"]
    assert (name.service_line, name.domain, name.label) == ("", "", "Plan name")


def test_where_it_is_known_which_benefit_pays_one_network_is_enough():
    known = items(fact("processed_under", VALUE, "behavioral"))
    assert "tms.in_network@behavioral" in known
    assert "tms.in_network@medical" not in known


# --- what follows from it -----------------------------------------------------------------------------------


def test_every_open_field_is_a_question_and_no_known_one_is():
    judgement = judged(*MINIMUM)
    (found,) = judgement.completeness
    open_facts = {item.fact for item in found.items if not item.is_known}
    assert open_facts <= {question.fact for question in judgement.questions}
    assert not {"plan_name", "covered", "copay", "coinsurance"} & {one.fact for one in judgement.questions}


def test_questions_stand_in_the_order_of_the_calls_each_once():
    judgement = judged(line="spravato_medical")
    places = [load().order(question.fact) for question in judgement.questions]
    assert places == sorted(places)
    keys = [(question.fact, question.service_line) for question in judgement.questions]
    assert len(keys) == len(set(keys))
    scripts = list(dict.fromkeys(question.script for question in judgement.questions))
    assert scripts == ["payer", "pharmacy", "hub"]
    numbered = {question.fact: question.line for question in judgement.questions}
    assert (numbered[FactName.ACTIVE], numbered[FactName.DRUG_BENEFIT]) == (2, 11)


def test_a_question_about_the_plan_is_of_no_line():
    by_fact = {question.fact: question for question in judged().questions}
    assert by_fact[FactName.PLAN_YEAR_BEGINS].service_line == ""
    assert by_fact[FactName.COPAY].service_line == "tms"


def test_how_it_is_learned_is_said():
    by_fact = {question.fact: question.how for question in judged(line="spravato_medical").questions}
    assert by_fact[FactName.BUY_AND_BILL] is How.CONTRACT
    assert by_fact[FactName.SITE_CERTIFIED] is How.CLINIC
    assert by_fact[FactName.PRODUCT] is How.PORTAL
    assert by_fact[FactName.COVERED] is How.PHONE


def test_what_two_sources_dispute_after_a_call_is_asked_in_writing():
    called, portal = fact("covered", YES), fact("covered", NO, kind=SourceKind.PORTAL)
    (question,) = [one for one in judged(called, portal).questions if one.fact == "covered"]
    assert question.how is How.LETTER
    assert question.text.startswith("In writing, because sources disagree: Are 90867")
    letter, card = (
        fact("covered", YES, kind=SourceKind.LETTER),
        fact("covered", NO, kind=SourceKind.CARD),
    )
    (question,) = [one for one in judged(letter, card).questions if one.fact == "covered"]
    assert question.how is How.PHONE
    assert question.text.startswith("Are 90867")


def test_the_summary_is_that_of_the_line_of_which_least_is_known():
    facts = [*MINIMUM, fact("active", YES, line="psychotherapy")]
    both = judge(facts, [LINES["tms"], LINES["psychotherapy"]], ON, now=NOW)
    first, second = both.completeness
    assert (first.usable, second.usable) == (True, False)
    assert both.summary.known_percent == min(first.percent, second.percent)
    assert (both.summary.usable, both.summary.confidence) == (False, "C")
    alone = judge(facts, [LINES["tms"]], ON, now=NOW).summary
    assert (alone.usable, alone.confidence) == (True, "B")


def test_a_hundred_percent_is_said_of_what_is_complete_alone():
    found = filled(*MINIMUM)
    nearly = msgspec.structs.replace(found, known=199, needed=200)
    assert nearly.percent == 99
    assert msgspec.structs.replace(found, known=200, needed=200).percent == 100
    assert msgspec.structs.replace(found, known=0, needed=0).percent == 100


def test_a_derived_fact_is_known_and_not_well():
    derived = fact("active", YES, status=Status.DERIVED)
    found = filled(*without("active"), derived)
    assert (found.usable, found.confidence) == (True, Confidence.C)
    assert date(2026, 12, 7) == ON
