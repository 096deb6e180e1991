"""The chart of a course's cost: the band of what the patient has paid by each day, as shapes of an SVG."""

from collections.abc import Callable, Sequence
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from verify.affordability.estimate import Band

#: The drawing's own units; it is scaled to its place on the page.
WIDTH, HEIGHT = 340, 200
LEFT, RIGHT, TOP, BOTTOM = 52, 328, 12, 172
STEPS = (1, 2, 2.5, 5, 10)
#: Amounts on the axis above nothing.
MOST_TICKS = 4


class Tick(NamedTuple):
    """A mark on an axis: where it is, and what it says."""

    at: float
    text: str


class Chart(NamedTuple):
    """Paths and marks of the drawing."""

    band: str
    low: str
    expected: str
    high: str
    amounts: list[Tick]
    days: list[Tick]
    #: Where a new plan year begins, if it does while the course runs.
    reset: float | None


def chart(band: Sequence[Band], reset_on: date | None) -> Chart | None:
    """None for a course of one day, or one that costs nothing: there is nothing to draw."""
    first, last = band[0].date, band[-1].date
    most = band[-1].high_cents
    if first == last or most == 0:
        return None
    step = tick_cents(most)
    top = -(-most // step) * step

    def across(day: date) -> float:
        return round(LEFT + (RIGHT - LEFT) * (day - first).days / (last - first).days, 1)

    def up(cents: int) -> float:
        return round(BOTTOM - (BOTTOM - TOP) * cents / top, 1)

    def line(cents_of: Callable[[Band], int]) -> list[tuple[float, float]]:
        return _stairs([(across(point.date), up(cents_of(point))) for point in band])

    low, high = line(lambda point: point.low_cents), line(lambda point: point.high_cents)
    return Chart(
        band=f"{_path([*high, *reversed(low)])} Z",
        low=_path(low),
        expected=_path(line(lambda point: point.expected_cents)),
        high=_path(high),
        amounts=[Tick(up(cents), f"${cents // 100:,}") for cents in range(0, top + 1, step)],
        days=_months(first, last, across),
        reset=across(reset_on) if reset_on is not None and first < reset_on <= last else None,
    )


def tick_cents(most: int) -> int:
    """The distance between two amounts on the axis, a round number of dollars."""
    unit = 100
    while True:
        for factor in STEPS:
            if factor * unit * MOST_TICKS >= most and factor * unit % 100 == 0:
                return int(factor * unit)
        unit *= 10


def _stairs(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """What is paid stays until the next session."""
    corners = [(points[0][0], float(BOTTOM)), points[0]]
    for (_, paid), (day, after) in pairwise(points):
        corners += [(day, paid), (day, after)]
    return corners


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + " L".join(f"{across:g},{up:g}" for across, up in points)


def _months(first: date, last: date, across: Callable[[date], float]) -> list[Tick]:
    """The first days of months, and the first day of all."""
    ticks = [Tick(across(first), f"{first:%b} {first.day}")]
    year, month = first.year, first.month
    while True:
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        begun = date(year, month, 1)
        if begun > last:
            return ticks
        # Two texts need some room between them.
        if across(begun) - ticks[-1].at > 44 and RIGHT - across(begun) > 12:
            ticks.append(Tick(across(begun), f"{begun:%b} {begun.day}"))
