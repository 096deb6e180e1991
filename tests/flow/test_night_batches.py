"""A night in batches: handed in once, collected item by item; through real workers and the simulator's batch desk."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.flow.night_batches import (
    QUESTIONS_EACH,
    add_batch_clinic,
    asked,
    batches,
    begin,
    item_of,
    items,
    known,
    recheck_of,
    until_batch,
    until_night_ends,
)
from tests.house import House
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
    made = known(running_house, practice_id, [f"ACT9{number:04}" for number in range(50)])
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
