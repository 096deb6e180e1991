"""The gates of Spravato: which benefit, who buys, and the REMS."""

from datetime import date, timedelta

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
    course,
    fact,
    finding,
    has,
)
from verify.catalogue import BenefitDomain
from verify.findings import cases_of
from verify.findings.buy_and_bill import buy_and_bill
from verify.findings.drug_benefit import drug_benefit

LINE = "spravato_medical"
BY_PHARMACY = msgspec.structs.replace(
    LINES[LINE], benefit=msgspec.structs.replace(LINES[LINE].benefit, domain=BenefitDomain.PHARMACY)
)


def said(name, standing=YES, value=None, **more):
    return fact(name, standing, value, line=LINE, **more)


def benefit(word):
    return said("drug_benefit", VALUE, word)


@pytest.mark.parametrize("rule", ["drug_benefit", "buy_and_bill", "rems"])
@pytest.mark.parametrize("line", ["tms", "ketamine_iv", "psychotherapy"])
def test_other_treatments_have_no_such_gate(rule, line):
    assert not has(rule, line=line)
    assert has(rule, line=LINE)


@pytest.mark.parametrize(
    ("facts", "conclusion", "words"),
    [
        ([], "not_stated", "is not stated."),
        ([said("drug_benefit", SILENT)], "not_stated", "is not stated."),
        ([said("drug_benefit", UNKNOWN)], "unknown", "cannot say"),
        (
            [benefit("medical")],
            "fits",
            "the drug is under the medical benefit; Spravato (esketamine), medical benefit fits.",
        ),
        ([benefit("either")], "fits", "the drug is under either benefit"),
        ([benefit("pharmacy")], "other_benefit", "the drug is under the pharmacy benefit, and Spravato"),
    ],
)
def test_the_drugs_benefit_is_held_against_the_planned_way(facts, conclusion, words):
    found = finding("drug_benefit", *facts, line=LINE)
    assert found.conclusion == conclusion
    assert words in found.sentence
    assert ("drug_benefit" in asked(*facts, line=LINE)) == (conclusion in ("not_stated", "unknown"))


@pytest.mark.parametrize(
    ("word", "conclusion"), [("pharmacy", "fits"), ("either", "fits"), ("medical", "other_benefit")]
)
def test_of_a_line_of_the_pharmacy_benefit_it_is_the_other_way_round(word, conclusion):
    (case,) = cases_of([benefit(word)], [BY_PHARMACY], ON, now=NOW)
    made = drug_benefit(case)
    assert made is not None
    assert made.finding.conclusion == conclusion


PHARMACY = said("rems_pharmacy", YES, {"name": "Example Rx", "payer_id": None, "phone": None})


@pytest.mark.parametrize(
    ("facts", "conclusion", "words"),
    [
        ([], "not_stated", "is not stated; do not buy it before."),
        ([said("buy_and_bill", UNKNOWN)], "unknown", "could not be told; do not buy it before."),
        (
            [said("buy_and_bill", YES)],
            "may_buy",
            "By the clinic's contract the drug may be bought and billed.",
        ),
        ([said("buy_and_bill", NO)], "must_not_buy", "from a certified pharmacy; which one is not stated."),
        ([said("buy_and_bill", NO), PHARMACY], "must_not_buy", "It comes from Example Rx."),
        ([benefit("pharmacy")], "must_not_buy", "The drug is not to be bought by the clinic."),
        ([benefit("pharmacy"), said("buy_and_bill", YES)], "may_buy", "may be bought"),
        ([benefit("either")], "not_stated", "do not buy it before"),
        ([benefit("medical")], "not_stated", "do not buy it before"),
    ],
)
def test_nobody_buys_a_drug_before_it_is_known_that_it_may_be_billed(facts, conclusion, words):
    found = finding("buy_and_bill", *facts, line=LINE)
    assert found.conclusion == conclusion
    assert words in found.sentence


