"""Re-check: what people learned goes along, and what came back is held against what was known."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from verify.catalogue import load
from verify.recheck import Change, Snapshot, change_task, changes_between, is_confirmation, snapshot
from verify.recheck import last_visit_on as end_of_course
from verify.steps.signature import holds_until
from verify.steps.work import Work
from verify.store import clinic, evidence, inquiries, nights, patients, verifications
from verify.verification import InquiryState, VerificationState

S = VerificationState

#: Still on its way: nothing is compared before the last answer is there.
OPEN = frozenset({InquiryState.PLANNED.value, InquiryState.ASKING.value, InquiryState.UNAVAILABLE.value})
#: A person signed it; that it has expired since is why it is asked again.
SIGNED = frozenset({S.VERIFIED.value, S.VERIFIED_WITH_GAPS.value, S.EXPIRED.value})
#: A person is at work on it, or has ended it: a re-check does not take its place.
IN_HANDS = frozenset({S.NEEDS_INFORMATION.value, S.READY.value, S.ASKING.value, S.CANCELLED.value})


def carry_over(work: Work, connection: Connection, verification: Row[Any]) -> bool:
    """Gives a re-check what people learned for the one it asks again, so that nobody calls twice.

    Whether there was anything new. The older one is held: until it is given up, nobody learns more for it.
    """
    before = _still_speaking(connection, verification)
    if before is None:
        return False
    known = evidence.facts_by_people(connection, before, now=work.now())
    return evidence.add_facts(connection, verification, known) > 0


def _still_speaking(connection: Connection, verification: Row[Any]) -> Row[Any] | None:
    """The one it asks again, held; None where there is none, or its place is taken already.

    One whose place is taken is not waited for: whoever holds it may be waiting for this one (`hold.task`).
    """
    if verification.rechecks_id is None:
        return None
    if verifications.read(connection, verification.rechecks_id).superseded_by_id is not None:
        return None
    before = verifications.lock(connection, verification.rechecks_id)
    assert before is not None
    return before if before.superseded_by_id is None else None


def compare(work: Work, connection: Connection, verification: Row[Any]) -> None:
    """Once all answers of a locked re-check are there: what changed, for whom it speaks, and what to do.

    Where nothing moved but what was expected to, what a person signed still stands.
    """
    if verification.rechecks_id is None:
        return
    asked = inquiries.of_verification(connection, verification)
    if any(row.state in OPEN for row in asked):
        return
    if not any(row.state == InquiryState.ANSWERED.value for row in asked):
        nights.failed(connection, verification.id, _cause(verification, asked))
        return
    before = _still_speaking(connection, verification)
    if before is None or before.state in IN_HANDS:
        nights.answered(connection, verification.id, [])
        return
    changes = _changes(work, connection, before, verification)
    _speak_for(connection, before, verification)
    nights.answered(connection, verification.id, changes)
    _tell(work, connection, verification, changes)
    if is_confirmation(changes):
        _keep_signature(work, connection, before, verification)


def _cause(verification: Row[Any], asked: Sequence[Row[Any]]) -> str:
    """A code: what the first question ended with, or what was missing to ask with."""
    if not asked:
        return f"missing_{(verification.state_detail.split() or ['information'])[0]}"
    first = asked[0]
    if first.reject_reasons:
        return f"aaa_{first.reject_reasons[0]}"
    return str(first.outcome_code or first.state)


def _changes(work: Work, connection: Connection, before: Row[Any], after: Row[Any]) -> list[Change]:
    zone = clinic.zone(connection, after.practice_id)
    was = _snapshots(connection, before, now=(before.judged_at or before.created_at).astimezone(zone))
    now = _snapshots(connection, after, now=work.now().astimezone(zone))
    pairs = zip(was, now, strict=True)
    return [change for old, new in pairs for change in changes_between(old, new)]


def _snapshots(connection: Connection, row: Row[Any], *, now: datetime) -> list[Snapshot]:
    lines = [load().service_lines[key] for key in row.service_lines]
    until = end_of_course(row.first_visit_on or row.date_of_service, lines)
    payer = _payer_asked(connection, row)
    return [
        snapshot(
            evidence.facts_heard(connection, row, [line]),
            line,
            row.date_of_service,
            last_visit_on=until,
            now=now,
            payer=payer,
        )
        for line in lines
    ]


def _payer_asked(connection: Connection, row: Row[Any]) -> str:
    """The name of the payer whose answer it is, which need not be the policy's any more."""
    asked = inquiries.of_verification(connection, row)
    holder = asked[0] if asked else patients.coverage(connection, row.practice_id, row.coverage_id)
    name: str = clinic.payer(connection, row.practice_id, holder.payer_id).name
    return name


def _speak_for(connection: Connection, before: Row[Any], after: Row[Any]) -> None:
    verifications.supersede(connection, before, after)
    evidence.move_follow_ups(connection, before, after)
    verifications.record(connection, after.practice_id, before.id, "asked_again", {"verification": after.id})


def _tell(work: Work, connection: Connection, verification: Row[Any], changes: Sequence[Change]) -> None:
    verifications.record(
        connection,
        verification.practice_id,
        verification.id,
        "compared",
        {"changes": len(changes), "kinds": [change.kind.value for change in changes]},
    )
    zone = clinic.zone(connection, verification.practice_id)
    task = change_task(changes, about=verification.id, now=work.now(), zone=zone)
    if task is not None:
        evidence.add_follow_up(connection, verification, task)


def _keep_signature(work: Work, connection: Connection, before: Row[Any], after: Row[Any]) -> None:
    """No move leads from asking to verified, so it passes through a person's hands: those that signed before."""
    if before.state not in SIGNED or after.state != S.ASKING.value:
        return
    gaps = evidence.open_questions(connection, after.id)
    if gaps and before.state == S.VERIFIED.value:
        return
    state = S.VERIFIED_WITH_GAPS if gaps else S.VERIFIED
    verifications.change(connection, after, state=S.NEEDS_PERSON.value)
    verifications.change(
        connection,
        verifications.read(connection, after.id),
        state=state.value,
        expires_at=holds_until(work, connection, after),
    )
    verifications.record(connection, after.practice_id, after.id, "confirmed", {"rechecks": before.id})
