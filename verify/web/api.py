"""The API: verifications in and out as JSON, for programs and the command line."""

import hashlib
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Header, Path, Query
from fastapi.routing import APIRoute
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from verify import steps
from verify.facts import UnreadableAnswers
from verify.intake.submission import Submission
from verify.security.roles import Permission
from verify.store import evidence, idempotency, views
from verify.store.documents import Document, Rows
from verify.store.idempotency import Answer, KeyReused, StillRunning
from verify.store.sealing import SealedColumn, Seals
from verify.store.views import BadCursor
from verify.verification import VerificationState
from verify.web import pages
from verify.web.caller import CallerNow, Guarded
from verify.web.problems import FieldError, Problem, Refused, field_errors
from verify.web.record import look

ObjectId = Annotated[str, Path(max_length=64)]
RESPONSE = SealedColumn("idempotency_keys", "response_sealed")
WAIT_SECONDS = "2"

PROBLEM = {"content": {"application/problem+json": {"schema": Problem.model_json_schema()}}}
_COMMON = {401: "No credentials", 403: "Not in your role", 500: "Our fault", 503: "The database is away"}


def problems(**more: str) -> dict[int | str, dict[str, Any]]:
    """The errors a route may answer, for its documentation: the common ones, and `_404="…"`."""
    said = {**_COMMON, **{int(status.removeprefix("_")): text for status, text in more.items()}}
    return {status: {"description": text, **PROBLEM} for status, text in sorted(said.items())}


NOT_FOUND = "No such thing in this practice"
INVALID = "Fields need correcting; `errors` name them by JSON pointer"
BODY = {"_400": "Not valid JSON", "_413": "Over 1 MiB", "_415": "Not JSON", "_422": INVALID}

router = APIRouter(prefix="/api/v1", route_class=Guarded, responses=problems())


