"""The API of the evidence sheet, the policy it is held against, and authorizations."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from sqlalchemy import Connection
from starlette.requests import Request

from verify.authorizations import Authorization
from verify.catalogue.policy_card import Network, Program
from verify.policies import EvidenceSheet, Result
from verify.security.access import Action
from verify.security.roles import Permission
from verify.steps import authorizations, clinical
from verify.steps.authorizations import Held
from verify.steps.clinical import LinePolicy
from verify.steps.renewal import renewals_of
from verify.store.documents import Shown
from verify.store.evidence_sheets import KeptSheet
from verify.store.sealing import Seals
from verify.web.api import BODY, INVALID, NOT_FOUND, Created, Given, ObjectId, problems
from verify.web.caller import CallerNow, Guarded
from verify.web.record import look

STALE = "Somebody saved a newer version meanwhile"
Version = Annotated[int, Field(ge=0, le=1_000_000)]

router = APIRouter(prefix="/api/v1/verifications", route_class=Guarded, responses=problems())
authorization_router = APIRouter(prefix="/api/v1/authorizations", route_class=Guarded, responses=problems())


class SheetGiven(Given):
    """The whole sheet anew, and the version it takes the place of."""

    #: 0 where there is none yet.
    version: Version
    sheet: EvidenceSheet


class SheetShown(Shown):
    verification_id: str
    #: 0: nobody has saved one yet.
    version: int
    recorded_by: str
    recorded_at: datetime | None
    sheet: EvidenceSheet = Field(repr=False)


class CriterionShown(Shown):
    key: str
    label: str
    #: met, not_met or unknown
    result: Result
    sentence: str = Field(repr=False)
    #: Places on the sheet: "trials/0".
    evidence: list[str]
    missing: list[str] = Field(repr=False)
    #: Public sources do not agree on what is asked.
    disputed: bool
    not_stated: list[str]
    sources: list[str]


class PolicyShown(Shown):
    """What the written policy comes to for one service line. It decides nothing: the payer does."""

    service_line: str
    #: Null: no card answers, so what the policy says is not stated.
    card: str | None
    sentence: str
    purpose: str | None
    stance: list[str]
    #: yes, no or not_stated; null without a card.
    authorization_required: str | None
    authorization: str
    criteria: list[CriterionShown]
    missing: list[str]
    wanted: list[str]
    #: How long one authorization runs; empty: not stated.
    lengths: list[str]
    caveats: list[str]
    #: What only the psychiatrist can say and has not.
    inputs_missing: list[str]


class AlertShown(Shown):
    kind: str
    sentence: str
    next_step: str
    due_on: date
    code: str


class UnitsShown(Shown):
    codes: list[str]
    granted: int
    used: int
    left: int
    planned: int


class AuthorizationShown(Shown):
    id: str
    version: int
    recorded_by: str
    recorded_at: datetime
    #: Without its diagnosis for a role that does not include it.
    record: Authorization = Field(repr=False)
    units: list[UnitsShown]
    alerts: list[AlertShown]
    decision_due_at: datetime | None


class AuthorizationGiven(Given):
    """The record anew, and the version it takes the place of."""

    version: Version
    record: Authorization


# --- evidence -------------------------------------------------------------------------------------------


@router.get("/{verification_id}/evidence", responses=problems(_404=NOT_FOUND, _422=INVALID))
def read_evidence(request: Request, caller: CallerNow, verification_id: ObjectId) -> SheetShown:
    """The patient's evidence sheet, as it was last saved."""
    return _sheet(request, caller, verification_id, needs=Permission.READ_CLINICAL)


@router.put("/{verification_id}/evidence", responses=problems(_404=NOT_FOUND, _409=STALE, **BODY))
def save_evidence(
    request: Request, caller: CallerNow, verification_id: ObjectId, given: SheetGiven
) -> SheetShown:
    """Saves the whole sheet as a new version; the ones before it are kept."""
    caller.must(Permission.WRITE_CLINICAL)
    clinical.save_sheet(
        request.app.state.work,
        verification_id,
        caller.practice_id,
        caller.id,
        given.sheet,
        after=given.version,
    )
    return _sheet(request, caller, verification_id, action=Action.CHANGE, needs=Permission.WRITE_CLINICAL)


@router.get("/{verification_id}/policy", responses=problems(_404=NOT_FOUND, _422=INVALID))
def read_policy(
    request: Request,
    caller: CallerNow,
    verification_id: ObjectId,
    network: Annotated[
        Network | None, Query(description="The clinic's own status; else what is known.")
    ] = None,
    program: Annotated[Program | None, Query(description="The kind of coverage, where it is known.")] = None,
    renewal: Annotated[
        bool, Query(description="What it asks to go on with the course that runs, as of today.")
    ] = False,
) -> list[PolicyShown]:
    """Each criterion of the written policy: met, not met or unknown, and what is missing. Never a decision."""
    judged = renewals_of if renewal else clinical.policies_of
    found = look(
        request,
        lambda connection, _: judged(
            connection,
            request.app.state.work,
            caller.practice_id,
            verification_id,
            network=network,
            program=program,
        ),
        object_type="evidence",
        object_id=verification_id,
        needs=Permission.READ_CLINICAL,
    )
    return [policy_shown(one) for one in found]


