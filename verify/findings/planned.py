"""Planned: the sessions of a course as the rules look at them, whoever planned it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

import msgspec


class PlannedService(Protocol):
    """One code of a session."""

    @property
    def code(self) -> str: ...
    @property
    def units(self) -> int: ...


class PlannedSession(Protocol):
    """One session on its day."""

    @property
    def on(self) -> date: ...
    @property
    def services(self) -> Sequence[PlannedService]: ...


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """The sessions of one service line, in the order of their days; none: not planned, and nothing is reckoned."""

    sessions: tuple[PlannedSession, ...] = ()
    #: A person planned them; else they are the usual course.
    by_person: bool = False

    @property
    def days(self) -> list[date]:
        return [session.on for session in self.sessions]

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(service.code for session in self.sessions for service in session.services)

    @property
    def words(self) -> str:
        """ "the planned course of 36 sessions"."""
        count = len(self.sessions)
        return f"{self.name} of {count} session{'' if count == 1 else 's'}"

    @property
    def name(self) -> str:
        return "the planned course" if self.by_person else "the usual course"

    @property
    def most_a_day(self) -> int:
        days = self.days
        return max((days.count(day) for day in days), default=0)


NO_COURSE = Course()


class Illness(msgspec.Struct, frozen=True, kw_only=True):
    """What the evidence sheet says that decides whether a line's codes fit, and what payers mean by the line.

    Health data: a rule may look at it, and its sentence says nothing of it.
    """

    #: ICD-10-CM codes of the sheet.
    diagnoses: tuple[str, ...] = ()
    #: Whether the newest scale lies where its authors call it severe; None: there is none, or it has no such mark.
    is_severe: bool | None = None
    #: Codes, or their beginnings, that payers mean by the line; that some take; that are refused almost everywhere.
    usual: tuple[str, ...] = ()
    some_payers: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return "Illness(…)"
