"""What people learned without a call, written down: the form, the API, and taking it back."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Body, Query
from pydantic import Field, StringConstraints
from starlette.requests import Request
from starlette.responses import Response

from verify import steps
from verify.facts import FormField, SourceKind, UnreadableAnswers
from verify.security.roles import Permission
from verify.steps import Learned
from verify.store import evidence
from verify.store.documents import Document, Shown
from verify.web import forms, pages, words
from verify.web.api import BODY, INVALID, NOT_FOUND, Given, ObjectId, document_shown, problems
from verify.web.caller import Caller, CallerNow, Form, Guarded
from verify.web.problems import FieldError, Refused

router = APIRouter(include_in_schema=False, route_class=Guarded)
api_router = APIRouter(prefix="/api/v1/verifications", route_class=Guarded, responses=problems())

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class LearnedGiven(Given):
    """`answers` by the names of GET …/worksheet; "unknown" is an answer, absent is not asked."""

    source: Literal["portal", "letter", "contract", "card", "patient", "clinic", "policy_card"]
    #: Title or number of the document, or the page; never the patient's name.
    reference: Text = Field(repr=False)
    #: The day it speaks of; left out: today.
    as_of: date | None = None
    #: Until when it says that it holds.
    holds_until: date | None = None
    answers: dict[str, str] = Field(repr=False)


class WithdrawalGiven(Given):
    reason: Reason = Field(repr=False)


class FieldShown(Shown):
    """A field that may be written down."""

    name: str
    label: str
    #: verify.facts.FieldKind: how it is typed.
    kind: str
    fact: str
    choices: list[str]
    level: str
    tier: str
    service_line: str
    domain: str
    codes: str
    #: How it is typed, in words.
    hint: str


class WorksheetShown(Shown):
    items: list[FieldShown]


@api_router.get("/{verification_id}/worksheet", responses=problems(_404=NOT_FOUND, _422=INVALID))
def read_worksheet(request: Request, caller: CallerNow, verification_id: ObjectId) -> WorksheetShown:
    """Every field that may be written down for this verification."""
    caller.must(Permission.WORK_FOLLOW_UPS)
    fields = _fields(request, caller, verification_id)
    return WorksheetShown(items=[_shown(field) for field in fields])


def _shown(field: FormField) -> FieldShown:
    parts = msgspec.structs.asdict(field) | {"choices": list(field.choices)}
    return FieldShown(**parts, hint=words.hint(field.kind.value, field.choices))


@api_router.post(
    "/{verification_id}/facts",
    status_code=202,
    responses=problems(_404=NOT_FOUND, _409="Its state forbids it", **BODY),
)
def write_by_api(
    request: Request, caller: CallerNow, verification_id: ObjectId, given: LearnedGiven
) -> Document:
    """What was read in a portal, a letter, a contract or on the card: evidence, then facts, then judged again."""
    caller.must(Permission.WORK_FOLLOW_UPS)
    learned = Learned(
        given.answers, SourceKind(given.source), given.reference, given.as_of, given.holds_until
    )
    try:
        steps.write_down(request.app.state.work, verification_id, caller.practice_id, caller.id, learned)
    except UnreadableAnswers as unreadable:
        raise Refused(422, "Some fields need correcting.", errors=_by_pointer(unreadable)) from None
    return document_shown(request, caller, verification_id)


@api_router.post(
    "/{verification_id}/facts/{fact_id}/withdraw",
    status_code=202,
    responses=problems(_404=NOT_FOUND, _409="A payer answered it, or it was withdrawn already", **BODY),
)
def withdraw_by_api(
    request: Request,
    caller: CallerNow,
    verification_id: ObjectId,
    fact_id: ObjectId,
    given: Annotated[WithdrawalGiven, Body()],
) -> Document:
    """Takes back what a person wrote down, by a newer fact; the old one and its evidence stay."""
    caller.must(Permission.WORK_FOLLOW_UPS)
    steps.withdraw(
        request.app.state.work,
        verification_id,
        caller.practice_id,
        caller.id,
        fact_id=fact_id,
        reason=given.reason,
    )
    return document_shown(request, caller, verification_id)


# --- pages ------------------------------------------------------------------------------------------------


@router.get("/verifications/{verification_id}/learned")
def learned_page(
    request: Request,
    caller: CallerNow,
    verification_id: str,
    line: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """Every field of the worksheet, for one treatment."""
    caller.must(Permission.WORK_FOLLOW_UPS)
    return _page(request, caller, verification_id, line=line)


@router.post("/verifications/{verification_id}/learned")
def write_down(request: Request, caller: CallerNow, form: Form, verification_id: str) -> Response:
    caller.must(Permission.WORK_FOLLOW_UPS)
    return _write(request, caller, verification_id, forms.typed(form))


@router.post("/follow-ups/{follow_up_id}/learned")
def write_down_for_task(request: Request, caller: CallerNow, form: Form, follow_up_id: str) -> Response:
    """What was looked up for a task."""
    caller.must(Permission.WORK_FOLLOW_UPS)
    with request.app.state.work.engine.connect() as connection:
        verification_id = evidence.verification_of(connection, caller.practice_id, follow_up_id)
    if verification_id is None:
        raise Refused(404, "There is no such task here.")
    return _write(request, caller, verification_id, forms.typed(form), follow_up_id=follow_up_id)


@router.post("/verifications/{verification_id}/facts/{fact_id}/withdraw")
def withdraw(request: Request, caller: CallerNow, form: Form, verification_id: str, fact_id: str) -> Response:
    caller.must(Permission.WORK_FOLLOW_UPS)
    reason = forms.typed(form).get("reason", "")[:500]
    if not reason:
        raise Refused(422, "Say why it is taken back; the reason is kept with it.")
    steps.withdraw(
        request.app.state.work,
        verification_id,
        caller.practice_id,
        caller.id,
        fact_id=fact_id,
        reason=reason,
    )
    return pages.go(f"/verifications/{verification_id}?said=withdrawn")


def _write(
    request: Request,
    caller: Caller,
    verification_id: str,
    typed: dict[str, str],
    *,
    follow_up_id: str = "",
) -> Response:
    learned, errors = forms.learned(typed)
    if learned is not None:
        try:
            steps.write_down(
                request.app.state.work,
                verification_id,
                caller.practice_id,
                caller.id,
                learned,
                follow_up_id=follow_up_id,
            )
        except UnreadableAnswers as unreadable:
            errors = forms.errors_of_answers(unreadable)
    if errors:
        return _page(request, caller, verification_id, typed=typed, errors=errors)
    return pages.go(f"/verifications/{verification_id}?said=learned")


def _page(
    request: Request,
    caller: Caller,
    verification_id: str,
    *,
    line: str = "",
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> Response:
    """With what was typed, all treatments stand on it, so that nothing typed is lost."""
    fields = _fields(request, caller, verification_id)
    lines = list(dict.fromkeys(field.service_line for field in fields if field.service_line))
    chosen = line if line in lines else (lines[0] if lines and not typed else "")
    shown = [field for field in fields if not chosen or field.service_line in ("", chosen)]
    if typed:
        shown = [field for field in fields if typed.get(f"answer_{field.name}")] or shown
    return pages.render(
        request,
        "learned_page.html",
        status=422 if errors else 200,
        verification_id=verification_id,
        learned_fields=[pages.with_hint(msgspec.to_builtins(field)) for field in shown],
        lines=lines,
        chosen=chosen,
        typed=typed or {},
        errors=errors or {},
        kinds=source_kinds(),
        today=words.today(caller.account.time_zone),
    )


def source_kinds() -> list[tuple[str, str]]:
    return [(kind.value, words.SOURCE_WORDS[kind.value]) for kind in steps.WRITTEN_KINDS]


def _fields(request: Request, caller: Caller, verification_id: str) -> list[FormField]:
    """Raises Refused (404). Shows nothing of the patient: names of fields, and no value."""
    work = request.app.state.work
    with work.engine.connect() as connection:
        found = steps.form_of(work, connection, caller.practice_id, verification_id)
    if found is None:
        raise Refused(404, "There is nothing here by this id, or it belongs to another practice.")
    return found


def _by_pointer(unreadable: UnreadableAnswers) -> list[FieldError]:
    own = {"kind": "source", "reference": "reference", "as_of": "as_of", "holds_until": "holds_until"}
    return [
        FieldError(
            pointer=f"/{own[name]}"
            if name in own
            else "/answers"
            if name == "answers"
            else f"/answers/{name}",
            detail=said,
        )
        for name, said in unreadable.problems.items()
    ]