# --- authorizations -------------------------------------------------------------------------------------


@router.get("/{verification_id}/authorizations", responses=problems(_404=NOT_FOUND, _422=INVALID))
def list_authorizations(
    request: Request,
    caller: CallerNow,
    verification_id: ObjectId,
    program: Annotated[Program | None, Query(description="The kind of coverage, where it is known.")] = None,
) -> list[AuthorizationShown]:
    """The patient's authorizations for the service lines, each held against the planned course."""
    found = look(
        request,
        lambda connection, _: authorizations.authorizations_of(
            connection, request.app.state.work, caller.practice_id, verification_id, program=program
        ),
        object_type="authorization",
        object_id=verification_id,
    )
    clinical_too = caller.may(Permission.READ_CLINICAL)
    return [authorization_shown(one, with_diagnosis=clinical_too) for one in found]


@router.post(
    "/{verification_id}/authorizations",
    status_code=201,
    responses=problems(_404=NOT_FOUND, **BODY),
)
def add_authorization(
    request: Request, caller: CallerNow, verification_id: ObjectId, record: Authorization
) -> Created:
    """Records an authorization for the verification's patient and policy."""
    caller.must(Permission.WORK_FOLLOW_UPS)
    made = authorizations.add_authorization(
        request.app.state.work, verification_id, caller.practice_id, caller.id, record
    )
    return Created(id=made)


@authorization_router.put("/{authorization_id}", responses=problems(_404=NOT_FOUND, _409=STALE, **BODY))
def change_authorization(
    request: Request, caller: CallerNow, authorization_id: ObjectId, given: AuthorizationGiven
) -> Created:
    """Saves the record as a new version; the ones before it are kept."""
    caller.must(Permission.WORK_FOLLOW_UPS)
    authorizations.change_authorization(
        request.app.state.work,
        authorization_id,
        caller.practice_id,
        caller.id,
        given.record,
        after=given.version,
    )
    return Created(id=authorization_id)


# --- parts ----------------------------------------------------------------------------------------------


def _sheet(
    request: Request,
    caller: CallerNow,
    verification_id: str,
    *,
    needs: Permission,
    action: Action = Action.READ,
) -> SheetShown:
    def read(connection: Connection, _: Seals) -> KeptSheet | None:
        return clinical.sheet_of(connection, request.app.state.work, caller.practice_id, verification_id)

    kept = look(
        request,
        read,
        object_type="evidence",
        object_id=verification_id,
        action=action,
        needs=needs,
    )
    return SheetShown(
        verification_id=verification_id,
        version=kept.version,
        recorded_by=kept.recorded_by,
        recorded_at=kept.recorded_at,
        sheet=kept.sheet,
    )


def policy_shown(found: LinePolicy) -> PolicyShown:
    it = found.evaluation
    return PolicyShown(
        service_line=found.line.key,
        card=found.chosen.card.key if found.chosen.card else None,
        sentence=found.chosen.sentence,
        purpose=it.purpose.value if it else None,
        stance=list(it.stance) if it else [],
        authorization_required=it.authorization.required.value if it else None,
        authorization=it.authorization.sentence if it else "",
        criteria=[
            CriterionShown(
                key=one.key,
                label=one.label,
                result=one.result,
                sentence=one.sentence,
                evidence=list(one.evidence),
                missing=list(one.missing),
                disputed=one.disputed,
                not_stated=list(one.not_stated),
                sources=list(one.sources),
            )
            for one in (it.criteria if it else ())
        ],
        missing=list(it.missing) if it else [],
        wanted=list(it.wanted) if it else [],
        lengths=list(it.lengths) if it else [],
        caveats=[*found.chosen.caveats, *(it.caveats if it else ())],
        inputs_missing=list(found.inputs_missing),
    )


def authorization_shown(held: Held, *, with_diagnosis: bool) -> AuthorizationShown:
    record = held.kept.record
    return AuthorizationShown(
        id=held.kept.id,
        version=held.kept.version,
        recorded_by=held.kept.recorded_by,
        recorded_at=held.kept.recorded_at,
        record=record if with_diagnosis else record.model_copy(update={"diagnosis": ""}),
        units=[
            UnitsShown(
                codes=list(one.codes), granted=one.granted, used=one.used, left=one.left, planned=one.planned
            )
            for one in held.reaches
        ],
        alerts=[
            AlertShown(
                kind=one.kind.value,
                sentence=one.sentence,
                next_step=one.next_step,
                due_on=one.due_on,
                code=one.code,
            )
            for one in held.alerts
        ],
        decision_due_at=held.decision_due_at,
    )
