"""Crisis: a patient's open work moves to the urgent lane, and is due the same day."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from verify.store.tables import follow_ups, inquiries, jobs, verifications
from verify.verification import Lane, VerificationState

#: Over: nothing of it is hurried any more.
OVER = (VerificationState.CANCELLED.value, VerificationState.EXPIRED.value)


def hurry(connection: Connection, practice_id: str, patient_id: str, *, due_at: datetime) -> Sequence[str]:
    """The ids of the verifications that moved. Open tasks are due by `due_at` at the latest."""
    moved = _open(connection, practice_id, patient_id)
    ids = [row.id for row in moved]
    connection.execute(
        update(verifications)
        .where(verifications.c.id.in_(ids))
        .values(lane=Lane.URGENT.value, updated_at=func.now())
    )
    asked = select(inquiries.c.id).where(inquiries.c.verification_id.in_(ids))
    connection.execute(
        update(jobs)
        .where(jobs.c.subject_id.in_(ids) | jobs.c.subject_id.in_(asked), jobs.c.state == "queued")
        .values(lane=Lane.URGENT.value)
    )
    connection.execute(
        update(follow_ups)
        .where(follow_ups.c.verification_id.in_(ids), follow_ups.c.state == "open")
        .values(due_at=func.least(follow_ups.c.due_at, due_at))
    )
    return ids


def _open(connection: Connection, practice_id: str, patient_id: str) -> Sequence[Row[Any]]:
    """Held, the newest first: a re-check before the one it asks again, as its own steps do it."""
    return connection.execute(
        select(verifications.c.id)
        .where(
            verifications.c.practice_id == practice_id,
            verifications.c.patient_id == patient_id,
            verifications.c.superseded_by_id.is_(None),
            verifications.c.state.not_in(OVER),
        )
        .order_by(verifications.c.id.desc())
        .with_for_update()
    ).all()
