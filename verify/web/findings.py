"""What is known, what it means, what is missing and what to ask first, at this moment; by API."""

from typing import Any

import msgspec
from fastapi import APIRouter, Query
from sqlalchemy import Connection
from starlette.requests import Request

from verify import steps
from verify.findings import Completeness
from verify.security.roles import Permission
from verify.steps import Looked
from verify.store import views
from verify.store.documents import Money, Shown, money
from verify.store.sealing import Seals
from verify.store.withheld import tells_of_sheet
from verify.web.api import INVALID, NOT_FOUND, ObjectId, problems
from verify.web.caller import CallerNow, Guarded
from verify.web.record import look

router = APIRouter(prefix="/api/v1/verifications", route_class=Guarded, responses=problems())


class ItemShown(Shown):
    """One field of the worksheet that is needed."""

    name: str
    fact: str
    section: str
    label: str
    #: minimum or wanted
    need: str
    #: phone, portal, letter, contract, patient, clinic
    how: str
    #: yes, no, value, unknown (asked, they could not say), not_stated (answered, without a word on it) or not_asked.
    standing: str
    #: A, B or C
    confidence: str
    service_line: str
    domain: str
    codes: str
    settled: bool
    stale: bool
    disputed: bool
    #: The field that stands for it, where another says as much.
    covered_by: str
    fact_key: str


class CompletenessShown(Shown):
    service_line: str
    usable: bool
    known: int
    needed: int
    percent: int
    confidence: str
    #: What the minimum lacks.
    missing: list[str]
    items: list[ItemShown]


class QuestionShown(Shown):
    fact: str
    #: Empty: about the plan as a whole.
    service_line: str
    text: str
    how: str
    #: The call it belongs to, and the number of its line there.
    script: str
    line: int
    #: The most its answer can move what the course costs the patient; null: there is no figure.
    worth: Money | None


class FindingsShown(Shown):
    verification_id: str
    findings: list[dict[str, Any]]
    facts: list[dict[str, Any]]
    #: The dearest first.
    questions: list[QuestionShown]
    completeness: list[CompletenessShown]
    #: Who holds what (verify.facts.Trail), and the names of the payers asked, by id.
    trail: dict[str, Any]
    companies: dict[str, str]


@router.get("/{verification_id}/findings", responses=problems(_404=NOT_FOUND, _422=INVALID))
def read_findings(
    request: Request,
    caller: CallerNow,
    verification_id: ObjectId,
    service: str = Query(default="", max_length=64, description="Only this service line."),
) -> FindingsShown:
    """Facts, findings, questions and completeness as of now: what ran out since the last answer says so."""

    def read(connection: Connection, _: Seals) -> FindingsShown | None:
        found = steps.look_into(request.app.state.work, connection, caller.practice_id, verification_id)
        if found is None:
            return None
        facts = views.facts_shown(connection, verification_id)
        with_clinical = caller.may(Permission.READ_CLINICAL)
        return shown(verification_id, found, facts, service, with_clinical=with_clinical)

    return look(request, read, object_type="verification", object_id=verification_id)


def shown(
    verification_id: str,
    found: Looked,
    facts: list[dict[str, Any]],
    service: str = "",
    *,
    with_clinical: bool,
) -> FindingsShown:
    """`service`: only of this line, and of the plan as a whole. `with_clinical`: what the sheet comes to as well."""
    wanted = ("", service) if service else None
    known = {fact.key for fact in found.facts}
    return FindingsShown(
        verification_id=verification_id,
        findings=[
            msgspec.to_builtins(one)
            for one in found.judgement.findings
            if (wanted is None or one.service_line in wanted)
            and (with_clinical or not tells_of_sheet(one.rule, one.conclusion))
        ],
        facts=[
            fact
            for fact in facts
            if fact["key"] in known and (wanted is None or fact["about"].get("service_line", "") in wanted)
        ],
        questions=[
            QuestionShown(
                fact=one.question.fact.value,
                service_line=one.question.service_line,
                text=one.question.text,
                how=one.question.how.value,
                script=one.question.script,
                line=one.question.line,
                worth=money(one.worth_cents),
            )
            for one in found.questions
            if wanted is None or one.question.service_line in wanted
        ],
        completeness=[
            completeness_shown(one)
            for one in found.judgement.completeness
            if wanted is None or one.service_line in wanted
        ],
        trail=msgspec.to_builtins(found.trail),
        companies=dict(found.companies),
    )


def completeness_shown(found: Completeness) -> CompletenessShown:
    return CompletenessShown(
        service_line=found.service_line,
        usable=found.usable,
        known=found.known,
        needed=found.needed,
        percent=found.percent,
        confidence=found.confidence.value,
        missing=list(found.missing),
        items=[ItemShown(**msgspec.structs.asdict(item)) for item in found.items],
    )
