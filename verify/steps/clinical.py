"""Clinical: the evidence sheet of a patient, and the policy card it is held against."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row

from verify.catalogue import ServiceLine, load
from verify.catalogue.card_shelf import load_cards
from verify.catalogue.depression_scales import load_depression_scales
from verify.catalogue.drug_classes import load_drug_classes
from verify.catalogue.medicare_contractors import load_contractors
from verify.catalogue.policy_card import Network, Program
from verify.facts import FactName, Merged, Standing, merge
from verify.findings import Case, Finding, Illness
from verify.followup import due_at
from verify.intake.submission import Patient
from verify.policies import (
    Chosen,
    Evaluation,
    Evidence,
    EvidenceSheet,
    Wanted,
    choose,
    evaluate,
    illness_of,
    inputs_missing,
    policy_findings,
    program_of,
    purpose_of,
)
from verify.steps import hold
from verify.steps.hold import NotAllowed, NotFound, judge_patient_anew
from verify.steps.work import Work
from verify.store import clinic, crisis, evidence, evidence_sheets, patients, verifications
from verify.store.charts import chart, payer_names
from verify.store.charts import state as state_of
from verify.store.evidence_sheets import KeptSheet, Outdated
from verify.verification import Due, Lane

NEWER = "somebody saved a newer version meanwhile"


class LinePolicy(NamedTuple):
    """What the written policy comes to for one service line; the evaluation is None where no card answers."""

    line: ServiceLine
    chosen: Chosen
    evaluation: Evaluation | None
    #: What only the psychiatrist can say and has not.
    inputs_missing: tuple[str, ...]


def sheet_of(connection: Connection, work: Work, practice_id: str, verification_id: str) -> KeptSheet | None:
    """The newest sheet of a verification's patient; None when this practice has no such verification."""
    row = chart(connection, practice_id, verification_id)
    return evidence_sheets.newest(connection, work.seals(practice_id), row.patient_id) if row else None


def save_sheet(
    work: Work, verification_id: str, practice_id: str, actor: str, sheet: EvidenceSheet, *, after: int
) -> int:
    """The version it got. What is open of the patient is judged anew; a crisis that is new hurries it.

    `after` is the version the person had before them. Raises NotFound, and NotAllowed where it is not the newest.
    """
    seals = work.seals(practice_id)
    with work.engine.begin() as connection:
        row = chart(connection, practice_id, verification_id)
        if row is None:
            raise NotFound
        hold.patient(connection, practice_id, row.patient_id)
        before = evidence_sheets.newest(connection, seals, row.patient_id)
        try:
            version = evidence_sheets.add(connection, seals, row.patient_id, sheet, by=actor, after=after)
        except Outdated:
            raise NotAllowed(NEWER) from None
        verifications.record(
            connection, practice_id, row.id, "evidence_recorded", {"version": version}, actor=actor
        )
        if sheet.crisis is not None and before.sheet.crisis is None:
            _hurry(work, connection, practice_id, row.patient_id, actor)
        run = f"sheet:{row.patient_id}:{version}"
        hints = judge_patient_anew(connection, practice_id, row.patient_id, run)
    work.hint(*hints)
    return version


def _hurry(work: Work, connection: Connection, practice_id: str, patient_id: str, actor: str) -> None:
    zone = clinic.zone(connection, practice_id)
    due = due_at(Due.SAME_BUSINESS_DAY, now=work.now(), zone=zone, lane=Lane.URGENT)
    for moved in crisis.hurry(connection, practice_id, patient_id, due_at=due):
        verifications.record(connection, practice_id, moved, "crisis_raised", actor=actor)


