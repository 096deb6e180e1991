"""Doors: may this delivery come in? Its source, its signature, and how many came before it."""

import threading
import time
from datetime import datetime
from typing import NamedTuple

from verify.intake.appointments import SCHEMES, Call
from verify.security.guard import is_opaque_id
from verify.steps.work import Work
from verify.store import sources
from verify.store.sources import Source

#: A source is read anew after this: a rotated secret or a retired source is known everywhere by then.
KEPT_SECONDS = 2.0
#: Deliveries per second of one source and process, where the source says nothing else; twice as many in a burst.
USUAL_RATE = 500.0


class _Bucket(NamedTuple):
    """A token bucket, as it was when it was last looked at."""

    tokens: float
    at: float


class Doors:
    """The doors of one process, shared by its threads."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._lock = threading.Lock()
        self._known: dict[str, tuple[float, Source]] = {}
        self._buckets: dict[str, _Bucket] = {}

    def source(self, source_id: str) -> Source | None:
        """The source, at most KEPT_SECONDS old; None when there is none of this id."""
        if not is_opaque_id(source_id):
            return None
        with self._lock:
            known = self._known.get(source_id)
        if known is not None and time.monotonic() - known[0] < KEPT_SECONDS:
            return known[1]
        with self._work.engine.connect() as connection:
            found = sources.read(connection, self._work.keyring, source_id)
        with self._lock:
            if found is None:
                self._known.pop(source_id, None)
            else:
                self._known[source_id] = (time.monotonic(), found)
        return found

    def wait_seconds(self, source: Source) -> float:
        """0 when one more may come in now; else how long until it may."""
        rate = rate_of(source)
        now = time.monotonic()
        with self._lock:
            before = self._buckets.get(source.id, _Bucket(2 * rate, now))
            tokens = min(2 * rate, before.tokens + (now - before.at) * rate)
            self._buckets[source.id] = _Bucket(tokens - 1 if tokens >= 1 else tokens, now)
        return 0.0 if tokens >= 1 else (1 - tokens) / rate


def rate_of(source: Source) -> float:
    said = source.options.get("requests_per_second")
    return float(said) if isinstance(said, int | float) and said > 0 else USUAL_RATE


def is_signed(source: Source, call: Call, now: datetime) -> bool:
    """Whether one of the source's secrets fits. Every one is tried, so that time tells nothing of which."""
    scheme = SCHEMES[source.scheme]
    fits = [scheme.fits(call, secret, now) for secret in source.secrets(now)]
    return any(fits)
