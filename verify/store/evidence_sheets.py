"""Evidence sheets: the newest version of each patient's, and what was said before."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, select
from sqlalchemy.dialects.postgresql import insert

from verify.policies import EvidenceSheet
from verify.store.sealing import SealedColumn, Seals
from verify.store.tables import users
from verify.store.tables_clinical import evidence_sheets
from verify.verification import new_id

AnyRow = Row[*tuple[Any, ...]]
SHEET = SealedColumn("evidence_sheets", "sheet_sealed")


class Outdated(Exception):
    """Somebody saved a newer version in between; nothing was stored."""


class KeptSheet(NamedTuple):
    """One version of a sheet, and who recorded it; version 0 is a sheet nobody has saved."""

    sheet: EvidenceSheet
    version: int = 0
    recorded_by: str = ""
    recorded_at: datetime | None = None


def newest(connection: Connection, seals: Seals, patient_id: str) -> KeptSheet:
    """An empty sheet where there is none yet."""
    row = connection.execute(
        select(evidence_sheets, users.c.name)
        .outerjoin(users, users.c.id == evidence_sheets.c.recorded_by)
        .where(evidence_sheets.c.practice_id == seals.practice_id, evidence_sheets.c.patient_id == patient_id)
        .order_by(evidence_sheets.c.version.desc())
        .limit(1)
    ).first()
    if row is None:
        return KeptSheet(EvidenceSheet())
    document = seals.open(row.sheet_sealed, SHEET, row.id)
    return KeptSheet(
        EvidenceSheet.model_validate_json(document), row.version, row.name or row.recorded_by, row.created_at
    )


def add(
    connection: Connection, seals: Seals, patient_id: str, sheet: EvidenceSheet, *, by: str, after: int
) -> int:
    """The version it got: the one after what the person had read. Raises Outdated when that is no longer the newest."""
    last = connection.execute(
        select(func.coalesce(func.max(evidence_sheets.c.version), 0)).where(
            evidence_sheets.c.patient_id == patient_id
        )
    ).scalar_one()
    row_id = new_id("sheet")
    made = None
    if last == after:
        made = connection.execute(
            insert(evidence_sheets)
            .values(
                id=row_id,
                practice_id=seals.practice_id,
                patient_id=patient_id,
                version=after + 1,
                sheet_sealed=seals.close(sheet.model_dump_json().encode(), SHEET, row_id),
                recorded_by=by,
            )
            .on_conflict_do_nothing(index_elements=["patient_id", "version"])
            .returning(evidence_sheets.c.version)
        ).scalar_one_or_none()
    if made is None:
        raise Outdated
    return int(made)


def history(connection: Connection, practice_id: str, patient_id: str) -> Sequence[AnyRow]:
    """Version, who and when, the newest first; what the versions hold stays sealed."""
    return connection.execute(
        select(
            evidence_sheets.c.version,
            users.c.name,
            evidence_sheets.c.recorded_by,
            evidence_sheets.c.created_at,
        )
        .outerjoin(users, users.c.id == evidence_sheets.c.recorded_by)
        .where(evidence_sheets.c.practice_id == practice_id, evidence_sheets.c.patient_id == patient_id)
        .order_by(evidence_sheets.c.version.desc())
    ).all()
