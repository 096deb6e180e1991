"""Poison: a job that ended no lease becomes a person's task, and the rest of the work goes on."""

from sqlalchemy import Connection

from verify.followup import stuck
from verify.steps.imports import stop_import
from verify.steps.settle import settle
from verify.steps.work import Work
from verify.store import (
    appointments,
    clinic,
    digests,
    evidence,
    inquiries,
    nights,
    notices,
    payer_batches,
    verifications,
)
from verify.store.jobs import Claim, Hint
from verify.verification import InquiryState, VerificationState

#: What a question that never got out may be; only one being asked can end without an answer.
_NOT_ASKING = (InquiryState.PLANNED.value, InquiryState.UNAVAILABLE.value)


def quarantine(work: Work, connection: Connection, claim: Claim) -> Hint | None:
    """Says on the verification that a step failed for good; a job to hint when its others are done.

    A notice, digest, delivery, import or night says so on its own row: its page or list shows it. The questions of
    a batch are asked one by one.
    """
    match claim.step:
        case "notify":
            notices.end(connection, claim.subject_id, "failed", "poison")
        case "digest":
            digests.end(connection, claim.subject_id, "failed")
        case "appointment":
            appointments.finish_delivery(connection, claim.subject_id, ["poison"], failed=True)
        case "appointment_gap":
            pass  # its source shows the gap until the next pull closes it
        case "import_rows":
            stop_import(connection, claim.subject_id)
        case "plan_night":
            nights.stop_planning(connection, claim.subject_id)
        case "hand_in" | "collect":
            payer_batches.fail(connection, claim.subject_id, "poison")
        case _:
            return _of_verification(work, connection, claim)
    return None


def _of_verification(work: Work, connection: Connection, claim: Claim) -> Hint | None:
    asked = inquiries.inquiry(connection, claim.subject_id) if claim.step == "ask" else None
    verification = verifications.lock(connection, asked.verification_id if asked else claim.subject_id)
    assert verification is not None
    verifications.record(connection, claim.practice_id, verification.id, "step_failed", {"step": claim.step})
    zone = clinic.zone(connection, claim.practice_id)
    task = stuck(step=claim.step, now=work.now(), zone=zone)
    evidence.add_follow_up(connection, verification, task)
    if asked is None:
        if verification.state in (VerificationState.READY.value, VerificationState.ASKING.value):
            verifications.change(connection, verification, state=VerificationState.NEEDS_PERSON.value)
        return None
    if asked.state in _NOT_ASKING:
        inquiries.change_state(connection, asked, InquiryState.ASKING)
        asked = inquiries.inquiry(connection, asked.id)
    inquiries.change_state(connection, asked, InquiryState.UNKNOWN, code="poison")
    return settle(connection, verification, run=claim.job_id)
