"""Issue: something about a planned course that a person should look at; a value, never a crash."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import NamedTuple

import msgspec

from verify.courses.plan import CoursePlan

#: So many days are named in a sentence; more are counted.
MOST_DAYS_NAMED = 3


class IssueKind(StrEnum):
    NOT_YET_VALID = "not_yet_valid"
    NO_LONGER_VALID = "no_longer_valid"
    WRONG_CODE = "wrong_code"
    NOT_OF_LINE = "not_of_line"
    NO_CODE = "no_code"
    TOO_MANY_IN_COURSE = "too_many_in_course"
    TOO_MANY_A_DAY = "too_many_a_day"
    TOO_SOON = "too_soon"
    NOT_SAME_DAY = "not_same_day"
    NEEDS_MODIFIER = "needs_modifier"
    NEEDS_CODE = "needs_code"
    CLOSED_DAY = "closed_day"
    WEEKEND = "weekend"
    #: It begins on another day than the first appointment.
    FIRST_DAY = "first_day"
    DIAGNOSIS = "diagnosis"
    DOSE = "dose"
    NUMBER = "number"


class Weight(StrEnum):
    #: It contradicts the codes, the calendar or itself: somebody corrects it.
    WRONG = "wrong"
    #: Payers or people differ: somebody asks.
    ASK = "ask"


class Issue(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be looked at, in words, and where."""

    kind: IssueKind
    weight: Weight
    #: What a coordinator reads.
    sentence: str
    service_lines: tuple[str, ...]
    days: tuple[date, ...] = ()
    codes: tuple[str, ...] = ()
    #: What to take in the place of the codes.
    instead: tuple[str, ...] = ()
    #: Tags of the catalogue's sources; empty for what follows from the calendar alone.
    sources: tuple[str, ...] = ()


class Billed(NamedTuple):
    """One code on one day of one course."""

    service_line: str
    on: date
    session: int
    code: str
    units: int
    modifiers: tuple[str, ...]
    role: str


def billed(plans: Iterable[CoursePlan]) -> list[Billed]:
    """Everything that is billed, by day, whichever course it belongs to."""
    found = [
        Billed(plan.service_line, one.on, one.number, it.code, it.units, it.modifiers, it.role)
        for plan in plans
        for one in plan.sessions
        for it in one.services
    ]
    return sorted(found, key=lambda one: one.on)


def by_day(entries: Iterable[Billed]) -> Iterator[tuple[date, list[Billed]]]:
    """Days in order with what is billed on each."""
    days: dict[date, list[Billed]] = {}
    for one in entries:
        days.setdefault(one.on, []).append(one)
    yield from sorted(days.items())


def lines_of(entries: Iterable[Billed]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.service_line for one in entries))


def days_of(entries: Iterable[Billed]) -> tuple[date, ...]:
    return tuple(sorted({one.on for one in entries}))


def day_words(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def on_days(days: Sequence[date]) -> str:
    """ "on March 2, 2026", "on 6 days, the first March 2, 2026"."""
    named = [day_words(day) for day in days]
    if len(named) > MOST_DAYS_NAMED:
        return f"on {len(named)} days, the first {named[0]}"
    return "on " + " and ".join(filter(None, ["; ".join(named[:-1]), named[-1]]))
