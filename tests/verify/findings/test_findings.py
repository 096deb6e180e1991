from datetime import UTC, date, datetime, timedelta

import pytest

from verify.catalogue import load
from verify.facts import About, Fact, FactName, Level, Source, SourceKind, Standing, Status, Tier
from verify.findings import LINE_RULES, PLAN_RULES, Finding, How, Judgement, Summary, judge
from verify.findings.finding import dollars, percent
from verify.worksheet import load as worksheet

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ON = date(2026, 3, 4)
LINES = load().service_lines

YES, NO, UNKNOWN, SILENT, VALUE = (
    Standing.YES,
    Standing.NO,
    Standing.UNKNOWN,
    Standing.NOT_STATED,
    Standing.VALUE,
)


def fact(
    name: str,
    standing: Standing,
    value: object = None,
    *,
    types: str = "MH",
    line: str = "",
    kind: SourceKind = SourceKind.X12_271,
    level: Level = Level.PERSON,
    expired: bool = False,
    days_ago: int = 0,
) -> Fact:
    return Fact(
        name=FactName(name),
        about=About(service_line=line, service_type="" if line else types, tier=Tier.IN_NETWORK, level=level),
        standing=standing,
        status=Status.NOT_STATED if standing is SILENT else Status.STATED,
        value=value,
        source=Source(
            kind=kind, reference=f"ref-{kind}-{days_ago}", by="x", obtained_at=NOW - timedelta(days=days_ago)
        ),
        expires_at=NOW - timedelta(days=1) if expired else NOW + timedelta(days=7),
    )


def judged(*facts: Fact, line: str = "psychotherapy") -> Judgement:
    return judge(facts, [LINES[line]], ON, now=NOW)


def finding(rule: str, *facts: Fact, line: str = "psychotherapy") -> Finding:
    [found] = [found for found in judged(*facts, line=line).findings if found.rule == rule]
    return found


def asked(*facts: Fact, line: str = "psychotherapy") -> set[str]:
    return {question.fact for question in judged(*facts, line=line).questions}


PLAN_ACTIVE = fact("active", YES, types="30")


@pytest.mark.parametrize(
    ("facts", "conclusion", "question_stays"),
    [
        ([], "not_stated", True),
        ([fact("active", SILENT, types="30"), fact("active", SILENT)], "not_stated", True),
        ([fact("active", YES)], "active", False),
        ([PLAN_ACTIVE, fact("active", YES)], "active", False),
        ([PLAN_ACTIVE], "plan_active", True),
        ([PLAN_ACTIVE, fact("active", SILENT)], "plan_active", True),
        ([PLAN_ACTIVE, fact("active", NO)], "inactive", False),
        ([fact("active", NO, types="30"), fact("active", YES)], "inactive", False),
        ([fact("active", UNKNOWN)], "unknown", True),
        ([fact("active", YES), fact("plan_end", VALUE, "2026-03-03", types="30")], "inactive", False),
        ([fact("active", YES), fact("plan_end", VALUE, "2026-03-04", types="30")], "active", False),
        ([fact("active", YES), fact("plan_begin", VALUE, "2026-03-05", types="30")], "inactive", False),
        ([fact("active", YES), fact("plan_begin", VALUE, "2026-03-04", types="30")], "active", False),
    ],
)
def test_coverage_is_active_only_where_it_is_said_for_the_day_and_the_service(
    facts, conclusion, question_stays
):
    assert finding("active_coverage", *facts).conclusion == conclusion
    assert ("active" in asked(*facts)) == question_stays


@pytest.mark.parametrize("rule", ["deductible", "out_of_pocket"])
@pytest.mark.parametrize(
    ("left", "total", "conclusion", "words"),
    [
        (325_50, 1500_00, "left", "$325.50 of $1,500.00"),
        (325_50, None, "left", "$325.50 "),
        (0, 1500_00, "met", "is met"),
        (None, 0, "none", "is $0.00, as the payer states"),
        (None, 1500_00, "not_stated", "is $1,500.00; what is left of it is not stated"),
        (None, None, "not_stated", "is not stated"),
    ],
)
def test_what_is_left_is_told_and_never_assumed(rule, left, total, conclusion, words):
    facts = []
    if left is not None:
        facts.append(fact(f"{rule}_remaining", VALUE, left))
    if total is not None:
        facts.append(fact(f"{rule}_total", VALUE, total))
    found = finding(rule, *facts)
    assert (found.conclusion, words in found.sentence) == (conclusion, True)
    assert (f"{rule}_remaining" in asked(*facts)) == (conclusion == "not_stated")


