"""Cost: what the planned course costs the patient, from what is known now and the practice's prices."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import Connection, select

from verify.affordability.patient import CourseCost, Option, course_cost, read_assumptions, side_by_side
from verify.catalogue import ServiceLine, load
from verify.steps.work import Work
from verify.store import clinic, evidence, prices
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
    assumed = read_assumptions(asked, row.service_lines)
    lines = [load().service_lines[key] for key in row.service_lines]
    return course_cost(
        evidence.facts_of(connection, row),
        lines,
        row.date_of_service,
        **_known(work, connection, practice_id, row, lines),
        assumed=assumed,
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
    return side_by_side(
        evidence.facts_of(connection, row),
        lines,
        row.service_lines,
        row.date_of_service,
        **_known(work, connection, practice_id, row, lines),
        assumed=assumed,
    )


def _row(connection: Connection, practice_id: str, verification_id: str) -> Any:
    return connection.execute(
        select(verifications, payers.c.code.label("payer_code"))
        .join(coverages, coverages.c.id == verifications.c.coverage_id)
        .outerjoin(payers, payers.c.id == coverages.c.payer_id)
        .where(verifications.c.practice_id == practice_id, verifications.c.id == verification_id)
    ).one_or_none()


def _known(
    work: Work, connection: Connection, practice_id: str, row: Any, lines: Collection[ServiceLine]
) -> dict[str, Any]:
    codes = [service.code for line in lines for service in line.course.services]
    return {
        "now": work.now().astimezone(clinic.zone(connection, practice_id)),
        "payer": row.payer_code or "",
        "prices": prices.for_codes(connection, practice_id, codes),
    }
