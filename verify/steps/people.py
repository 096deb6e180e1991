"""People: what a coordinator does to a verification between the steps."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from verify.asking import Changes
from verify.findings import Question, Summary
from verify.followup import Kind, account_of, enrollment_of
from verify.intake.submission import Patient, Policy
from verify.steps import hold
from verify.steps.enrollment import enrolled
from verify.steps.hold import TERMINAL
from verify.steps.hold import NotAllowed as NotAllowed
from verify.steps.hold import NotFound as NotFound
from verify.steps.known import judged_now
from verify.steps.repair import Refused, make_try, refused_questions
from verify.steps.work import Work
from verify.store import clinic, evidence, inquiries, jobs, patients, payer_batches, repairs, verifications
from verify.verification import (
    VerificationState,
    new_id,
)


def complete_information(
    work: Work,
    verification_id: str,
    practice_id: str,
    actor: str,
    *,
    patient: Mapping[str, Any] | None = None,
    coverage: Mapping[str, Any] | None = None,
) -> None:
    """Takes what was missing or wrong, and starts over with it; what has expired is asked again so.

    Only the fields given are changed. Raises pydantic's ValidationError for values that cannot be,
    NotFound, and NotAllowed for a verification that was cancelled.
    """
    with work.engine.begin() as connection:
        verification = hold.not_cancelled(connection, verification_id, practice_id)
        _change_patient(work, connection, verification, patient or {})
        _change_coverage(work, connection, verification, coverage or {})
        run = new_id("run")
        # What still asks with the old data stops; an answer on its way is kept as evidence, no more.
        jobs.cancel(connection, [row.id for row in inquiries.of_verification(connection, verification)])
        _forget_what_was_judged(connection, verification, actor)
        verifications.change(
            connection,
            verification,
            state=VerificationState.READY.value,
            state_detail="",
            ask_again_at=None,
            expires_at=None,
            revision=verification.revision + 1,
        )
        verifications.record(connection, practice_id, verification.id, "information_changed", actor=actor)
        hint = hold.job(connection, verification, "receive", run)
    work.hint(hint)


def _forget_what_was_judged(connection: Connection, verification: Row[Any], actor: str) -> None:
    """It was about the old data, and must not stand on the page as if it were about the new; facts are kept."""
    evidence.replace_findings(connection, verification, [])
    evidence.set_questions(connection, verification, [])
    evidence.drop_follow_ups(connection, verification, outcome="information corrected", by=actor)
    verifications.change(connection, verification, judged_at=None, **msgspec.structs.asdict(Summary()))


def offered_repairs(
    work: Work, connection: Connection, verification_id: str, practice_id: str
) -> list[Refused] | None:
    """What payers refuse of the patient's data, with the ladder that is left; None when there is no such verification."""
    verification = verifications.of_practice(connection, verification_id, practice_id)
    if verification is None:
        return None
    if verification.state in TERMINAL:
        return []
    return refused_questions(work, connection, verification)


def try_repair(
    work: Work, verification_id: str, practice_id: str, actor: str, *, payer_id: str, changes: Changes
) -> None:
    """Asks a refused question in other words, which a person allowed. Raises NotFound and NotAllowed."""
    with work.engine.begin() as connection:
        verification = hold.opened(connection, verification_id, practice_id)
        refused = {each.payer.id: each for each in refused_questions(work, connection, verification)}
        if payer_id not in refused:
            raise NotFound
        try:
            hint = make_try(work, connection, verification, refused[payer_id], changes, actor)
        except ValueError as reason:
            raise NotAllowed(str(reason)) from None
        if verification.state != VerificationState.ASKING.value:
            verifications.change(connection, verification, state=VerificationState.ASKING.value)
    work.hint(hint)


def keep_repair(work: Work, verification_id: str, practice_id: str, actor: str, *, repair_id: str) -> None:
    """Writes a correction that was answered into the patient's record. Nothing is asked again for it."""
    with work.engine.begin() as connection:
        verification = hold.opened(connection, verification_id, practice_id)
        made = repairs.tries(connection, work.seals(practice_id), verification)
        kept = next((each for each in made if each.id == repair_id), None)
        if kept is None:
            raise NotFound
        if kept.state != repairs.ANSWERED or not kept.changes.corrects:
            raise NotAllowed("this try corrects nothing that is in the record")
        correct = kept.changes.corrects
        of_policy = {name: value for name, value in correct.items() if name in ("member_id", "group_number")}
        of_patient = {name: value for name, value in correct.items() if name not in of_policy}
        _change_patient(work, connection, verification, of_patient)
        if of_policy:
            _change_coverage(work, connection, verification, of_policy)
        verifications.record(
            connection, practice_id, verification.id, "repair_kept", {"kind": kept.kind.value}, actor=actor
        )


def cancel(work: Work, verification_id: str, practice_id: str, actor: str) -> None:
    """Stops the work; what is known stays. An answer on its way is kept as evidence."""
    with work.engine.begin() as connection:
        stop(connection, hold.not_cancelled(connection, verification_id, practice_id), actor)


def stop(connection: Connection, verification: Row[Any], actor: str) -> None:
    """Cancels a locked verification, and what waits for it, in the caller's transaction."""
    asked = [row.id for row in inquiries.of_verification(connection, verification)]
    jobs.cancel(connection, [verification.id, *asked])
    verifications.change(connection, verification, state=VerificationState.CANCELLED.value, ask_again_at=None)
    evidence.drop_follow_ups(connection, verification)
    verifications.record(connection, verification.practice_id, verification.id, "cancelled", actor=actor)