class Given(BaseModel):
    """What a caller sends: unknown fields are errors, and no error repeats a value."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class NoteGiven(Given):
    kind: Literal["call", "patient", "clinical", "billing", "other"]
    body: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)] = Field(
        repr=False
    )


class PatientChange(Given):
    """Only the fields given are changed."""

    last_name: str | None = Field(default=None, repr=False)
    first_name: str | None = Field(default=None, repr=False)
    middle_name: str | None = Field(default=None, repr=False)
    birth_date: str | None = Field(default=None, repr=False)
    sex: str | None = Field(default=None, repr=False)
    phone: str | None = Field(default=None, repr=False)
    external_id: str | None = Field(default=None, repr=False)


class CoverageChange(Given):
    """Only the fields given are changed."""

    payer: str | None = None
    member_id: str | None = Field(default=None, repr=False)
    group_number: str | None = Field(default=None, repr=False)
    rank: int | None = None


class InformationGiven(Given):
    patient: PatientChange = PatientChange()
    coverage: CoverageChange = CoverageChange()


class OutcomeGiven(Given):
    outcome: Annotated[str, StringConstraints(strip_whitespace=True, max_length=4_000)] = Field(
        default="", repr=False
    )


class CallGiven(Given):
    #: By the names of the script's fields; "unknown" is an answer, absent is not asked.
    answers: dict[str, str]
    reference: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
    representative: Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
    started_at: AwareDatetime
    ended_at: AwareDatetime
    #: True: broken off; what was answered is kept, and the task stays open with what is left.
    parked: bool = False
    number_dialed: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] = ""
    hold_minutes: Annotated[int, Field(ge=0, le=999)] | None = None
    transfers: Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)] = ""
    #: Whether "benefits quoted are not a guarantee of payment" was read out; null: not noted.
    disclaimer_read: bool | None = None


class Created(BaseModel):
    id: str


class ServiceLineShown(BaseModel):
    key: str
    label: str


# --- verifications --------------------------------------------------------------------------------------


@router.post(
    "/verifications",
    status_code=202,
    response_model=Document,
    responses=problems(**{**BODY, "_409": "The first request with this key is still at work"})
    | {200: {"model": Document, "description": "Asked for before, under another key"}},
)
def submit(
    request: Request,
    caller: CallerNow,
    submission: Submission,
    key: Annotated[
        str | None, Header(alias="Idempotency-Key", description="Required; 1 to 200 characters.")
    ] = None,
) -> Response:
    """Asks for a verification. Missing information is accepted and becomes a follow-up.

    The same key and body answer the same again, with `Idempotency-Replayed: true`.
    """
    caller.must(Permission.SUBMIT)
    if not key or len(key) > 200:
        raise Refused(400, "The header Idempotency-Key is required: 1 to 200 characters of your choice.")
    replayed = _begin(request, caller, key, submission)
    if replayed is not None:
        return replayed
    try:
        accepted = steps.accept(
            request.app.state.work, submission, practice_id=caller.practice_id, actor=caller.id
        )
        document = document_shown(request, caller, accepted.verification_id)
        status, body = (202 if accepted.created else 200), document.model_dump_json()
        _finish(request, caller, key, status, body)
    except Exception:
        _release(request, caller, key)
        raise
    return _submitted(status, body)


@router.get("/verifications", responses=problems(_400="A cursor we did not give out", _422=INVALID))
def list_verifications(
    request: Request,
    response: Response,
    state: VerificationState | None = None,
    patient: Annotated[
        str | None, Query(max_length=64, description="Only this patient's, by the id we gave.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=views.MOST_ROWS)] = 50,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
) -> Rows:
    """Newest first; what is added meanwhile does not move what a cursor points at."""

    def read(connection: Connection, seals: Seals) -> Rows:
        listed = views.list_newest(
            connection,
            seals.practice_id,
            state=state,
            patient_id=patient,
            cursor=cursor,
            limit=limit,
        )
        return views.rows(connection, seals, listed)

    try:
        found = look(request, read, object_type="worklist")
    except BadCursor:
        raise Refused(400, "This cursor is not one of ours.") from None
    if found.next_cursor is not None:
        following = request.url.include_query_params(cursor=found.next_cursor)
        response.headers["Link"] = f'<{following.path}?{following.query}>; rel="next"'
    return found


@router.get("/verifications/{verification_id}", responses=problems(_404=NOT_FOUND, _422=INVALID))
def read_verification(request: Request, caller: CallerNow, verification_id: ObjectId) -> Document:
    """Everything known of one verification."""
    return document_shown(request, caller, verification_id)


@router.post(
    "/verifications/{verification_id}/notes",
    status_code=201,
    responses=problems(_404=NOT_FOUND, **BODY),
)
def add_note(request: Request, caller: CallerNow, verification_id: ObjectId, note: NoteGiven) -> Created:
    """Notes are kept for good and never changed."""
    caller.must(Permission.WRITE_NOTES)
    note_id = steps.add_note(
        request.app.state.work,
        verification_id,
        caller.practice_id,
        caller.id,
        kind=note.kind,
        body=note.body,
    )
    return Created(id=note_id)


@router.post(
    "/verifications/{verification_id}/information",
    status_code=202,
    responses=problems(_404=NOT_FOUND, _409="Its state forbids it", **BODY),
)
def complete_information(
    request: Request, caller: CallerNow, verification_id: ObjectId, given: InformationGiven
) -> Document:
    """Takes corrected fields and asks again."""
    caller.must(Permission.SUBMIT)
    try:
        steps.complete_information(
            request.app.state.work,
            verification_id,
            caller.practice_id,
            caller.id,
            patient=given.patient.model_dump(exclude_none=True),
            coverage=given.coverage.model_dump(exclude_none=True),
        )
    except ValidationError as error:
        raise Refused(422, "Some fields need correcting.", errors=field_errors(error)) from None
    return document_shown(request, caller, verification_id)


@router.post(
    "/verifications/{verification_id}/cancel",
    responses=problems(_404=NOT_FOUND, _409="Its state forbids it", _422=INVALID),
)
def cancel(request: Request, caller: CallerNow, verification_id: ObjectId) -> Document:
    """Stops the work; what is known stays."""
    caller.must(Permission.SUBMIT)
    steps.cancel(request.app.state.work, verification_id, caller.practice_id, caller.id)
    return document_shown(request, caller, verification_id)


@router.post(
    "/verifications/{verification_id}/accept",
    responses=problems(_404=NOT_FOUND, _409="Its state forbids it", _422=INVALID),
)
def accept(request: Request, caller: CallerNow, verification_id: ObjectId) -> Document:
    """A person signs: verified, or verified_with_gaps while questions are open."""
    caller.must(Permission.WORK_FOLLOW_UPS)
    steps.sign_off(request.app.state.work, verification_id, caller.practice_id, caller.id)
    return document_shown(request, caller, verification_id)


# --- follow-ups -----------------------------------------------------------------------------------------


@router.post(
    "/follow-ups/{follow_up_id}/done",
    status_code=204,
    responses=problems(_404=NOT_FOUND, _409="It is closed already", **BODY),
)
def close_follow_up(
    request: Request,
    caller: CallerNow,
    follow_up_id: ObjectId,
    given: Annotated[OutcomeGiven, Body()],
) -> None:
    """What came of it is kept as a note."""
    caller.must(Permission.WORK_FOLLOW_UPS)
    steps.close_follow_up(
        request.app.state.work, follow_up_id, caller.practice_id, caller.id, outcome=given.outcome
    )


@router.post(
    "/follow-ups/{follow_up_id}/call",
    status_code=202,
    responses=problems(_404=NOT_FOUND, _409="It is closed already, or no call", **BODY),
)
def record_call(request: Request, caller: CallerNow, follow_up_id: ObjectId, given: CallGiven) -> Document:
    """Typed answers become evidence and facts, and the verification is judged again."""
    caller.must(Permission.WORK_FOLLOW_UPS)
    with request.app.state.work.engine.connect() as connection:
        verification_id = evidence.verification_of(connection, caller.practice_id, follow_up_id)
    if verification_id is None or given.ended_at < given.started_at:
        if verification_id is None:
            raise Refused(404, NOT_FOUND)
        late = FieldError(pointer="/ended_at", detail="must not be before started_at")
        raise Refused(422, "Some fields need correcting.", errors=[late])
    call = steps.Call(**given.model_dump())
    try:
        steps.record_call(request.app.state.work, follow_up_id, caller.practice_id, caller.id, call)
    except UnreadableAnswers as unreadable:
        errors = [
            FieldError(pointer=f"/answers/{name}", detail=said) for name, said in unreadable.problems.items()
        ]
        raise Refused(422, "Some answers cannot be read.", errors=errors) from None
    return document_shown(request, caller, verification_id)


# --- what may be named ----------------------------------------------------------------------------------


@router.get("/service-lines")
def list_service_lines() -> list[ServiceLineShown]:
    return [ServiceLineShown(key=key, label=label) for key, label in pages.line_labels().items()]


@router.get("/openapi.json", include_in_schema=False)
def openapi(request: Request) -> Response:
    return JSONResponse(request.app.openapi())


# --- parts ----------------------------------------------------------------------------------------------


def document_shown(request: Request, caller: CallerNow, verification_id: str) -> Document:
    """The whole verification, as far as the caller may see it; recorded."""
    with_notes = caller.may(Permission.READ_NOTES)
    return look(
        request,
        lambda connection, seals: views.document(
            connection,
            seals,
            verification_id,
            with_notes=with_notes,
            with_clinical=caller.may(Permission.READ_CLINICAL),
        ),
        object_type="verification",
        object_id=verification_id,
    )


def _begin(request: Request, caller: CallerNow, key: str, submission: Submission) -> Response | None:
    """Takes the key, or gives the answer it had. Raises Refused (409, 422)."""
    work = request.app.state.work
    body_hash = hashlib.sha256(submission.model_dump_json().encode()).digest()
    try:
        with work.engine.begin() as connection:
            answer = idempotency.begin(connection, caller.id, key, body_hash, work.now())
    except KeyReused:
        raise Refused(422, "This Idempotency-Key came before with another body.") from None
    except StillRunning:
        raise Refused(
            409, "The first request with this key is still at work.", headers={"Retry-After": WAIT_SECONDS}
        ) from None
    if answer is None:
        return None

    def reopen(_: Connection, seals: Seals) -> str:
        return seals.open(answer.sealed, RESPONSE, _place(caller, key)).decode()

    # The kept answer shows a patient again, so it is one more look.
    body = look(request, reopen, object_type="verification")
    replayed = _submitted(answer.status, body)
    replayed.headers["Idempotency-Replayed"] = "true"
    return replayed


def _finish(request: Request, caller: CallerNow, key: str, status: int, body: str) -> None:
    """Keeps the answer, sealed: it holds a patient's data."""
    work = request.app.state.work
    sealed = work.seals(caller.practice_id).close(body.encode(), RESPONSE, _place(caller, key))
    with work.engine.begin() as connection:
        idempotency.finish(connection, caller.id, key, Answer(status, sealed))


def _release(request: Request, caller: CallerNow, key: str) -> None:
    with request.app.state.work.engine.begin() as connection:
        idempotency.release(connection, caller.id, key)


def _place(caller: CallerNow, key: str) -> str:
    """The row of a key, as a place a value can be sealed for."""
    return f"{caller.id}.{hashlib.sha256(key.encode()).hexdigest()}"


def _submitted(status: int, body: str) -> Response:
    location = Document.model_validate_json(body).id
    return Response(
        body, status, headers={"Location": f"/api/v1/verifications/{location}"}, media_type="application/json"
    )


def is_documented(route: object) -> bool:
    """Whether a route is part of the API's description."""
    return isinstance(route, APIRoute) and route.include_in_schema