def test_an_ambiguous_deductible_is_unknown_and_asked():
    facts = [fact("deductible_remaining", UNKNOWN, ["500", "900"])]
    assert finding("deductible", *facts).conclusion == "unknown"
    assert "deductible_remaining" in asked(*facts)


def test_a_deductible_stated_for_the_plan_alone_is_derived_for_the_service():
    facts = [fact("deductible_remaining", VALUE, 500_00, types="30"), fact("deductible_remaining", SILENT)]
    found = finding("deductible", *facts)
    assert (found.conclusion, found.status) == ("left", Status.DERIVED)
    assert "for the plan as a whole" in found.sentence
    assert judged(*facts).summary.deductible_remaining_cents == 500_00


def test_the_familys_rest_is_told_beside_the_persons():
    family = fact("deductible_remaining", VALUE, 2000_00, types="30", level=Level.FAMILY)
    found = finding("deductible", fact("deductible_remaining", VALUE, 500_00), family)
    assert found.sentence.endswith("For the family $2,000.00 is left.")


COPAY = fact("copay", VALUE, {"cents": 30_00, "per": "visit"})
COINSURANCE = fact("coinsurance", VALUE, 2000)


@pytest.mark.parametrize(
    ("facts", "conclusion", "words"),
    [
        ([], "not_stated", "that is not $0"),
        ([COPAY], "copay", "a copay of $30.00 per visit."),
        ([COINSURANCE], "coinsurance", "coinsurance of 20 %."),
        (
            [COPAY, COINSURANCE],
            "copay_and_coinsurance",
            "a copay of $30.00 per visit and coinsurance of 20 %.",
        ),
        ([fact("copay", VALUE, {"cents": 0, "per": None})], "copay", "a copay of $0.00."),
        ([fact("copay", UNKNOWN, [{"amount": "30"}])], "unknown", "ambiguous"),
        ([fact("copay", SILENT), fact("coinsurance", SILENT)], "not_stated", "not stated"),
    ],
)
def test_what_the_patient_pays_is_told_as_stated(facts, conclusion, words):
    found = finding("cost_share", *facts)
    assert (found.conclusion, words in found.sentence) == (conclusion, True)


def test_a_mental_health_copay_does_not_settle_what_tms_costs():
    judgement = judged(COPAY, line="tms")
    found = finding("cost_share", COPAY, line="tms")
    assert found.status is Status.DERIVED
    assert "for 90867, 90868 and 90869 it is not stated" in found.sentence
    assert {"copay", "coinsurance", "deductible_applies"} <= asked(COPAY, line="tms")
    assert judgement.summary.copay_cents is None


@pytest.mark.parametrize(
    ("types", "words"), [("98", "For an office visit"), ("30", "For the plan in general")]
)
def test_what_is_stated_elsewhere_is_a_hint_and_no_answer(types, words):
    elsewhere = fact("copay", VALUE, {"cents": 30_00, "per": "visit"}, types=types)
    found = finding("cost_share", elsewhere)
    assert found.conclusion == "not_stated"
    assert (
        f"{words} the payer states a copay of $30.00 per visit; whether that holds here is open."
        in found.sentence
    )
    assert judged(elsewhere).summary.copay_cents is None


def test_a_service_reported_as_no_benefit_is_asked_about_and_not_excluded():
    reported = fact("covered", NO)
    assert finding("covered", reported, line="tms").conclusion == "reported_not_covered"
    assert {"covered", "administrator"} <= asked(reported, line="tms")
    own = fact("covered", YES, line="tms", kind=SourceKind.CALL)
    assert finding("covered", reported, own, line="tms").conclusion == "covered"


