"""Known: what each treatment of a verification is judged from, as it stands now."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, Row

from verify.authorizations import authorization_findings, on_file
from verify.catalogue import ServiceLine, load
from verify.facts import Fact, Trail, in_force, merge
from verify.findings import Case, Judgement, cases_of, judge
from verify.followup import Weighed, weighed
from verify.policies import program_of
from verify.steps.authorizations import filed_of
from verify.steps.clinical import clinical_of, illnesses_of, policy_findings_of
from verify.steps.cost import cost
from verify.steps.sessions import courses_of
from verify.steps.work import Work
from verify.store import clinic, evidence, inquiries, verifications
from verify.store.charts import chart


def known_of(
    work: Work,
    connection: Connection,
    verification: Row[Any],
    lines: Sequence[ServiceLine],
    zone: ZoneInfo,
) -> list[Case]:
    """The case of each line."""
    return cases_of(
        evidence.facts_of(connection, verification),
        lines,
        verification.date_of_service,
        now=work.now().astimezone(zone),
        trail=evidence.trail_of(verification),
        courses=courses_of(connection, verification, lines),
    )


class Looked(NamedTuple):
    """What is known of a verification at this moment, what it means, and what to ask first."""

    facts: Sequence[Fact]
    judgement: Judgement
    questions: Sequence[Weighed]
    trail: Trail
    #: The names of the payers that were asked, by id.
    companies: Mapping[str, str]


def look_into(work: Work, connection: Connection, practice_id: str, verification_id: str) -> Looked | None:
    """None when this practice has no such verification."""
    verification = verifications.of_practice(connection, verification_id, practice_id)
    judgement = judged_now(work, connection, practice_id, verification_id)
    costs = cost(work, connection, practice_id, verification_id)
    if verification is None or judgement is None or costs is None:
        return None
    return Looked(
        facts=in_force(evidence.facts_of(connection, verification)),
        judgement=judgement,
        questions=weighed(judgement.questions, costs.worth),
        trail=evidence.trail_of(verification),
        companies=inquiries.companies(connection, verification_id),
    )


def judged_now(
    work: Work, connection: Connection, practice_id: str, verification_id: str
) -> Judgement | None:
    """Everything the rules say at this moment, of what is known; None when this practice has no such verification.

    What was judged is stored; what has run out since is said here.
    """
    verification = verifications.of_practice(connection, verification_id, practice_id)
    if verification is None:
        return None
    return judgement_of(
        work,
        connection,
        verification,
        evidence.facts_of(connection, verification),
        evidence.trail_of(verification),
        clinic.zone(connection, practice_id),
    )


def judgement_of(
    work: Work,
    connection: Connection,
    verification: Row[Any],
    facts: Sequence[Fact],
    trail: Trail,
    zone: ZoneInfo,
) -> Judgement:
    """What the rules make of these facts now, in the practice's `zone`, beside evidence, authorizations and policies."""
    lines = [load().service_lines[key] for key in verification.service_lines]
    row = chart(connection, verification.practice_id, verification.id)
    assert row is not None
    held, now = clinical_of(connection, work, row), work.now().astimezone(zone)
    merged = merge(facts, now=now)
    filed = filed_of(connection, work, row, held.sheet, trail, program_of(merged))
    judged = judge(
        facts,
        lines,
        verification.date_of_service,
        now=now,
        trail=trail,
        courses=courses_of(connection, verification, lines),
        illnesses=illnesses_of(held),
        on_file={key: on_file(records) for key, records in filed.items()},
    )
    of_policy = policy_findings_of(held, merged)
    of_record = [found for line in lines for found in authorization_findings(line, filed.get(line.key, []))]
    return msgspec.structs.replace(judged, findings=(*judged.findings, *of_record, *of_policy))
