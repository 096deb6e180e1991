"""The API's files of rows: previewed, confirmed, watched, cancelled. Nothing it answers names a patient."""

from typing import Annotated

from fastapi import APIRouter, Body
from starlette.requests import Request
from starlette.responses import Response

from verify import steps
from verify.intake.file import read_file
from verify.intake.rows import UnreadableFile
from verify.security.roles import Permission
from verify.store import import_views
from verify.store.import_views import ImportShown
from verify.verification import Lane
from verify.web import files
from verify.web.api import BODY, INVALID, NOT_FOUND, Given, ObjectId, problems
from verify.web.caller import CallerNow, Guarded
from verify.web.problems import Refused

router = APIRouter(prefix="/api/v1/imports", route_class=Guarded, responses=problems())


class Confirmed(Given):
    """Where rows go that say no priority; left out, a file of many goes behind single submissions."""

    priority: Lane | None = None


@router.post(
    "",
    status_code=201,
    responses=problems(
        _400="No file",
        _413="Over 10 MiB",
        _415="Neither CSV nor JSON lines",
        _422="Nothing of it can be read",
    ),
    openapi_extra={
        "requestBody": {"content": {kind: {"schema": {"type": "string"}} for kind in files.KINDS}}
    },
)
def upload(
    request: Request, response: Response, caller: CallerNow, content: Annotated[bytes, Body()]
) -> ImportShown:
    """Takes a file as CSV or JSON lines and says how it was read. Nothing is submitted before it is confirmed."""
    caller.must(Permission.SUBMIT)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    file_format = files.KINDS.get(kind, "csv")
    try:
        sheet = read_file(content, file_format)
    except UnreadableFile as words:
        raise Refused(422, str(words)) from None
    made = steps.preview_import(
        request.app.state.work,
        sheet,
        practice_id=caller.practice_id,
        actor=caller.id,
        file_format=file_format,
    )
    response.headers["Location"] = f"{files.API_ROUTE}/{made}"
    return shown(request, caller, made)


@router.get("/{import_id}", responses=problems(_404=NOT_FOUND, _422=INVALID))
def read_import(request: Request, caller: CallerNow, import_id: ObjectId) -> ImportShown:
    """Where the file stands: how many rows are done, failed and left."""
    caller.must(Permission.SUBMIT)
    return shown(request, caller, import_id)


@router.post("/{import_id}/confirm", status_code=202, responses=problems(_404=NOT_FOUND, **BODY))
def confirm_import(
    request: Request,
    caller: CallerNow,
    import_id: ObjectId,
    given: Annotated[Confirmed, Body()] = Confirmed(),  # noqa: B008  # frozen by its use: read only
) -> ImportShown:
    """Submits the good rows, or goes on with those left after a cancel; again, it changes nothing."""
    caller.must(Permission.SUBMIT)
    steps.confirm_import(
        request.app.state.work, import_id, caller.practice_id, caller.id, lane=given.priority
    )
    return shown(request, caller, import_id)


@router.post("/{import_id}/cancel", responses=problems(_404=NOT_FOUND, _409="It is over", _422=INVALID))
def cancel_import(request: Request, caller: CallerNow, import_id: ObjectId) -> ImportShown:
    """Submits no further row; what was submitted stays."""
    caller.must(Permission.SUBMIT)
    steps.cancel_import(request.app.state.work, import_id, caller.practice_id, caller.id)
    return shown(request, caller, import_id)


def shown(request: Request, caller: CallerNow, import_id: str) -> ImportShown:
    """Raises Refused (404)."""
    work = request.app.state.work
    with work.engine.connect() as connection:
        found = import_views.document(connection, work.seals(caller.practice_id), import_id)
    if found is None:
        raise Refused(404, NOT_FOUND)
    return found
