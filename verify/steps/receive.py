"""Receive: is everything there to ask with? Then plan the questions, one service type each."""

from typing import Any

from sqlalchemy import Connection, Row

from payers.directory import read_quirks
from verify.asking import opening
from verify.catalogue import load
from verify.steps.plan import on_the_card, plan
from verify.steps.recheck import carry_over
from verify.steps.settle import settle
from verify.steps.work import Work
from verify.store import clinic, jobs, patients, verifications
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
            hints = _plan(work, connection, verification, claim)
    work.hint(*hints)


def what_is_missing(work: Work, connection: Connection, verification: Row[Any]) -> list[str]:
    """What must be known before a payer can be asked: payer, member_id, birth_date, then what this payer wants."""
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
    missing = [name for name, value in present.items() if not value]
    if not coverage.payer_id:
        return missing
    quirks = read_quirks(clinic.payer(connection, verification.practice_id, coverage.payer_id).quirks)
    besides = {**identity, "group_number": policy["group_number"]}
    return missing + [name for name in quirks.required if not besides.get(name)]


def _ask_a_person(
    connection: Connection, claim: Claim, verification: Row[Any], missing: list[str]
) -> list[Hint | None]:
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


def _plan(work: Work, connection: Connection, verification: Row[Any], claim: Claim) -> list[Hint | None]:
    verifications.change(connection, verification, state=VerificationState.ASKING.value, state_detail="")
    lines = [load().service_lines[key] for key in verification.service_lines]
    at = on_the_card(connection, verification)
    hints = plan(work, connection, verification, at, opening(lines, at.quirks))
    # Answers that are still fresh, or no way to the payer: there is nothing to wait for.
    return [*hints, settle(connection, verification, run=claim.job_id)]
