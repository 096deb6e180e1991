"""What cannot be planned of an outline, in words for its fields."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from verify.catalogue import ServiceLine
from verify.courses.plan import MOST_SESSIONS, YEARS, Outline
from verify.courses.planning import places


class OutlineFault(NamedTuple):
    field: str
    words: str


def outline_faults(line: ServiceLine, outline: Outline) -> list[OutlineFault]:
    """Empty when it can be planned."""
    faults = [*_numbers(line, outline), *_days(outline), *_doses(outline)]
    return faults or list(_changes(line, outline))


def _numbers(line: ServiceLine, outline: Outline) -> Iterator[OutlineFault]:
    course = line.course
    if not _within(outline.sessions, 1, MOST_SESSIONS):
        yield OutlineFault("sessions", f"must be between 1 and {MOST_SESSIONS}")
    if outline.sessions is not None and outline.days:
        yield OutlineFault("sessions", "follows from the schedule by hand: leave it out")
    if not _within(outline.later_sessions, 0, MOST_SESSIONS):
        yield OutlineFault("later_sessions", f"must be between 0 and {MOST_SESSIONS}")
    if outline.later_sessions and course.later is None:
        yield OutlineFault("later_sessions", "must be 0: nothing is planned after this treatment")
    if not _within(outline.later_every_weeks, 1, 52):
        yield OutlineFault("later_every_weeks", "must be between 1 and 52 weeks")
    if not _within(outline.minutes, 1, 24 * 60):
        yield OutlineFault("minutes", "must be between 1 and 1440")
    if outline.billed_as and outline.billed_as not in course.ways:
        yield OutlineFault("billed_as", "must be one of the ways this treatment is billed")


def _days(outline: Outline) -> Iterator[OutlineFault]:
    if not outline.weekdays or _twice(outline.weekdays):
        yield OutlineFault("weekdays", "must name at least one day, each once")
    for field, days in {
        "starts_on": [outline.starts_on],
        "days": outline.days,
        "added": outline.added,
        "moved": [move.on for move in outline.moved],
    }.items():
        if any(day.year not in YEARS for day in days):
            yield OutlineFault(field, "must be a day of this century")
        if len(days) > MOST_SESSIONS:
            yield OutlineFault(field, f"must be at most {MOST_SESSIONS} days")


def _doses(outline: Outline) -> Iterator[OutlineFault]:
    starts = [dose.from_session for dose in outline.doses]
    if starts and (starts[0] != 1 or starts != sorted(set(starts))):
        yield OutlineFault("doses", "must begin with session 1 and rise")
    if any(not 1 <= dose.mg <= 9999 for dose in outline.doses):
        yield OutlineFault("doses", "must be between 1 and 9999 mg")


def _changes(line: ServiceLine, outline: Outline) -> Iterator[OutlineFault]:
    """Sessions that are moved or dropped, and are there at all."""
    count = places(line, outline)
    changed = {
        "moved": [move.session for move in outline.moved],
        "dropped": list(outline.dropped),
        "overrides": [override.session for override in outline.overrides],
    }
    for field, sessions in changed.items():
        if _twice(sessions):
            yield OutlineFault(field, "must name each session once")
        if any(session > count for session in sessions):
            yield OutlineFault(field, f"must name sessions from 1 to {count}")
    if len(outline.dropped) >= count + len(outline.added):
        yield OutlineFault("dropped", "must leave at least one session")


def _within(value: int | None, least: int, most: int) -> bool:
    return value is None or least <= value <= most


def _twice(values: Sequence[object]) -> bool:
    return len(set(values)) < len(values)
