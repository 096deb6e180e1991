"""Pages for files of rows: drop one, look at how it was read, confirm, watch, fetch what was rejected."""

from functools import partial
from typing import Any

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from verify import steps
from verify.intake.columns import COLUMNS
from verify.intake.file import read_file
from verify.intake.rejected import Rejected, write_rejected
from verify.intake.rows import MOST_ROWS, Problem, UnreadableFile
from verify.intake.submission import Submission
from verify.security.access import Action
from verify.security.roles import Permission
from verify.store import import_views
from verify.store.import_views import ImportShown, Kept
from verify.store.sealing import Seals
from verify.verification import Lane
from verify.web import pages
from verify.web.api import ObjectId
from verify.web.caller import CallerNow, Form, Guarded
from verify.web.files import HandedIn, format_of
from verify.web.imports_api import shown
from verify.web.record import look

router = APIRouter(prefix="/imports", include_in_schema=False, route_class=Guarded)

NO_FILE = "Choose a file first."


@router.get("")
def imports_page(request: Request, caller: CallerNow) -> Response:
    caller.must(Permission.SUBMIT)
    return _start(request, caller)


@router.post("")
def upload(request: Request, caller: CallerNow) -> Response:
    """A file becomes a preview, or comes back with what is wrong with it as a whole."""
    caller.must(Permission.SUBMIT)
    file: HandedIn | None = getattr(request.state, "file", None)
    return _preview(request, caller, file) if file else _start(request, caller, NO_FILE)


@router.get("/{import_id}")
def import_page(request: Request, import_id: ObjectId) -> Response:
    """What was read of the file, its problems beside their rows; then how far it is."""

    def read(connection: Connection, seals: Seals) -> dict[str, Any] | None:
        it = import_views.document(connection, seals, import_id)
        if it is None:
            return None
        kept = partial(import_views.kept_rows, connection, seals, import_id)
        return {
            "it": it,
            "name": import_views.file_name(connection, seals, import_id),
            "not_taken": kept(import_views.NOT_TAKEN, limit=import_views.MOST_PROBLEMS),
            "sample": [
                (row.number, Submission.model_validate(row.submission))
                for row in kept(["waiting"], limit=import_views.SAMPLE)
            ],
        }

    found = look(request, read, object_type="import", object_id=import_id, needs=Permission.SUBMIT)
    it: ImportShown = found["it"]
    return pages.render(
        request,
        "import.html",
        **found,
        usual=steps.usual_lane(it.rows.waiting).value if it.confirmed_at is None else it.priority,
        most_problems=import_views.MOST_PROBLEMS,
        is_page=True,
    )


@router.get("/{import_id}/progress")
def progress(request: Request, caller: CallerNow, import_id: ObjectId) -> Response:
    """Counts alone: nothing of a patient is in them."""
    caller.must(Permission.SUBMIT)
    return pages.render(request, "import_progress.html", it=shown(request, caller, import_id), is_page=False)


@router.post("/{import_id}/confirm")
def confirm(request: Request, caller: CallerNow, import_id: ObjectId, form: Form) -> Response:
    caller.must(Permission.SUBMIT)
    chosen = str(form.get("priority", ""))
    lane = Lane(chosen) if chosen in set(Lane) else None
    steps.confirm_import(request.app.state.work, import_id, caller.practice_id, caller.id, lane=lane)
    return pages.go(f"/imports/{import_id}")


@router.post("/{import_id}/cancel")
def cancel(request: Request, caller: CallerNow, import_id: ObjectId) -> Response:
    caller.must(Permission.SUBMIT)
    steps.cancel_import(request.app.state.work, import_id, caller.practice_id, caller.id)
    return pages.go(f"/imports/{import_id}")


@router.get("/{import_id}/rejected.csv")
def rejected(request: Request, import_id: ObjectId) -> Response:
    """The rows that were not taken, as sent, with the reasons; recorded as an export."""

    def read(connection: Connection, seals: Seals) -> str | None:
        it = import_views.document(connection, seals, import_id)
        if it is None:
            return None
        kept = import_views.kept_rows(connection, seals, import_id, import_views.NOT_TAKEN)
        return write_rejected(Rejected(row.number, row.cells, _reasons(row)) for row in kept)

    text = look(
        request,
        read,
        object_type="import",
        object_id=import_id,
        action=Action.EXPORT,
        needs=Permission.SUBMIT,
    )
    named = {"Content-Disposition": 'attachment; filename="rejected-rows.csv"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=named)


def _start(request: Request, caller: CallerNow, error: str = "") -> Response:
    with request.app.state.work.engine.connect() as connection:
        recent = import_views.recent(connection, caller.practice_id)
    return pages.render(
        request,
        "imports.html",
        status=422 if error else 200,
        error=error,
        recent=recent,
        columns=COLUMNS,
        most_rows=MOST_ROWS,
    )


def _preview(request: Request, caller: CallerNow, file: HandedIn) -> Response:
    file_format = format_of(file)
    try:
        sheet = read_file(file.content, file_format)
    except UnreadableFile as words:
        return _start(request, caller, str(words))
    made = steps.preview_import(
        request.app.state.work,
        sheet,
        practice_id=caller.practice_id,
        actor=caller.id,
        file_format=file_format,
        name=file.name,
    )
    return pages.go(f"/imports/{made}")


def _reasons(row: Kept) -> list[str]:
    return [str(Problem(column, words)) for column, words in row.problems]
