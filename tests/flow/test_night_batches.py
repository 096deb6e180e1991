"""A night in batches: handed in once, collected item by item; through real workers and the simulator's batch desk."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.house import House
from tests.night_batches import (
    QUESTIONS_EACH,
    add_batch_clinic,
    asked,
    batches,
    become,
    begin,
    due,
    item_of,
    items,
    known,
    recheck_of,
    until_handed_in,
    until_night_ends,
)
from verify import steps
from verify.steps.question import trace_of
from verify.store.tables import exchanges

pytestmark = pytest.mark.flow


@pytest.fixture
def practice_id(running_house: House) -> Iterator[str]:
    yield add_batch_clinic(running_house, cents_per_check=25)
    desk = running_house.simulator.batches
    desk.item_seconds = desk.retry_seconds = desk.receipt_seconds = 0.0
    desk.refusals.clear()


def exchanges_of(house: House, verification_id: str) -> list[Any]:
    """Of the questions of its re-check."""
    asked = house.inquiries(recheck_of(house, verification_id))
    return [row for each in asked for row in house.rows(exchanges, inquiry_id=each.id)]


def test_a_night_of_fifty_patients_is_one_batch_and_each_is_asked_again_once(
    running_house: House, practice_id: str
) -> None:
    made = due(running_house, practice_id, [f"ACT9{number:04}" for number in range(50)])
    begin(running_house, practice_id, 50 * QUESTIONS_EACH)
    until_night_ends(running_house, practice_id)
    (batch,) = batches(running_house, practice_id)
    assert (batch.state, batch.gathered) == ("done", 100)
    assert items(running_house, batch.id) == {"ended": 100}
    together, alone = asked(running_house, practice_id)
    assert (len(together), set(together.values())) == (100, {1})
    assert not alone
    for verification_id in made.values():
        item = item_of(running_house, verification_id)
        assert item.state == "answered"
        assert running_house.verification(verification_id).superseded_by_id == item.recheck_id
    bought = exchanges_of(running_house, made["ACT90000"])
    assert [(row.outcome, row.cents) for row in bought] == [("answered", 25)] * QUESTIONS_EACH
    assert all(row.request_sealed and row.response_sealed for row in bought)


def test_a_question_that_cannot_be_written_is_refused_by_itself_and_the_others_go_out(
    running_house: House, practice_id: str
) -> None:
    made = due(running_house, practice_id, ["ACT91001", "X", "ACT91002"])
    begin(running_house, practice_id, 3 * QUESTIONS_EACH)
    until_night_ends(running_house, practice_id)
    (batch,) = batches(running_house, practice_id)
    assert items(running_house, batch.id) == {"ended": 6}
    assert item_of(running_house, made["ACT91001"]).state == "answered"
    assert item_of(running_house, made["ACT91002"]).state == "answered"
    refused = item_of(running_house, made["X"])
    assert (refused.state, refused.cause) == ("failed", "unwritable")
    assert {row.state for row in running_house.inquiries(refused.recheck_id)} == {"rejected"}
    together, alone = asked(running_house, practice_id)
    assert (len(together), set(together.values()), alone) == (4, {1}, {})


def test_an_item_that_never_comes_back_is_asked_by_itself(running_house: House, practice_id: str) -> None:
    made = due(running_house, practice_id, ["ACT92001", "DROP92002"])
    begin(running_house, practice_id, 2 * QUESTIONS_EACH)
    until_handed_in(running_house, practice_id)
    # By itself it is answered: what was lost was the batch's fault.
    become(running_house, made["DROP92002"], "ACT92002")
    until_night_ends(running_house, practice_id)
    (batch,) = batches(running_house, practice_id)
    assert (batch.state, items(running_house, batch.id)) == ("done", {"ended": 2, "returned": 2})
    lost = {trace_of(row.id) for row in running_house.inquiries(recheck_of(running_house, made["DROP92002"]))}
    together, alone = asked(running_house, practice_id)
    assert (set(together.values()), set(alone.values()), set(alone)) == ({1}, {1}, lost)
    assert item_of(running_house, made["DROP92002"]).state == "answered"
    outcomes = [row.outcome for row in exchanges_of(running_house, made["DROP92002"])]
    assert sorted(outcomes) == ["answered", "answered", "lost", "lost"]


def test_an_item_about_somebody_else_is_never_coverage(running_house: House, practice_id: str) -> None:
    made = due(running_house, practice_id, ["PERSON93001", "ACT93002"])
    begin(running_house, practice_id, 2 * QUESTIONS_EACH)
    until_night_ends(running_house, practice_id)
    other = item_of(running_house, made["PERSON93001"])
    assert (other.state, other.cause) == ("failed", "wrong_person")
    again = running_house.verification(other.recheck_id)
    assert again.coverage_status is None
    assert {row.state for row in running_house.inquiries(again.id)} == {"unknown"}
    assert running_house.verification(made["PERSON93001"]).superseded_by_id is None
    assert item_of(running_house, made["ACT93002"]).state == "answered"


def test_a_source_that_fails_or_slows_us_down_is_looked_at_again(
    running_house: House, practice_id: str
) -> None:
    made = due(running_house, practice_id, ["ACT94001", "ACT94002"])
    begin(running_house, practice_id, 2 * QUESTIONS_EACH)
    until_handed_in(running_house, practice_id)
    desk = running_house.simulator.batches
    desk.refuse_looks(429, 1, retry_after=1)
    desk.refuse_looks(503, 2)
    until_night_ends(running_house, practice_id)
    assert not desk.refusals
    (batch,) = batches(running_house, practice_id)
    assert batch.tries == 3, "looks that had to be made again"
    assert {item_of(running_house, each).state for each in made.values()} == {"answered"}
    together, alone = asked(running_house, practice_id)
    assert (set(together.values()), alone) == ({1}, {})


def test_data_corrected_while_the_batch_is_out_are_asked_with_and_the_older_answer_is_evidence(
    running_house: House, practice_id: str
) -> None:
    made = known(running_house, practice_id, ["ACT95001", "ACT95002"])
    begin(running_house, practice_id, 2 * QUESTIONS_EACH)
    until_handed_in(running_house, practice_id)
    corrected = recheck_of(running_house, made["ACT95001"])
    user = running_house.add_user(practice_id)
    steps.complete_information(
        running_house.work, corrected, practice_id, user, coverage={"member_id": "INA95001"}
    )
    until_night_ends(running_house, practice_id)
    asked_then = [row for row in running_house.inquiries(corrected) if row.revision == 1]
    asked_now = [row for row in running_house.inquiries(corrected) if row.revision == 2]
    assert {row.state for row in asked_then} == {"asking"}
    outcomes = {
        row.outcome for each in asked_then for row in running_house.rows(exchanges, inquiry_id=each.id)
    }
    assert outcomes == {"superseded"}
    assert {row.state for row in asked_now} == {"answered"}
    assert running_house.verification(corrected).coverage_status == "inactive"
    assert item_of(running_house, made["ACT95001"]).weight == "stops"
    assert item_of(running_house, made["ACT95002"]).changes == []
