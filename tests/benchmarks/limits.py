"""The limits of one payer account under four worker processes: never exceeded, and used. `python run.py bench limits`.

Two runs of 300 questions by real Celery workers (four processes of the standard lane, one Valkey, one PostgreSQL)
against the simulator, through an account that allows 20 in flight and 5 a second:

- rate: the payer takes 2 s, so that 10 are in flight and the 5 a second bind;
- flight: the payer takes 6 s, so that the 20 in flight bind.

Counted from the simulator's log: how many were in flight at once (from a question's arrival to its answer), and how
many arrived in any window of one second. The limiter promises that no window of t seconds lets out more than
5 t + 1; by Valkey's own clock (MONITOR, from what the limiter's script writes) it is held to 5 in any second, by the
log to the 6 of the promise, since one question's way from there to the payer is longer than another's.

The share is taken between the first answer and the last start: of the rate, the questions started in that time; of the
flight, the mean number at the payer. The last line is one JSON object; exits 1 when a limit was exceeded, a question
asked twice, or less than 95 % used.
`--questions N` (300), `--only rate|flight`, `--processes N` (4).
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import redis

from payers.simulator.journal import Entry
from tests.house import BY_NAME, House, house
from verify.servers.postgres import Postgres
from verify.servers.processes import command, environment
from verify.servers.valkey import Valkey

IN_FLIGHT, PER_SECOND = 20, 5
#: Run -> how long the payer takes, seconds.
RUNS = {"rate": 2.0, "flight": 6.0}
#: Asked for one new patient of psychotherapy where the payer answers: service types 30 and MH.
QUESTIONS_EACH = 2
BAR = 0.95


class LetOut(threading.Thread):
    """When the limiter gave a moment of its rate away, seconds by Valkey's clock; read from what its script writes."""

    def __init__(self, redis_url: str) -> None:
        super().__init__(daemon=True)
        self.moments: list[float] = []
        self._client = redis.Redis.from_url(redis_url)

    def run(self) -> None:
        with contextlib.suppress(redis.ConnectionError, ValueError), self._client.monitor() as monitor:
            for line in monitor.listen():
                words = line["command"].split()
                if line["client_type"] == "lua" and words[0] == "SET" and words[1].endswith(":tat"):
                    self.moments.append(line["time"])


class Span(NamedTuple):
    """One question at the payer, seconds since the epoch."""

    began: float
    ended: float


def spans(log: Sequence[Entry]) -> list[Span]:
    found = [
        Span(entry.arrived_at.timestamp(), entry.answered_at.timestamp())
        for entry in log
        if entry.answered_at
    ]
    return sorted(found)


def most_at_once(asked: Sequence[Span]) -> int:
    """Of two at the same microsecond the one that ends goes first."""
    turns = sorted([(span.began, 1) for span in asked] + [(span.ended, -1) for span in asked])
    now = most = 0
    for _, turn in turns:
        now += turn
        most = max(most, now)
    return most


def most_in_a_second(moments: Sequence[float]) -> int:
    """In any window of one second, its end not counted."""
    ordered = sorted(moments)
    return max(bisect_left(ordered, moment + 1.0) - at for at, moment in enumerate(ordered))


def shortest_for_one_more(moments: Sequence[float]) -> float:
    """The shortest time, in seconds, within which one more arrived than a second may have."""
    ordered = sorted(moments)
    return min(later - earlier for earlier, later in zip(ordered, ordered[PER_SECOND:], strict=False))


def steady(asked: Sequence[Span]) -> dict[str, float]:
    """From the first answer to the last start: how long, how many started, how many in flight on average."""
    begins, ends = min(span.ended for span in asked), max(span.began for span in asked)
    seconds = ends - begins
    started = sum(begins < span.began <= ends for span in asked)
    busy = sum(max(0.0, min(span.ended, ends) - max(span.began, begins)) for span in asked)
    return {"seconds": seconds, "started": started, "mean_in_flight": busy / seconds}


def share(found: dict[str, float], latency: float) -> float:
    if latency * PER_SECOND < IN_FLIGHT:
        return found["started"] / found["seconds"] / PER_SECOND
    return found["mean_in_flight"] / IN_FLIGHT


