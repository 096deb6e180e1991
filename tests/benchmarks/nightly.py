"""A night's planning, and a night that is killed five times. `python run.py bench nightly`.

1. Planning: `--patients N` (100000; 1000000 in full) verifications stand in PostgreSQL, put there by SQL. Measured is
   how long it takes to look at all of them and to make the re-checks of those that are due; on an ordinary night,
   and with `--month` on the first business day of a month, when everybody is.
2. A night of `--night N` (1000; 10000 in full) patients against the simulator, which answers in 5 ms, with real
   workers. The nightly worker is killed five times with SIGKILL, the first time while it plans. Counted is, in the
   simulator's log, how often each question was asked. Their first answers are put there by SQL.
   With `--batch` the payer is asked in batches, and nothing is planned before; `--kills N` kills it less often.
3. A bare Celery no-op on the same broker, for comparison: one worker process, as many threads.

The last line is one JSON object. The servers, and everything else, are in a temporary folder.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import redis
from celery import Celery
from kombu.entity import Queue
from sqlalchemy import func, select, text, update

from tests.house import House, house
from tests.night_batches import add_batch_clinic
from verify import steps
from verify.queue import SETTINGS, broker_url
from verify.servers.postgres import Postgres
from verify.servers.valkey import Valkey
from verify.steps.nightly import plan_night
from verify.steps.question import trace_of
from verify.store import jobs as queue
from verify.store import night_views
from verify.store.tables import exchanges, inquiries, jobs, verifications
from verify.store.tables_batches import payer_batches
from verify.store.tables_nightly import night_items, nights
from verify.verification import JobId

ROOT = Path(__file__).parents[2]
LATENCY = 0.005
CONCURRENCY = 32
#: When the worker is killed: at once, which is while it plans, and at these shares of the patients.
KILLS = (0.0, 0.15, 0.35, 0.55, 0.75)
QUESTIONS_EACH = 2
NOOPS = 5_000

# --- the no-op ------------------------------------------------------------------------------------------

noops = Celery("noops")
noops.conf.update({**SETTINGS, "task_queues": [Queue("noops")], "task_default_queue": "noops"})
noops.conf.broker_url = os.environ.get("NOOPS_BROKER", "")


@noops.task(name="noop")
def noop() -> None:
    """Nothing."""


def noop_rate(folder: Path, redis_url: str) -> float:
    """No-ops per second of one worker process, from the first taken to the last."""
    noops.conf.broker_url = broker_url(redis_url)
    for _ in range(NOOPS):
        noop.apply_async(queue="noops")
    command = [
        sys.executable,
        "-m",
        "celery",
        "-A",
        "tests.benchmarks.nightly:noops",
        "worker",
        "-P",
        "threads",
    ]
    command += ["-c", str(CONCURRENCY), "-Q", "noops", "--without-gossip", "--without-mingle", "-l", "ERROR"]
    variables = {**os.environ, "NOOPS_BROKER": broker_url(redis_url), "PYTHONPATH": str(ROOT)}
    with (folder / "noops.log").open("wb") as log, redis.Redis.from_url(redis_url) as client:
        worker = subprocess.Popen(
            command, env=variables, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
        )
        try:
            wait_until(lambda: client.llen("noops") < NOOPS, 60, 0.001)
            begun, left = time.monotonic(), client.llen("noops")
            wait_until(lambda: client.llen("noops") == 0, 120, 0.005)
            return left / (time.monotonic() - begun)
        finally:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()


# --- planning -------------------------------------------------------------------------------------------

PEOPLE = """
insert into patients (id, practice_id, identity_sealed)
select 'pat_' || to_char(n, 'FM0000000000'), :practice, '\\x00' from generate_series(1, :count) n;
insert into coverages (id, practice_id, patient_id, payer_id, policy_sealed)
select 'cov_' || to_char(n, 'FM0000000000'), :practice, 'pat_' || to_char(n, 'FM0000000000'), :payer, '\\x00'
from generate_series(1, :count) n;
insert into verifications (id, practice_id, patient_id, coverage_id, service_lines, date_of_service, reason, lane,
    state, dedupe_key, requested_by, answered_at, judged_at, coverage_status)
