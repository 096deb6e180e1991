"""Planning: from a service line and an outline to dated sessions with their codes; the one way of planning."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from itertools import chain, cycle
from typing import NamedTuple

from verify.catalogue import Code, CourseModel, Dose, Phase, Service, ServiceLine, units_of
from verify.catalogue.course_model import Stretch
from verify.courses.days import WEEK, open_from, visit_days
from verify.courses.plan import CoursePlan, GivenService, Outline, PlannedService, Session

#: The role of a price of the clinic's own, for which no plan is billed.
OWN_PRICE = "own_price"
#: The role of a code that somebody gave and the line does not have.
OTHER = "other"


class _Draft(NamedTuple):
    """A session before it has its number and codes."""

    on: date
    phase: Phase
    #: None for one that was added.
    place: int | None
    moved_from: date | None = None


def plan_course(line: ServiceLine, outline: Outline, closed: Collection[date] = ()) -> CoursePlan:
    """The sessions of a course; the same outline gives the same ones. `outline_faults` must have none."""
    drafts = _changed(_drafts(line.course, outline, closed), outline)
    sessions = [_session(line, outline, number, draft) for number, draft in enumerate(drafts, start=1)]
    return CoursePlan(service_line=line.key, outline=outline, sessions=tuple(sessions))


def places(line: ServiceLine, outline: Outline) -> int:
    """How many sessions there are before any is moved, dropped or added."""
    return len(_drafts(line.course, outline, ()))


# --- which sessions, on which days -----------------------------------------------------------------------


def _drafts(course: CourseModel, outline: Outline, closed: Collection[date]) -> list[_Draft]:
    """The sessions as they fall before anybody changed one."""
    slots = _by_hand(course, outline) if outline.days else _by_model(course, outline, closed)
    slots += _later(course, outline, max(day for day, _ in slots), closed)
    return [_Draft(day, phase, place) for place, (day, phase) in enumerate(slots, start=1)]


def _by_hand(course: CourseModel, outline: Outline) -> list[tuple[date, Phase]]:
    days = sorted(outline.days)
    phases = [stretch.phase for stretch in _visits(course, len(days)) for _ in range(stretch.per_day)]
    return list(zip(days, phases, strict=False))


def _by_model(course: CourseModel, outline: Outline, closed: Collection[date]) -> list[tuple[date, Phase]]:
    wanted = course.sessions if outline.sessions is None else outline.sessions
    visits = _visits(course, wanted)
    used = [stretch for stretch in course.stretches if stretch in visits]
    pace = chain(*(stretch.weeks for stretch in used), cycle(used[-1].weeks))
    days = visit_days(pace, len(visits), outline.starts_on, outline.weekdays, closed)
    each = [(day, visit.phase) for day, visit in zip(days, visits, strict=True) for _ in range(visit.per_day)]
    return each[:wanted]


def _visits(course: CourseModel, sessions: int) -> list[Stretch]:
    """The stretch of each day of treatment, until there are as many sessions; the last one goes on for more."""
    planned = [stretch for stretch in course.stretches for _ in range(sum(stretch.weeks))]
    found: list[Stretch] = []
    for stretch in chain(planned, cycle(course.stretches[-1:])):
        if sum(one.per_day for one in found) >= sessions:
            break
        found.append(stretch)
    return found


def _later(
    course: CourseModel, outline: Outline, last: date, closed: Collection[date]
) -> list[tuple[date, Phase]]:
    """Boosters or maintenance, counted in weeks from the end of the course."""
    if course.later is None:
        return []
    weeks = outline.later_every_weeks or course.later.every_weeks
    days = [last + ahead * weeks * WEEK for ahead in range(1, outline.later_sessions + 1)]
    return [(open_from(day, outline.weekdays, closed), course.later.phase) for day in days]


def _changed(drafts: Sequence[_Draft], outline: Outline) -> list[_Draft]:
    """Moved, without what was dropped and with what was added, by day."""
    moved = {move.session: move.on for move in outline.moved}
    kept = [
        one._replace(on=moved[place], moved_from=one.on) if (place := one.place) in moved else one
        for one in drafts
        if one.place not in outline.dropped
    ]
    added = [_Draft(day, _phase_on(kept, day), None) for day in outline.added]
    return sorted([*kept, *added], key=lambda one: one.on)


def _phase_on(drafts: Sequence[_Draft], day: date) -> Phase:
    """That of the last session before the day, else of the first one."""
    before = [one for one in drafts if one.on <= day]
    nearest = (
        max(before, key=lambda one: one.on) if before else min(drafts, key=lambda one: one.on, default=None)
    )
    return nearest.phase if nearest else Phase.ACUTE


# --- what is given in a session --------------------------------------------------------------------------


def _session(line: ServiceLine, outline: Outline, number: int, draft: _Draft) -> Session:
    dose_mg = _dose(outline.doses or line.course.doses, number)
    given = next((one.services for one in outline.overrides if one.session == draft.place), None)
    return Session(
        number=number,
        on=draft.on,
        phase=draft.phase,
        services=_usual(line, outline, number, draft.on, dose_mg) if given is None else _given(line, given),
        dose_mg=dose_mg,
        place=draft.place,
        moved_from=draft.moved_from,
    )


def _usual(
    line: ServiceLine, outline: Outline, number: int, on: date, dose_mg: int | None
) -> tuple[PlannedService, ...]:
    """What the model has for the session, in the way of billing chosen; codes that do not fit it are left out."""
    way = outline.billed_as or line.course.ways[0]
    services = [one for one in line.course.services if one.billed_as == way and one.stands_in(number)]
    planned = [_planned(line, outline, service, on, dose_mg) for service in services]
    return tuple(one for one in planned if one.units)


def _given(line: ServiceLine, services: Sequence[GivenService]) -> tuple[PlannedService, ...]:
    known = {code.code: code.role.value for code in line.codes}
    return tuple(
        PlannedService(
            code=one.code, units=one.units, modifiers=one.modifiers, role=known.get(one.code, OTHER)
        )
        for one in services
    )


def _dose(doses: Sequence[Dose], number: int) -> int | None:
    return next((dose.mg for dose in reversed(doses) if dose.from_session <= number), None)


def _planned(
    line: ServiceLine, outline: Outline, service: Service, on: date, dose_mg: int | None
) -> PlannedService:
    """The service under the code that is valid on the day; one that none is valid for keeps its own."""
    code = line.code_on(service.code, on) or _code(line, service.code)
    if code is None:
        return PlannedService(code=service.code, units=1, role=OWN_PRICE)
    minutes = line.course.minutes if outline.minutes is None else outline.minutes
    units = units_of(code.unit, dose_mg=dose_mg, minutes=minutes)
    assert units is not None, "the catalogue refuses a course without the doses and minutes its codes need"
    return PlannedService(
        code=code.code,
        units=units,
        modifiers=outline.modifiers.get(code.code, ()),
        role=code.role.value,
    )


def _code(line: ServiceLine, code: str) -> Code | None:
    return next((one for one in line.codes if one.code == code), None)