def one_run(
    folder: Path, redis_url: str, database_url: str, name: str, wanted: argparse.Namespace
) -> dict[str, Any]:
    latency = RUNS[name]
    with house(folder / name, database_url, redis_url, latency=latency) as built:
        practice_id = built.add_clinic(
            max_in_flight=IN_FLIGHT, requests_per_second=PER_SECOND, total_deadline_seconds=30
        )
        let_out = LetOut(redis_url)
        let_out.start()
        built.start("worker-urgent", "beat")
        with workers(built, wanted.processes):
            for number in range(wanted.questions // QUESTIONS_EACH):
                built.submit(
                    practice_id,
                    f"ACT{number:08}",
                    patient={"first_name": f"N{number}"},
                    service_lines=["psychotherapy"],
                )
            until_answered(built, wanted.questions, latency)
        return figures(built.simulator.questions(), let_out.moments, latency)


@contextlib.contextmanager
def workers(built: House, processes: int) -> Iterator[None]:
    """So many processes of the standard lane, each as `verify up` starts it."""
    process = BY_NAME["worker-standard"]
    started = []
    for number in range(1, processes + 1):
        line = [
            part.replace("worker-standard@", f"worker-standard-{number}@")
            for part in command(process, built.settings)
        ]
        with (built.logs / f"worker-{number}.log").open("ab") as log:
            variables = environment(process, built.settings)
            started.append(
                subprocess.Popen(line, stdout=log, stderr=log, env=variables, start_new_session=True)
            )
    try:
        yield
    finally:
        for each in started:
            os.killpg(each.pid, signal.SIGTERM)
        for each in started:
            with contextlib.suppress(subprocess.TimeoutExpired):
                each.wait(10)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(each.pid, signal.SIGKILL)
            each.wait()


def until_answered(built: House, questions: int, latency: float) -> None:
    gives_up = time.monotonic() + 120 + 3 * questions * max(1 / PER_SECOND, latency / IN_FLIGHT)
    while sum(entry.answered_at is not None for entry in built.simulator.questions()) < questions:
        assert time.monotonic() < gives_up, "waited in vain"
        time.sleep(0.5)


def figures(log: Sequence[Entry], let_out: Sequence[float], latency: float) -> dict[str, Any]:
    asked, arrived = spans(log), [entry.arrived_at.timestamp() for entry in log]
    found = steady(asked)
    return {
        "latency_seconds": latency,
        "questions": len(log),
        "asked_twice": len(log) - len({entry.trace for entry in log}),
        "most_in_flight": most_at_once(asked),
        "most_let_out_in_a_second": most_in_a_second(let_out),
        "most_arrived_in_a_second": most_in_a_second(arrived),
        "shortest_seconds_with_one_more": round(shortest_for_one_more(arrived), 3),
        "steady_seconds": round(found["seconds"], 1),
        "started_per_second": round(found["started"] / found["seconds"], 3),
        "mean_in_flight": round(found["mean_in_flight"], 2),
        "share_of_permitted": round(share(found, latency), 3),
    }


def is_kept(run: dict[str, Any]) -> bool:
    return bool(
        run["most_in_flight"] <= IN_FLIGHT
        and run["most_let_out_in_a_second"] <= PER_SECOND
        and run["most_arrived_in_a_second"] <= PER_SECOND + 1
        and run["share_of_permitted"] >= BAR
        and run["asked_twice"] == 0
    )


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--only", choices=RUNS)
    wanted = parser.parse_args()
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for run in [wanted.only] if wanted.only else RUNS:
            postgres, valkey = Postgres(folder / f"postgres-{run}"), Valkey(folder / f"valkey-{run}")
            urls = postgres.start(), valkey.start()
            try:
                found[run] = one_run(folder, urls[1], urls[0], run, wanted)
            finally:
                valkey.stop()
                postgres.stop()
            print(run, found[run], flush=True)
    print(json.dumps(found))
    return 0 if all(is_kept(run) for run in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
