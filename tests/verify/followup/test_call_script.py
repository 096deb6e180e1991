import json
from datetime import UTC, date, datetime

import pytest

from tests.verify.typed_answers import all_typed
from verify.catalogue import load
from verify.facts import FactName, Standing, facts_from_call
from verify.findings import How, Question, cases_of, judge
from verify.followup import call_script
from verify.worksheet import load as worksheet

ON = date(2026, 3, 4)
NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
CATALOGUE = load().service_lines


def question(fact: str, line: str = "tms") -> Question:
    return Question(fact=FactName(fact), service_line=line, text="?", how=How.PHONE)


def cases(*lines: str, facts=()):
    return cases_of(facts, [CATALOGUE[line] for line in lines], ON, now=NOW)


def script(*facts: str, line: str = "tms", known=(), key="payer"):
    return call_script([question(fact, line) for fact in facts], cases(line, facts=known), key=key)


def numbers(made) -> list[int]:
    return [line["number"] for line in made["lines"]]


def test_a_call_always_begins_with_a_reference_and_ends_with_reading_back():
    assert numbers(script()) == [1, 13]


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (["active"], [2]),
        (["administrator"], [3]),
        (["in_network"], [4, 10]),
        (["covered"], [5]),
        (["copay", "coinsurance"], [6, 6]),
        (["deductible_remaining"], [7]),
        (["deductible_remaining", "out_of_pocket_remaining"], [7, 7]),
        (["active", "other_payer"], [2, 2]),
        (["limits"], [8]),
        (["authorization", "authorization_route"], [9, 9]),
        (["authorization", "active"], [2, 9, 9]),
    ],
)
def test_only_what_is_open_is_asked_in_the_order_of_the_call(facts, said):
    made = script(*facts) if "other_payer" not in facts else both("active", "other_payer")
    assert numbers(made) == [1, *said, 13]


def both(of_line: str, of_plan: str):
    return call_script([question(of_line), question(of_plan, "")], cases("tms"))


@pytest.mark.parametrize(
    ("fact", "line", "said"),
    [
        ("drug_benefit", "spravato_medical", [11]),
        ("written_policy", "ketamine_iv", [12]),
        ("taper_included", "tms", [9]),
        ("telehealth", "psychotherapy", [10]),
    ],
)
def test_a_treatment_has_its_own_lines(fact, line, said):
    assert numbers(script(fact, line=line)) == [1, *said, 13]


def test_what_is_answered_in_the_call_may_call_for_more():
    """Who hears that authorization is required asks at once how it is sent, and does not call again."""
    fields = {field["fact"] for field in script("authorization")["fields"]}
    assert {"authorization_route", "authorization_papers", "taper_included"} <= fields
    fields = {field["fact"] for field in script("authorization", line="psychotherapy")["fields"]}
    assert "taper_included" not in fields


def test_what_is_known_to_be_needless_is_not_asked():
    known = facts_from_call(
        {"a": "no"},
        script={
            "fields": [
                {
                    "name": "a",
                    "label": "a",
                    "kind": "yes_no",
                    "fact": "authorization",
                    "service_line": "tms",
                }
            ]
        },
        call_id="exch_1",
        by="usr_1",
        obtained_at=NOW,
    )
    made = script("authorization_route", "limits", known=known)
    assert numbers(made) == [1, 8, 13]
    assert "authorization_route" not in {field["fact"] for field in made["fields"]}


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
    asked = [question("referral"), question("referral", "psychotherapy"), question("copay")]
    made = call_script(
        asked, cases("tms", "psychotherapy"), payer_name="EXAMPLE HEALTH", payer_phone="8005550100"
    )
    assert [(line["number"], line["service_line"]) for line in made["lines"]] == [
        (1, ""),
        (4, "tms"),
        (4, "psychotherapy"),
        (6, "tms"),
        (6, "tms"),
        (13, ""),
    ]
    assert [field["name"] for field in made["fields"]] == [
        "tms.referral",
        "psychotherapy.referral",
        "tms.copay",
        "tms.deductible_first",
        "tms.copay_to_deductible",
        "tms.copay_to_out_of_pocket",
    ]
    assert (made["payer_name"], made["payer_phone"]) == ("EXAMPLE HEALTH", "8005550100")


