"""What a coordinator reads of amounts and limits, word for word, with the facts behind it and what is asked."""

import pytest

from tests.verify.findings.known import CODES, NO, TMS, UNKNOWN, VALUE, YES, Service, course, fact, plan, told
from verify.facts import Level, Status

SP = "spravato_medical"
COPAY = {"name": "copay", "standing": VALUE, "value": {"cents": 30_00, "per": "visit"}}

#: The rule, the facts behind it in the order they count, what else there is; the conclusion, what is asked, the words.
SAID = [
    # --- cost share ---
    (
        "cost_share",
        [],
        {},
        "not_stated",
        ["copay", "coinsurance", "deductible_applies"],
        "What the patient pays per session is not stated; that is not $0.",
    ),
    (
        "cost_share",
        [fact(**COPAY)],
        {},
        "copay",
        ["deductible_applies"],
        "The patient pays a copay of $30.00 per visit.",
    ),
    (
        "cost_share",
        [fact("coinsurance", VALUE, 2000)],
        {},
        "coinsurance",
        ["deductible_applies"],
        "The patient pays coinsurance of 20 %.",
    ),
    (
        "cost_share",
        [fact(**COPAY), fact("coinsurance", VALUE, 2000)],
        {},
        "copay_and_coinsurance",
        ["deductible_applies"],
        "The patient pays a copay of $30.00 per visit and coinsurance of 20 %.",
    ),
    (
        "cost_share",
        [fact(**COPAY, types="MH")],
        {},
        "copay",
        ["copay", "coinsurance", "deductible_applies"],
        f"In general the patient pays a copay of $30.00 per visit; for {CODES} it is not stated.",
    ),
    (
        "cost_share",
        [fact(**COPAY, types="MH"), fact("coinsurance", VALUE, 2000, types="MH")],
        {"beside": [fact("deductible_applies", YES)]},
        "copay_and_coinsurance",
        ["copay", "coinsurance"],
        f"In general the patient pays a copay of $30.00 per visit and coinsurance of 20 %; for {CODES} it is not stated.",
    ),
    (
        "cost_share",
        [fact("copay", UNKNOWN)],
        {},
        "unknown",
        ["copay", "coinsurance", "deductible_applies"],
        "What the patient pays per session cannot be told: the payer's figures are ambiguous.",
    ),
    (
        "cost_share",
        [fact("coinsurance", UNKNOWN)],
        {},
        "unknown",
        ["copay", "coinsurance", "deductible_applies"],
        "What the patient pays per session cannot be told: the payer's figures are ambiguous.",
    ),
    (
        "cost_share",
        [],
        {"beside": [fact(**COPAY, types="98")]},
        "not_stated",
        ["copay", "coinsurance", "deductible_applies"],
        "What the patient pays per session is not stated; that is not $0. For an office visit the payer states a copay of $30.00 per visit; whether that holds here is open.",
    ),
    (
        "cost_share",
        [],
        {"beside": [fact("coinsurance", VALUE, 2000, types="98"), fact(**COPAY, types="98")]},
        "not_stated",
        ["copay", "coinsurance", "deductible_applies"],
        "What the patient pays per session is not stated; that is not $0. For an office visit the payer states a copay of $30.00 per visit and coinsurance of 20 %; whether that holds here is open.",
    ),
    (
        "cost_share",
        [],
        {"beside": [plan("coinsurance", VALUE, 2000)]},
        "not_stated",
        ["copay", "coinsurance", "deductible_applies"],
        "What the patient pays per session is not stated; that is not $0. For the plan in general the payer states coinsurance of 20 %; whether that holds here is open.",
    ),
    (
        "cost_share",
        [fact("copay", VALUE, {"cents": 3000, "per": None}, line=SP)],
        {"line": SP, "planned": course(2, services=[Service("J0013", 56), Service("99214")])},
        "copay",
        ["copay", "deductible_applies"],
        "The patient pays a copay of $30.00. With several services in one session, whether it is due for each is not stated.",
    ),
    # --- deductible ---
    (
        "deductible",
        [fact("deductible_remaining", VALUE, 32550), fact("deductible_total", VALUE, 150000)],
        {},
        "left",
        [],
        "$325.50 of $1,500.00 deductible is left.",
    ),
    (
        "deductible",
        [fact("deductible_remaining", VALUE, 32550)],
        {},
        "left",
        [],
        "$325.50 deductible is left.",
    ),
    ("deductible", [fact("deductible_remaining", VALUE, 0)], {}, "met", [], "The deductible is met."),
    (
        "deductible",
        [plan("deductible_remaining", VALUE, 0)],
        {},
        "met",
        [],
        "The deductible is met for the plan as a whole.",
    ),
    (
        "deductible",
        [plan("deductible_remaining", VALUE, 1000), plan("deductible_total", VALUE, 150000)],
        {},
        "left",
        [],
        "$10.00 of $1,500.00 deductible is left for the plan as a whole.",
    ),
    (
        "deductible",
        [fact("deductible_total", VALUE, 0)],
        {},
        "none",
        [],
        "The deductible is $0.00, as the payer states.",
    ),
    (
        "deductible",
        [fact("deductible_total", VALUE, 150000)],
        {},
        "not_stated",
        ["deductible_remaining"],
        "The deductible is $1,500.00; what is left of it is not stated.",
    ),
    (
        "deductible",
        [fact("deductible_remaining", UNKNOWN)],
        {},
        "unknown",
        ["deductible_remaining"],
        "How much deductible is left cannot be told: the payer's figures are ambiguous.",
    ),
    (
        "deductible",
        [fact("deductible_total", UNKNOWN)],
        {},
        "unknown",
        ["deductible_remaining"],
        "How much deductible is left cannot be told: the payer's figures are ambiguous.",
    ),
    (
        "deductible",
        [],
        {},
        "not_stated",
        ["deductible_remaining"],
        "What is left of the deductible is not stated.",
    ),
    # --- out of pocket ---
    (
        "out_of_pocket",
        [fact("out_of_pocket_remaining", VALUE, 0), fact("out_of_pocket_total", VALUE, 150000)],
        {},
        "met",
        [],
        "The out-of-pocket maximum is met.",
    ),
    (
        "out_of_pocket",
        [fact("out_of_pocket_remaining", VALUE, 500), fact("out_of_pocket_total", VALUE, 150000)],
        {},
        "left",
        [],
        "$5.00 of $1,500.00 out-of-pocket maximum is left.",
    ),
    (
        "out_of_pocket",
        [fact("out_of_pocket_total", VALUE, 0)],
        {},
        "none",
        [],
        "The out-of-pocket maximum is $0.00, as the payer states.",
    ),
    (
        "out_of_pocket",
        [fact("out_of_pocket_remaining", UNKNOWN)],
        {},
        "unknown",
        ["out_of_pocket_remaining"],
        "How much out-of-pocket maximum is left cannot be told: the payer's figures are ambiguous.",
    ),
    (
        "out_of_pocket",
        [],
        {},
        "not_stated",
        ["out_of_pocket_remaining"],
        "What is left of the out-of-pocket maximum is not stated.",
    ),
    # --- visit limits ---
    (
        "visit_limits",
        [fact("limits", NO)],
        {},
        "unlimited",
        [],
        f"The payer states no visit limit for {TMS}.",
    ),
    (
        "visit_limits",
        [fact("limits", UNKNOWN)],
        {},
        "unknown",
        ["limits"],
        "Whether there is a visit limit cannot be told from the payer's answer.",
    ),
    (
        "visit_limits",
        [],
        {},
        "not_stated",
        ["limits"],
        f"Whether there is a visit limit for {CODES} is not stated.",
    ),
    (
        "visit_limits",
        [
            fact(
                "limits", VALUE, [{"quantity": "60", "unit": "visits", "period": "year", "remaining": "50"}]
            ),
            fact("limits_shared", NO),
        ],
        {"planned": course(36)},
        "enough",
        [],
        "The payer states a limit: 60 visits per year, 50 left. No other visits count toward it. That is enough for the planned course of 36 sessions, as far as nothing else uses it up.",
    ),
    (
        "visit_limits",
        [fact("limits", VALUE, [{"quantity": "60", "unit": "visits", "period": "year", "remaining": "30"}])],
        {"planned": course(36)},
        "short",
        [],
        "The payer states a limit: 60 visits per year, 30 left. Ask what counts toward it. It is 6 sessions short of the planned course of 36 sessions: the first beyond it is on January 6, 2027.",
    ),
    (
        "visit_limits",
        [fact("limits", VALUE, [{"quantity": "20", "unit": "visits", "period": "year"}])],
        {"planned": course(36)},
        "short",
        ["limits"],
        "The payer states a limit: 20 visits per year. Ask what counts toward it. It is 16 sessions short of the planned course of 36 sessions: the first beyond it is on December 27, 2026. What is used already is not stated.",
    ),
    # --- day limit ---
    (
        "day_limit",
        [fact("day_limit", VALUE, 1)],
        {},
        "within",
        [],
        "The payer pays 1 session a day; no day has more.",
    ),
    (
        "day_limit",
        [fact("day_limit", VALUE, 2)],
        {},
        "within",
        [],
        "The payer pays 2 sessions a day; no day has more.",
    ),
]


