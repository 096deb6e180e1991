"""People: what a coordinator does to a verification between the steps."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row

from payers.exchange import Exchange
from verify.asking import Changes
from verify.facts import facts_from_call
from verify.findings import Summary
from verify.followup import Kind, account_of, enrollment_of
from verify.intake.submission import Patient, Policy
from verify.steps.enrollment import enrolled
from verify.steps.question import trace_of
from verify.steps.repair import Refused, make_try, refused_questions
from verify.steps.work import Work
from verify.store import clinic, evidence, inquiries, jobs, patients, payer_batches, repairs, verifications
from verify.store.inquiries import Ask
from verify.store.jobs import Hint
from verify.store.sealing import Seals
from verify.verification import (
    InquiryState,
    Lane,
    VerificationState,
    new_id,
)

TERMINAL = frozenset({VerificationState.CANCELLED.value, VerificationState.EXPIRED.value})


class NotFound(Exception):
    """No such thing in this practice."""


class NotAllowed(Exception):
    """The state it is in forbids it; the text says which, and holds nothing of a patient."""


class Call(NamedTuple):
    """One phone call, as typed in: the answers by field of the script, and who said so when."""

    answers: Mapping[str, Any]
    #: The payer's reference number for the call.
    reference: str
    representative: str
    started_at: datetime
    ended_at: datetime


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
        verification = _not_cancelled(connection, verification_id, practice_id)
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
        hint = _job(connection, verification, "receive", run)
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
        verification = _open(connection, verification_id, practice_id)
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
        verification = _open(connection, verification_id, practice_id)
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
        stop(connection, _not_cancelled(connection, verification_id, practice_id), actor)


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
        verification = _open(connection, verification_id, practice_id)
        gaps = len(evidence.open_questions(connection, verification.id))
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
            evidence.drop_follow_ups(connection, verification, outcome="signed off", by=actor)
        verifications.record(
            connection, practice_id, verification.id, "signed_off", {"gaps": gaps}, actor=actor
        )
    return state


def may_sign(state: VerificationState, gaps: int) -> bool:
    """Whether somebody may sign now: what waits for a person, or what was signed with gaps that are closed since."""
    return state is VerificationState.NEEDS_PERSON or (
        state is VerificationState.VERIFIED_WITH_GAPS and not gaps
    )


def add_note(work: Work, verification_id: str, practice_id: str, actor: str, *, kind: str, body: str) -> str:
    """The id of the new note; notes are never changed or removed."""
    with work.engine.begin() as connection:
        verification = _known(connection, verification_id, practice_id)
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
        verification, task = _task(connection, follow_up_id, practice_id)
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


def record_call(work: Work, follow_up_id: str, practice_id: str, actor: str, call: Call) -> None:
    """A call's typed answers: evidence like any other answer, then facts, then judged again.

    Raises ValueError for an answer its field cannot take, NotFound, NotAllowed for a task that is
    closed or no call.
    """
    with work.engine.begin() as connection:
        verification, task = _task(connection, follow_up_id, practice_id)
        if task.state != "open" or task.script is None:
            raise NotAllowed(task.state)
        _must_be_open(verification)
        exchange_id = _save_call(work, connection, verification, task, call)
        found = facts_from_call(
            call.answers,
            script=task.script,
            call_id=exchange_id,
            by=actor,
            obtained_at=call.ended_at.astimezone(clinic.zone(connection, practice_id)),
            as_of=clinic.day(connection, practice_id, call.ended_at),
            call_reference=call.reference,
            told_by=call.representative,
        )
        evidence.add_facts(connection, verification, found)
        evidence.close_follow_up(connection, task.id, outcome=evidence.CALL_RECORDED, by=actor)
        verifications.record(
            connection,
            practice_id,
            verification.id,
            "call_recorded",
            {"exchange_id": exchange_id},
            actor=actor,
        )
        hint = _job(connection, verification, "judge", exchange_id)
    work.hint(hint)


def _save_call(work: Work, connection: Connection, verification: Row[Any], task: Row[Any], call: Call) -> str:
    """The exchange with the person who answered, under the question the call was asked to settle."""
    row = _question_called_about(connection, work.seals(verification.practice_id), verification)
    trace = trace_of(row.id)
    exchange_id = inquiries.add_exchange(connection, row, trace)
    said = Exchange(
        account_id=row.account_id or "",
        trace=trace,
        control_number=row.control_number,
        request=msgspec.json.encode(task.script),
        request_type="application/vnd.verify.call-script+json",
        requested_at=call.started_at,
        response=msgspec.json.encode(call._asdict()),
        response_type="application/vnd.verify.call+json",
        response_at=call.ended_at,
    )
    seals = work.seals(verification.practice_id)
    inquiries.complete_exchange(connection, seals, exchange_id, said, outcome="answered")
    inquiries.answer_by_person(connection, verification, exchange_id)
    return exchange_id


def _question_called_about(connection: Connection, seals: Seals, verification: Row[Any]) -> Row[Any]:
    """A question waiting for this call, or one made for it."""
    asked = inquiries.of_verification(connection, verification)
    waiting = [row for row in asked if row.state == InquiryState.PENDING.value and not row.hop]
    if waiting:
        return waiting[0]
    coverage = patients.coverage(connection, verification.practice_id, verification.coverage_id)
    call = Ask(
        payer_id=coverage.payer_id,
        account_id=None,
        service_type="",
        on=verification.date_of_service,
        purpose=f"call:{new_id('run')}",
    )
    made = inquiries.plan(connection, seals, verification, call, state=InquiryState.PENDING)
    assert made is not None
    return inquiries.inquiry(connection, made)


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


def _job(connection: Connection, verification: Row[Any], step: str, run: str) -> Hint | None:
    return jobs.accept(
        connection,
        step=step,
        subject_id=verification.id,
        practice_id=verification.practice_id,
        lane=Lane(verification.lane),
        run=run,
    )


def _known(connection: Connection, verification_id: str, practice_id: str) -> Row[Any]:
    verification = verifications.lock(connection, verification_id, practice_id)
    if verification is None:
        raise NotFound
    return verification


def _open(connection: Connection, verification_id: str, practice_id: str) -> Row[Any]:
    verification = _known(connection, verification_id, practice_id)
    _must_be_open(verification)
    return verification


def _not_cancelled(connection: Connection, verification_id: str, practice_id: str) -> Row[Any]:
    verification = _known(connection, verification_id, practice_id)
    if verification.state == VerificationState.CANCELLED.value:
        raise NotAllowed(verification.state)
    return verification


def _must_be_open(verification: Row[Any]) -> None:
    if verification.state in TERMINAL:
        raise NotAllowed(verification.state)


def _task(connection: Connection, follow_up_id: str, practice_id: str) -> tuple[Row[Any], Row[Any]]:
    """A task with its verification, both held: the verification first, as every step does it."""
    verification_id = evidence.verification_of(connection, practice_id, follow_up_id)
    if verification_id is None:
        raise NotFound
    verification = _known(connection, verification_id, practice_id)
    return verification, evidence.follow_up(connection, follow_up_id)
