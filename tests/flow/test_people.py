"""What a coordinator does between the steps: missing information, calls, signing off, cancelling."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Row

from tests.house import House
from verify import steps
from verify.facts import SourceKind, UnreadableAnswers
from verify.store.tables import exchanges, facts, follow_ups, notes, questions

pytestmark = pytest.mark.flow


@pytest.fixture
def practice_id(running_house: House) -> str:
    return running_house.add_clinic()


def the_call(house: House, verification_id: str) -> Row[Any]:
    return next(
        row
        for row in house.rows(follow_ups, verification_id=verification_id, state="open")
        if row.kind == "call"
    )


def typed(**answers: str) -> steps.Call:
    ended = datetime.now(UTC)
    return steps.Call(
        answers=answers,
        reference="REF-77",
        representative="Dana",
        started_at=ended - timedelta(minutes=40),
        ended_at=ended,
    )


def test_a_member_id_found_later_starts_the_questions(running_house: House, practice_id: str) -> None:
    made = running_house.submit(practice_id, "")
    running_house.wait_until_settled(made)
    steps.complete_information(
        running_house.work, made, practice_id, "system", coverage={"member_id": "ACT20000001"}
    )
    row = running_house.wait_until_settled(made)
    assert row.coverage_status == "active"
    states = {task.kind: task.state for task in running_house.rows(follow_ups, verification_id=made)}
    assert states["get_information"] == "cancelled"


def test_a_refused_question_is_mended_and_asked_anew(running_house: House, practice_id: str) -> None:
    made = running_house.submit(practice_id, "AAA7220002")
    running_house.wait_until_settled(made)
    steps.complete_information(
        running_house.work, made, practice_id, "system", coverage={"member_id": "ACT20000002"}
    )
    row = running_house.wait_until_settled(made)
    assert row.coverage_status == "active"
    assert {inquiry.revision for inquiry in running_house.inquiries(made)} == {1, 2}


def test_a_payer_without_a_wire_becomes_a_call_whose_answers_are_facts(
    running_house: House, practice_id: str
) -> None:
    made = running_house.submit(practice_id, "LUWF1", coverage={"payer": "unionfund"})
    row = running_house.wait_until_settled(made)
    assert row.state == "needs_person"
    task = the_call(running_house, made)
    fields = {field["fact"]: field["name"] for field in task.script["fields"]}
    call = typed(**{fields["active"]: "yes", fields["copay"]: "35"})
    steps.record_call(running_house.work, task.id, practice_id, "system", call)
    row = running_house.wait_until_settled(made)
    assert row.coverage_status == "active"
    assert row.copay_cents == 35_00
    assert {inquiry.state for inquiry in running_house.inquiries(made)} == {"answered"}
    kept = [
        exchange
        for inquiry in running_house.inquiries(made)
        for exchange in running_house.rows(exchanges, inquiry_id=inquiry.id)
        if exchange.outcome == "answered"
    ]
    assert len(kept) == 1
    assert b"Dana" not in kept[0].response_sealed


def test_an_answer_its_field_cannot_take_stores_nothing(running_house: House, practice_id: str) -> None:
    made = running_house.submit(practice_id, "LUWF2", coverage={"payer": "unionfund"})
    running_house.wait_until_settled(made)
    task = the_call(running_house, made)
    name = next(field["name"] for field in task.script["fields"] if field["fact"] == "copay")
    with pytest.raises(UnreadableAnswers):
        steps.record_call(running_house.work, task.id, practice_id, "system", typed(**{name: "thirty-ish"}))
    assert running_house.rows(facts, verification_id=made) == []
    assert running_house.rows(follow_ups, id=task.id)[0].state == "open"


def test_gaps_are_named_when_a_person_signs_off(running_house: House, practice_id: str) -> None:
    made = running_house.submit(practice_id, "MIN20000003")
    running_house.wait_until_settled(made)
    assert running_house.rows(questions, verification_id=made, closed_at=None)
    state = steps.sign_off(running_house.work, made, practice_id, "system")
    assert state == "verified_with_gaps"
    assert running_house.verification(made).state == "verified_with_gaps"


def test_a_cancelled_verification_is_not_asked_again(running_house: House, practice_id: str) -> None:
    made = running_house.submit(practice_id, "H50320004")
    running_house.wait_for_inquiry(made, "unavailable")
    running_house.wait_until_home(made)
    steps.cancel(running_house.work, made, practice_id, "system")
    running_house.let_retry_come(made)
    row = running_house.wait_until_settled(made)
    assert row.state == "cancelled"
    assert all(inquiry.attempt == 1 for inquiry in running_house.inquiries(made))
    with pytest.raises(steps.NotAllowed):
        steps.sign_off(running_house.work, made, practice_id, "system")


def test_nothing_of_another_practice_can_be_touched(running_house: House, practice_id: str) -> None:
    made = running_house.submit(practice_id, "MIN20000005")
    running_house.wait_until_settled(made)
    task = running_house.rows(follow_ups, verification_id=made)[0]
    other = running_house.add_clinic()
    work = running_house.work
    for attempt in (
        lambda: steps.cancel(work, made, other, "system"),
        lambda: steps.sign_off(work, made, other, "system"),
        lambda: steps.complete_information(work, made, other, "system", coverage={"member_id": "X"}),
        lambda: steps.close_follow_up(work, task.id, other, "system", outcome=""),
        lambda: steps.record_call(work, task.id, other, "system", typed()),
        lambda: steps.add_note(work, made, other, "system", kind="other", body="x"),
    ):
        with pytest.raises(steps.NotFound):
            attempt()


def test_what_is_written_of_a_task_becomes_a_sealed_note(running_house: House, practice_id: str) -> None:
    made = running_house.submit(practice_id, "AAA7520006")
    running_house.wait_until_settled(made)
    task = running_house.rows(follow_ups, verification_id=made, state="open")[0]
    author = running_house.add_user(practice_id)
    steps.close_follow_up(
        running_house.work, task.id, practice_id, author, outcome="Spoke with the patient's mother"
    )
    written = running_house.rows(notes, verification_id=made)
    assert [note.kind for note in written] == ["follow_up"]
    assert b"mother" not in written[0].body_sealed


def test_a_question_is_mended_while_the_payer_is_away(running_house: House, practice_id: str) -> None:
    made = running_house.submit(practice_id, "H50320007")
    running_house.wait_for_inquiry(made, "unavailable")
    running_house.wait_until_home(made)
    steps.complete_information(
        running_house.work, made, practice_id, "system", coverage={"member_id": "ACT20000007"}
    )
    row = running_house.wait_until_settled(made)
    assert row.coverage_status == "active"
    assert row.ask_again_at is None
    old = [inquiry for inquiry in running_house.inquiries(made) if inquiry.revision == 1]
    assert all(inquiry.attempt == 1 for inquiry in old), "the old question is not asked again"


def test_what_was_verified_expires_and_asks_for_a_new_check(running_house: House, practice_id: str) -> None:
    made = running_house.submit(practice_id, "ACT20000008")
    running_house.wait_until_settled(made)
    steps.sign_off(running_house.work, made, practice_id, "system")
    assert running_house.verification(made).expires_at > datetime.now(UTC)
    running_house.make_expire(made)
    steps.expire(running_house.work)
    running_house.wait_until(made, "expired")
    kinds = {task.kind for task in running_house.rows(follow_ups, verification_id=made, state="open")}
    assert "ask_again" in kinds


def test_an_old_figure_that_no_longer_decides_does_not_end_a_signature(
    running_house: House, practice_id: str
) -> None:
    made = running_house.submit(practice_id, "ACT20000011")
    running_house.wait_until_settled(made)
    weeks_ago = datetime.now(UTC).date() - timedelta(days=20)
    figure = {"tms.deductible_left": "999", "tms.out_of_pocket_left": "2999"}
    learned = steps.Learned(figure, SourceKind.PORTAL, "Benefits page, printed", as_of=weeks_ago)
    steps.write_down(running_house.work, made, practice_id, "system", learned)
    running_house.wait_until_settled(made)
    ends = [row.document.get("expires_at") for row in running_house.rows(facts, verification_id=made)]
    assert any(end and datetime.fromisoformat(end) < datetime.now(UTC) for end in ends), "it has run out"
    signed = steps.sign_off(running_house.work, made, practice_id, "system")
    assert running_house.verification(made).expires_at > datetime.now(UTC)
    steps.expire(running_house.work)
    assert running_house.verification(made).state == signed.value


def test_a_correction_that_makes_two_patients_one_is_refused(running_house: House, practice_id: str) -> None:
    running_house.submit(practice_id, "ACT20000009", patient={"first_name": "Ngozi"})
    made = running_house.submit(practice_id, "ACT20000010", patient={"first_name": "Chioma"})
    running_house.wait_until_settled(made)
    with pytest.raises(steps.NotAllowed):
        steps.complete_information(
            running_house.work, made, practice_id, "system", patient={"first_name": "Ngozi"}
        )