def test_which_pharmacy_is_asked_where_the_drug_comes_from_one():
    assert "rems_pharmacy" in asked(said("buy_and_bill", NO), line=LINE)
    assert "rems_pharmacy" not in asked(said("buy_and_bill", NO), PHARMACY, line=LINE)
    assert "rems_pharmacy" in asked(benefit("pharmacy"), line=LINE)
    assert "buy_and_bill" not in asked(benefit("pharmacy"), line=LINE)
    assert "buy_and_bill" in asked(benefit("medical"), line=LINE)
    assert "rems_pharmacy" not in asked(benefit("medical"), line=LINE)


@pytest.mark.parametrize("named", [NO, None])
def test_a_pharmacy_without_a_name_is_none(named):
    nameless = said("rems_pharmacy", YES, {"name": None}) if named is None else said("rems_pharmacy", NO)
    found = finding("buy_and_bill", said("buy_and_bill", NO), nameless, line=LINE)
    assert "which one is not stated" in found.sentence


def test_a_line_of_the_pharmacy_benefit_is_not_bought_by_the_clinic():
    (case,) = cases_of([], [BY_PHARMACY], ON, now=NOW)
    made = buy_and_bill(case)
    assert made is not None
    assert made.finding.conclusion == "must_not_buy"


CERTIFIED = said("site_certified", YES)


def enrolled(day: date):
    return said("rems_enrolled", VALUE, day.isoformat())


@pytest.mark.parametrize(
    ("facts", "conclusion"),
    [
        ([], "not_stated"),
        ([CERTIFIED], "not_stated"),
        ([enrolled(ON)], "not_stated"),
        ([CERTIFIED, enrolled(ON)], "ready"),
        ([CERTIFIED, enrolled(ON + timedelta(days=1))], "stop"),
        ([said("site_certified", NO), enrolled(ON)], "stop"),
        ([said("site_certified", NO)], "stop"),
        ([said("site_certified", UNKNOWN), enrolled(ON)], "unknown"),
        ([CERTIFIED, said("rems_enrolled", UNKNOWN)], "unknown"),
    ],
)
def test_no_session_begins_before_site_and_patient_are_enrolled(facts, conclusion):
    assert finding("rems", *facts, line=LINE).conclusion == conclusion


def test_the_first_session_is_that_of_the_course():
    later = course(4, first=ON + timedelta(days=10))
    facts = [CERTIFIED, enrolled(ON + timedelta(days=5))]
    assert finding("rems", *facts, line=LINE).conclusion == "stop"
    assert finding("rems", *facts, line=LINE, planned=later).conclusion == "ready"


@pytest.mark.parametrize(
    ("facts", "words", "wanted"),
    [
        (
            [],
            "that the site is certified and that the patient is enrolled",
            {"site_certified", "rems_enrolled"},
        ),
        ([CERTIFIED], "for the REMS: that the patient is enrolled.", {"rems_enrolled"}),
        ([enrolled(ON)], "for the REMS: that the site is certified.", {"site_certified"}),
    ],
)
def test_what_is_missing_is_named_and_asked(facts, words, wanted):
    found = finding("rems", *facts, line=LINE)
    assert words in found.sentence
    assert found.sentence.endswith("Without it the session cannot begin.")
    assert asked(*facts, line=LINE) & {"site_certified", "rems_enrolled"} == wanted


def test_the_days_of_a_stop_are_told():
    found = finding("rems", CERTIFIED, enrolled(date(2026, 12, 9)), line=LINE)
    assert found.sentence == (
        "The patient is enrolled in the REMS on December 9, 2026, after the first session on "
        "December 7, 2026: it cannot begin before."
    )
    assert finding("rems", said("site_certified", NO), line=LINE).sentence == (
        "The site is not REMS-certified: no session can begin here."
    )
    assert finding("rems", CERTIFIED, enrolled(ON), line=LINE).sentence == (
        "The site is REMS-certified, and the patient is enrolled before the first session."
    )
