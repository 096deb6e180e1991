"""Every question that arrived, on disk before it is answered.

One JSON object a line. The line of a question holds everything known when it arrived; a second, short line with the
same `number` follows when its answer goes out. Read both together with `questions`.
"""

import os
import threading
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

#: How many questions `since` can look back on; the file keeps all.
KEPT = 200_000


class Entry(msgspec.Struct, kw_only=True):
    """One question. `answered_at` stays None when no answer could be given (hang, drop, the asker gone)."""

    number: int
    arrived_at: datetime
    member: str = ""
    trace: str = ""
    service_type: str = ""
    outcome: str
    #: Questions being worked on when this one arrived, itself not counted.
    in_flight: int
    answered_at: datetime | None = None


class Journal:
    """Appends to `file` (kept in memory only when None); safe from many threads."""

    def __init__(self, file: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._file = None if file is None else os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._number = sum(1 for _ in questions(file)) if file is not None else 0
        self._in_flight = 0

    def arrive(self) -> tuple[datetime, int]:
        """Counts one more question being worked on: when it came, and how many others there were."""
        with self._lock:
            self._in_flight += 1
            return datetime.now(UTC), self._in_flight - 1

    def leave(self) -> None:
        with self._lock:
            self._in_flight -= 1

    def record(
        self, arrival: tuple[datetime, int], outcome: str, *, member: str, trace: str, service_type: str
    ) -> Entry:
        """Writes the question's line; it is in the file when this returns."""
        arrived_at, in_flight = arrival
        with self._lock:
            self._number += 1
            entry = Entry(
                number=self._number,
                arrived_at=arrived_at,
                member=member,
                trace=trace,
                service_type=service_type,
                outcome=outcome,
                in_flight=in_flight,
            )
            self._entries.append(entry)
            self._append(msgspec.to_builtins(entry))
        return entry

    def answered(self, entry: Entry) -> None:
        entry.answered_at = datetime.now(UTC)
        with self._lock:
            self._append({"number": entry.number, "answered_at": entry.answered_at})

    def since(self, number: int = 0) -> list[Entry]:
        """Questions after `number`, oldest first."""
        with self._lock:
            return [entry for entry in self._entries if entry.number > number]

    def close(self) -> None:
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None

    def _append(self, said: dict[str, Any]) -> None:
        if self._file is not None:
            os.write(self._file, msgspec.json.encode(said) + b"\n")


def questions(file: Path) -> list[Entry]:
    """The questions of a log file, with their answers' times. A line cut off at the end is passed over."""
    found: dict[int, Entry] = {}
    for line in file.read_bytes().splitlines():
        try:
            said = msgspec.json.decode(line)
        except msgspec.DecodeError:
            continue
        if "outcome" in said:
            found[said["number"]] = msgspec.convert(said, Entry)
        elif said["number"] in found:
            found[said["number"]].answered_at = datetime.fromisoformat(said["answered_at"])
    return list(found.values())