def test_a_call_about_tms_settles_what_tms_costs():
    called = fact("copay", VALUE, {"cents": 40_00, "per": "day"}, line="tms", kind=SourceKind.CALL)
    applies = fact("deductible_applies", NO, line="tms", kind=SourceKind.CALL)
    assert finding("cost_share", called, applies, line="tms").status is Status.STATED
    assert judged(called, applies, line="tms").summary.copay_cents == 40_00
    assert not {"copay", "coinsurance", "deductible_applies"} & asked(called, applies, line="tms")


@pytest.mark.parametrize(
    ("line", "facts", "conclusion", "question_stays"),
    [
        ("psychotherapy", [], "not_stated", True),
        ("psychotherapy", [fact("authorization", SILENT)], "not_stated", True),
        ("psychotherapy", [fact("authorization", YES)], "required", False),
        ("psychotherapy", [fact("authorization", NO)], "not_required", False),
        ("psychotherapy", [fact("authorization", UNKNOWN)], "unknown", True),
        ("psychotherapy", [fact("authorization", NO, types="30")], "not_stated", True),
        ("tms", [fact("authorization", YES)], "required", True),
        ("tms", [fact("authorization", NO)], "ask_for_codes", True),
        ("tms", [fact("authorization", YES, line="tms", kind=SourceKind.CALL)], "required", False),
        ("tms", [fact("authorization", NO, line="tms", kind=SourceKind.CALL)], "not_required", False),
    ],
)
def test_authorization_is_told_only_as_far_as_it_was_said(line, facts, conclusion, question_stays):
    assert finding("authorization", *facts, line=line).conclusion == conclusion
    assert ("authorization" in asked(*facts, line=line)) == question_stays


def test_where_authorization_is_required_somebody_asks_how_to_send_it():
    required = fact("authorization", YES, line="tms", kind=SourceKind.CALL)
    route = fact("authorization_route", VALUE, "portal", line="tms", kind=SourceKind.CALL)
    assert "authorization_route" in asked(required, line="tms")
    assert "authorization_route" not in asked(required, route, line="tms")


def test_a_hint_of_the_plan_is_said_as_a_hint():
    found = finding("authorization", fact("authorization", YES, types="30"), line="tms")
    assert found.conclusion == "not_stated"
    assert "some services of the plan" in found.sentence


def test_another_company_that_holds_the_benefit_is_named_and_asked_next():
    carved_out = fact("administrator", YES, {"name": "EXAMPLE BEHAVIORAL", "phone": "8005550100"})
    found = finding("administrator", carved_out)
    assert found.conclusion == "other_company"
    assert "EXAMPLE BEHAVIORAL (phone 8005550100)" in found.sentence
    [question] = [ask for ask in judged(carved_out).questions if ask.fact == "administrator"]
    assert question.how is How.SECOND_INQUIRY
    assert judged(carved_out).summary.administered_by == "EXAMPLE BEHAVIORAL"


@pytest.mark.parametrize(
    ("standing", "value", "conclusion", "question_stays"),
    [
        (NO, None, "payer_itself", False),
        (UNKNOWN, [{"name": "A"}, {"name": "B"}], "unknown", True),
        (SILENT, None, "not_stated", True),
        (YES, {"name": None}, "other_company", True),
    ],
)
def test_silence_about_the_administrator_is_never_the_payer_itself(
    standing, value, conclusion, question_stays
):
    facts = [fact("administrator", standing, value)]
    assert finding("administrator", *facts).conclusion == conclusion
    assert ("administrator" in asked(*facts)) == question_stays


@pytest.mark.parametrize(
    ("standing", "value", "conclusion", "words"),
    [
        (YES, [{"name": "OTHER HEALTH", "order": "primary"}], "other_payer", "OTHER HEALTH (primary)"),
        (YES, [{"name": None}], "other_payer", "another payer"),
        (NO, None, "none", "no other insurance is on file"),
        (UNKNOWN, None, "unknown", "cannot say"),
        (SILENT, None, "not_stated", "not stated"),
    ],
)
def test_other_coverage_is_told_once_for_the_plan(standing, value, conclusion, words):
    found = finding("other_coverage", fact("other_payer", standing, value, types="30"))
    assert (found.conclusion, found.service_line, words in found.sentence) == (conclusion, "", True)


