"""The shapes of planned courses in the API: what is given, and what is shown."""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from pydantic import Field, StringConstraints

from verify.catalogue import load
from verify.courses import Issue, IssueKind, Outline, Session, Weekday, Weight
from verify.courses.plan import WORKING_DAYS
from verify.steps.courses import Planned
from verify.store.documents import Shown
from verify.web.api import Given

Number = Annotated[int, Field(ge=1, le=9999)]
CodeText = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9-]{2,20}$")]
ModifierText = Annotated[str, StringConstraints(pattern=r"^[A-Z0-9]{2}$")]


class DoseGiven(Given):
    """The dose from a session on."""

    from_session: Number
    mg: Number


class MoveGiven(Given):
    #: The `place` of a session, which stays the same whatever is moved or dropped.
    session: Number
    on: date


class ServiceGiven(Given):
    code: CodeText
    units: Number = 1
    modifiers: tuple[ModifierText, ...] = ()


class OverrideGiven(Given):
    """The codes of one session, by its `place`, instead of those that follow."""

    session: Number
    services: Annotated[tuple[ServiceGiven, ...], Field(max_length=20)]


class OutlineGiven(Given):
    """All that a person decides of a course; the sessions follow from it and the catalogue."""

    starts_on: date
    #: Null: the usual number.
    sessions: int | None = None
    later_sessions: int = 0
    later_every_weeks: int | None = None
    weekdays: Annotated[tuple[Weekday, ...], Field(max_length=7)] = WORKING_DAYS
    doses: Annotated[tuple[DoseGiven, ...], Field(max_length=50)] = ()
    minutes: int | None = None
    billed_as: Annotated[str, StringConstraints(max_length=80)] = ""
    #: A schedule by hand.
    days: Annotated[tuple[date, ...], Field(max_length=400)] = ()
    moved: Annotated[tuple[MoveGiven, ...], Field(max_length=400)] = ()
    dropped: Annotated[tuple[Number, ...], Field(max_length=400)] = ()
    added: Annotated[tuple[date, ...], Field(max_length=400)] = ()
    overrides: Annotated[tuple[OverrideGiven, ...], Field(max_length=400)] = ()
    modifiers: dict[CodeText, tuple[ModifierText, ...]] = Field(default_factory=dict, max_length=20)


class ServiceShown(Shown):
    code: str
    units: int
    modifiers: list[str]
    role: str


class SessionShown(Shown):
    #: By day, from 1.
    number: int
    on: date
    phase: str
    services: list[ServiceShown]
    dose_mg: int | None
    #: Its name in an outline; null for a session that was added.
    place: int | None
    moved_from: date | None


class SourceShown(Shown):
    title: str
    read_on: date


class IssueShown(Shown):
    """Something to look at; it changes nothing by itself."""

    kind: IssueKind
    weight: Weight
    sentence: str
    service_lines: list[str]
    days: list[date]
    codes: list[str]
    #: What to take in the place of the codes.
    instead: list[str]
    sources: list[SourceShown]


class CourseShown(Shown):
    service_line: str
    label: str
    #: The ETag, for `If-Match`; "usual" while nobody has planned it.
    mark: str
    #: Null while nobody has planned it.
    version: int | None
    edited_at: datetime | None
    edited_by: str | None
    outline: OutlineGiven
    sessions: list[SessionShown]
    issues: list[IssueShown]


class CoursesShown(Shown):
    """All courses of a verification, and what stands against each other on the same days."""

    verification_id: str
    courses: list[CourseShown]
    conflicts: list[IssueShown]


def shown(one: Planned) -> CourseShown:
    line = load().service_lines[one.plan.service_line]
    return CourseShown(
        service_line=line.key,
        label=line.label,
        mark=one.mark,
        version=one.kept.version if one.kept else None,
        edited_at=one.kept.edited_at if one.kept else None,
        edited_by=(one.kept.edited_by_name or one.kept.edited_by) if one.kept else None,
        outline=OutlineGiven.model_validate(_full(one.plan.outline)),
        sessions=[_session(session) for session in one.plan.sessions],
        issues=[issue_shown(issue) for issue in one.issues],
    )


def _full(outline: Outline) -> dict[str, Any]:
    """Every field; the kept document leaves out what is as usual."""
    return {name: msgspec.to_builtins(getattr(outline, name)) for name in outline.__struct_fields__}


def _session(session: Session) -> SessionShown:
    return SessionShown(
        number=session.number,
        on=session.on,
        phase=session.phase.value,
        services=[
            ServiceShown(code=it.code, units=it.units, modifiers=list(it.modifiers), role=it.role)
            for it in session.services
        ],
        dose_mg=session.dose_mg,
        place=session.place,
        moved_from=session.moved_from,
    )


def issue_shown(issue: Issue) -> IssueShown:
    sources = load().sources
    return IssueShown(
        kind=issue.kind,
        weight=issue.weight,
        sentence=issue.sentence,
        service_lines=list(issue.service_lines),
        days=list(issue.days),
        codes=list(issue.codes),
        instead=list(issue.instead),
        sources=[
            SourceShown(title=sources[tag].title, read_on=sources[tag].read_on) for tag in issue.sources
        ],
    )