def policies_of(
    connection: Connection,
    work: Work,
    practice_id: str,
    verification_id: str,
    *,
    network: Network | None = None,
    program: Program | None = None,
) -> list[LinePolicy] | None:
    """Each service line's card and evaluation, made when it is looked at and never stored.

    The network status is what is known of the clinic's own where it is not given. None when this practice has
    no such verification.
    """
    row = chart(connection, practice_id, verification_id)
    if row is None:
        return None
    merged = merge(evidence.facts_of(connection, row), now=work.now())
    held = clinical_of(connection, work, row)
    found = []
    for line in _lines(row):
        chosen = _choose(held, merged, line, program)
        status = network or network_of(merged, line, row.date_of_service)
        made = (
            evaluate(chosen.card, held.evidence, purpose=purpose_of(held.sheet, line.key), network=status)
            if chosen.card
            else None
        )
        found.append(LinePolicy(line, chosen, made, inputs_missing(held.sheet, line.key, line.label)))
    return found


class Clinical(NamedTuple):
    """A verification's chart with the patient's evidence, as policies and rules look at it."""

    row: Row[Any]
    kept: KeptSheet
    evidence: Evidence
    #: Of the place of treatment; empty: not known.
    state: str

    @property
    def sheet(self) -> EvidenceSheet:
        return self.kept.sheet


def clinical_of(connection: Connection, work: Work, row: Row[Any]) -> Clinical:
    """Of a verification's chart."""
    seals = work.seals(row.practice_id)
    kept = evidence_sheets.newest(connection, seals, row.patient_id)
    identity = patients.identity_of(patients.patient(connection, row.practice_id, row.patient_id), seals)
    born = Patient.model_validate(identity).birth_date
    held = Evidence(kept.sheet, born, row.date_of_service, load_drug_classes())
    return Clinical(row, kept, held, state_of(connection, row.practice_id))


def illnesses_of(held: Clinical) -> dict[str, Illness]:
    """By service line; nothing where nobody has saved an evidence sheet."""
    if not held.kept.version:
        return {}
    scales, on = load_depression_scales(), held.row.date_of_service
    found = {line.key: illness_of(held.sheet, line, on, scales) for line in _lines(held.row)}
    return {key: illness for key, illness in found.items() if illness is not None}


def policy_findings_of(held: Clinical, merged: Merged) -> list[Finding]:
    """What the cards add to the findings of a judging; no diagnosis, score or decision is named in it."""
    return [
        finding
        for line in _lines(held.row)
        for finding in policy_findings(
            _choose(held, merged, line, None),
            held.evidence,
            line,
            network=network_of(merged, line, held.row.date_of_service),
        )
    ]


def network_of(merged: Merged, line: ServiceLine, on: date) -> Network:
    """The clinic's own status for the line, where every answer that it takes is known and none is disputed."""
    case = Case(merged=merged, line=line, on=on)
    clinic, provider = (
        [case.look_up_place(name, place) for place in case.places]
        for name in (FactName.IN_NETWORK, FactName.PROVIDER_IN_NETWORK)
    )
    said = {known.standing if known.settled else None for known in clinic}
    if said == {Standing.NO}:
        return Network.OUT
    is_opposed = any(known.standing is Standing.NO for known in provider)
    return Network.IN if said == {Standing.YES} and not is_opposed else Network.ANY


def lines_of(connection: Connection, practice_id: str, verification_id: str) -> list[str]:
    """Keys of a verification's service lines; none for one this practice does not have."""
    row = chart(connection, practice_id, verification_id)
    return list(row.service_lines) if row else []


def _lines(row: Row[Any]) -> list[ServiceLine]:
    return [load().service_lines[key] for key in row.service_lines]


def _choose(held: Clinical, merged: Merged, line: ServiceLine, program: Program | None) -> Chosen:
    """The kind of coverage is what is known of it where none is given."""
    row = held.row
    wanted = Wanted(
        service_line=line.key,
        on=row.date_of_service,
        payer=payer_names(row),
        administrator=(row.administered_by,) if row.administered_by else (),
        program=program or program_of(merged),
        state=held.state,
    )
    return choose(wanted, load_cards(), load_contractors())
