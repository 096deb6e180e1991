"""Workers, broker and database die while verifications run; every one is answered, nothing is stored twice.

The short form runs with the other tests. The long one: `python run.py test tests/faults --verifications 500 -s`.
"""

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import redis
from sqlalchemy import Engine, create_engine, func, select
from sqlalchemy.exc import DBAPIError

from payers.simulator.journal import questions
from tests.house import SETTLED, WORKERS, House, house
from verify.servers.postgres import Postgres
from verify.servers.supervisor import Supervisor
from verify.servers.up import programs
from verify.servers.valkey import Valkey
from verify.store.tables import exchanges, facts, follow_ups, inquiries, jobs, verifications

pytestmark = pytest.mark.faults

#: Answers take this long, so that every fault finds questions on their way. Median ~ spread, seconds.
LATENCY = "0.3-1.5"
DEADLINE_SECONDS = 5
#: What is asked for TMS where the payer answers: service types 30 and MH.
QUESTIONS_EACH = 2


class Storm(NamedTuple):
    """A running, supervised system on servers of its own."""

    house: House
    supervisor: Supervisor
    postgres: Postgres
    valkey: Valkey

    def worker_pid(self, name: str) -> int | None:
        child = next(each.child for each in self.supervisor._watched if each.program.name == name)
        return child.pid if child and child.running() else None


@pytest.fixture
def storm(tmp_path: Path) -> Iterator[Storm]:
    postgres, valkey = Postgres(tmp_path / "postgres"), Valkey(tmp_path / "valkey")
    urls = postgres.start(), valkey.start()
    try:
        with house(tmp_path / "data", *urls, latency=LATENCY, concurrency=32) as built:
            wanted = [program for program in programs(built.settings, 0) if program.name in WORKERS]
            supervisor = Supervisor({"PostgreSQL": postgres, "Valkey": valkey}, say=lambda _: None)
            supervisor.start(wanted)
            try:
                yield Storm(built, supervisor, postgres, valkey)
            finally:
                supervisor.end()
    finally:
        valkey.stop()
        postgres.stop()


def test_a_storm_loses_nothing_and_stores_nothing_twice(storm: Storm, request: pytest.FixtureRequest) -> None:
    wanted = request.config.getoption("--verifications")
    built = storm.house
    practice_id = built.add_clinic(total_deadline_seconds=DEADLINE_SECONDS, max_in_flight=100)
    started = time.monotonic()
    made = [
        built.submit(practice_id, f"ACT{number:08}", patient={"first_name": f"P{number}"})
        for number in range(wanted)
    ]
    in_flight = ride_out(storm, made)
    took = time.monotonic() - started

    figures = count(built, practice_id)
    asked_twice = {trace for trace, times in asked(built).items() if times > 1}
    figures |= {"asked_twice": len(asked_twice), "in_flight_at_kills": in_flight, "seconds": round(took, 1)}
    print(json.dumps(figures))

    assert figures["answered"] == wanted
    assert figures["facts_twice"] == figures["follow_ups_twice"] == figures["exchanges_twice"] == 0
    assert figures["failed_jobs"] == 0
    assert len(figures["facts_each"]) == 1, "every member of this kind is told the same number of facts"
    assert len(figures["follow_ups_each"]) == 1
    assert asked_twice <= unfinished(built), "only a question on its way at a kill may be asked again"
    assert len(asked_twice) <= in_flight


def ride_out(storm: Storm, made: list[str]) -> int:
    """Lets the faults happen while the questions are asked, then waits until all is settled.

    How many questions on their way the kills caught.
    """
    caught = 0
    faults = iter(plan(storm))
    fault = next(faults, None)
    gives_up = time.monotonic() + 120 + len(made) / 2
    while time.monotonic() < gives_up:
        storm.supervisor.check()
        time.sleep(0.05)
        try:
            if fault is not None and answered(storm.house) >= fault[0] * len(made) * QUESTIONS_EACH:
                caught += fault[1]()
                fault = next(faults, None)
            elif fault is None and settled(storm.house) == len(made):
                return caught
        except DBAPIError:
            continue  # the database is away, as planned
    raise AssertionError(f"{settled(storm.house)} of {len(made)} settled in time; a fault left: {fault}")


