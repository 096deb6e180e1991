"""The access record, for those who may read it: who looked at what; no patient is shown."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from verify.security.access import Action
from verify.security.roles import Permission
from verify.store import access
from verify.store.sealing import Seals
from verify.web import pages
from verify.web.caller import Guarded
from verify.web.record import look

router = APIRouter(include_in_schema=False, route_class=Guarded)

ROWS = 100


@router.get("/access")
def access_page(
    request: Request,
    object_id: Annotated[str, Query(alias="of", max_length=64)] = "",
    before: int | None = None,
) -> Response:
    """Newest first. Reading the record is itself recorded."""

    def read(connection: Connection, seals: Seals) -> list[object]:
        return list(
            access.newest(connection, seals.practice_id, object_id=object_id, before=before, limit=ROWS)
        )

    rows = look(
        request,
        read,
        object_type="access_record",
        action=Action.READ_RECORD,
        needs=Permission.READ_ACCESS_RECORD,
    )
    return pages.render(request, "access.html", rows=rows, of=object_id, full=len(rows) == ROWS)
