"""Clinical: the page of one patient's evidence, the policy it is held against, and the authorizations."""

from datetime import UTC, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from verify.authorizations import HOLDING
from verify.catalogue.criteria import Purpose
from verify.catalogue.drug_classes import load_drug_classes
from verify.policies import Result
from verify.policies.wording import RESULTS
from verify.security.roles import Permission
from verify.steps import NotAllowed, authorizations, clinical
from verify.steps.authorizations import Held
from verify.steps.clinical import LinePolicy
from verify.steps.renewal import renewals_of
from verify.store import authorizations as kept_authorizations
from verify.store import views
from verify.store.documents import Document
from verify.store.evidence_sheets import KeptSheet
from verify.store.sealing import Seals
from verify.web import authorization_form, evidence_form, forms, pages
from verify.web.caller import CallerNow, Form, Guarded
from verify.web.evidence_form import Part
from verify.web.problems import Refused
from verify.web.record import look

router = APIRouter(include_in_schema=False, route_class=Guarded)

NOTICES = {"evidence": "Saved. What was there before is kept.", "authorization": "Authorization recorded."}
NEWER = "Somebody saved a newer version meanwhile. It is shown below; enter your changes once more."
CHIPS = {
    Result.MET: ("check", "good"),
    Result.NOT_MET: ("cross", "bad"),
    Result.UNKNOWN: ("question", "warn"),
}


class Seen(NamedTuple):
    """Everything the page shows; the clinical parts are None for a role without them."""

    document: Document
    sheet: KeptSheet | None
    policies: list[LinePolicy] | None
    #: Of the lines with an authorization that may be renewed.
    renewals: list[LinePolicy]
    held: list[Held]


@router.get("/verifications/{verification_id}/clinical")
def clinical_page(request: Request, verification_id: str, said: str = "") -> Response:
    return _page(request, verification_id, notice=NOTICES.get(said, ""))


@router.post("/verifications/{verification_id}/evidence")
def save_evidence(request: Request, caller: CallerNow, form: Form, verification_id: str) -> Response:
    """Saves one part of the sheet onto the newest version."""
    caller.must(Permission.WRITE_CLINICAL)
    work, typed = request.app.state.work, forms.typed(form)
    with work.engine.connect() as connection:
        kept = clinical.sheet_of(connection, work, caller.practice_id, verification_id)
        lines = clinical.lines_of(connection, caller.practice_id, verification_id)
    if kept is None or typed.get("section") not in set(Part):
        raise Refused(404, "There is nothing here by this id, or it belongs to another practice.")
    part = Part(typed["section"])
    sheet, errors = evidence_form.read(part, typed, kept.sheet, lines, datetime.now(UTC))
    if sheet is None:
        return _page(request, verification_id, errors=errors, typed=typed)
    after = int(typed["version"]) if typed.get("version", "").isdecimal() else -1
    try:
        clinical.save_sheet(work, verification_id, caller.practice_id, caller.id, sheet, after=after)
    except NotAllowed:
        return _page(request, verification_id, errors={"newer": NEWER})
    return _back(verification_id, "evidence")


@router.post("/verifications/{verification_id}/authorizations")
def add_authorization(request: Request, caller: CallerNow, form: Form, verification_id: str) -> Response:
    caller.must(Permission.WORK_FOLLOW_UPS)
    typed = forms.typed(form)
    record, errors = authorization_form.read(typed, ZoneInfo(caller.account.time_zone))
    if record is None:
        return _page(request, verification_id, errors=errors, typed=typed, editing="new")
    authorizations.add_authorization(
        request.app.state.work, verification_id, caller.practice_id, caller.id, record
    )
    return _back(verification_id, "authorization")


