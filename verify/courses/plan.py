"""Plan: what a person decided of a course, and the dated sessions that follow from it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from verify.catalogue import Dose, Phase

Count = Annotated[int, msgspec.Meta(ge=1)]
#: No course is longer; beyond it a number was mistyped.
MOST_SESSIONS = 400
#: Days the program reckons with.
YEARS = range(2000, 2099)


class Weekday(StrEnum):
    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"

    @property
    def number(self) -> int:
        """As `date.weekday` counts."""
        return list(Weekday).index(self)


#: When a course is given where nobody said otherwise.
WORKING_DAYS = (Weekday.MON, Weekday.TUE, Weekday.WED, Weekday.THU, Weekday.FRI)


class Move(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A session on another day than it would fall on."""

    #: Its place among the sessions before any was moved, dropped or added, from 1.
    session: Count
    on: date


class GivenService(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One code as a person wrote it down."""

    code: Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9-]{2,20}$")]
    units: Annotated[int, msgspec.Meta(ge=1, le=9999)] = 1
    modifiers: tuple[str, ...] = ()


class Override(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The codes of one session, in the place of those that would follow."""

    #: Its place, as in a Move.
    session: Count
    services: tuple[GivenService, ...]


class Outline(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Everything a person decides of a course; the sessions follow from it and the catalogue's model."""

    starts_on: date
    #: None: the usual number.
    sessions: int | None = None
    #: Boosters or maintenance after the course, and how many weeks lie between them; None: the usual interval.
    later_sessions: int = 0
    later_every_weeks: int | None = None
    weekdays: tuple[Weekday, ...] = WORKING_DAYS
    #: None of them: the model's.
    doses: tuple[Dose, ...] = ()
    minutes: int | None = None
    #: Which way of billing, where payers differ; empty: the usual one.
    billed_as: str = ""
    #: A schedule by hand, in the place of the days that would follow.
    days: tuple[date, ...] = ()
    moved: tuple[Move, ...] = ()
    #: Places of sessions that do not take place, counted as in `moved`.
    dropped: tuple[Count, ...] = ()
    added: tuple[date, ...] = ()
    overrides: tuple[Override, ...] = ()
    #: Modifiers by code.
    modifiers: dict[str, tuple[str, ...]] = {}


class PlannedService(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One code of one session."""

    code: str
    units: int
    modifiers: tuple[str, ...] = ()
    #: A role of verify.catalogue.CodeRole; "own_price" for what no plan is billed for, "other" for what is no
    #: code of the line.
    role: str


class Session(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One session on its day."""

    #: In the order of the days, from 1.
    number: int
    on: date
    phase: Phase
    services: tuple[PlannedService, ...]
    dose_mg: int | None = None
    #: Its place in the outline; None for one that was added.
    place: int | None = None
    #: The day it would have fallen on, where it was moved.
    moved_from: date | None = None


class CoursePlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A course of one service line: the outline it was made from, and its sessions by day."""

    service_line: str
    outline: Outline
    sessions: tuple[Session, ...]


def as_document(plan: CoursePlan) -> dict[str, Any]:
    """The plan as JSON, for a column."""
    document: dict[str, Any] = msgspec.to_builtins(plan)
    return document


def read_plan(document: object) -> CoursePlan:
    """Raises msgspec.ValidationError for what is no plan."""
    return msgspec.convert(document, CoursePlan)