select 'ver_' || to_char(n, 'FM0000000000') || substr(md5(n::text), 1, 8), :practice,
    'pat_' || to_char(n, 'FM0000000000'), 'cov_' || to_char(n, 'FM0000000000'),
    array[(array['tms', 'ketamine_iv', 'psychotherapy', 'medication_management'])[1 + n % 4]],
    current_date - 50 + (hashint4(n::int) & 127), 'new', 'standard',
    (array['needs_person', 'verified', 'verified_with_gaps'])[1 + n % 3], decode(md5(n::text), 'hex'), 'system',
    now() - make_interval(days => (hashint4(n::int + 1) & 15)), now(), 'active'
from generate_series(1, :count) n
"""


def planning(built: House, patients: int, *, month: bool) -> dict[str, Any]:
    practice_id = built.add_clinic()
    with built.work.engine.begin() as connection:
        connection.execute(text("set local statement_timeout = 0"))
        payer = connection.execute(
            text("select id from payers where practice_id = :p and code = 'bluehollow'"), {"p": practice_id}
        ).scalar_one()
        for statement in PEOPLE.split(";"):
            connection.execute(text(statement), {"practice": practice_id, "payer": payer, "count": patients})
        if month:
            connection.execute(
                update(verifications)
                .where(verifications.c.practice_id == practice_id)
                .values(answered_at=func.now() - timedelta(days=45))
            )
    with built.work.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("set statement_timeout = 0"))
        connection.execute(text("vacuum analyze"))
    steps.start_night(built.work, practice_id, "system")
    begun, used = time.monotonic(), time.process_time()
    plan(built, practice_id)
    seconds, used = time.monotonic() - begun, time.process_time() - used
    night = built.rows(nights, practice_id=practice_id)[0]
    due = built.count(night_items, night_items.c.night_id == night.id)
    assert night.state == "running"
    return {
        "patients": patients,
        "due": due,
        "seconds": round(seconds, 2),
        "planner_processor_seconds": round(used, 2),
        "looked_at_per_second": round(night.looked_at / seconds),
        "rechecks_made_per_second": round(due / seconds),
    }


def plan(built: House, practice_id: str) -> None:
    """What a worker does with the night's job."""
    with built.work.engine.begin() as connection:
        job_id = connection.execute(
            select(jobs.c.id).where(jobs.c.practice_id == practice_id, jobs.c.step == "plan_night")
        ).scalar_one()
        claim = queue.claim(connection, JobId(job_id), lease_seconds=60)
    assert claim is not None
    plan_night(built.work, claim)


# --- a night --------------------------------------------------------------------------------------------


def interrupted_night(
    built: House, patients: int, *, in_batches: bool = False, kills: int = len(KILLS)
) -> dict[str, Any]:
    add = partial(add_batch_clinic, built) if in_batches else built.add_clinic
    practice_id = add(max_in_flight=CONCURRENCY, requests_per_second=2_000)
    known(built, practice_id, patients)
    built.start("worker-urgent", "beat")
    steps.start_night(built.work, practice_id, "system")
    begun = time.monotonic()
    in_flight = interrupt(built, practice_id, patients, KILLS[:kills])
    wait_until(lambda: night_of(built, practice_id).state == "finished", 300 + patients / 3, 0.5)
    seconds = time.monotonic() - begun
    return {
        **figures(built, practice_id, patients),
        "kills": kills,
        "in_flight_at_kills": in_flight,
        "seconds": round(seconds, 1),
    }


def known(built: House, practice_id: str, patients: int) -> None:
    """Patients whose payer answered nine days ago and whose first visit is in two."""
    for number in range(patients):
        built.submit(practice_id, f"ACT{number:08}", patient={"first_name": f"N{number}"})
    with built.work.engine.begin() as connection:
        connection.execute(update(jobs).where(jobs.c.practice_id == practice_id).values(state="done"))
        earlier = func.now() - timedelta(days=9)
        connection.execute(
            update(verifications)
            .where(verifications.c.practice_id == practice_id)
            .values(
                state="needs_person",
                date_of_service=func.current_date() + 2,
                answered_at=earlier,
                judged_at=earlier,
            )
        )


def interrupt(built: House, practice_id: str, patients: int, kills: Sequence[float]) -> int:
    """Kills the nightly worker each time so much is done; how many questions were on their way then."""
    caught = 0
    for share in kills:
        built.start("worker-nightly")
        if share == 0.0:
            wait_until(lambda: planning_begun(built, practice_id), 60, 0.002)
        else:
            wait_until(
                lambda wanted=share: done(built, practice_id) >= wanted * patients, 300 + patients / 3, 0.5
            )
        caught += built.count(exchanges, exchanges.c.finished_at.is_(None))
        built.kill("worker-nightly")
    built.start("worker-nightly")
    return caught


