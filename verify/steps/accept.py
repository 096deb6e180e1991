"""Accept: a submission becomes rows and a job in one transaction; the same one twice is one."""

from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Connection

from verify.intake.submission import Submission
from verify.steps.work import Work
from verify.store import clinic, jobs, patients, verifications
from verify.store.jobs import Hint
from verify.verification import Lane, Reason, VerificationId, VerificationState


class Accepted(NamedTuple):
    """The verification of a submission, and whether it is a new one."""

    verification_id: VerificationId
    created: bool


class People(NamedTuple):
    """Whom a verification is about: rows that are there already."""

    patient_id: str
    coverage_id: str


def accept(work: Work, submission: Submission, *, practice_id: str, actor: str) -> Accepted:
    """Stores the submission and sends its first job. Durable when it returns, broker or no broker."""
    with work.engine.begin() as connection:
        accepted, hint = store(work, connection, submission, practice_id, actor)
    work.hint(hint)
    return accepted


def store(
    work: Work, connection: Connection, submission: Submission, practice_id: str, actor: str
) -> tuple[Accepted, Hint | None]:
    """The submission's rows in the caller's transaction, and the hint to send after its commit."""
    people = save_people(work, connection, submission, practice_id)
    return accept_within(connection, submission, people, practice_id=practice_id, actor=actor)


def save_people(work: Work, connection: Connection, submission: Submission, practice_id: str) -> People:
    """The rows of the patient and the policy, made or brought up to date."""
    seals = work.seals(practice_id)
    patient_id = patients.save_patient(connection, seals, submission.patient.model_dump(mode="json"))
    return People(patient_id, save_policy(work, connection, submission, practice_id, patient_id))


def save_policy(
    work: Work, connection: Connection, submission: Submission, practice_id: str, patient_id: str
) -> str:
    """The row of the policy of a patient who is known."""
    payer = clinic.find_payer(connection, practice_id, submission.coverage.payer)
    return patients.save_coverage(
        connection,
        work.seals(practice_id),
        patient_id,
        payer.id if payer else None,
        submission.coverage.model_dump(mode="json"),
    )


def accept_within(
    connection: Connection,
    submission: Submission,
    people: People,
    *,
    practice_id: str,
    actor: str,
    occasion: str = "",
) -> tuple[Accepted, Hint | None]:
    """Stores it in the caller's transaction; the caller sends the hint after its commit.

    With an `occasion` the same question counts as new, once for each: a visit that was called off and
    booked again.
    """
    provider = clinic.find_provider(connection, practice_id, submission.provider_npi)
    lane, reason = Lane(submission.priority), Reason(submission.reason)
    lines = submission.service_lines
    identity = (
        people.patient_id,
        people.coverage_id,
        "+".join(sorted(lines)),
        submission.date_of_service.isoformat(),
        reason.value,
        *filter(None, [occasion]),
    )
    key = sha256("|".join(identity).encode()).digest()
    made = verifications.add(
        connection,
        dedupe_key=key,
        practice_id=practice_id,
        patient_id=people.patient_id,
        coverage_id=people.coverage_id,
        provider_id=provider.id if provider else None,
        service_lines=lines,
        date_of_service=submission.date_of_service,
        reason=reason.value,
        lane=lane.value,
        state=VerificationState.READY.value,
        requested_by=actor,
    )
    if made is None:
        known = verifications.find(connection, practice_id, key)
        assert known is not None
        return Accepted(VerificationId(known.id), created=False), None
    verifications.record(connection, practice_id, made, "submitted", {"lane": lane.value}, actor=actor)
    hint = jobs.accept(connection, step="receive", subject_id=made, practice_id=practice_id, lane=lane)
    return Accepted(VerificationId(made), created=True), hint
