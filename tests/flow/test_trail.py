"""To the end of the trail: who really holds the benefit is asked next, and the map says why."""

from typing import Any

import msgspec
import pytest
from sqlalchemy import Row

from payers.directory import ListedPayer
from tests.house import House
from verify.facts import StepState, Trail, WhyNot
from verify.store import clinic
from verify.store.payer_lists import import_list
from verify.store.tables import events, exchanges, facts, findings, follow_ups, payers, questions

pytestmark = pytest.mark.flow


@pytest.fixture
def practice_id(running_house: House) -> str:
    return running_house.add_clinic()


@pytest.fixture
def companies(running_house: House, practice_id: str) -> dict[str, str]:
    return running_house.add_companies(practice_id)


def settled(house: House, practice_id: str, member_id: str, **changes: Any) -> tuple[Row[Any], Trail]:
    made = house.submit(practice_id, member_id, **changes)
    row = house.wait_until_settled(made)
    return row, msgspec.convert(row.trail, Trail)


def conclusion(house: House, row: Row[Any], rule: str) -> str:
    found = [each.document for each in house.rows(findings, verification_id=row.id) if each.rule == rule]
    return str(found[0]["conclusion"])


def test_a_medical_answer_leads_to_the_behavioral_administrator(
    running_house: House, practice_id: str, companies: dict[str, str]
) -> None:
    row, trail = settled(running_house, practice_id, "CRV10000101", service_lines=["psychotherapy"])
    (step,) = trail.steps
    assert (step.domain, step.reason, step.state) == ("behavioral", "carve_out", StepState.ANSWERED)
    assert step.to_payer == companies["behavioral"]
    asked = running_house.inquiries(row.id)
    hop = [each for each in asked if each.hop == 1]
    assert {each.hop_reason for each in hop} == {"carve_out"}
    assert all(each.from_inquiry_id in {one.id for one in asked} for each in hop)
    assert row.copay_cents is not None, "the administrator's own copay"
    assert conclusion(running_house, row, "administrator") == "other_company"
    tasks = {each.kind for each in running_house.rows(follow_ups, verification_id=row.id)}
    assert "ask_administrator" not in tasks, "it was asked by the program"


def test_the_holder_is_a_fact_with_its_evidence(
    running_house: House, practice_id: str, companies: dict[str, str]
) -> None:
    row, _ = settled(running_house, practice_id, "CRV10000102")
    held = [
        each.document for each in running_house.rows(facts, verification_id=row.id) if each.name == "held_by"
    ]
    assert {fact["about"]["domain"] for fact in held} == {"behavioral"}
    kept = {each.id for each in running_house.rows(exchanges)}
    assert all(fact["source"]["reference"] in kept and fact["segments"] for fact in held)


def test_medicare_leads_to_the_advantage_plan(
    running_house: House, practice_id: str, companies: dict[str, str]
) -> None:
    row, trail = settled(running_house, practice_id, "MAP10000103")
    (step,) = trail.steps
    assert (step.domain, step.reason) == ("plan", "medicare_advantage")
    assert step.state is StepState.ANSWERED
    assert row.deductible_remaining_cents is not None, "what Medicare left to the plan, the plan says"
    assert row.coverage_status == "active"


def test_medicaid_leads_to_the_managed_care_plan(
    running_house: House, practice_id: str, companies: dict[str, str]
) -> None:
    row, trail = settled(running_house, practice_id, "MCO10000104", service_lines=["psychotherapy"])
    (step,) = trail.steps
    assert (step.reason, step.to_payer) == ("managed_care", companies["community"])
    assert step.state is StepState.ANSWERED
    assert row.copay_cents is not None


def test_the_trail_goes_on_from_the_advantage_plan_to_its_administrator(
    running_house: House, practice_id: str, companies: dict[str, str]
) -> None:
    row, trail = settled(running_house, practice_id, "CHN10000105", service_lines=["psychotherapy"])
    assert [(step.number, step.domain, step.state) for step in trail.steps] == [
        (1, "plan", StepState.ANSWERED),
        (2, "behavioral", StepState.ANSWERED),
    ]
    assert trail.speaker("behavioral") == companies["behavioral"]
    assert trail.speaker("medical") == companies["advantage"]
    assert row.copay_cents is not None


def test_a_circle_is_walked_once(running_house: House, practice_id: str, companies: dict[str, str]) -> None:
    row, trail = settled(running_house, practice_id, "LUP10000106")
    assert WhyNot.LOOP in {step.why for step in trail.steps}
    asked = [(each.payer_id, each.service_type) for each in running_house.inquiries(row.id)]
    assert len(asked) == len(set(asked)), "nobody is asked the same twice"
    assert max(each.hop for each in running_house.inquiries(row.id)) <= 3