def planning_begun(built: House, practice_id: str) -> bool:
    """Whether a worker has taken the planning; a small night may be planned before anybody looks."""
    taken = jobs.c.state.in_(("leased", "done"))
    return built.count(jobs, jobs.c.practice_id == practice_id, jobs.c.step == "plan_night", taken) > 0


def done(built: House, practice_id: str) -> int:
    return built.count(night_items, night_items.c.practice_id == practice_id, night_items.c.state != "asked")


def night_of(built: House, practice_id: str) -> Any:
    return built.rows(nights, practice_id=practice_id)[0]


def figures(built: House, practice_id: str, patients: int) -> dict[str, Any]:
    """Everything counted afterwards; raises when a patient was forgotten, or asked again in the same night."""
    rechecks = built.count(
        verifications, verifications.c.practice_id == practice_id, verifications.c.rechecks_id.is_not(None)
    )
    with built.work.engine.connect() as connection:
        night = night_views.progress(connection, practice_id, night_views.LATEST)
        questions = connection.execute(
            select(inquiries.c.id).where(inquiries.c.practice_id == practice_id)
        ).scalars()
        traces = {trace_of(row_id) for row_id in questions}
        each = connection.execute(
            select(verifications.c.rechecks_id, func.count())
            .where(verifications.c.practice_id == practice_id, verifications.c.rechecks_id.is_not(None))
            .group_by(verifications.c.rechecks_id)
            .having(func.count() > 1)
        ).all()
    assert night is not None
    alone = Counter(entry.trace for entry in built.simulator.questions() if entry.trace in traces)
    together = Counter(trace for trace in built.simulator.batches.traces() if trace in traces)
    asked = alone + together
    twice = sum(times > 1 for times in asked.values())
    assert rechecks == patients == night.answered + night.failed, (rechecks, night.answered, night.failed)
    assert each == []
    assert len(asked) == QUESTIONS_EACH * patients
    return {
        "patients": patients,
        "rechecks": rechecks,
        "answered": night.answered,
        "failed": night.failed,
        "questions": len(asked),
        "in_batches": len(together),
        "batches": built.count(payer_batches, payer_batches.c.practice_id == practice_id),
        "questions_asked_twice": twice,
    }


def wait_until(is_so: Any, seconds: float, pause: float) -> None:
    gives_up = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < gives_up, "waited in vain"
        time.sleep(pause)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--patients", type=int, default=100_000)
    parser.add_argument("--month", action="store_true", help="everybody is due")
    parser.add_argument("--night", type=int, default=1_000)
    parser.add_argument("--batch", action="store_true", help="the night is asked in batches; no planning")
    parser.add_argument("--kills", type=int, default=len(KILLS), choices=range(len(KILLS) + 1))
    wanted = parser.parse_args()
    cores = os.cpu_count() or 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        postgres, valkey = Postgres(folder / "postgres"), Valkey(folder / "valkey")
        urls = postgres.start(), valkey.start()
        try:
            found: dict[str, Any] = {}
            with house(folder / "data", *urls, latency=LATENCY, concurrency=CONCURRENCY) as built:
                if wanted.patients and not wanted.batch:
                    found["planning"] = planning(built, wanted.patients, month=wanted.month)
                    print("planning", found["planning"], flush=True)
                    with built.work.engine.begin() as connection, suppress(ValueError):
                        connection.execute(text("set local statement_timeout = 0"))
                        connection.execute(text("update jobs set state = 'done'"))
                        connection.execute(text("update practices set night_hour = null"))
                if wanted.night:
                    night = interrupted_night(
                        built, wanted.night, in_batches=wanted.batch, kills=wanted.kills
                    )
                    rate = night["patients"] / night["seconds"]
                    night["patients_per_second_per_core"] = round(rate / cores, 2)
                    night["questions_per_second_per_core"] = round(QUESTIONS_EACH * rate / cores, 2)
                    found["night"] = night
                    print("night", night, flush=True)
            found["noops_per_second_per_core"] = round(noop_rate(folder, urls[1]) / cores)
            found["cores"] = cores
            print(json.dumps(found))
        finally:
            valkey.stop()
            postgres.stop()


if __name__ == "__main__":
    main()
