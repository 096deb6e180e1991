"""Courses: what is planned for a verification's treatments, as usual or by a person, and what to look at in it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select

from verify.catalogue import load
from verify.courses import (
    CoursePlan,
    Issue,
    Outline,
    OutlineFault,
    course_issues,
    outline_faults,
    plan_course,
    same_day_conflicts,
)
from verify.followup import Kind, course_task
from verify.steps.hold import NotAllowed, judge_anew
from verify.steps.work import Work
from verify.store import appointments, clinic, courses, evidence, evidence_sheets, verifications
from verify.store.courses import Kept
from verify.store.jobs import Hint
from verify.store.tables import verifications as table
from verify.verification import VerificationState

#: The mark of a course nobody has planned yet: it follows from the catalogue.
USUAL = "usual"
#: Whatever is there may be replaced.
ANY = "*"


class Planned(NamedTuple):
    """One course, and the mark by which a change says which version it is about."""

    plan: CoursePlan
    mark: str
    #: None: the usual course.
    kept: Kept | None
    issues: tuple[Issue, ...]


class Bundle(NamedTuple):
    """All courses of a verification, which share days and accumulators."""

    courses: tuple[Planned, ...]
    #: Between courses, on the same days.
    conflicts: tuple[Issue, ...]

    def course(self, service_line: str) -> Planned | None:
        return next((one for one in self.courses if one.plan.service_line == service_line), None)


class Replanned(NamedTuple):
    """The courses after one was planned anew, and the hint to judge by them, for after the commit."""

    bundle: Bundle
    hint: Hint | None


class Outdated(Exception):
    """Somebody planned the course meanwhile."""


class Unplannable(Exception):
    """The outline cannot be planned; `faults` say why, field by field."""

    def __init__(self, faults: list[OutlineFault]) -> None:
        super().__init__(", ".join(fault.field for fault in faults))
        self.faults = faults


def bundle(
    work: Work, connection: Connection, practice_id: str, verification_id: str, *, with_clinical: bool = False
) -> Bundle | None:
    """What is planned for a verification; None when this practice has no such one.

    What the evidence sheet says of it is looked at `with_clinical` alone: for whoever may see the sheet.
    """
    row = connection.execute(
        select(table).where(table.c.practice_id == practice_id, table.c.id == verification_id)
    ).one_or_none()
    return _bundle(work, connection, row, with_clinical=with_clinical) if row is not None else None


def plan_anew(
    work: Work,
    connection: Connection,
    practice_id: str,
    verification_id: str,
    service_line: str,
    decide: Callable[[CoursePlan], Outline],
    *,
    marks: frozenset[str],
    by: str,
    with_clinical: bool = False,
) -> Replanned | None:
    """Keeps the outline that `decide` makes of the present plan as a new version. None: no such course.

    `with_clinical`: as of `bundle`.
    Raises Outdated unless the present one has one of `marks`, Unplannable, and NotAllowed for a verification
    that was cancelled.
    """
    row = verifications.lock(connection, verification_id, practice_id)
    present = _bundle(work, connection, row).course(service_line) if row is not None else None
    if row is None or present is None:
        return None
    if row.state == VerificationState.CANCELLED.value:
        raise NotAllowed(row.state)
    if not marks & {present.mark, ANY}:
        raise Outdated
    plan = _planned(service_line, decide(present.plan))
    course_id = courses.add(connection, row, plan, by=by)
    detail = {"service_line": service_line, "course_id": course_id}
    verifications.record(connection, practice_id, row.id, "course_planned", detail, actor=by)
    fit(work, connection, row, by=by)
    made = _bundle(work, connection, row, with_clinical=with_clinical)
    return Replanned(made, judge_anew(connection, row, course_id))


def carry_over(connection: Connection, before: Row[Any], after: Row[Any], *, by: str) -> None:
    """Gives a locked verification what was planned for another of the same patient; what it has itself stays."""
    own = courses.newest(connection, after)
    for key, kept in courses.newest(connection, before).items():
        if key in after.service_lines and key not in own:
            course_id = courses.add(connection, after, kept.plan, by=by)
            detail = {"service_line": key, "course_id": course_id, "verification": before.id}
            verifications.record(
                connection, after.practice_id, after.id, "course_carried_over", detail, actor=by
            )


def fit(work: Work, connection: Connection, verification: Row[Any], *, by: str) -> None:
    """A task where a planned course starts on another day than its first appointment, as long as that is so."""
    planned = _bundle(work, connection, verification).courses
    zone = clinic.zone(connection, verification.practice_id)
    task = course_task([issue for one in planned for issue in one.issues], now=work.now(), zone=zone)
    if task is not None:
        evidence.add_follow_up(connection, verification, task)
    evidence.end_follow_ups(
        connection,
        verification.id,
        Kind.FIT_COURSE,
        but=task.dedupe_key if task else "",
        outcome="no longer needed",
        by=by,
    )


def _planned(service_line: str, outline: Outline) -> CoursePlan:
    catalogue = load()
    line = catalogue.service_lines[service_line]
    if faults := outline_faults(line, outline):
        raise Unplannable(faults)
    return plan_course(line, outline, catalogue.closed_days)


def _bundle(
    work: Work, connection: Connection, verification: Row[Any], *, with_clinical: bool = False
) -> Bundle:
    catalogue = load()
    kept = courses.newest(connection, verification)
    usual = Outline(starts_on=verification.date_of_service)
    plans = [
        kept[key].plan
        if key in kept
        else plan_course(catalogue.service_lines[key], usual, catalogue.closed_days)
        for key in verification.service_lines
    ]
    booked = appointments.first_visits(connection, verification.id)
    # The usual course follows the day of service; only what a person planned may have been left behind.
    held = {key: day for key, day in booked.items() if key in kept}
    diagnoses = _diagnoses(work, connection, verification) if with_clinical else []
    issues = course_issues(catalogue, plans, diagnoses, first_visits=held)
    return Bundle(
        courses=tuple(
            Planned(
                plan=plan,
                mark=kept[plan.service_line].id if plan.service_line in kept else USUAL,
                kept=kept.get(plan.service_line),
                issues=tuple(issue for issue in issues if issue.service_lines == (plan.service_line,)),
            )
            for plan in plans
        ),
        conflicts=same_day_conflicts(issues),
    )


def _diagnoses(work: Work, connection: Connection, verification: Row[Any]) -> list[str]:
    seals = work.seals(verification.practice_id)
    sheet = evidence_sheets.newest(connection, seals, verification.patient_id).sheet
    return [one.code for one in sheet.diagnoses]
