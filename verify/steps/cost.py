"""Cost: what the planned course costs the patient, from what is known now and the practice's prices."""

from sqlalchemy import Connection, select

from verify.affordability.patient import CourseCost, course_cost
from verify.catalogue import load
from verify.steps.work import Work
from verify.store import clinic, evidence, prices
from verify.store.tables import coverages, payers, verifications


def cost(work: Work, connection: Connection, practice_id: str, verification_id: str) -> CourseCost | None:
    """None when this practice has no such verification. Reads and writes nothing of a person."""
    row = connection.execute(
        select(verifications, payers.c.code.label("payer_code"))
        .join(coverages, coverages.c.id == verifications.c.coverage_id)
        .outerjoin(payers, payers.c.id == coverages.c.payer_id)
        .where(verifications.c.practice_id == practice_id, verifications.c.id == verification_id)
    ).one_or_none()
    if row is None:
        return None
    lines = [load().service_lines[key] for key in row.service_lines]
    codes = [service.code for line in lines for service in line.course.services]
    return course_cost(
        evidence.facts_of(connection, row),
        lines,
        row.date_of_service,
        now=work.now().astimezone(clinic.zone(connection, practice_id)),
        payer=row.payer_code or "",
        prices=prices.for_codes(connection, practice_id, codes),
    )