@pytest.mark.parametrize("rule_and_fact", [("covered", "covered"), ("network", "in_network")])
@pytest.mark.parametrize("standing", [YES, NO, UNKNOWN, SILENT])
def test_only_what_was_said_of_the_line_itself_counts_for_coverage_and_network(rule_and_fact, standing):
    rule, name = rule_and_fact
    conclusions = {
        ("covered", YES): "covered",
        ("covered", NO): "excluded",
        ("network", YES): "in_network",
        ("network", NO): "out_of_network",
    }
    own = fact(name, standing, line="tms", kind=SourceKind.CALL)
    expected = conclusions.get((rule, standing), "unknown" if standing is UNKNOWN else "not_stated")
    assert finding(rule, own, line="tms").conclusion == expected
    if (rule, standing) != ("covered", NO):
        assert finding(rule, fact(name, standing), line="tms").conclusion == "not_stated"
    assert (name in asked(own, line="tms")) == (standing in {UNKNOWN, SILENT})


@pytest.mark.parametrize(
    ("standing", "value", "conclusion", "words"),
    [
        (
            VALUE,
            [{"quantity": "20", "unit": "visits", "period": "year", "remaining": "12"}],
            "limited",
            "20 visits per year, 12 left",
        ),
        (VALUE, [{"quantity": "5", "unit": None, "period": None, "remaining": None}], "limited", "5 visits."),
        (
            VALUE,
            [{"quantity": "5"}, {"quantity": "9", "remaining": "0"}],
            "limited",
            "5 visits; 9 visits, 0 left",
        ),
        (NO, None, "unlimited", "no visit limit"),
        (UNKNOWN, None, "unknown", "cannot be told"),
        (SILENT, None, "not_stated", "is not stated"),
    ],
)
def test_a_visit_limit_is_told_as_stated(standing, value, conclusion, words):
    limit = fact("limits", standing, value)
    found = finding("visit_limits", limit)
    assert (found.conclusion, words in found.sentence) == (conclusion, True)
    assert ("limits" in asked(limit)) == (standing in {UNKNOWN, SILENT})


def test_sources_that_disagree_are_told_and_asked_again():
    electronic = fact("active", YES, line="tms")
    call = fact("active", NO, line="tms", kind=SourceKind.CALL)
    found = finding("active_coverage", electronic, call, line="tms")
    assert found.conclusion == "inactive"
    assert found.status is Status.AMBIGUOUS
    assert "Sources disagree" in found.sentence
    assert found.facts[:2] == (call.key, electronic.key)
    assert "active" in asked(electronic, call, line="tms")
    assert judged(electronic, call, line="tms").summary.coverage_status == "unknown"


def test_a_fact_out_of_date_is_told_and_asked_again():
    old = fact("deductible_remaining", VALUE, 500_00, expired=True)
    assert "out of date" in finding("deductible", old).sentence
    assert "deductible_remaining" in asked(old)
    assert judged(old).summary.deductible_remaining_cents is None


def test_the_summary_is_what_the_worklist_shows():
    summary = judged(
        fact("active", YES),
        fact("plan_name", VALUE, "GOLD PPO", types="30"),
        fact("deductible_remaining", VALUE, 0),
        fact("out_of_pocket_remaining", VALUE, 2500_00),
        COPAY,
        COINSURANCE,
        fact("authorization", NO),
    ).summary
    complete = {name: getattr(summary, name) for name in ("known_percent", "usable", "confidence")}
    assert summary == Summary(
        **complete,
        coverage_status="active",
        plan_name="GOLD PPO",
        deductible_remaining_cents=0,
        out_of_pocket_remaining_cents=2500_00,
        copay_cents=30_00,
        coinsurance_bp=2000,
        authorization="not_required",
    )


