"""Batches: deliveries that arrive together are stored together, each acknowledged when it is durable.

A transaction of its own for each costs several times what storing it costs. Whoever comes first stores for
all who came meanwhile, then hands the turn to one of those who came after; nobody waits on a timer.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy.exc import DataError, IntegrityError

from verify.store import appointments, jobs
from verify.store.appointments import NewDelivery

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from verify.steps.work import Work
    from verify.store.jobs import Hint

MOST_TOGETHER = 64
#: With more than this at once the sweep hints, within a second: a hint costs ten times what the storing does.
MOST_HINTED = 2


class _Waiting:
    """A delivery and the thread that waits for it."""

    def __init__(self, delivery: NewDelivery) -> None:
        self.delivery = delivery
        self.woken = threading.Event()
        #: Woken to store, not because it was stored.
        self.leads = False
        self.is_new = False
        self.failure: Exception | None = None


class _Stored(NamedTuple):
    fresh: frozenset[str]
    hints: Sequence[Hint]


class Batches:
    """One per process, shared by its threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._queue: list[_Waiting] = []
        self._busy = False

    def store(self, work: Work, delivery: NewDelivery) -> bool:
        """Durable when it returns; False when all its events came before. Raises what the database raises."""
        mine = _Waiting(delivery)
        with self._lock:
            self._queue.append(mine)
            mine.leads, self._busy = not self._busy, True
        if not mine.leads:
            mine.woken.wait()
        if mine.leads:
            self._lead(work)
        if mine.failure is not None:
            raise mine.failure
        return mine.is_new

    def _lead(self, work: Work) -> None:
        """Stores everything that waits, and passes the turn on."""
        with self._lock:
            batch, self._queue = self._queue[:MOST_TOGETHER], self._queue[MOST_TOGETHER:]
        hints: list[Hint] = []
        try:
            hints += _store(work, batch)
        finally:
            self._pass_on()
            for each in batch:
                each.leads = False
                each.woken.set()
        work.hint(*hints)

    def _pass_on(self) -> None:
        with self._lock:
            if self._queue:
                self._queue[0].leads = True
                self._queue[0].woken.set()
            else:
                self._busy = False


def _store(work: Work, batch: Sequence[_Waiting]) -> list[Hint]:
    """The hints of what is new. A failure is each one's own; one bad row spoils nothing for the others."""
    try:
        with work.engine.begin() as connection:
            stored = _insert(work, connection, [each.delivery for each in batch])
    except (DataError, IntegrityError) as failure:
        if len(batch) == 1:
            batch[0].failure = failure
            return []
        return [hint for each in batch for hint in _store(work, [each])]
    except Exception as failure:  # noqa: BLE001 - it is raised in the thread of each who waits
        for each in batch:
            each.failure = failure
        return []
    for each in batch:
        each.is_new = each.delivery.id in stored.fresh
    return list(stored.hints)


def _insert(work: Work, connection: Connection, batch: Sequence[NewDelivery]) -> _Stored:
    fresh = appointments.add_deliveries(connection, work.seals, batch)
    made = [each for each in batch if each.id in fresh]
    hints = jobs.accept_many(
        connection,
        step="appointment",
        subjects=[(each.id, each.practice_id) for each in made],
        at_once=len(made) <= MOST_HINTED,
    )
    return _Stored(fresh, hints)
