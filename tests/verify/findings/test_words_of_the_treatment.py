"""What a coordinator reads of a treatment, word for word, with the facts behind it and what each rule asks."""

import pytest

from tests.verify.findings.known import CODES, DAY, NO, SPRAVATO, TMS, UNKNOWN, VALUE, YES, fact, plan, told

SP = "spravato_medical"

#: The rule, the facts behind it in the order they count, what else there is; the conclusion, what is asked, the words.
SAID = [
    # --- covered ---
    (
        "covered",
        [fact("covered", YES)],
        {},
        "covered",
        [],
        f"The payer states that {TMS} is a covered benefit; that is no promise of payment.",
    ),
    ("covered", [fact("covered", NO)], {}, "excluded", [], f"The payer states that {TMS} is excluded."),
    (
        "covered",
        [fact("covered", NO, types="MH")],
        {},
        "reported_not_covered",
        ["covered", "administrator"],
        "The payer reports this kind of service as no benefit of the plan; another company may hold it, so ask before telling the patient.",
    ),
    (
        "covered",
        [fact("covered", UNKNOWN)],
        {},
        "unknown",
        ["covered"],
        f"The payer cannot say whether {CODES} are covered; look for its written policy.",
    ),
    ("covered", [], {}, "not_stated", ["covered"], f"Whether {CODES} are covered is not stated."),
    (
        "covered",
        [fact("covered", YES), fact("authorization", YES)],
        {},
        "covered_with_authorization",
        [],
        f"The payer states that {TMS} is a covered benefit, with an authorization; neither is a promise of payment.",
    ),
    (
        "covered",
        [fact("covered", YES), fact("excluded_codes", VALUE, ["90867", "90869"])],
        {},
        "excluded_in_part",
        [],
        f"The payer states that {TMS} is a covered benefit, but that 90867, 90869 are excluded.",
    ),
    (
        "covered",
        [fact("covered", YES), fact("excluded_codes", VALUE, ["90869"])],
        {},
        "excluded_in_part",
        [],
        f"The payer states that {TMS} is a covered benefit, but that 90869 is excluded.",
    ),
    # --- authorization ---
    (
        "authorization",
        [fact("authorization", UNKNOWN)],
        {},
        "unknown",
        ["authorization"],
        f"The payer cannot say electronically whether authorization is required for {CODES}.",
    ),
    (
        "authorization",
        [fact("authorization", YES, types="MH")],
        {},
        "required",
        ["authorization", "authorization_route"],
        f"The payer states that authorization is required for this kind of service; for which of {CODES} is not determinable electronically.",
    ),
    (
        "authorization",
        [fact("authorization", NO, types="MH")],
        {},
        "ask_for_codes",
        ["authorization"],
        f"The payer states that authorization is not required for this kind of service in general; for {CODES} that is not determinable electronically.",
    ),
    (
        "authorization",
        [fact("authorization", YES)],
        {},
        "required",
        ["authorization_route"],
        f"The payer states that authorization is required for {TMS}.",
    ),
    (
        "authorization",
        [fact("authorization", NO)],
        {},
        "not_required",
        [],
        f"The payer states that authorization is not required for {TMS}; that is no promise of coverage or payment.",
    ),
    (
        "authorization",
        [],
        {},
        "not_stated",
        ["authorization"],
        f"Whether authorization is required for {CODES} is not stated.",
    ),
    (
        "authorization",
        [],
        {"beside": [plan("authorization", YES)]},
        "not_stated",
        ["authorization"],
        f"Whether authorization is required for {CODES} is not stated. Authorization is required for some services of the plan.",
    ),
    (
        "authorization",
        [],
        {"beside": [plan("authorization", NO)]},
        "not_stated",
        ["authorization"],
        f"Whether authorization is required for {CODES} is not stated.",
    ),
    (
        "authorization",
        [fact("authorization", YES), fact("authorization_route", VALUE, "portal")],
        {},
        "required",
        [],
        f"The payer states that authorization is required for {TMS}. Who reviews, and how it is sent: portal.",
    ),
    (
        "authorization",
        [fact("authorization", YES, types="MH"), fact("authorization_route", VALUE, "portal")],
        {},
        "required",
        ["authorization"],
        f"The payer states that authorization is required for this kind of service; for which of {CODES} is not determinable electronically. Who reviews, and how it is sent: portal.",
    ),
    # --- drug benefit ---
    (
        "drug_benefit",
        [],
        {"line": SP},
        "not_stated",
        ["drug_benefit"],
        "Whether the drug is under the medical or the pharmacy benefit is not stated.",
    ),
    (
        "drug_benefit",
        [fact("drug_benefit", UNKNOWN, line=SP)],
        {"line": SP},
        "unknown",
        ["drug_benefit"],
        "The payer cannot say whether the drug is under the medical or the pharmacy benefit.",
    ),
    (
        "drug_benefit",
        [fact("drug_benefit", VALUE, "medical", line=SP)],
        {"line": SP},
        "fits",
        [],
        f"The payer states that the drug is under the medical benefit; {SPRAVATO} fits.",
    ),
    (
        "drug_benefit",
        [fact("drug_benefit", VALUE, "either", line=SP)],
        {"line": SP},
        "fits",
        [],
        f"The payer states that the drug is under either benefit; {SPRAVATO} fits.",
    ),
    (
        "drug_benefit",
        [fact("drug_benefit", VALUE, "pharmacy", line=SP)],
        {"line": SP},
        "other_benefit",
        [],
        f"The payer states that the drug is under the pharmacy benefit, and {SPRAVATO} is planned: a drug that was bought for another benefit is not paid.",
    ),
    # --- buy and bill ---
    (
        "buy_and_bill",
        [],
        {"line": SP},
        "not_stated",
        ["buy_and_bill"],
        "Whether the clinic may buy and bill the drug is not stated; do not buy it before.",
    ),
    (
        "buy_and_bill",
        [fact("buy_and_bill", UNKNOWN, line=SP)],
        {"line": SP},
        "unknown",
        ["buy_and_bill"],
        "Whether the clinic may buy and bill the drug could not be told; do not buy it before.",
    ),
    (
        "buy_and_bill",
        [fact("buy_and_bill", YES, line=SP)],
        {"line": SP},
        "may_buy",
        [],
        "By the clinic's contract the drug may be bought and billed.",
    ),
    (
        "buy_and_bill",
        [fact("buy_and_bill", NO, line=SP)],
        {"line": SP},
        "must_not_buy",
        ["rems_pharmacy"],
        "The drug is not to be bought by the clinic. It comes from a certified pharmacy; which one is not stated.",
    ),
    (
        "buy_and_bill",
        [fact("buy_and_bill", NO, line=SP), fact("rems_pharmacy", YES, {"name": "Example Rx"}, line=SP)],
        {"line": SP},
        "must_not_buy",
        [],
        "The drug is not to be bought by the clinic. It comes from Example Rx.",
    ),
    (
        "buy_and_bill",
        [fact("drug_benefit", VALUE, "pharmacy", line=SP)],
        {"line": SP},
        "must_not_buy",
        ["rems_pharmacy"],
        "The drug is not to be bought by the clinic. It comes from a certified pharmacy; which one is not stated.",
    ),
    # --- rems ---
    (
        "rems",
        [],
        {"line": SP},
        "not_stated",
        ["site_certified", "rems_enrolled"],
        "Not stated for the REMS: that the site is certified and that the patient is enrolled. Without it the session cannot begin.",
    ),
    (
        "rems",
        [fact("site_certified", NO, line=SP)],
        {"line": SP},
        "stop",
        [],
        "The site is not REMS-certified: no session can begin here.",
    ),
    (
        "rems",
        [fact("site_certified", YES, line=SP)],
        {"line": SP},
        "not_stated",
        ["rems_enrolled"],
        "Not stated for the REMS: that the patient is enrolled. Without it the session cannot begin.",
    ),
    (
        "rems",
        [fact("site_certified", YES, line=SP), fact("rems_enrolled", VALUE, "2026-12-07", line=SP)],
        {"line": SP},
        "ready",
        [],
        "The site is REMS-certified, and the patient is enrolled before the first session.",
    ),
    (
        "rems",
        [fact("rems_enrolled", VALUE, "2026-12-09", line=SP), fact("site_certified", YES, line=SP)],
        {"line": SP},
        "stop",
        [],
        f"The patient is enrolled in the REMS on December 9, 2026, after the first session on {DAY}: it cannot begin before.",
    ),
    (
        "rems",
        [fact("site_certified", YES, line=SP), fact("rems_enrolled", UNKNOWN, line=SP)],
        {"line": SP},
        "unknown",
        ["rems_enrolled"],
        "Not stated for the REMS: that the patient is enrolled. Without it the session cannot begin.",
    ),
    (
        "rems",
        [fact("site_certified", UNKNOWN, line=SP), fact("rems_enrolled", VALUE, "2026-12-07", line=SP)],
        {"line": SP},
        "unknown",
        ["site_certified"],
        "Not stated for the REMS: that the site is certified. Without it the session cannot begin.",
    ),
]


@pytest.mark.parametrize(("rule", "facts", "more", "conclusion", "asks", "sentence"), SAID)
def test_a_finding_of_a_treatment_is_told_in_these_words(rule, facts, more, conclusion, asks, sentence):
    verdict = told(rule, *facts, **more)
    assert verdict.finding.sentence == sentence
    assert (verdict.finding.rule, verdict.finding.conclusion) == (rule, conclusion)
    assert verdict.finding.facts == tuple(one.key for one in facts)
    assert [question.fact for question in verdict.questions] == asks
