"""Editing: sessions moved, dropped, added or given other codes by the number they are shown under."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

import msgspec

from verify.courses.plan import CoursePlan, GivenService, Move, Outline, Override, Session

Services = tuple[GivenService, ...]


class NoSession(ValueError):
    """There is no session of this number, or none that takes this change."""

    def __init__(self, number: int, words: str) -> None:
        super().__init__(f"session {number}: {words}")
        self.number = number


class Edits(NamedTuple):
    """Changes to a plan as it is shown; all numbers are those of that plan."""

    moved: Mapping[int, date] = {}
    dropped: Collection[int] = ()
    added: Collection[date] = ()
    codes: Mapping[int, Services] = {}


def edited(plan: CoursePlan, edits: Edits) -> Outline:
    """The outline with these changes on top of those it has. Raises NoSession."""
    shown = {number: _session(plan, number) for number in (*edits.moved, *edits.dropped, *edits.codes)}
    outline = plan.outline
    for number, on in edits.moved.items():
        outline = _moved(outline, shown[number], on)
    for number, services in edits.codes.items():
        outline = _given(outline, shown[number], services)
    # Last: what was added is known by its day alone.
    for number in edits.dropped:
        outline = _dropped(outline, shown[number])
    return msgspec.structs.replace(outline, added=(*outline.added, *edits.added))


def started_over(outline: Outline) -> Outline:
    """Without what was changed session by session; start, weekdays and number stay."""
    return msgspec.structs.replace(outline, days=(), moved=(), dropped=(), added=(), overrides=())


def _session(plan: CoursePlan, number: int) -> Session:
    if not 1 <= number <= len(plan.sessions):
        raise NoSession(number, f"there are {len(plan.sessions)}")
    return plan.sessions[number - 1]


def _moved(outline: Outline, session: Session, on: date) -> Outline:
    if session.place is None:
        return msgspec.structs.replace(outline, added=(*_without(outline.added, session.on), on))
    others = tuple(move for move in outline.moved if move.session != session.place)
    stays = on == (session.moved_from or session.on)
    moves = others if stays else (*others, Move(session=session.place, on=on))
    return msgspec.structs.replace(outline, moved=moves)


def _dropped(outline: Outline, session: Session) -> Outline:
    if session.place is None:
        return msgspec.structs.replace(outline, added=_without(outline.added, session.on))
    moves = tuple(move for move in outline.moved if move.session != session.place)
    overrides = tuple(one for one in outline.overrides if one.session != session.place)
    return msgspec.structs.replace(
        outline, moved=moves, overrides=overrides, dropped=(*outline.dropped, session.place)
    )


def _given(outline: Outline, session: Session, services: Services) -> Outline:
    if session.place is None:
        raise NoSession(session.number, "was added, and has the codes of the course")
    others = tuple(one for one in outline.overrides if one.session != session.place)
    return msgspec.structs.replace(
        outline, overrides=(*others, Override(session=session.place, services=services))
    )


def _without(days: tuple[date, ...], day: date) -> tuple[date, ...]:
    """The days without one of this date."""
    at = days.index(day)
    return (*days[:at], *days[at + 1 :])
