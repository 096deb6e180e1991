"""Planned courses: a new version each time somebody plans one; none is overwritten."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on

from verify.courses import CoursePlan, as_document, read_plan
from verify.store import verifications
from verify.store.tables import users
from verify.store.tables_courses import courses
from verify.verification import new_id


class Kept(NamedTuple):
    """A course as somebody planned it."""

    id: str
    #: Where it was planned: this verification, or one that this one asks again.
    verification_id: str
    version: int
    plan: CoursePlan
    edited_by: str
    #: Their name; empty for a program of ours.
    edited_by_name: str
    edited_at: datetime


def add(connection: Connection, verification: Row[Any], plan: CoursePlan, *, by: str) -> str:
    """Keeps a course as the next version for a locked verification. Its id."""
    made = new_id("course")
    last = select(func.coalesce(func.max(courses.c.version), 0)).where(
        courses.c.verification_id == verification.id, courses.c.service_line == plan.service_line
    )
    connection.execute(
        insert(courses).values(
            id=made,
            practice_id=verification.practice_id,
            patient_id=verification.patient_id,
            coverage_id=verification.coverage_id,
            verification_id=verification.id,
            service_line=plan.service_line,
            version=connection.execute(last).scalar_one() + 1,
            document=as_document(plan),
            edited_by=by,
        )
    )
    return made


def newest(connection: Connection, verification: Row[Any]) -> dict[str, Kept]:
    """The last version of each course, by service line.

    A verification that asks an earlier one again takes over its courses until somebody plans them anew.
    """
    return newest_of(connection, verification.practice_id, [verification.id]).get(verification.id, {})


def newest_of(
    connection: Connection, practice_id: str, verification_ids: Collection[str]
) -> dict[str, dict[str, Kept]]:
    """The same for many at once, by verification; those for which nobody planned anything are left out."""
    chain = verifications.chain(verification_ids)
    rows = connection.execute(
        select(courses, users.c.name, chain.c.wanted)
        .join(chain, chain.c.id == courses.c.verification_id)
        .outerjoin(users, users.c.id == courses.c.edited_by)
        .where(courses.c.practice_id == practice_id)
        .ext(distinct_on(chain.c.wanted, courses.c.service_line))
        .order_by(chain.c.wanted, courses.c.service_line, chain.c.steps_back, courses.c.version.desc())
    )
    found: dict[str, dict[str, Kept]] = defaultdict(dict)
    for row in rows:
        found[row.wanted][row.service_line] = _kept(row)
    return dict(found)


def versions(
    connection: Connection, practice_id: str, verification_id: str, service_line: str
) -> Sequence[Kept]:
    """Every version for one verification, the newest first."""
    rows = connection.execute(
        select(courses, users.c.name)
        .outerjoin(users, users.c.id == courses.c.edited_by)
        .where(
            courses.c.practice_id == practice_id,
            courses.c.verification_id == verification_id,
            courses.c.service_line == service_line,
        )
        .order_by(courses.c.version.desc())
    )
    return [_kept(row) for row in rows]


def _kept(row: Row[Any]) -> Kept:
    return Kept(
        id=row.id,
        verification_id=row.verification_id,
        version=row.version,
        plan=read_plan(row.document),
        edited_by=row.edited_by,
        edited_by_name=row.name or "",
        edited_at=row.edited_at,
    )
