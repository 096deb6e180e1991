"""Judge: benefits become facts, facts become findings, and what is missing becomes questions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, Row

from payers.benefits import Member
from payers.reading import answers, holders, patient
from verify.asking import Hop, further, is_silent, lines_held
from verify.catalogue import ServiceLine, load
from verify.facts import (
    Fact,
    Source,
    SourceKind,
    Trail,
    facts_from_answers,
    facts_from_holders,
    facts_from_member,
)
from verify.steps.known import judgement_of
from verify.steps.plan import At, on_the_card, plan
from verify.steps.question import trace_of
from verify.steps.receive import STANDING
from verify.steps.repair import ask_rest_as_mended
from verify.steps.settle import settle
from verify.steps.trail import follow, trail_of
from verify.steps.work import Work
from verify.store import clinic, evidence, inquiries, jobs, verifications
from verify.store.inquiries import CALL, REUSED
from verify.store.jobs import Claim, Hint
from verify.verification import InquiryState, Lane, VerificationState


def judge(work: Work, claim: Claim) -> None:
    """Draws everything anew from the evidence; twice from the same evidence changes nothing."""
    with work.engine.begin() as connection:
        verification = verifications.lock(connection, claim.subject_id)
        assert verification is not None
        if not jobs.finish(connection, claim) or verification.state in STANDING:
            return
        hints = _judge(work, connection, verification, claim)
    work.hint(*hints)


def _judge(work: Work, connection: Connection, verification: Row[Any], claim: Claim) -> list[Hint | None]:
    zone = clinic.zone(connection, verification.practice_id)
    asked = inquiries.of_verification(connection, verification)
    heard = _heard(work, verification, asked)
    members = {inquiry_id: said.member for inquiry_id, said in heard.items()}
    for row in asked:
        if row.id in heard:
            evidence.add_facts(connection, verification, _facts(verification, row, heard[row.id], zone))
    known = evidence.facts_of(connection, verification)
    lines = [load().service_lines[key] for key in verification.service_lines]
    card = on_the_card(connection, verification).payer
    further_hints, hops = _ask_further(work, connection, verification, card, asked, members, known, lines)
    now_asked = inquiries.of_verification(connection, verification)
    trail = trail_of(card, now_asked, hops)
    _conclude(work, connection, verification, known, trail, zone, answered_at=_answered_at(now_asked))
    if further_hints:
        return [*further_hints]
    before = {row.id for row in asked}
    if any(row.outcome_code == REUSED and row.id not in before for row in now_asked):
        # An answer that was still fresh came in without a call: it is judged like any other.
        return [settle(connection, verification, run=f"reused:{claim.job_id}")]
    return [_follow_up(connection, verification, claim)]


class Heard(NamedTuple):
    """What one answer says of the patient, and what it was read from."""

    member: Member
    kind: SourceKind


#: What an answer was read from (payers.benefits.Benefits.read_from).
KINDS = {"x12": SourceKind.X12_271, "json": SourceKind.PAYER_JSON}


def _heard(work: Work, verification: Row[Any], asked: Sequence[Row[Any]]) -> dict[str, Heard]:
    """What each answer says of the patient, by inquiry; nothing where there was none, or none for them."""
    seals = work.seals(verification.practice_id)
    found = {}
    for row in asked:
        benefits = inquiries.benefits_of(row, seals) if row.state == InquiryState.ANSWERED.value else None
        member = patient(benefits, trace_of(row.reused_id or row.id)) if benefits else None
        if benefits is not None and member is not None:
            found[row.id] = Heard(member, KINDS[benefits.read_from])
    return found


def _facts(verification: Row[Any], row: Row[Any], heard: Heard, zone: ZoneInfo) -> list[Fact]:
    """What one inquiry's answer says of the patient."""
    member, answered_at = heard.member, row.answered_at.astimezone(zone)
    source = Source(
        kind=heard.kind,
        reference=row.exchange_id,
        by="system",
        obtained_at=answered_at,
        as_of=answered_at.date(),
        payer=row.payer_id,
        asked_for=row.date_of_service if row.date_of_service != verification.date_of_service else None,
    )
    said = answers(member, [row.service_type], row.date_of_service)
    return [
        *facts_from_answers(said, source=source, service_type=row.service_type, member=member),
        *facts_from_member(member, source=source, on=row.date_of_service),
        *facts_from_holders(holders(member), source=source),
    ]


