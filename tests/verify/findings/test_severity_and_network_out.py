"""The psychiatrist is asked, and what is paid out of network is known where it matters."""

import pytest

from tests.verify.findings.known import (
    LINES,
    NO,
    NOW,
    ON,
    SILENT,
    TMS,
    UNKNOWN,
    VALUE,
    YES,
    asked,
    fact,
    finding,
    has,
)
from verify.facts import FactName, Standing, Status, Tier
from verify.findings import Illness, cases_of

USUAL = {"usual": ("F32.2", "F33.2"), "some_payers": ("F32.1", "F33.1"), "refused": ("F32.3", "F33.3")}


def ill(*diagnoses, is_severe=None):
    return {"tms": Illness(diagnoses=diagnoses, is_severe=is_severe, **USUAL)}


@pytest.mark.parametrize(
    ("illness", "conclusion", "words"),
    [
        (ill(), "not_stated", "names no diagnosis"),
        (ill("F33.2"), "fits", "is one that payers mean by"),
        (ill("F33.2", is_severe=True), "fits", "is one that payers mean by"),
        (ill("F33.2", is_severe=False), "ask_psychiatrist", "differ in severity"),
        (ill("F33.1"), "some_payers", "some payers take"),
        (ill("F33.1", is_severe=False), "some_payers", "some payers take"),
        (ill("F33.1", is_severe=True), "ask_psychiatrist", "differ in severity"),
        (ill("F33.3"), "ask_psychiatrist", "is one that payers refuse"),
        (ill("F33.2", "F33.3"), "ask_psychiatrist", "is one that payers refuse"),
        (ill("F41.1"), "ask_psychiatrist", "No diagnosis on the evidence sheet is one that payers mean by"),
        (ill("F41.1", "F33.2"), "fits", "is one that payers mean by"),
    ],
)
def test_a_diagnosis_that_does_not_fit_is_the_psychiatrists_to_look_at(illness, conclusion, words):
    found = finding("severity", illnesses=illness)
    assert (found.conclusion, words in found.sentence) == (conclusion, True)
    assert found.status is (Status.NOT_STATED if conclusion == "not_stated" else Status.DERIVED)
    assert found.service_line == "tms"


@pytest.mark.parametrize("illness", [ill("F33.2"), ill("F33.3"), ill("F41.1"), ill("F33.1", is_severe=True)])
def test_the_sentence_says_nothing_of_the_diagnosis(illness):
    found = finding("severity", illnesses=illness)
    assert "F3" not in found.sentence
    assert "F4" not in found.sentence
    assert repr(illness["tms"]) == "Illness(…)"


def test_without_an_evidence_sheet_nothing_is_judged():
    assert not has("severity")
    assert not has("severity", line="spravato_medical", illnesses={"spravato_medical": Illness()})


def test_what_nobody_means_by_the_line_is_asked_about():
    bare = {"tms": Illness(diagnoses=("F33.2",))}
    found = finding("severity", illnesses=bare)
    assert found.conclusion == "ask_psychiatrist"
    assert found.sentence == (
        f"No diagnosis on the evidence sheet is one that payers mean by {TMS}: ask the psychiatrist."
    )


@pytest.mark.parametrize(
    ("illness", "sentence"),
    [
        (ill(), f"The evidence sheet names no diagnosis for {TMS}."),
        (
            ill("F33.3"),
            f"A diagnosis on the evidence sheet is one that payers refuse for {TMS}: ask the psychiatrist.",
        ),
        (
            ill("F33.2", is_severe=False),
            f"Diagnosis and scale on the evidence sheet differ in severity for {TMS}: ask the psychiatrist.",
        ),
        (ill("F33.2"), f"The diagnosis on the evidence sheet is one that payers mean by {TMS}."),
        (
            ill("F33.1"),
            f"The diagnosis on the evidence sheet is one that some payers take for {TMS}: see the written policy.",
        ),
    ],
)
def test_what_is_told_of_the_diagnosis_is_told_in_these_words(illness, sentence):
    assert finding("severity", illnesses=illness).sentence == sentence


# --- out of network ---------------------------------------------------------------------------------------

OUT = fact("in_network", NO)


@pytest.mark.parametrize(
    ("facts", "line", "is_judged"),
    [
        ([], "tms", False),
        ([fact("in_network", YES)], "tms", False),
        ([OUT], "tms", True),
        ([fact("in_network", NO, domain="medical")], "tms", True),
        ([], "ketamine_iv", True),
    ],
)
def test_it_matters_where_the_clinic_is_outside_and_for_ketamine(facts, line, is_judged):
    assert has("out_of_network", *facts, line=line) == is_judged
    assert ("out_of_network" in asked(*facts, line=line)) == is_judged


@pytest.mark.parametrize(
    ("standing", "note", "conclusion", "words"),
    [
        (
            YES,
            "70 % of usual",
            "paid",
            "are paid for Transcranial magnetic stimulation (TMS) (70 % of usual).",
        ),
        (YES, None, "paid", "are paid for Transcranial magnetic stimulation (TMS)."),
        (NO, None, "not_paid", "nothing is paid out of network for"),
        (UNKNOWN, None, "unknown", "cannot say whether 90867, 90868 and 90869 are paid out of network."),
        (SILENT, None, "not_stated", "is not stated."),
    ],
)
def test_what_is_paid_out_of_network_is_told_as_stated(standing, note, conclusion, words):
    found = finding("out_of_network", OUT, fact("out_of_network", standing, note))
    assert (found.conclusion, words in found.sentence) == (conclusion, True)


def test_how_much_is_asked_where_something_is_paid():
    paid = [OUT, fact("out_of_network", YES)]
    assert {"out_of_network_method", "filing_deadline", "single_case_contact"} <= asked(*paid)
    method = fact("out_of_network_method", VALUE, "Medicare rates")
    assert "out_of_network_method" not in asked(*paid, method)
    assert "filing_deadline" not in asked(OUT, fact("out_of_network", NO))


def test_a_share_in_the_network_is_not_looked_up_as_the_one_outside_it():
    (case,) = cases_of([fact("coinsurance", VALUE, 2000)], [LINES["tms"]], ON, now=NOW)
    assert case.look_up(FactName.COINSURANCE).standing is Standing.VALUE
    assert case.look_up(FactName.COINSURANCE, tier=Tier.OUT_OF_NETWORK).standing is Standing.NOT_ASKED
