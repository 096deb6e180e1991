"""Authorizations: recorded by people, and held against the planned course whenever somebody looks."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row

from verify.authorizations import (
    Alert,
    Authorization,
    Filed,
    Plan,
    Reach,
    decision_due,
    match,
    near_end_on,
    reach,
    sessions_of,
    usual_sessions,
)
from verify.catalogue import CodeRole, ServiceLine, load
from verify.catalogue.card_shelf import load_cards
from verify.catalogue.policy_card import Program
from verify.courses import CoursePlan
from verify.facts import Trail, merge
from verify.facts.trail import NO_TRAIL
from verify.policies import EvidenceSheet, program_of
from verify.steps import hold
from verify.steps.clinical import NEWER
from verify.steps.hold import NotAllowed, NotFound, judge_patient_anew
from verify.steps.work import Work
from verify.store import authorizations as kept_authorizations
from verify.store import clinic, courses, evidence, evidence_sheets, verifications
from verify.store.authorizations import Kept
from verify.store.charts import chart, payer_names, speaking_for
from verify.store.courses import Kept as Course
from verify.store.evidence_sheets import Outdated


class Held(NamedTuple):
    """An authorization, and how it stands against the course."""

    kept: Kept
    alerts: tuple[Alert, ...]
    reaches: tuple[Reach, ...]
    #: By when the payer must decide, where a rule of ours says so.
    decision_due_at: datetime | None


def authorizations_of(
    connection: Connection,
    work: Work,
    practice_id: str,
    verification_id: str,
    *,
    program: Program | None = None,
) -> list[Held] | None:
    """All of the patient's for the verification's service lines, under whichever coverage, the newest first.

    The kind of coverage is what is known of it where none is given. None when this practice has no such verification.
    """
    row = chart(connection, practice_id, verification_id)
    if row is None:
        return None
    sheet = evidence_sheets.newest(connection, work.seals(practice_id), row.patient_id).sheet
    merged = merge(evidence.facts_of(connection, row), now=work.now())
    trail = evidence.trail_of(row)
    return held_of(connection, work, row, sheet, trail, program=program or program_of(merged))


def filed_of(
    connection: Connection,
    work: Work,
    row: Row[Any],
    sheet: EvidenceSheet,
    trail: Trail,
    program: Program | None,
) -> dict[str, list[Filed]]:
    """What is on record for a chart's service lines, by line, the newest first.

    What the plan that pays first has granted is not the second one's, whose own may be missing.
    """
    found: dict[str, list[Filed]] = {}
    today = clinic.day(connection, row.practice_id, work.now())
    for one in held_of(connection, work, row, sheet, trail, program=program):
        if one.kept.rank != row.coverage_rank:
            continue
        record = one.kept.record
        has_ended = record.ends_on is not None and record.ends_on < today
        found.setdefault(record.service_line, []).append(Filed(one.kept.id, record, one.alerts, has_ended))
    return found


def held_of(
    connection: Connection,
    work: Work,
    row: Row[Any],
    sheet: EvidenceSheet,
    trail: Trail,
    *,
    program: Program | None = None,
) -> list[Held]:
    """Of a chart, with the patient's evidence sheet and who holds which of the benefits."""
    seals, zone = work.seals(row.practice_id), clinic.zone(connection, row.practice_id)
    today = clinic.day(connection, row.practice_id, work.now())
    planned = courses.newest(connection, row)
    plans = {
        key: plan_of(
            row,
            load().service_lines[key],
            planned[key].plan if key in planned else None,
            [one.code for one in sheet.diagnoses],
            trail,
        )
        for key in row.service_lines
    }
    found = []
    for kept in kept_authorizations.of_patient(connection, seals, row.patient_id):
        if kept.record.service_line in plans:
            record = kept.record.in_zone(zone)
            plan, line = plans[record.service_line], load().service_lines[record.service_line]
            if kept.rank != row.coverage_rank:
                # Of the patient's other plan: nobody has changed the payer.
                plan = msgspec.structs.replace(plan, payer=())
            found.append(_held(kept._replace(record=record), plan, line, today, program))
    return found


