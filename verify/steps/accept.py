"""Accept: a submission becomes rows and a job in one transaction; the same one twice is one while it is not over."""

from hashlib import sha256
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import Connection

from verify.intake.submission import Submission
from verify.steps.receive import STANDING
from verify.steps.work import Work
from verify.store import clinic, jobs, patients, verifications
from verify.store.jobs import Hint
from verify.verification import Lane, Reason, VerificationId, VerificationState


class Accepted(NamedTuple):
    """The verification of a submission, and whether it is a new one."""

    verification_id: VerificationId
    created: bool


def accept(work: Work, submission: Submission, *, practice_id: str, actor: str) -> Accepted:
    """Stores the submission and sends its first job. Durable when it returns, broker or no broker."""
    with work.engine.begin() as connection:
        accepted, hint = _store(work, connection, submission, practice_id, actor)
    work.hint(hint)
    return accepted


def _store(
    work: Work, connection: Connection, submission: Submission, practice_id: str, actor: str
) -> tuple[Accepted, Hint | None]:
    seals = work.seals(practice_id)
    payer = clinic.find_payer(connection, practice_id, submission.coverage.payer)
    patient_id = patients.save_patient(connection, seals, submission.patient.model_dump(mode="json"))
    coverage_id = patients.save_coverage(
        connection,
        seals,
        patient_id,
        payer.id if payer else None,
        submission.coverage.model_dump(mode="json"),
    )
    provider = clinic.find_provider(connection, practice_id, submission.provider_npi)
    lane, reason = Lane(submission.priority), Reason(submission.reason)
    lines = submission.service_lines
    identity = (
        patient_id,
        coverage_id,
        "+".join(sorted(lines)),
        submission.date_of_service.isoformat(),
        reason.value,
    )
    made, known = _add_or_find(
        connection,
        identity,
        practice_id=practice_id,
        patient_id=patient_id,
        coverage_id=coverage_id,
        provider_id=provider.id if provider else None,
        service_lines=lines,
        date_of_service=submission.date_of_service,
        reason=reason.value,
        lane=lane.value,
        state=VerificationState.READY.value,
        requested_by=actor,
    )
    if not made:
        return Accepted(VerificationId(known), created=False), None
    verifications.record(connection, practice_id, made, "submitted", {"lane": lane.value}, actor=actor)
    hint = jobs.accept(connection, step="receive", subject_id=made, practice_id=practice_id, lane=lane)
    return Accepted(VerificationId(made), created=True), hint


def _add_or_find(
    connection: Connection, identity: tuple[str, ...], *, practice_id: str, **values: Any
) -> tuple[str, str]:
    """The id of the new verification, or else of the one asked for before, as second.

    One that is over is not asked for any more, so the next one like it is new.
    """
    for earlier in count():
        words = identity if not earlier else (*identity, str(earlier))
        key = sha256("|".join(words).encode()).digest()
        made = verifications.add(connection, dedupe_key=key, practice_id=practice_id, **values)
        if made is not None:
            return made, ""
        known = verifications.find(connection, practice_id, key)
        assert known is not None
        if known.state not in STANDING:
            return "", str(known.id)
    raise AssertionError("counting never ends")
