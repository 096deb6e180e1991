"""From a submission to its follow-ups, through real workers, a real broker and a real HTTP exchange."""

import pytest

from tests.house import House
from verify import steps
from verify.store.tables import exchanges, facts, findings, follow_ups, questions

pytestmark = pytest.mark.flow


@pytest.fixture
def practice_id(running_house: House) -> str:
    return running_house.add_clinic()


def test_an_active_member_ends_with_facts_findings_and_work_for_a_person(
    running_house: House, practice_id: str
) -> None:
    made = running_house.submit(practice_id, "ACT10000001")
    row = running_house.wait_until_settled(made)
    assert row.state == "needs_person"
    assert row.coverage_status == "active"
    assert row.deductible_remaining_cents is not None
    assert {inquiry.state for inquiry in running_house.inquiries(made)} == {"answered"}
    assert running_house.rows(facts, verification_id=made)
    assert running_house.rows(findings, verification_id=made)
    assert running_house.rows(follow_ups, verification_id=made)


def test_every_question_leaves_its_evidence_sealed(running_house: House, practice_id: str) -> None:
    made = running_house.submit(practice_id, "ACT10000002")
    running_house.wait_until_settled(made)
    kept = [
        exchange
        for inquiry in running_house.inquiries(made)
        for exchange in running_house.rows(exchanges, inquiry_id=inquiry.id)
    ]
    assert kept
    assert all(exchange.outcome == "answered" and exchange.finished_at for exchange in kept)
    assert all(b"ACT10000002" not in exchange.request_sealed for exchange in kept)


def test_nothing_stated_becomes_a_question_and_never_a_zero(running_house: House, practice_id: str) -> None:
    made = running_house.submit(practice_id, "MIN10000003")
    row = running_house.wait_until_settled(made)
    assert row.copay_cents is None
    assert row.coinsurance_bp is None
    assert row.authorization is None
    assert running_house.rows(questions, verification_id=made)


def test_a_missing_member_id_asks_a_person_and_no_payer(running_house: House, practice_id: str) -> None:
    made = running_house.submit(practice_id, "")
    row = running_house.wait_until_settled(made)
    assert row.state == "needs_information"
    assert row.state_detail == "member_id"
    assert running_house.inquiries(made) == []
    assert len(running_house.rows(follow_ups, verification_id=made)) == 1


def test_an_unknown_payer_asks_a_person(running_house: House, practice_id: str) -> None:
    made = running_house.submit(practice_id, "ACT10000004", coverage={"payer": "No Such Plan"})
    row = running_house.wait_until_settled(made)
    assert row.state == "needs_information"
    assert row.state_detail == "payer"


def test_a_payer_that_fails_is_asked_again_at_the_time_shown(running_house: House, practice_id: str) -> None:
    made = running_house.submit(practice_id, "FAIL1-0000005")
    waiting = running_house.wait_for_inquiry(made, "unavailable")
    assert waiting.outcome_code == "http_5xx"
    assert waiting.ask_again_at is not None
    assert running_house.verification(made).state == "asking"
    running_house.wait_until_home(made)
    running_house.let_retry_come(made)
    row = running_house.wait_until_settled(made)
    assert row.coverage_status == "active"
    attempts = [inquiry.attempt for inquiry in running_house.inquiries(made)]
    assert max(attempts) == 2


def test_a_refused_member_becomes_a_repair_for_a_person(running_house: House, practice_id: str) -> None:
    made = running_house.submit(practice_id, "AAA7510006")
    row = running_house.wait_until_settled(made)
    assert row.state == "needs_person"
    assert row.coverage_status is None
    assert {tuple(inquiry.reject_reasons) for inquiry in running_house.inquiries(made)} == {("75",)}
    assert running_house.rows(follow_ups, verification_id=made)


def test_an_unreadable_answer_is_kept_as_unknown(running_house: House, practice_id: str) -> None:
    made = running_house.submit(practice_id, "NOISE100007")
    row = running_house.wait_until_settled(made)
    assert row.state == "needs_person"
    asked = running_house.inquiries(made)
    assert {inquiry.state for inquiry in asked} == {"unknown"}
    kept = running_house.rows(exchanges, inquiry_id=asked[0].id)
    assert kept[0].response_sealed is not None


def test_an_answer_about_somebody_else_is_never_coverage(running_house: House, practice_id: str) -> None:
    made = running_house.submit(practice_id, "PERSON10008")
    row = running_house.wait_until_settled(made)
    assert row.coverage_status is None
    assert {inquiry.outcome_code for inquiry in running_house.inquiries(made)} == {"wrong_person"}
    assert running_house.rows(facts, verification_id=made) == []


def test_a_refused_account_is_paused_once_and_taken_up_again_by_a_person(
    running_house: House, practice_id: str
) -> None:
    first = running_house.submit(practice_id, "UNAUTH10009")
    running_house.wait_for_inquiry(first, "unavailable")
    second = running_house.submit(practice_id, "ACT10000010", patient={"first_name": "Bo"})
    held = running_house.wait_for(second, lambda asked: any(row.ask_again_at for row in asked))
    assert {row.outcome_code for row in held if row.ask_again_at} == {"unauthorized"}
    assert all(row.attempt == 0 for row in held), "nothing is asked through a paused account"
    tasks = [
        task
        for verification_id in (first, second)
        for task in running_house.rows(follow_ups, verification_id=verification_id)
        if task.kind == "mend_account"
    ]
    assert len(tasks) == 1
    assert tasks[0].owner_role == "admin"
    author = running_house.add_user(practice_id, "admin")
    steps.close_follow_up(running_house.work, tasks[0].id, practice_id, author, outcome="new password")
    assert running_house.wait_until_settled(second).coverage_status == "active"