def plan_of(
    row: Row[Any],
    line: ServiceLine,
    course: CoursePlan | None,
    diagnoses: Iterable[str] = (),
    trail: Trail = NO_TRAIL,
) -> Plan:
    """The course as planned, else as usual; with who gives it: the practice itself where no provider is named.

    Who holds the line's benefits grants it as the payer on the card does.
    """
    first = row.first_visit_on or row.date_of_service
    holder = trail.holder(line.benefit_domain)
    return Plan(
        service_line=line.key,
        sessions=sessions_of(course) if course else usual_sessions(line, first, load().closed_days),
        payer=(*payer_names(row), *([holder.name] if holder and holder.name else [])),
        rendering_npi=row.provider_npi or "",
        tax_id=row.tax_id,
        diagnoses=tuple(diagnoses),
    )


def _held(kept: Kept, plan: Plan, line: ServiceLine, today: date, program: Program | None) -> Held:
    record = kept.record
    is_drug = any(code.role is CodeRole.DRUG for code in line.codes if code.code in record.codes)
    asked = record.asked_at()
    due = decision_due(asked, urgent=record.urgent, program=program, is_drug=is_drug) if asked else None
    card = next((one for one in load_cards() if one.key == record.card), None)
    follow = {code.code: code.successor for code in line.codes if code.successor}
    reaches = (reach(grant, plan.sessions, today, follow) for grant in record.granted)
    return Held(
        kept,
        match(
            record,
            plan,
            today=today,
            line=line,
            caps=card.caps if card else (),
            decide_by=due.date() if due else None,
        ),
        tuple(one for one in reaches if one is not None),
        due,
    )


def add_authorization(
    work: Work, verification_id: str, practice_id: str, actor: str, record: Authorization
) -> str:
    """The id of the new authorization, bound to the verification's patient and policy. Raises NotFound."""
    with work.engine.begin() as connection:
        row = chart(connection, practice_id, verification_id)
        if row is None:
            raise NotFound
        hold.patient(connection, practice_id, row.patient_id)
        made = kept_authorizations.add(
            connection,
            work.seals(practice_id),
            patient_id=row.patient_id,
            coverage_id=row.coverage_id,
            record=record,
            by=actor,
        )
        detail = {"authorization": made, "status": record.status.value}
        verifications.record(connection, practice_id, row.id, "authorization_recorded", detail, actor=actor)
        run = f"authorization:{made}:1"
        hints = judge_patient_anew(connection, practice_id, row.patient_id, run)
    work.hint(*hints)
    return made


def change_authorization(
    work: Work, authorization_id: str, practice_id: str, actor: str, record: Authorization, *, after: int
) -> int:
    """The version it got. Raises NotFound, and NotAllowed where `after` is not the newest version."""
    seals = work.seals(practice_id)
    with work.engine.begin() as connection:
        before = kept_authorizations.one(connection, seals, authorization_id)
        if before is None:
            raise NotFound
        hold.patient(connection, practice_id, before.patient_id)
        try:
            version = kept_authorizations.change(
                connection, seals, authorization_id, record, by=actor, after=after
            )
        except Outdated:
            raise NotAllowed(NEWER) from None
        detail = {"authorization": authorization_id, "status": record.status.value, "version": version}
        for verification_id in speaking_for(connection, before.coverage_id):
            verifications.record(
                connection, practice_id, verification_id, "authorization_recorded", detail, actor=actor
            )
        run = f"authorization:{authorization_id}:{version}"
        hints = judge_patient_anew(connection, practice_id, before.patient_id, run)
    work.hint(*hints)
    return version


def near_ends(
    connection: Connection, work: Work, practice_id: str, rows: Iterable[Row[Any]]
) -> dict[str, date]:
    """For each verification with an authorization that runs out, the day it comes near its end."""
    looked_at = list(rows)
    held = kept_authorizations.holding(
        connection, work.seals(practice_id), {row.coverage_id for row in looked_at}
    )
    holders = [row for row in looked_at if row.coverage_id in held]
    planned = courses.newest_of(connection, practice_id, [row.id for row in holders])
    found: dict[str, date] = {}
    for row in holders:
        of_row = planned.get(row.id, {})
        days = [
            day
            for record in held[row.coverage_id]
            if record.service_line in row.service_lines
            and (day := _near_end(record, of_row.get(record.service_line), row.first_visit_on)) is not None
        ]
        if days:
            found[row.id] = min(days)
    return found


def _near_end(record: Authorization, course: Course | None, first_visit_on: date) -> date | None:
    """Reckoned with the course that somebody planned, else the usual one from the first visit on."""
    line = load().service_lines.get(record.service_line)
    if line is None:
        return None
    sessions = (
        sessions_of(course.plan) if course else usual_sessions(line, first_visit_on, load().closed_days)
    )
    return near_end_on(record, Plan(service_line=line.key, sessions=sessions), line=line)
