"""Receive: is everything there to ask with? Then plan the questions, one service type each."""

from typing import Any

from sqlalchemy import Connection, Row

from verify.catalogue import load, opening_service_types
from verify.steps.plan import plan
from verify.steps.recheck import carry_over
from verify.steps.work import Work
from verify.store import jobs, patients, verifications
from verify.store.jobs import Claim, Hint
from verify.verification import Lane, VerificationState

#: Nothing is asked for a verification in one of these.
STANDING = (VerificationState.CANCELLED.value, VerificationState.EXPIRED.value)


def receive(work: Work, claim: Claim) -> None:
    """Plans the inquiries of a verification, or says what is missing and who gets it."""
    with work.engine.begin() as connection:
        verification = verifications.lock(connection, claim.subject_id)
        assert verification is not None
        if not jobs.finish(connection, claim) or verification.state in STANDING:
            return
        carry_over(work, connection, verification)
        missing = what_is_missing(work, connection, verification)
        if missing:
            hints = _ask_a_person(connection, claim, verification, missing)
        else:
            hints = _plan(connection, verification)
    work.hint(*hints)


def what_is_missing(work: Work, connection: Connection, verification: Row[Any]) -> list[str]:
    """What must be known before a payer can be asked: payer, member_id, birth_date; in that order."""
    seals = work.seals(verification.practice_id)
    coverage = patients.coverage(connection, verification.practice_id, verification.coverage_id)
    policy = patients.policy_of(coverage, seals)
    patient = patients.patient(connection, verification.practice_id, verification.patient_id)
    identity = patients.identity_of(patient, seals)
    present = {
        "payer": coverage.payer_id,
        "member_id": policy["member_id"],
        "birth_date": identity["birth_date"],
    }
    return [name for name, value in present.items() if not value]


def _ask_a_person(
    connection: Connection, claim: Claim, verification: Row[Any], missing: list[str]
) -> list[Hint]:
    verifications.change(
        connection,
        verification,
        state=VerificationState.NEEDS_INFORMATION.value,
        state_detail=" ".join(missing),
    )
    verifications.record(
        connection, verification.practice_id, verification.id, "information_missing", {"missing": missing}
    )
    hint = jobs.accept(
        connection,
        step="follow_up",
        subject_id=verification.id,
        practice_id=verification.practice_id,
        lane=Lane(verification.lane),
        run=claim.job_id,
    )
    return [hint] if hint else []


def _plan(connection: Connection, verification: Row[Any]) -> list[Hint]:
    verifications.change(connection, verification, state=VerificationState.ASKING.value, state_detail="")
    lines = [load().service_lines[key] for key in verification.service_lines]
    return plan(connection, verification, opening_service_types(lines))