def test_a_company_nobody_knows_is_a_call_that_names_what_to_ask(
    running_house: House, practice_id: str
) -> None:
    row, trail = settled(running_house, practice_id, "CRV10000107", service_lines=["psychotherapy"])
    (step,) = trail.steps
    assert step.why is WhyNot.UNKNOWN_COMPANY
    assert row.copay_cents is None, "what the holder has not said is not stated"
    asking = running_house.rows(questions, verification_id=row.id)
    text = " ".join(each.document["text"] for each in asking if each.fact == "administrator")
    assert "90834" in text
    assert "authorization" in text
    tasks = {each.kind for each in running_house.rows(follow_ups, verification_id=row.id)}
    assert "ask_administrator" in tasks


def test_a_plan_that_knows_the_patient_by_another_id_is_a_repair(
    running_house: House, practice_id: str, companies: dict[str, str]
) -> None:
    row, trail = settled(running_house, practice_id, "HRJ10000108")
    assert trail.steps[0].state is StepState.UNANSWERED
    assert row.deductible_remaining_cents is None, "Medicare's own figures are not the plan's"
    tasks = running_house.rows(follow_ups, verification_id=row.id)
    assert "correct_question" in {each.kind for each in tasks}
    assert any("Example Advantage Plan" in each.title + each.detail for each in tasks)


def test_another_payer_is_named_and_not_asked_without_its_member_id(
    running_house: House, practice_id: str, companies: dict[str, str]
) -> None:
    row, trail = settled(running_house, practice_id, "COB10000109")
    assert {step.why for step in trail.steps} == {WhyNot.NO_MEMBER_ID}
    assert max(each.hop for each in running_house.inquiries(row.id)) == 0
    assert row.deductible_remaining_cents is not None, "the payer on the card still speaks for itself"


def test_another_policy_of_the_patient_gives_the_member_id_to_ask_with(
    running_house: House, practice_id: str, companies: dict[str, str]
) -> None:
    settled(running_house, practice_id, "ACT20000110", coverage={"payer": "other", "rank": 2})
    row, trail = settled(running_house, practice_id, "COB10000110")
    assert [step.state for step in trail.steps] == [StepState.ANSWERED]
    of_this = [fact.document for fact in running_house.rows(facts, verification_id=row.id)]
    others = [fact for fact in of_this if fact["source"].get("payer") == companies["other"]]
    assert others, "what the other payer said is kept"
    figure = [
        fact["value"]
        for fact in of_this
        if fact["name"] == "deductible_remaining"
        and fact["about"].get("level", "person") == "person"
        and fact["source"].get("payer") != companies["other"]
        and "value" in fact
    ]
    assert row.deductible_remaining_cents in figure, "and never mixed with this policy's own"


def take_list(house: House, practice_id: str, **changes: Any) -> str:
    """The account of the practice, whose clearinghouse lists the behavioral administrator; changes are to its row."""
    company = {
        "their_id": "EXBH1",
        "name": "Example Behavioral Health",
        "eligibility": "supported",
        **changes,
    }
    with house.work.engine.begin() as connection:
        electronic = next(
            row
            for row in clinic.accounts(connection)
            if row.practice_id == practice_id and row.adapter != "phone"
        )
        import_list(connection, practice_id, electronic.id, [msgspec.convert(company, ListedPayer)])
    return str(electronic.id)


def test_a_company_that_is_only_in_the_accounts_list_is_asked_and_becomes_ours(
    running_house: House, practice_id: str
) -> None:
    account_id = take_list(running_house, practice_id)
    row, trail = settled(running_house, practice_id, "CRV10000111", service_lines=["psychotherapy"])
    (step,) = trail.steps
    assert step.state is StepState.ANSWERED
    assert row.copay_cents is not None
    (added,) = running_house.rows(payers, practice_id=practice_id, code="example_behavioral_health")
    assert step.to_payer == added.id
    told = [
        each.detail
        for each in running_house.rows(events, verification_id=row.id)
        if each.what == "payer_adopted"
    ]
    assert told == [{"payer": added.id, "code": added.code, "account": account_id}]
    tasks = {each.kind for each in running_house.rows(follow_ups, verification_id=row.id)}
    assert "ask_administrator" not in tasks
    again, _ = settled(running_house, practice_id, "CRV10000112", service_lines=["psychotherapy"])
    assert again.copay_cents is not None
    assert len(running_house.rows(payers, practice_id=practice_id, code=added.code)) == 1


@pytest.mark.parametrize("changes", [{"eligibility": "not_supported"}, {"their_id": "EXBH9"}])
def test_a_company_the_list_does_not_reach_is_called(
    running_house: House, practice_id: str, changes: dict[str, str]
) -> None:
    take_list(running_house, practice_id, **changes)
    _, trail = settled(running_house, practice_id, "CRV10000113", service_lines=["psychotherapy"])
    assert [step.why for step in trail.steps] == [WhyNot.UNKNOWN_COMPANY]


def test_a_listed_company_nothing_is_to_be_asked_of_is_left_in_its_list(
    running_house: House, practice_id: str
) -> None:
    take_list(running_house, practice_id)
    _, trail = settled(running_house, practice_id, "CRV10000115", service_lines=["ketamine_iv"])
    assert [step.why for step in trail.steps] == [WhyNot.NOT_NEEDED]
    assert not running_house.rows(payers, practice_id=practice_id, code="example_behavioral_health")
