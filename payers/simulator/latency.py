"""How long an answer takes: fixed, or drawn anew for each question from a seeded distribution."""

import random
from math import inf, log

import msgspec


class Latency(msgspec.Struct, frozen=True):
    """`parse("2")` is two seconds, `parse("1-3")` anything between, `parse("2~0.5")` lognormal about two."""

    low: float = 0.0
    high: float = 0.0
    #: Of the logarithm; 0 for a fixed or even latency.
    sigma: float = 0.0

    def seconds(self, key: str) -> float:
        """The same for the same key, whatever order the questions come in."""
        if self.sigma:
            return random.Random(key).lognormvariate(log(self.low), self.sigma)  # noqa: S311 - not a secret
        if self.high > self.low:
            return random.Random(key).uniform(self.low, self.high)  # noqa: S311 - as above
        return self.low


def parse(text: str | float) -> Latency:
    """Raises ValueError for anything but seconds, `LOW-HIGH` or `MEDIAN~SIGMA`."""
    said = str(text)
    for mark in "~-":
        first, found, second = said.partition(mark)
        if found:
            a, b = float(first), float(second)
            latency = Latency(a, a, b) if mark == "~" else Latency(a, b)
            break
    else:
        latency = Latency(float(said), float(said))
    sound = 0 <= latency.low <= latency.high < inf and 0 <= latency.sigma < inf
    if not sound or (latency.sigma and not latency.low):
        raise ValueError("latency: seconds, LOW-HIGH or MEDIAN~SIGMA")
    return latency
