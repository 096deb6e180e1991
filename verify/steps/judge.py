"""Judge: benefits become facts, facts become findings, and what is missing becomes questions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, Row

from payers.reading import answers, patient
from verify.catalogue import ServiceLine, load, next_service_type
from verify.facts import WHOLE_PLAN, Fact, Source, SourceKind, facts_from_answers, facts_from_member
from verify.findings import judge as judge_facts
from verify.steps.plan import plan
from verify.steps.question import trace_of
from verify.steps.receive import STANDING
from verify.steps.work import Work
from verify.store import clinic, evidence, inquiries, jobs, verifications
from verify.store.inquiries import CALL
from verify.store.jobs import Claim, Hint
from verify.verification import InquiryState, Lane, VerificationState

#: Checks are billed: no more service types than this are asked for one verification.
MOST_QUESTIONS = 4


def judge(work: Work, claim: Claim) -> None:
    """Draws everything anew from the evidence; twice from the same evidence changes nothing."""
    with work.engine.begin() as connection:
        verification = verifications.lock(connection, claim.subject_id)
        assert verification is not None
        if not jobs.finish(connection, claim) or verification.state in STANDING:
            return
        zone = clinic.zone(connection, verification.practice_id)
        asked = inquiries.of_verification(connection, verification)
        for row in asked:
            evidence.add_facts(connection, verification, _facts(work, verification, row, zone))
        known = evidence.facts_of(connection, verification)
        lines = [load().service_lines[key] for key in verification.service_lines]
        _conclude(work, connection, verification, known, lines, zone, answered_at=_answered_at(asked))
        hints = _ask_further(connection, verification, asked, known, lines)
        following = None if hints else _follow_up(connection, verification, claim)
    work.hint(*hints, following)


def _facts(work: Work, verification: Row[Any], row: Row[Any], zone: ZoneInfo) -> list[Fact]:
    """What one inquiry's answer says of the patient; nothing where there was no answer, or none for them."""
    if row.state != InquiryState.ANSWERED.value:
        return []
    benefits = inquiries.benefits_of(row, work.seals(verification.practice_id))
    member = patient(benefits, trace_of(row.id)) if benefits else None
    if member is None:
        return []
    answered_at = row.answered_at.astimezone(zone)
    source = Source(
        kind=SourceKind.X12_271,
        reference=row.exchange_id,
        by="system",
        obtained_at=answered_at,
        as_of=answered_at.date(),
    )
    said = answers(member, [row.service_type], verification.date_of_service)
    return [
        *facts_from_answers(said, source=source, service_type=row.service_type, member=member),
        *facts_from_member(member, source=source, on=verification.date_of_service),
    ]


def _conclude(
    work: Work,
    connection: Connection,
    verification: Row[Any],
    known: Sequence[Fact],
    lines: Sequence[ServiceLine],
    zone: ZoneInfo,
    *,
    answered_at: datetime | None,
) -> None:
    now = work.now().astimezone(zone)
    judgement = judge_facts(known, lines, verification.date_of_service, now=now)
    evidence.replace_findings(connection, verification, judgement.findings)
    evidence.set_questions(connection, verification, judgement.questions)
    summary = msgspec.structs.asdict(judgement.summary)
    verifications.change(connection, verification, judged_at=now, answered_at=answered_at, **summary)
    verifications.record(
        connection,
        verification.practice_id,
        verification.id,
        "judged",
        {"findings": len(judgement.findings), "questions": len(judgement.questions)},
    )


def _answered_at(asked: Sequence[Row[Any]]) -> datetime | None:
    """When a payer last answered by itself."""
    by_itself = [
        row for row in asked if row.state == InquiryState.ANSWERED.value and row.outcome_code != CALL
    ]
    return max((row.answered_at for row in by_itself if row.answered_at), default=None)


def _ask_further(
    connection: Connection,
    verification: Row[Any],
    asked: Sequence[Row[Any]],
    known: Sequence[Fact],
    lines: Sequence[ServiceLine],
) -> list[Hint]:
    """The next service type of each line the payer said nothing about; nothing while others are on their way."""
    if verification.state != VerificationState.ASKING.value:
        return []
    if any(row.state != InquiryState.ANSWERED.value for row in asked):
        return []
    types = {row.service_type for row in asked}
    wanted = [next_service_type(line, types) for line in lines if is_silent(line, known)]
    room = MOST_QUESTIONS - len(types)
    return plan(connection, verification, [each for each in wanted if each][: max(room, 0)])


def is_silent(line: ServiceLine, known: Sequence[Fact]) -> bool:
    """Whether no answer says anything of the line's own service types; the plan's general status is nothing of its own."""
    own = {service_type for service_type in line.ask if service_type != WHOLE_PLAN}
    return not any(fact.settled and fact.about.service_type in own for fact in known)


def _follow_up(connection: Connection, verification: Row[Any], claim: Claim) -> Hint | None:
    return jobs.accept(
        connection,
        step="follow_up",
        subject_id=verification.id,
        practice_id=verification.practice_id,
        lane=Lane(verification.lane),
        run=claim.job_id,
    )
