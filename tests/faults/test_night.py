"""A night whose worker is killed twice: each patient is asked once, and the report is complete."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.nightly import done, figures, known, night_of, planning_begun
from tests.house import House, house, wait_for
from verify import steps
from verify.servers.postgres import Postgres
from verify.servers.valkey import Valkey
from verify.store.tables import exchanges

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


def some_done(built: House, practice_id: str) -> bool:
    return done(built, practice_id) >= PATIENTS // 4
