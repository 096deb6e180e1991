"""One urgent job among waiting nightly ones: how many started before it. `python run.py bench lanes`.

Starts its own servers and workers in a temporary folder, fills the nightly lane, lets it run for a moment,
submits one urgent verification and counts, in the simulator's log, the questions that arrived in between.
The last line is one JSON object. `--nightly N` (2000), `--latency SECONDS` (0.5).
"""

import argparse
import json
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.house import WORKERS, House, house
from verify.servers.postgres import Postgres
from verify.servers.valkey import Valkey
from verify.steps.question import trace_of
from verify.store.tables import jobs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nightly", type=int, default=2000)
    parser.add_argument("--latency", type=float, default=0.5)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), wanted.nightly, wanted.latency)))


def measure(folder: Path, nightly: int, latency: float) -> dict[str, Any]:
    postgres, valkey = Postgres(folder / "postgres"), Valkey(folder / "valkey")
    urls = postgres.start(), valkey.start()
    try:
        with house(folder / "data", *urls, latency=latency, concurrency=32) as built:
            return run(built, nightly)
    finally:
        valkey.stop()
        postgres.stop()


def run(built: House, nightly: int) -> dict[str, Any]:
    practice_id = built.add_clinic(max_in_flight=16, requests_per_second=40)
    for number in range(nightly):
        built.submit(practice_id, f"ACT{number:08}", priority="nightly", patient={"first_name": f"N{number}"})
    built.start(*WORKERS)
    while built.count(jobs, jobs.c.step == "ask", jobs.c.state == "done") < min(50, nightly):
        time.sleep(0.1)
    waiting = built.count(jobs, jobs.c.lane == "nightly", jobs.c.state == "queued")
    submitted_at = time.time()
    urgent = built.submit(practice_id, "ACT99999999", priority="urgent", patient={"first_name": "Urgent"})
    built.wait_until_settled(urgent, seconds=60)
    settled_after = time.time() - submitted_at
    traces = {trace_of(row.id) for row in built.inquiries(urgent)}
    log = built.simulator.questions()
    first = min(arrived(entry) for entry in log if entry.trace in traces)
    before = sum(submitted_at < arrived(entry) < first for entry in log)
    return {
        "nightly_waiting": waiting,
        "started_before_urgent": before,
        "urgent_first_question_after_seconds": round(first - submitted_at, 3),
        "urgent_settled_after_seconds": round(settled_after, 3),
    }


def arrived(entry: Any) -> float:
    moment: datetime = entry.arrived_at
    return moment.timestamp()


if __name__ == "__main__":
    main()
