import json
from datetime import UTC, date, datetime

import pytest

from verify.catalogue import load
from verify.facts import FactName, Standing, facts_from_call
from verify.findings import How, Question, judge
from verify.followup import call_script
from verify.followup.call import FIELDS, LINES

ON = date(2026, 3, 4)
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CATALOGUE = load().service_lines


def question(fact: str, line: str = "tms") -> Question:
    return Question(fact=FactName(fact), service_line=line, text="?", how=How.PHONE)


def script(*facts: str, line: str = "tms"):
    return call_script([question(fact, line) for fact in facts], [CATALOGUE[line]], ON)


def numbers(made) -> list[int]:
    return [line["number"] for line in made["lines"]]


def test_a_call_always_begins_with_a_reference_and_ends_with_reading_back():
    assert numbers(script()) == [1, 13]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (["active"], [2]),
        (["administrator"], [3]),
        (["in_network"], [4]),
        (["covered"], [5]),
        (["copay", "coinsurance"], [6]),
        (["deductible_remaining"], [7]),
        (["deductible_remaining", "out_of_pocket_remaining"], [7, 7]),
        (["active", "other_payer"], [2, 2]),
        (["limits"], [8]),
        (["authorization", "authorization_route"], [9]),
        (["authorization", "active"], [2, 9]),
    ],
)
def test_only_what_is_open_is_asked_in_the_order_of_the_call(facts, said):
    assert numbers(script(*facts)) == [1, *said, 13]


@pytest.mark.parametrize(
    ("line", "said"), [("tms", [5]), ("spravato_medical", [5, 11]), ("ketamine_iv", [5, 12])]
)
def test_a_drug_has_its_own_lines(line, said):
    assert numbers(script("covered", line=line)) == [1, *said, 13]


def test_the_codes_of_the_day_are_read_out():
    made = script("authorization", line="spravato_medical")
    spoken = json.dumps(made)
    assert "J0013" in spoken
    assert "S0013" not in spoken
    assert "March 4, 2026" in spoken
    assert "{" not in "".join(line["say"] for line in made["lines"])


def test_what_is_known_is_not_asked_beside_what_is_open():
    spoken = " ".join(line["say"] for line in script("out_of_pocket_remaining")["lines"])
    assert "out-of-pocket" in spoken
    assert "deductible" not in spoken


def test_two_service_lines_are_asked_about_one_after_the_other():
    lines = [CATALOGUE["tms"], CATALOGUE["psychotherapy"]]
    asked = [question("authorization"), question("authorization", "psychotherapy"), question("copay")]
    made = call_script(asked, lines, ON, payer_name="EXAMPLE HEALTH", payer_phone="8005550100")
    assert [(line["number"], line["service_line"]) for line in made["lines"]] == [
        (1, ""),
        (6, "tms"),
        (9, "tms"),
        (9, "psychotherapy"),
        (13, ""),
    ]
    assert [field["name"] for field in made["fields"]] == [
        "tms.copay",
        "tms.authorization",
        "tms.authorization_route",
        "psychotherapy.authorization",
        "psychotherapy.authorization_route",
    ]
    assert (made["payer_name"], made["payer_phone"]) == ("EXAMPLE HEALTH", "8005550100")


def test_a_question_about_the_plan_is_asked_once_for_all_lines():
    lines = [CATALOGUE["tms"], CATALOGUE["psychotherapy"]]
    made = call_script([question("other_payer", "")], lines, ON)
    assert [(line["number"], line["service_line"]) for line in made["lines"]] == [(1, ""), (2, ""), (13, "")]
    assert [field["name"] for field in made["fields"]] == ["other_payer"]


@pytest.mark.parametrize("fact", FactName)
def test_every_fact_has_a_field_and_a_line_that_asks_for_it(fact):
    assert any(field.fact is fact for field in FIELDS[fact])
    asked = {name for line in LINES for name in line.facts}
    assert fact in asked or fact is FactName.PLAN_NAME


def test_a_fully_answered_call_leaves_nothing_to_ask():
    lines = [CATALOGUE["tms"]]
    before = judge([], lines, ON, now=NOW)
    made = json.loads(json.dumps(call_script(before.questions, lines, ON)))
    typed = {
        "yes_no": "yes",
        "money": "500",
        "percent": "20",
        "date": "2026-01-01",
        "text": "portal",
        "copay": "30 per visit",
        "company": "no",
        "companies": "no",
        "limit": "none",
    }
    answers = {field["name"]: typed[field["kind"]] for field in made["fields"]}
    answers["plan_end"] = "2026-12-31"
    facts = facts_from_call(answers, script=made, call_id="exc_1", by="usr_1", obtained_at=NOW)
    after = judge(facts, lines, ON, now=NOW)
    assert after.questions == ()
    assert {found.conclusion for found in after.findings} >= {"active", "covered", "in_network", "required"}
    assert after.summary.copay_cents == 30_00


def test_what_they_cannot_say_stays_open():
    lines = [CATALOGUE["tms"]]
    made = call_script(judge([], lines, ON, now=NOW).questions, lines, ON)
    unknown = dict.fromkeys((field["name"] for field in made["fields"]), "unknown")
    facts = facts_from_call(unknown, script=made, call_id="exc_1", by="usr_1", obtained_at=NOW)
    assert {fact.standing for fact in facts} == {Standing.UNKNOWN}
    assert {"active", "covered", "authorization"} <= {
        ask.fact for ask in judge(facts, lines, ON, now=NOW).questions
    }
