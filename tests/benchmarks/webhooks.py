"""Webhooks at a steady rate: how soon each is acknowledged, and whether any is lost. `python run.py bench webhooks`.

Starts its own servers and the web process in a temporary folder, then sends signed bookings at a fixed rate,
each at its own time whether or not the ones before were answered; what waits for a free sender counts as
waiting time. Afterwards every acknowledged booking must be a stored delivery. The last line is one JSON object.
`--rate N` (300), `--seconds N` (20), `--senders N` (24), `--workers` lets the workers run meanwhile.
"""

import argparse
import json
import tempfile
import threading
import time
from collections import Counter
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from tests.house import WORKERS, House, house, wait_for
from tests.senders import STANDARD_SECRET, Sent, Visit, send
from verify.servers.postgres import Postgres
from verify.servers.processes import PROCESSES
from verify.servers.valkey import Valkey
from verify.store import sources
from verify.store.tables import verifications
from verify.store.tables_appointments import appointment_deliveries

PORT = 8497


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=300)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--senders", type=int, default=24)
    parser.add_argument("--workers", action="store_true")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), wanted)))


def measure(folder: Path, wanted: argparse.Namespace) -> dict[str, Any]:
    postgres, valkey = Postgres(folder / "postgres"), Valkey(folder / "valkey")
    urls = postgres.start(), valkey.start()
    try:
        with house(folder / "data", *urls, port=PORT) as built:
            return run(built, wanted)
    finally:
        valkey.stop()
        postgres.stop()


def run(built: House, wanted: argparse.Namespace) -> dict[str, Any]:
    path = f"/webhooks/appointments/{add_source(built, wanted.rate)}"
    built.start("web", *(WORKERS if wanted.workers else ()))
    web = next(process for process in PROCESSES if process.name == "web")
    wait_for(lambda: is_ready(str(web.ready_path)), 60, "the web process")
    # Signed beforehand: the machine's time is for the receiver.
    ready = [send("standard", booking(number)) for number in range(wanted.rate * wanted.seconds)]
    load = Load(path, ready, wanted.rate)
    load.run(wanted.senders)
    stored = built.count(appointment_deliveries)
    waits = sorted(load.waits)
    acknowledged = load.codes[200]
    return {
        "rate_per_second": wanted.rate,
        "seconds": wanted.seconds,
        "sent": len(ready),
        "acknowledged": acknowledged,
        "statuses": {str(code): count for code, count in sorted(load.codes.items())},
        "lost": acknowledged - stored,
        "p50_ms": at(waits, 0.50),
        "p99_ms": at(waits, 0.99),
        "max_ms": at(waits, 1.0),
        "achieved_per_second": round(len(waits) / load.took_seconds, 1),
        "workers_running": wanted.workers,
        "verifications_made_meanwhile": built.count(verifications),
    }


def add_source(built: House, rate: int) -> str:
    practice_id = built.add_clinic()
    with built.work.engine.begin() as connection:
        return sources.add(
            connection,
            built.work.keyring,
            practice_id=practice_id,
            name="Scheduler",
            scheme="standard",
            secret=STANDARD_SECRET,
            credentials={},
            options={"requests_per_second": 4 * rate},
        )


def booking(number: int) -> Visit:
    return Visit(id=str(number), first_name=f"N{number}", member_id=f"ACT{number:08}")


def is_ready(path: str) -> bool | None:
    connection = HTTPConnection("127.0.0.1", PORT, timeout=2)
    try:
        connection.request("GET", path)
        return True if connection.getresponse().status == 200 else None
    except OSError:
        return None
    finally:
        connection.close()


class Load:
    """Sends each request when its time has come, over connections that are kept."""

    def __init__(self, path: str, ready: list[Sent], rate: int) -> None:
        self.path = path
        self.ready = ready
        self.rate = rate
        self.codes: Counter[int] = Counter()
        self.waits: list[float] = []
        self.took_seconds = 0.0
        self._next = iter(range(len(ready)))
        self._lock = threading.Lock()

    def run(self, senders: int) -> None:
        # The stamps in the signatures are minutes old at most.
        self.started = time.perf_counter() + 0.5
        threads = [threading.Thread(target=self._send) for _ in range(senders)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.took_seconds = time.perf_counter() - self.started

    def _send(self) -> None:
        connection = HTTPConnection("127.0.0.1", PORT, timeout=30)
        while (number := self._take()) is not None:
            due = self.started + number / self.rate
            time.sleep(max(0.0, due - time.perf_counter()))
            code = self._post(connection, self.ready[number])
            with self._lock:
                self.codes[code] += 1
                self.waits.append((time.perf_counter() - due) * 1000)
        connection.close()

    def _take(self) -> int | None:
        with self._lock:
            return next(self._next, None)

    def _post(self, connection: HTTPConnection, sent: Sent) -> int:
        """The status; 0 when there was no answer."""
        try:
            connection.request("POST", self.path, sent.body, sent.headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, HTTPException):
            connection.close()
            return 0
        return answer.status


def at(ordered: list[float], part: float) -> float:
    return round(ordered[min(int(len(ordered) * part), len(ordered) - 1)], 1)


if __name__ == "__main__":
    main()
