"""Judge: benefits become facts, facts become findings, and what is missing becomes questions."""

from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, Row

from payers.reading import answers, patient
from verify.catalogue import load
from verify.facts import Fact, Source, SourceKind, facts_from_answers, facts_from_member
from verify.findings import judge as judge_facts
from verify.steps.question import trace_of
from verify.steps.receive import STANDING
from verify.steps.work import Work
from verify.store import clinic, evidence, inquiries, jobs, verifications
from verify.store.jobs import Claim
from verify.verification import Lane


def judge(work: Work, claim: Claim) -> None:
    """Draws everything anew from the evidence; twice from the same evidence changes nothing."""
    with work.engine.begin() as connection:
        verification = verifications.lock(connection, claim.subject_id)
        assert verification is not None
        if not jobs.finish(connection, claim) or verification.state in STANDING:
            return
        zone = clinic.zone(connection, verification.practice_id)
        for row in inquiries.of_verification(connection, verification):
            evidence.add_facts(connection, verification, _facts(work, verification, row, zone))
        _conclude(work, connection, verification, zone)
        hint = jobs.accept(
            connection,
            step="follow_up",
            subject_id=verification.id,
            practice_id=verification.practice_id,
            lane=Lane(verification.lane),
            run=claim.job_id,
        )
    work.hint(hint)


def _facts(work: Work, verification: Row[Any], row: Row[Any], zone: ZoneInfo) -> list[Fact]:
    """What one inquiry's answer says of the patient; nothing where there was no answer, or none for them."""
    benefits = inquiries.benefits_of(row, work.seals(verification.practice_id))
    member = patient(benefits, trace_of(row.id)) if benefits else None
    if member is None:
        return []
    source = Source(
        kind=SourceKind.X12_271,
        reference=row.exchange_id,
        by="system",
        obtained_at=row.answered_at.astimezone(zone),
        as_of=row.answered_at.astimezone(zone).date(),
    )
    said = answers(member, [row.service_type], verification.date_of_service)
    return [
        *facts_from_answers(said, source=source, service_type=row.service_type),
        *facts_from_member(member, source=source, service_type=row.service_type),
    ]


def _conclude(work: Work, connection: Connection, verification: Row[Any], zone: ZoneInfo) -> None:
    judgement = judge_facts(
        evidence.facts_of(connection, verification),
        [load().service_lines[key] for key in verification.service_lines],
        verification.date_of_service,
        now=work.now().astimezone(zone),
    )
    evidence.replace_findings(connection, verification, judgement.findings)
    evidence.set_questions(connection, verification, judgement.questions)
    verifications.change(connection, verification, judged_at=work.now(), **msgspec.structs.asdict(judgement.summary))
    verifications.record(
        connection,
        verification.practice_id,
        verification.id,
        "judged",
        {"findings": len(judgement.findings), "questions": len(judgement.questions)},
    )
