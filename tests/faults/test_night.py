"""A night whose worker is killed: each patient is asked once, by itself or in a batch, and the report is complete."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, update

from tests.benchmarks.nightly import done, figures, known, night_of, planning_begun
from tests.house import House, house, wait_for
from tests.night_batches import (
    QUESTIONS_EACH,
    add_batch_clinic,
    asked,
    batches,
    begin,
    go_on,
    until_night_ends,
)
from verify import steps
from verify.servers.postgres import Postgres
from verify.servers.valkey import Valkey
from verify.store import night_views
from verify.store.tables import exchanges, jobs

pytestmark = pytest.mark.faults

PATIENTS = 40


@pytest.fixture
def dark_house(tmp_path: Path) -> Iterator[House]:
    postgres, valkey = Postgres(tmp_path / "postgres"), Valkey(tmp_path / "valkey")
    urls = postgres.start(), valkey.start()
    try:
        with house(tmp_path / "data", *urls, latency="0.05-0.3", concurrency=8, lease_seconds=5) as built:
            yield built
    finally:
        valkey.stop()
        postgres.stop()


def test_a_night_killed_as_it_begins_and_while_it_asks_asks_each_patient_once(dark_house: House) -> None:
    practice_id = dark_house.add_clinic(total_deadline_seconds=3)
    known(dark_house, practice_id, PATIENTS)
    dark_house.start("worker-urgent", "beat", "worker-nightly")
    steps.start_night(dark_house.work, practice_id, "system")
    caught = 0
    for reached in (
        lambda: planning_begun(dark_house, practice_id),
        lambda: some_done(dark_house, practice_id),
    ):
        wait_for(lambda now=reached: now() or None, 60, "the moment of the kill")
        caught += dark_house.count(exchanges, exchanges.c.finished_at.is_(None))
        dark_house.kill("worker-nightly")
        dark_house.start("worker-nightly")
    wait_for(
        lambda: True if night_of(dark_house, practice_id).state == "finished" else None,
        150,
        "the night's end",
    )
    found = figures(dark_house, practice_id, PATIENTS)
    assert found["questions_asked_twice"] <= caught, "only a question on its way at a kill is asked again"


def test_a_worker_killed_before_it_has_the_receipt_of_a_batch_hands_nothing_in_twice(
    dark_house: House,
) -> None:
    practice_id = add_batch_clinic(dark_house, total_deadline_seconds=30)
    known(dark_house, practice_id, PATIENTS)
    desk = dark_house.simulator.batches
    desk.receipt_seconds = 25
    dark_house.start("worker-urgent", "beat", "worker-nightly")
    begin(dark_house, practice_id, PATIENTS * QUESTIONS_EACH)
    go_on(dark_house, practice_id, "hand_in")
    wait_for(lambda: True if "batch" in said_to(dark_house) else None, 60, "the batch to be at its source")
    dark_house.kill("worker-nightly")
    (batch,) = batches(dark_house, practice_id)
    assert (batch.state, batch.their_id) == ("submitting", ""), "killed before the receipt"
    desk.receipt_seconds = 0.0
    let_leases_end(dark_house)
    dark_house.start("worker-nightly")
    until_night_ends(dark_house, practice_id)
    outcomes = said_to(dark_house)
    assert outcomes.count("batch") == 1
    assert "batch_conflict" in outcomes, "it was handed in again, under the same name"
    (batch,) = batches(dark_house, practice_id)
    assert batch.state == "done"
    together, alone = asked(dark_house, practice_id)
    assert (len(together), set(together.values()), alone) == (PATIENTS * QUESTIONS_EACH, {1}, {})
    bought = dark_house.rows(exchanges, practice_id=practice_id)
    assert [row.outcome for row in bought] == ["answered"] * len(together)
    with dark_house.work.engine.connect() as connection:
        night = night_views.progress(connection, practice_id, night_views.LATEST)
    assert night is not None
    assert (night.answered, night.failed) == (PATIENTS, 0)


def said_to(built: House) -> list[str]:
    """What became of whatever came to the simulator, in order."""
    return [entry.outcome for entry in built.simulator.questions()]


def let_leases_end(built: House) -> None:
    """As if the time of a dead worker's leases were over."""
    with built.work.engine.begin() as connection:
        past = func.now() - timedelta(seconds=1)
        connection.execute(update(jobs).where(jobs.c.state == "leased").values(lease_until=past, due_at=past))


def some_done(built: House, practice_id: str) -> bool:
    return done(built, practice_id) >= PATIENTS // 4
