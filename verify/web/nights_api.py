"""The API of nights: how far one is, what it found, whom it would ask, and starting one."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from verify import steps
from verify.security.roles import Permission
from verify.store import night_views
from verify.store.night_documents import Ahead, NightShown, Progress, Report
from verify.store.sealing import Seals
from verify.store.views import MOST_ROWS, BadCursor
from verify.web.api import INVALID, NOT_FOUND, ObjectId, problems
from verify.web.caller import Caller, CallerNow, Guarded
from verify.web.problems import Refused
from verify.web.record import look

router = APIRouter(prefix="/api/v1/nights", route_class=Guarded, responses=problems())

#: Verifications looked at for one page of those who would be asked.
LOOKED_AT = 1_000

Cursor = Annotated[str | None, Query(max_length=64)]
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS)]


class Started(BaseModel):
    #: False: this day had its night already.
    created: bool
    night: Progress


@router.get("")
def list_nights(request: Request, caller: CallerNow) -> list[NightShown]:
    """The newest nights; nothing of a patient."""
    with request.app.state.work.engine.connect() as connection:
        return night_views.newest(connection, caller.practice_id)


@router.post("", status_code=202, responses=problems(_200="This day had its night already"))
def start(request: Request, response: Response, caller: CallerNow) -> Started:
    """Begins today's night now instead of at its hour; a day has one night."""
    caller.must(Permission.WORK_FOLLOW_UPS)
    started = steps.start_night(request.app.state.work, caller.practice_id, caller.id)
    if not started.created:
        response.status_code = 200
    night = read_progress(request, caller, night_views.LATEST)
    return Started(created=started.created, night=night)


@router.get("/ahead", responses=problems(_422=INVALID))
def read_ahead(request: Request, caller: CallerNow, cursor: Cursor = None) -> Ahead:
    """Whom tonight's night would ask, and why, without asking anybody. A page may be empty and not the last."""
    return ahead(request, caller, cursor)


@router.get("/{night_id}", responses=problems(_404=NOT_FOUND, _422=INVALID))
def read_night(request: Request, caller: CallerNow, night_id: ObjectId) -> Progress:
    """How far a night is: done, rate, time left, failures by cause, per payer. `latest` is the newest."""
    return read_progress(request, caller, night_id)


@router.get(
    "/{night_id}/report",
    responses=problems(_400="A cursor we did not give out", _404=NOT_FOUND, _422=INVALID),
)
def read_report(request: Request, night_id: ObjectId, limit: Limit = 50, cursor: Cursor = None) -> Report:
    """What changed for whom and what it does to the visit, who could not be asked, and the follow-ups."""
    return report(request, night_id, limit, cursor)


# --- for the pages too ----------------------------------------------------------------------------------


def read_progress(request: Request, caller: Caller, night_id: str) -> Progress:
    """Raises Refused (404)."""
    with request.app.state.work.engine.connect() as connection:
        found = night_views.progress(connection, caller.practice_id, night_id)
    if found is None:
        raise Refused(404, "There is no such night here.")
    return found


def ahead(request: Request, caller: Caller, cursor: str | None) -> Ahead:
    caller.must(Permission.READ_PATIENTS)
    lookout = steps.look_ahead(
        request.app.state.work, caller.practice_id, after=cursor or "", limit=LOOKED_AT
    )

    def opened(connection: Connection, seals: Seals) -> Ahead:
        return Ahead(
            local_date=lookout.day,
            items=night_views.ahead(connection, seals, lookout.wanted),
            looked_at=lookout.looked_at,
            next_cursor=lookout.next_,
        )

    return look(request, opened, object_type="night")


def report(request: Request, night_id: str, limit: int, cursor: str | None) -> Report:
    """Raises Refused (400, 404)."""

    def read(connection: Connection, seals: Seals) -> Report | None:
        return night_views.report(connection, seals, night_id, cursor=cursor, limit=limit)

    try:
        return look(request, read, object_type="night", object_id=night_id)
    except BadCursor:
        raise Refused(400, "This cursor is not one of ours.") from None