def test_a_question_about_the_plan_is_asked_once_for_all_lines():
    made = call_script([question("other_payer", "")], cases("tms", "psychotherapy"))
    assert [(line["number"], line["service_line"]) for line in made["lines"]] == [(1, ""), (2, ""), (13, "")]
    assert [field["name"] for field in made["fields"]] == ["other_payer", "other_payer_updated"]


def test_two_networks_are_two_fields():
    """In network as a behavioral provider says nothing of the medical codes."""
    fields = [
        (field["name"], field.get("domain"), field.get("codes"))
        for field in script("in_network", line="spravato_medical")["fields"]
        if field["fact"] == "in_network"
    ]
    assert fields == [
        ("spravato_medical.in_network@medical-drug", "medical", "drug"),
        ("spravato_medical.in_network@behavioral-visit", "behavioral", "visit"),
    ]
    plain = script("in_network", line="psychotherapy")["fields"][0]
    assert (plain["name"], plain.get("domain")) == ("psychotherapy.in_network", None)


@pytest.mark.parametrize(
    ("key", "facts", "said"),
    [("pharmacy", ["rems_pharmacy", "quantity_limit"], [1, 3, 4, 9]), ("hub", ["rems_enrolled"], [1, 3, 9])],
)
def test_the_pharmacy_and_the_hub_have_calls_of_their_own(key, facts, said):
    made = script(*facts, line="spravato_medical", key=key)
    assert numbers(made) == said
    assert made["key"] == key
    assert made["source_kind"] == {"pharmacy": "call", "hub": "hub"}[key]


def test_the_hub_has_its_own_number_and_hours():
    made = script("rems_enrolled", line="spravato_medical", key="hub")
    assert made["payer_phone"] == "1-844-479-4846"
    assert "Eastern" in made["hours"]


@pytest.mark.parametrize("fact", FactName)
@pytest.mark.parametrize("line", CATALOGUE)
def test_every_fact_that_is_asked_by_phone_has_a_field_and_a_line(fact, line):
    fields = [field for field in worksheet().of_line(CATALOGUE[line]) if field.fact is fact]
    if not fields or all(field.how is not How.PHONE for field in fields):
        return
    key = worksheet().field(fact).script
    made = script(fact, line=line, key=key)
    plan = call_script([question(fact, "")], cases(line), key=key)
    assert fact in {field["fact"] for one in (made, plan) for field in one["fields"]}
    assert len({line["number"] for one in (made, plan) for line in one["lines"]}) > 2 or all(
        field.need == "optional" for field in fields
    )


@pytest.mark.parametrize("line", CATALOGUE)
def test_a_fully_answered_call_leaves_nothing_a_call_can_answer(line):
    lines = [CATALOGUE[line]]
    before = judge([], lines, ON, now=NOW)
    facts = []
    for key in worksheet().scripts:
        asked = [one for one in before.questions if one.script == key]
        made = json.loads(json.dumps(call_script(asked, cases(line, facts=facts), key=key)))
        answers = all_typed(made)
        facts += facts_from_call(
            answers, script=made, call_id=f"exc_{key}", by="usr_1", obtained_at=NOW, call_reference="7"
        )
    after = judge(facts, lines, ON, now=NOW)
    assert [one.fact for one in after.questions if one.how is How.PHONE] == []
    assert {found.conclusion for found in after.findings} >= {"active", "in_network", "required"}
    assert after.summary.copay_cents == 30_00
    assert after.summary.usable is True
    assert after.summary.confidence == "B"


def test_what_they_cannot_say_stays_open():
    lines = [CATALOGUE["tms"]]
    made = call_script(judge([], lines, ON, now=NOW).questions, cases("tms"))
    unknown = dict.fromkeys((field["name"] for field in made["fields"]), "unknown")
    facts = facts_from_call(unknown, script=made, call_id="exc_1", by="usr_1", obtained_at=NOW)
    assert {fact.standing for fact in facts} == {Standing.UNKNOWN}
    assert {"active", "covered", "authorization"} <= {
        ask.fact for ask in judge(facts, lines, ON, now=NOW).questions
    }
