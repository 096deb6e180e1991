"""Cost: what the planned course costs the patient, from what is known now and the practice's prices."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, select

from verify.affordability.patient import CourseCost, Option, course_cost, read_assumptions, side_by_side
from verify.catalogue import ServiceLine, load
from verify.steps.work import Work
from verify.store import clinic, courses, evidence, prices
from verify.store.tables import coverages, payers, verifications

#: Assumptions as they were sent: names and texts.
Asked = Iterable[tuple[str, str]]


def cost(
    work: Work, connection: Connection, practice_id: str, verification_id: str, asked: Asked = ()
) -> CourseCost | None:
    """None when this practice has no such verification. Reads and writes nothing of a person.

    Raises CaseError naming what is wrong with the assumptions.
    """
    row = _row(connection, practice_id, verification_id)
    if row is None:
        return None
    lines = [load().service_lines[key] for key in row.service_lines]
    return course_cost(
        evidence.facts_heard(connection, row, lines),
        lines,
        row.date_of_service,
        **_known(work, connection, row, lines),
        assumed=read_assumptions(asked, row.service_lines),
    )


def treatments(
    work: Work, connection: Connection, practice_id: str, verification_id: str, asked: Asked = ()
) -> list[Option] | None:
    """The treatments the clinic has prices for side by side, for the patient of a verification; as `cost`."""
    row = _row(connection, practice_id, verification_id)
    if row is None:
        return None
    assumed = read_assumptions(asked, row.service_lines)
    lines = list(load().service_lines.values())
    known = _known(work, connection, row, lines)
    # Each stands for itself: of its benefit, only who holds it is heard.
    heard = {
        domain: evidence.facts_heard(connection, row, [line])
        for domain, line in {line.benefit_domain: line for line in lines}.items()
    }
    return [
        option
        for line in lines
        for option in side_by_side(
            heard[line.benefit_domain],
            [line],
            row.service_lines,
            row.date_of_service,
            **known,
            assumed=assumed,
        )
    ]


def _row(connection: Connection, practice_id: str, verification_id: str) -> Any:
    return connection.execute(
        select(verifications, payers.c.code.label("payer_code"))
        .join(coverages, coverages.c.id == verifications.c.coverage_id)
        .outerjoin(payers, payers.c.id == coverages.c.payer_id)
        .where(verifications.c.practice_id == practice_id, verifications.c.id == verification_id)
    ).one_or_none()


def _known(work: Work, connection: Connection, row: Any, lines: Collection[ServiceLine]) -> dict[str, Any]:
    """What does not depend on the treatment: the courses that somebody planned, and every price they may need."""
    plans = {key: kept.plan for key, kept in courses.newest(connection, row).items()}
    codes = {code.code for line in lines for code in line.codes}
    codes |= {service.code for line in lines for service in line.course.services}
    codes |= {it.code for plan in plans.values() for session in plan.sessions for it in session.services}
    return {
        "now": work.now().astimezone(clinic.zone(connection, row.practice_id)),
        "payer": row.payer_code or "",
        "prices": prices.for_codes(connection, row.practice_id, codes),
        "plans": plans,
        "closed": load().closed_days,
    }