@pytest.mark.parametrize(("rule", "facts", "more", "conclusion", "asks", "sentence"), SAID)
def test_a_finding_of_amounts_and_limits_is_told_in_these_words(
    rule, facts, more, conclusion, asks, sentence
):
    verdict = told(rule, *facts, **more)
    assert verdict.finding.sentence == sentence
    assert (verdict.finding.rule, verdict.finding.conclusion) == (rule, conclusion)
    assert verdict.finding.facts == tuple(one.key for one in facts)
    assert [question.fact for question in verdict.questions] == asks


@pytest.mark.parametrize("rule", ["deductible", "out_of_pocket"])
def test_what_is_said_of_the_plan_as_a_whole_is_no_statement_of_the_treatment(rule):
    of_plan = told(rule, plan(f"{rule}_remaining", VALUE, 10_00)).finding
    assert (of_plan.conclusion, of_plan.status) == ("left", Status.DERIVED)
    own = told(rule, fact(f"{rule}_remaining", VALUE, 10_00)).finding
    assert (own.conclusion, own.status) == ("left", Status.STATED)


@pytest.mark.parametrize("rule", ["deductible", "out_of_pocket"])
def test_what_the_treatment_says_goes_before_the_plan(rule):
    own, of_plan = (
        fact(f"{rule}_remaining", VALUE, 10_00),
        plan(f"{rule}_remaining", VALUE, 99_00),
    )
    assert told(rule, own, of_plan).finding.facts == (own.key,)
    unknown = fact(f"{rule}_remaining", UNKNOWN)
    assert told(rule, unknown, of_plan).finding.conclusion == "unknown", "what is unclear is not passed over"


@pytest.mark.parametrize("rule", ["deductible", "out_of_pocket"])
def test_what_is_left_for_the_family_stands_beside_whatever_is_known_of_the_person(rule):
    family = fact(f"{rule}_remaining", VALUE, 40_00, level=Level.FAMILY)
    for person in ([fact(f"{rule}_remaining", VALUE, 10_00)], [fact(f"{rule}_remaining", UNKNOWN)], []):
        found = told(rule, *person, family).finding
        assert found.sentence.endswith(" For the family $40.00 is left.")
        assert found.facts == tuple(one.key for one in (*person, family))