def plan(storm: Storm) -> list[tuple[float, Callable[[], int]]]:
    """What happens when this share of the questions is answered."""

    def kill_worker() -> int:
        caught = in_flight(storm.house)
        pid = storm.worker_pid("worker-standard")
        assert pid is not None, "the worker was not running at its time to die"
        os.kill(pid, signal.SIGKILL)
        return caught

    def flush() -> int:
        with redis.Redis.from_url(storm.valkey.url) as client:
            client.flushall()
        return 0

    def kill_valkey() -> int:
        os.kill(storm.valkey.pid or 0, signal.SIGKILL)
        return 0

    def kill_postgres() -> int:
        caught = in_flight(storm.house)
        os.kill(storm.postgres.pid or 0, signal.SIGKILL)
        return caught

    return [(0.1, kill_worker), (0.25, flush), (0.4, kill_worker), (0.55, kill_valkey), (0.7, kill_postgres)]


def answered(built: House) -> int:
    return built.count(inquiries, inquiries.c.state == "answered")


def settled(built: House) -> int:
    """How many verifications wait for nobody but a person."""
    busy = select(jobs.c.subject_id).where(jobs.c.state.in_(("queued", "leased")))
    return built.count(verifications, verifications.c.state.in_(SETTLED), verifications.c.id.not_in(busy))


def in_flight(built: House) -> int:
    return built.count(exchanges, exchanges.c.finished_at.is_(None))


def asked(built: House) -> Counter[str]:
    return Counter(entry.trace for entry in questions(built.settings.data_folder / "simulator.jsonl"))


def unfinished(built: House) -> set[str]:
    """Traces of questions whose answer one of their askers never stored."""
    lost = exchanges.c.finished_at.is_(None) | (exchanges.c.outcome != "answered")
    with built.work.engine.connect() as connection:
        return set(connection.execute(select(exchanges.c.trace).where(lost)).scalars())


def count(built: House, practice_id: str) -> dict[str, Any]:
    engine: Engine = create_engine(built.settings.database_url or "")
    try:
        with engine.connect() as connection:

            def one(query: Any) -> Any:
                return connection.execute(query).scalar_one()

            def twice(table: Any, *columns: Any) -> int:
                repeated = select(*columns).group_by(*columns).having(func.count() > 1).subquery()
                return int(one(select(func.count()).select_from(repeated)))

            def each(table: Any) -> list[int]:
                per = select(func.count(table.c.id).label("n")).group_by(table.c.verification_id).subquery()
                return sorted(connection.execute(select(per.c.n).distinct()).scalars())

            document = facts.c.document
            return {
                "answered": one(
                    select(func.count(verifications.c.id.distinct()))
                    .join(inquiries, inquiries.c.verification_id == verifications.c.id)
                    .where(inquiries.c.state == "answered", verifications.c.coverage_status == "active")
                ),
                "facts": one(select(func.count()).select_from(facts)),
                "facts_each": each(facts),
                "facts_twice": twice(
                    facts,
                    facts.c.verification_id,
                    facts.c.name,
                    document["about"],
                    document["source"]["reference"],
                    document["segments"],
                ),
                "follow_ups_each": each(follow_ups),
                "follow_ups_twice": twice(follow_ups, follow_ups.c.verification_id, follow_ups.c.kind),
                "exchanges_twice": twice(exchanges, exchanges.c.inquiry_id, exchanges.c.attempt),
                "failed_jobs": one(select(func.count()).select_from(jobs).where(jobs.c.state == "failed")),
            }
    finally:
        engine.dispose()