@router.post("/verifications/{verification_id}/authorizations/{authorization_id}")
def change_authorization(
    request: Request, caller: CallerNow, form: Form, verification_id: str, authorization_id: str
) -> Response:
    """Saves the record as a new version."""
    caller.must(Permission.WORK_FOLLOW_UPS)
    work, typed = request.app.state.work, forms.typed(form)
    with work.engine.connect() as connection:
        known = kept_authorizations.one(connection, work.seals(caller.practice_id), authorization_id)
    if known is None:
        raise Refused(404, "There is nothing here by this id, or it belongs to another practice.")
    record, errors = authorization_form.read(typed, ZoneInfo(caller.account.time_zone), known.record)
    if record is None:
        marked = {f"{authorization_id}-{name}": words for name, words in errors.items()}
        return _page(request, verification_id, errors=marked, typed=typed, editing=authorization_id)
    after = int(typed["version"]) if typed.get("version", "").isdecimal() else -1
    try:
        authorizations.change_authorization(
            work, authorization_id, caller.practice_id, caller.id, record, after=after
        )
    except NotAllowed:
        return _page(request, verification_id, errors={"newer": NEWER})
    return _back(verification_id, "authorization")


def _page(
    request: Request,
    verification_id: str,
    *,
    notice: str = "",
    errors: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
    editing: str = "",
) -> Response:
    seen = _seen(request, verification_id)
    said = typed or {}
    zone = ZoneInfo(request.state.caller.account.time_zone)
    return pages.render(
        request,
        "clinical.html",
        status=422 if errors else 200,
        notice=notice,
        errors=errors or {},
        typed=said,
        editing=editing,
        it=seen.document,
        policies=[_policy(one) for one in (*seen.policies, *seen.renewals)]
        if seen.policies is not None
        else None,
        results=RESULTS,
        held=seen.held,
        record_values={one.kept.id: authorization_form.values(one.kept.record, zone) for one in seen.held},
        **_forms(seen, said),
    )


def _seen(request: Request, verification_id: str) -> Seen:
    caller, work = request.state.caller, request.app.state.work
    with_clinical = caller.may(Permission.READ_CLINICAL)

    def read(connection: Connection, seals: Seals) -> Seen | None:
        document = views.document(
            connection, seals, verification_id, with_notes=False, with_clinical=with_clinical
        )
        if document is None:
            return None
        practice_id = caller.practice_id
        sheet = clinical.sheet_of(connection, work, practice_id, verification_id) if with_clinical else None
        found = (
            clinical.policies_of(connection, work, practice_id, verification_id) if with_clinical else None
        )
        held = authorizations.authorizations_of(connection, work, practice_id, verification_id)
        running = {one.kept.record.service_line for one in held or [] if one.kept.record.status in HOLDING}
        again = (
            renewals_of(connection, work, practice_id, verification_id) if with_clinical and running else []
        )
        renewals = [one for one in again or [] if one.line.key in running and one.evaluation]
        return Seen(document, sheet, found, renewals, held or [])

    return look(request, read, object_type="evidence", object_id=verification_id)


def _policy(found: LinePolicy) -> dict[str, Any]:
    it = found.evaluation
    return {
        "line": found.line,
        "chosen": found.chosen,
        "it": it,
        "renews": it is not None and it.purpose is Purpose.RENEWAL,
        "counts": [(result, it.count(result), *CHIPS[result]) for result in Result] if it else [],
        "chips": CHIPS,
        "inputs_missing": found.inputs_missing,
    }


def _forms(seen: Seen, typed: dict[str, str]) -> dict[str, Any]:
    """What the forms are made from."""
    sheet = seen.sheet.sheet if seen.sheet else None
    parts = {part: evidence_form.rows(part, sheet, typed) for part in evidence_form.TABLES} if sheet else {}
    return {
        "kept": seen.sheet,
        "sheet": sheet,
        "tables": evidence_form.TABLES,
        "titles": evidence_form.TITLES,
        "rows_of": parts,
        "reply_options": evidence_form.YES_NO_UNKNOWN,
        "questions": evidence_form.QUESTIONS,
        "decision_options": evidence_form.DECISION_OPTIONS,
        "credential_options": evidence_form.CREDENTIAL_OPTIONS,
        "protocol_options": evidence_form.PROTOCOL_OPTIONS,
        "drugs": load_drug_classes().names,
        "record_labels": authorization_form.LABELS,
        "groups": range(authorization_form.GROUPS),
        "status_options": authorization_form.STATUSES,
        "form_options": authorization_form.FORMS,
        "benefit_options": authorization_form.BENEFITS,
        "line_options": [(key, pages.short_label(key)) for key in seen.document.service_lines],
    }


def _back(verification_id: str, said: str) -> Response:
    return pages.go(f"/verifications/{verification_id}/clinical?said={said}")