def test_nothing_known_is_shown_as_nothing_and_everything_is_asked():
    judgement = judged(line="tms")
    assert judgement.summary == Summary(known_percent=0, usable=False, confidence="C")
    assert {found.conclusion for found in judgement.findings} == {"not_stated"}
    assert {found.status for found in judgement.findings} == {Status.NOT_STATED}
    assert len(judgement.questions) == len({(ask.fact, ask.service_line) for ask in judgement.questions})


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("standing", [None, YES, NO, UNKNOWN, SILENT])
def test_no_sentence_promises_anything_and_every_gap_is_a_question(line, standing):
    yes_no = ("active", "authorization", "covered", "in_network", "administrator", "other_payer")
    facts = [fact(name, standing, line=line) for name in yes_no] if standing else []
    judgement = judged(*facts, line=line)
    rules = [found.rule for found in judgement.findings]
    assert len(rules) == len(set(rules)) <= len(LINE_RULES) + len(PLAN_RULES)
    for found in judgement.findings:
        assert "approved" not in found.sentence.lower()
        assert "no authorization" not in found.sentence.lower()
        assert found.sentence.endswith(".")
    open_rules = {found.rule for found in judgement.findings if found.conclusion in {"not_stated", "unknown"}}
    assert len({ask.fact for ask in judgement.questions}) >= len(open_rules)


def test_each_line_is_judged_and_the_plan_once():
    both = judge([fact("active", YES)], [LINES["tms"], LINES["psychotherapy"]], ON, now=NOW)
    rules = [found.rule for found in both.findings]
    assert (rules.count("network"), rules.count("other_coverage"), rules.count("who_holds")) == (2, 1, 1)
    assert {found.rule for found in both.findings if not found.service_line} == {
        "other_coverage",
        "who_holds",
    }
    assert judge([], [], ON, now=NOW) == Judgement((), (), Summary())


def test_the_codes_asked_about_are_those_valid_on_the_day():
    def codes(on: date) -> str:
        judgement = judge([], [LINES["spravato_medical"]], on, now=NOW)
        [question] = [ask for ask in judgement.questions if ask.fact == "authorization"]
        return question.text

    assert "J0013" in codes(date(2026, 1, 1))
    assert "S0013" not in codes(date(2026, 1, 1))
    assert "S0013" in codes(date(2025, 12, 31))


@pytest.mark.parametrize("name", FactName)
def test_every_fact_has_its_question(name):
    assert worksheet().field(name).ask


@pytest.mark.parametrize(
    ("points", "words"), [(2000, "20 %"), (1250, "12.5 %"), (0, "0 %"), (3334, "33.34 %")]
)
def test_percentages_are_written_plainly(points, words):
    assert percent(points) == words


@pytest.mark.parametrize(("cents", "words"), [(0, "$0.00"), (5, "$0.05"), (1_234_567, "$12,345.67")])
def test_money_is_written_plainly(cents, words):
    assert dollars(cents) == words


@pytest.mark.parametrize(
    ("kind", "line", "conclusion", "is_disputed"),
    [
        (SourceKind.PORTAL, "tms", "copay", False),
        (SourceKind.PATIENT, "tms", "copay", True),
        (SourceKind.PORTAL, "psychotherapy", "copay", True),
    ],
)
def test_a_payers_word_for_codes_it_decides_by_is_in_no_conflict_with_its_general_one(
    kind, line, conclusion, is_disputed
):
    general = fact("copay", VALUE, {"cents": 20_00, "per": "visit"}, types="MH", kind=SourceKind.X12_271)
    own = fact("copay", VALUE, {"cents": 30_00, "per": "visit"}, line=line, kind=kind)
    found = finding("cost_share", general, own, line=line)
    assert found.conclusion == conclusion
    assert ("Sources disagree" in found.sentence) == is_disputed


def test_a_general_word_on_authorization_still_disputes_the_one_for_the_codes():
    general = fact("authorization", YES, types="MH", kind=SourceKind.X12_271)
    own = fact("authorization", NO, line="tms", kind=SourceKind.PORTAL)
    assert "Sources disagree" in finding("authorization", general, own, line="tms").sentence
