"""Plan: one inquiry per service type, each with its job; what is planned already is left alone."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row

from verify.store import clinic, inquiries, jobs, patients, verifications
from verify.store.jobs import Hint
from verify.verification import Lane


def plan(connection: Connection, verification: Row[Any], service_types: Sequence[str]) -> list[Hint]:
    """The jobs of the inquiries that are new. The verification's row is locked."""
    coverage = patients.coverage(connection, verification.practice_id, verification.coverage_id)
    payer = clinic.payer(connection, verification.practice_id, coverage.payer_id)
    planned = [
        inquiries.plan(
            connection,
            verification=verification,
            payer_id=payer.id,
            account_id=payer.account_id,
            service_type=service_type,
            purpose="plan",
        )
        for service_type in dict.fromkeys(service_types)
    ]
    fresh = [inquiry_id for inquiry_id in planned if inquiry_id]
    if fresh:
        verifications.record(
            connection, verification.practice_id, verification.id, "planned", {"questions": len(fresh)}
        )
    hints = [_job(connection, verification, inquiry_id) for inquiry_id in fresh]
    return [hint for hint in hints if hint]


def _job(connection: Connection, verification: Row[Any], inquiry_id: str) -> Hint | None:
    return jobs.accept(
        connection,
        step="ask",
        subject_id=inquiry_id,
        practice_id=verification.practice_id,
        lane=Lane(verification.lane),
    )
