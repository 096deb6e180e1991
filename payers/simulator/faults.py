"""Faults on demand: trouble for the next questions or for a time, whoever is asked about and by whichever door."""

import threading
import time
from collections.abc import Callable

import msgspec

from payers.simulator.scenarios import ON_THE_WAY, SCENARIOS, Scenario, scenario_for

#: What may be ordered, by the beginning of a member id; `RATE5-` gives a parameter as there.
ORDERED = tuple(scenario.prefix for scenario in SCENARIOS if scenario.behavior in ON_THE_WAY)


class Order(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`{"fault": "H503", "times": 3}`, `{"fault": "RESET", "seconds": 30}`."""

    fault: str
    #: For so many questions.
    times: int | None = None
    #: From now, for so long: an outage.
    seconds: float | None = None


class Faults:
    """None unless ordered; safe from many threads. The newest order counts."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._scenario: Scenario | None = None
        self._times = 0
        self._until = 0.0

    def order(self, fault: str, *, times: int | None = None, seconds: float | None = None) -> None:
        """`fault` as in ORDERED; either `times` or `seconds`. Raises ValueError."""
        scenario = scenario_for(fault)
        if not fault.upper().startswith(ORDERED) or scenario.behavior not in ON_THE_WAY:
            raise ValueError(f"fault: one of {', '.join(ORDERED)}")
        if (times is None) is (seconds is None) or (times or seconds or 0) <= 0:
            raise ValueError("either times or seconds, more than 0")
        with self._lock:
            self._scenario, self._times = scenario, times or 0
            self._until = self._clock() + seconds if seconds else 0.0

    def clear(self) -> None:
        with self._lock:
            self._scenario = None

    def take(self) -> Scenario | None:
        """The trouble this question gets."""
        with self._lock:
            if self._scenario is None:
                return None
            if self._until:
                if self._clock() >= self._until:
                    self._scenario = None
                return self._scenario
            taken, self._times = self._scenario, self._times - 1
            if self._times == 0:
                self._scenario = None
            return taken
