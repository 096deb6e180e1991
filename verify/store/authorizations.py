"""Authorizations: each with its versions; the newest one speaks, none is rewritten."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, and_, insert, select, update

from verify.authorizations import HOLDING, Authorization
from verify.store.evidence_sheets import AnyRow, Outdated
from verify.store.sealing import SealedColumn, Seals
from verify.store.tables import coverages, users
from verify.store.tables_clinical import authorization_versions, authorizations
from verify.verification import new_id

RECORD = SealedColumn("authorization_versions", "record_sealed")


class Kept(NamedTuple):
    """An authorization as it stands now."""

    id: str
    patient_id: str
    coverage_id: str
    #: Of the policy: 1 for the one that pays first.
    rank: int
    version: int
    record: Authorization
    recorded_by: str
    recorded_at: datetime


def add(
    connection: Connection, seals: Seals, *, patient_id: str, coverage_id: str, record: Authorization, by: str
) -> str:
    """The id of the new authorization."""
    row_id = new_id("auth")
    connection.execute(
        insert(authorizations).values(
            id=row_id,
            practice_id=seals.practice_id,
            patient_id=patient_id,
            coverage_id=coverage_id,
            version=1,
            **_columns(record),
        )
    )
    _add_version(connection, seals, row_id, record, 1, by)
    return row_id


def change(
    connection: Connection, seals: Seals, authorization_id: str, record: Authorization, *, by: str, after: int
) -> int:
    """The version it got. Raises Outdated when the one the person had read is no longer the newest."""
    changed = connection.execute(
        update(authorizations)
        .where(
            authorizations.c.id == authorization_id,
            authorizations.c.practice_id == seals.practice_id,
            authorizations.c.version == after,
        )
        .values(version=after + 1, **_columns(record))
    )
    if changed.rowcount != 1:
        raise Outdated
    _add_version(connection, seals, authorization_id, record, after + 1, by)
    return after + 1


def _columns(record: Authorization) -> dict[str, Any]:
    return {
        "service_line": record.service_line,
        "status": record.status.value,
        "starts_on": record.starts_on,
        "ends_on": record.ends_on,
    }


def _add_version(
    connection: Connection, seals: Seals, authorization_id: str, record: Authorization, version: int, by: str
) -> None:
    row_id = new_id("authv")
    connection.execute(
        insert(authorization_versions).values(
            id=row_id,
            practice_id=seals.practice_id,
            authorization_id=authorization_id,
            version=version,
            record_sealed=seals.close(record.model_dump_json().encode(), RECORD, row_id),
            recorded_by=by,
        )
    )


def of_patient(connection: Connection, seals: Seals, patient_id: str) -> list[Kept]:
    """All of a patient's, under whichever coverage, the newest made first."""
    rows = connection.execute(
        _newest(seals.practice_id)
        .where(authorizations.c.patient_id == patient_id)
        .order_by(authorizations.c.id.desc())
    )
    return [_kept(row, seals) for row in rows]


def one(connection: Connection, seals: Seals, authorization_id: str) -> Kept | None:
    row = connection.execute(
        _newest(seals.practice_id).where(authorizations.c.id == authorization_id)
    ).one_or_none()
    return _kept(row, seals) if row is not None else None


def holding(
    connection: Connection, seals: Seals, coverage_ids: Collection[str]
) -> dict[str, list[Authorization]]:
    """What the payers have said yes to, by coverage; for a night that looks at many."""
    rows = connection.execute(
        _newest(seals.practice_id).where(
            authorizations.c.coverage_id.in_(list(coverage_ids)),
            authorizations.c.status.in_([status.value for status in HOLDING]),
        )
    )
    found: dict[str, list[Authorization]] = defaultdict(list)
    for row in rows:
        found[row.coverage_id].append(_kept(row, seals).record)
    return dict(found)


def history(connection: Connection, practice_id: str, authorization_id: str) -> Sequence[AnyRow]:
    """Version, who and when, the newest first; what the versions hold stays sealed."""
    at = authorization_versions
    return connection.execute(
        select(at.c.version, users.c.name, at.c.recorded_by, at.c.created_at)
        .outerjoin(users, users.c.id == at.c.recorded_by)
        .where(at.c.practice_id == practice_id, at.c.authorization_id == authorization_id)
        .order_by(at.c.version.desc())
    ).all()


def _newest(practice_id: str) -> Select[Any]:
    at = authorization_versions
    return (
        select(
            authorizations.c.id,
            authorizations.c.patient_id,
            authorizations.c.coverage_id,
            coverages.c.rank,
            authorizations.c.version,
            at.c.id.label("version_id"),
            at.c.record_sealed,
            at.c.recorded_by,
            at.c.created_at.label("recorded_at"),
            users.c.name,
        )
        .join(
            at, and_(at.c.authorization_id == authorizations.c.id, at.c.version == authorizations.c.version)
        )
        .join(coverages, coverages.c.id == authorizations.c.coverage_id)
        .outerjoin(users, users.c.id == at.c.recorded_by)
        .where(authorizations.c.practice_id == practice_id)
    )


def _kept(row: Row[Any], seals: Seals) -> Kept:
    document = seals.open(row.record_sealed, RECORD, row.version_id)
    return Kept(
        row.id,
        row.patient_id,
        row.coverage_id,
        row.rank,
        row.version,
        Authorization.model_validate_json(document),
        row.name or row.recorded_by,
        row.recorded_at,
    )
