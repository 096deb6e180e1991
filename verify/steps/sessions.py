"""Sessions: the course of each treatment as the findings look at it: the planned one, else the usual one."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from verify.catalogue import ServiceLine, load
from verify.courses import CoursePlan, Outline, plan_course
from verify.findings import Course
from verify.store import courses


def courses_of(
    connection: Connection, verification: Row[Any], lines: Sequence[ServiceLine]
) -> dict[str, Course]:
    """What is still to come of each course, by service line."""
    kept = courses.newest(connection, verification)
    usual = Outline(starts_on=verification.first_visit_on or verification.date_of_service)
    found = {}
    for line in lines:
        by_person = line.key in kept
        plan = kept[line.key].plan if by_person else plan_course(line, usual, load().closed_days)
        found[line.key] = _still_to_come(plan, verification, by_person=by_person)
    return found


def _still_to_come(plan: CoursePlan, verification: Row[Any], *, by_person: bool) -> Course:
    sessions = tuple(session for session in plan.sessions if session.on >= verification.date_of_service)
    return Course(sessions=sessions, by_person=by_person)