def _conclude(
    work: Work,
    connection: Connection,
    verification: Row[Any],
    known: Sequence[Fact],
    trail: Trail,
    zone: ZoneInfo,
    *,
    answered_at: datetime | None,
) -> None:
    now = work.now().astimezone(zone)
    judgement = judgement_of(work, connection, verification, known, trail, zone)
    evidence.replace_findings(connection, verification, judgement.findings)
    evidence.set_questions(connection, verification, judgement.questions)
    summary = msgspec.structs.asdict(judgement.summary)
    verifications.change(
        connection,
        verification,
        judged_at=now,
        answered_at=answered_at,
        trail=msgspec.to_builtins(trail),
        **summary,
    )
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
    work: Work,
    connection: Connection,
    verification: Row[Any],
    card: Row[Any],
    asked: Sequence[Row[Any]],
    members: dict[str, Member],
    known: Sequence[Fact],
    lines: Sequence[ServiceLine],
) -> tuple[list[Hint], list[Hop]]:
    """Who is asked next: whoever an answer names, and each payer about what it has not yet said.

    Nothing while the verification is not asking: what a person has in hands is not asked behind their back.
    """
    if verification.state != VerificationState.ASKING.value:
        _, found = follow(work, connection, verification, asked, members, lines, ask=False)
        return [], found
    hints, found = follow(work, connection, verification, asked, members, lines)
    hints += ask_rest_as_mended(work, connection, verification, asked)
    trail = trail_of(card, asked, found)
    for payer_id in dict.fromkeys(row.payer_id for row in asked):
        own = [row for row in asked if row.payer_id == payer_id]
        hints += _ask_more(work, connection, verification, own, known, lines, trail)
    return hints, found


def _ask_more(
    work: Work,
    connection: Connection,
    verification: Row[Any],
    own: Sequence[Row[Any]],
    known: Sequence[Fact],
    lines: Sequence[ServiceLine],
    trail: Trail,
) -> list[Hint]:
    """The next service type of each line this payer speaks for and said nothing about."""
    if any(row.state != InquiryState.ANSWERED.value or row.outcome_code == CALL for row in own):
        return []
    first = own[0]
    held = [
        line
        for line in lines_held(lines, first.hop_domain)
        if not _is_held_elsewhere(trail, line, first.payer_id)
    ]
    said = [fact for fact in known if fact.source.payer in ("", first.payer_id)]
    if not any(is_silent(line, said) for line in held):
        return []
    at = At(
        payer=clinic.payer(connection, verification.practice_id, first.payer_id),
        hop=first.hop,
        from_inquiry_id=first.from_inquiry_id,
        reason=first.hop_reason,
        domain=first.hop_domain,
        repair=max(row.repair for row in own),
        changes=inquiries.changes_of(
            max(own, key=lambda row: row.repair), work.seals(verification.practice_id)
        ),
    )
    wanted = further(held, said, {row.service_type for row in own}, at.quirks)
    return plan(work, connection, verification, at, wanted)


def _is_held_elsewhere(trail: Trail, line: ServiceLine, payer_id: str) -> bool:
    """Whether somebody further along the trail holds the line's benefits."""
    holder = trail.holder(line.benefit_domain)
    return holder is not None and holder.to_payer != payer_id


def _follow_up(connection: Connection, verification: Row[Any], claim: Claim) -> Hint | None:
    return jobs.accept(
        connection,
        step="follow_up",
        subject_id=verification.id,
        practice_id=verification.practice_id,
        lane=Lane(verification.lane),
        run=claim.job_id,
    )
