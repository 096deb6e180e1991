"""Renewal: what the written policy asks to go on with a course that runs, held against what is known today."""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row

from verify.catalogue.criteria import Purpose
from verify.catalogue.policy_card import Network, Program
from verify.facts import merge
from verify.policies import evaluate
from verify.steps.clinical import LinePolicy, clinical_of, network_of, policies_of
from verify.steps.work import Work
from verify.store import appointments, clinic, courses, evidence
from verify.store.charts import chart


def renewals_of(
    connection: Connection,
    work: Work,
    practice_id: str,
    verification_id: str,
    *,
    network: Network | None = None,
    program: Program | None = None,
) -> list[LinePolicy] | None:
    """As `verify.steps.clinical.policies_of`, to renew each service line, on the practice's today."""
    found = policies_of(connection, work, practice_id, verification_id, network=network, program=program)
    row = chart(connection, practice_id, verification_id)
    if found is None or row is None:
        return None
    merged = merge(evidence.facts_of(connection, row), now=work.now())
    # The day of service may be the first session, of which nothing has come yet.
    today = clinic.day(connection, practice_id, work.now())
    held = replace(clinical_of(connection, work, row).evidence, on=today)
    begun = {key: day for key, day in _first_sessions(connection, row).items() if day <= today}
    return [
        one._replace(
            evaluation=evaluate(
                one.chosen.card,
                replace(held, began=begun.get(one.line.key)),
                purpose=Purpose.RENEWAL,
                network=network or network_of(merged, one.line, row.date_of_service),
            )
            if one.chosen.card
            else None
        )
        for one in found
    ]


def _first_sessions(connection: Connection, row: Row[Any]) -> dict[str, date]:
    """By service line: as booked, else as planned, else the first visit."""
    usual = dict.fromkeys(row.service_lines, row.first_visit_on or row.date_of_service)
    planned = {key: kept.plan.sessions[0].on for key, kept in courses.newest(connection, row).items()}
    return usual | planned | appointments.first_visits(connection, row.id)
