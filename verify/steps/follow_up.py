"""Follow up: what people do next, and the state the verification is in."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row

from verify.authorizations import authorization_tasks
from verify.catalogue import ServiceLine, load
from verify.facts import merge
from verify.findings import Finding
from verify.followup import PAYER, Asked, Callee, FollowUp, Kind, Situation, next_work
from verify.policies import program_of
from verify.steps import hold
from verify.steps.authorizations import filed_of
from verify.steps.known import known_of
from verify.steps.receive import what_is_missing
from verify.steps.recheck import carry_over, compare
from verify.steps.sessions import courses_of
from verify.steps.work import Work
from verify.store import clinic, evidence, evidence_sheets, inquiries, jobs, patients, verifications
from verify.store.charts import chart
from verify.store.jobs import Claim
from verify.verification import InquiryState, Lane, VerificationState


def follow_up(work: Work, claim: Claim) -> None:
    """Makes the tasks that are called for, closes those that no longer are, and moves the state.

    What people learned for the older one while a re-check was on its way is judged first.
    """
    with work.engine.begin() as connection:
        verification = verifications.lock(connection, claim.subject_id)
        assert verification is not None
        if not jobs.finish(connection, claim) or _asks_nobody(verification):
            return
        hint = None
        if carry_over(work, connection, verification):
            hint = hold.job(connection, verification, "judge", claim.job_id)
        else:
            compare(work, connection, verification)
            _follow_up(work, connection, verifications.read(connection, verification.id))
    work.hint(hint)


def _asks_nobody(verification: Row[Any]) -> bool:
    """Cancelled, or another has taken its place, whose tasks are the ones to do."""
    cancelled = verification.state == VerificationState.CANCELLED.value
    return cancelled or verification.superseded_by_id is not None


def _follow_up(work: Work, connection: Connection, verification: Row[Any]) -> None:
    zone = clinic.zone(connection, verification.practice_id)
    next_ = next_work(_situation(work, connection, verification, zone))
    for task in next_.follow_ups:
        evidence.add_follow_up(connection, verification, task)
    # What a re-check or an appointment brought is for a person to see, whatever the next judging says.
    others = (Kind.CHANGED, Kind.FIT_COURSE)
    evidence.drop_follow_ups(connection, verification, keep=next_.follow_ups, but=others)
    verifications.change(connection, verification, state=next_.state.value)
    verifications.record(
        connection,
        verification.practice_id,
        verification.id,
        "followed_up",
        {"tasks": len(next_.follow_ups), "state": next_.state.value},
    )


def _situation(work: Work, connection: Connection, verification: Row[Any], zone: ZoneInfo) -> Situation:
    asked = inquiries.of_verification(connection, verification)
    coverage = patients.coverage(connection, verification.practice_id, verification.coverage_id)
    payer = (
        clinic.payer(connection, verification.practice_id, coverage.payer_id) if coverage.payer_id else None
    )
    known = (
        evidence.findings_of(connection, verification.id),
        evidence.open_questions(connection, verification.id),
    )
    lines = [load().service_lines[key] for key in verification.service_lines]
    calls = evidence.calls_made(connection, verification)
    return Situation(
        state=VerificationState(verification.state),
        lane=Lane(verification.lane),
        date_of_service=verification.date_of_service,
        service_lines=lines,
        cases=known_of(work, connection, verification, lines, zone),
        now=work.now(),
        zone=zone,
        # Once payers were asked, nothing can have been missing.
        missing=[] if asked else what_is_missing(work, connection, verification),
        inquiries=[
            Asked(
                row.id,
                row.service_type,
                InquiryState(row.state),
                row.outcome_code,
                row.reject_reasons,
                company=clinic.payer(connection, row.practice_id, row.payer_id).name if row.hop else "",
            )
            for row in asked
        ],
        findings=known[0],
        questions=known[1],
        calls_made=calls.get(PAYER, 0),
        other_calls=calls,
        revision=verification.revision,
        payer_name=payer.name if payer else "",
        payer_phone=payer.phone if payer else "",
        speakers=_speakers(connection, verification),
        authorizations=_about_authorizations(work, connection, verification, lines, known[0], zone),
    )


def _about_authorizations(
    work: Work,
    connection: Connection,
    verification: Row[Any],
    lines: Sequence[ServiceLine],
    findings: Sequence[Finding],
    zone: ZoneInfo,
) -> list[FollowUp]:
    row = chart(connection, verification.practice_id, verification.id)
    assert row is not None
    seals, now = work.seals(verification.practice_id), work.now()
    sheet = evidence_sheets.newest(connection, seals, verification.patient_id).sheet
    program = program_of(merge(evidence.facts_of(connection, verification), now=now))
    filed = filed_of(connection, work, row, sheet, evidence.trail_of(verification), program)
    planned = courses_of(connection, verification, lines)
    today = now.astimezone(zone).date()
    done = evidence.done_before(connection, verification, Kind.AUTHORIZATION)
    return [
        task
        for line in lines
        for task in authorization_tasks(
            line,
            filed.get(line.key, []),
            findings,
            next((day for day in planned[line.key].days if day >= today), None),
            now=now,
            zone=zone,
            lane=Lane(verification.lane),
        )
        if task.dedupe_key not in done
    ]


def _speakers(connection: Connection, verification: Row[Any]) -> dict[str, Callee]:
    """By service line, the company further along the trail that answered for it."""
    trail = evidence.trail_of(verification)
    lines = [load().service_lines[key] for key in verification.service_lines]
    said_by = {line.key: trail.speaker(line.benefit_domain) for line in lines}
    found = {}
    for key, payer_id in said_by.items():
        if payer_id != trail.payer:
            row = clinic.payer(connection, verification.practice_id, payer_id)
            found[key] = Callee(row.name, row.phone)
    return found