def sign_off(work: Work, verification_id: str, practice_id: str, actor: str) -> VerificationState:
    """A person takes responsibility: verified, or verified with gaps while questions are open. The state it got."""
    with work.engine.begin() as connection:
        verification = hold.opened(connection, verification_id, practice_id)
        open_ones = evidence.open_questions(connection, verification.id)
        gaps = len(open_ones)
        if not may_sign(VerificationState(verification.state), gaps):
            raise NotAllowed(verification.state)
        state = VerificationState.VERIFIED_WITH_GAPS if gaps else VerificationState.VERIFIED
        verifications.change(
            connection,
            verification,
            state=state.value,
            expires_at=evidence.first_expiry(connection, verification),
        )
        if not gaps:
            evidence.drop_follow_ups(
                connection, verification, but=(Kind.AUTHORIZATION,), outcome="signed off", by=actor
            )
        verifications.record(
            connection,
            practice_id,
            verification.id,
            verifications.SIGNED_OFF,
            _signed(work, connection, verification, open_ones),
            actor=actor,
        )
    return state


def _signed(
    work: Work, connection: Connection, verification: Row[Any], gaps: Sequence[Question]
) -> dict[str, object]:
    """What was known when it was signed, and what was missing; names of fields, no values."""
    judged = judged_now(work, connection, verification.practice_id, verification.id)
    assert judged is not None
    missing = [f"{gap.service_line}.{gap.fact}" if gap.service_line else gap.fact.value for gap in gaps]
    return {
        "gaps": len(gaps),
        "missing": missing,
        "known_percent": judged.summary.known_percent,
        "usable": judged.summary.usable,
        "confidence": judged.summary.confidence,
    }


def may_sign(state: VerificationState, gaps: int) -> bool:
    """Whether somebody may sign now: what waits for a person, or what was signed with gaps that are closed since."""
    return state is VerificationState.NEEDS_PERSON or (
        state is VerificationState.VERIFIED_WITH_GAPS and not gaps
    )


def add_note(work: Work, verification_id: str, practice_id: str, actor: str, *, kind: str, body: str) -> str:
    """The id of the new note; notes are never changed or removed."""
    with work.engine.begin() as connection:
        verification = hold.known(connection, verification_id, practice_id)
        note_id = evidence.add_note(
            connection, work.seals(practice_id), verification, kind=kind, body=body, author_id=actor
        )
        verifications.record(
            connection, practice_id, verification.id, "note_added", {"kind": kind}, actor=actor
        )
    return note_id


def close_follow_up(work: Work, follow_up_id: str, practice_id: str, actor: str, *, outcome: str) -> None:
    """Ends a task; what the person writes of it becomes a note, since it may name the patient."""
    with work.engine.begin() as connection:
        verification, task = hold.task(connection, follow_up_id, practice_id)
        if task.state != "open":
            raise NotAllowed(task.state)
        if outcome:
            evidence.add_note(
                connection,
                work.seals(practice_id),
                verification,
                kind="follow_up",
                body=outcome,
                author_id=actor,
            )
        evidence.close_follow_up(connection, task.id, outcome="done", by=actor)
        if task.kind == Kind.MEND_ACCOUNT:
            _take_up_again(connection, practice_id, account_of(task.dedupe_key))
        verifications.record(
            connection, practice_id, verification.id, "follow_up_done", {"kind": task.kind}, actor=actor
        )
    if task.kind == Kind.ENROLL:
        payer_id, account_id = enrollment_of(task.dedupe_key)
        with work.engine.begin() as connection:
            hints = enrolled(connection, practice_id, payer_id, account_id, at=work.now(), by=actor)
        work.hint(*hints)


def _take_up_again(connection: Connection, practice_id: str, account_id: str) -> None:
    """A mended account is used again, and what waited for it is asked now."""
    clinic.resume_account(connection, practice_id, account_id)
    jobs.bring_forward(connection, inquiries.waiting_for_account(connection, account_id))
    jobs.bring_forward(connection, payer_batches.of_account(connection, account_id))


def _change_patient(
    work: Work, connection: Connection, verification: Row[Any], given: Mapping[str, Any]
) -> None:
    if not given:
        return
    seals = work.seals(verification.practice_id)
    row = patients.patient(connection, verification.practice_id, verification.patient_id)
    merged = Patient.model_validate({**patients.identity_of(row, seals), **given})
    identity = merged.model_dump(mode="json")
    if patients.is_somebody_else(connection, seals, row.id, identity):
        raise NotAllowed("another patient has this name and birth date")
    patients.change_patient(connection, seals, row.id, identity)


def _change_coverage(
    work: Work, connection: Connection, verification: Row[Any], given: Mapping[str, Any]
) -> None:
    seals = work.seals(verification.practice_id)
    row = patients.coverage(connection, verification.practice_id, verification.coverage_id)
    merged = Policy.model_validate({**patients.policy_of(row, seals), **given})
    payer = clinic.find_payer(connection, verification.practice_id, merged.payer)
    patients.change_coverage(
        connection, seals, row.id, payer.id if payer else None, merged.model_dump(mode="json")
    )
