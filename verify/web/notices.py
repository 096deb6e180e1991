"""Notices out, for those who run the installation: what was sent where, how it ended, and sending it again."""

from enum import StrEnum
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Path, Query
from starlette.requests import Request
from starlette.responses import Response

from verify.security.guard import is_opaque_id
from verify.security.roles import Permission
from verify.store import notices
from verify.web import pages
from verify.web.caller import CallerNow, Guarded
from verify.web.problems import Refused

router = APIRouter(include_in_schema=False, route_class=Guarded)

ROWS = 50


class Standing(StrEnum):
    """What the list is narrowed to."""

    ALL = "all"
    PENDING = "pending"
    FAILED = "failed"
    STOPPED = "stopped"
    DELIVERED = "delivered"


#: A failure without a status, in words.
CODES = {
    "connect": "could not be reached",
    "timeout": "took longer than 20 s",
    "dropped": "ended the connection",
    "truncated": "answered in part",
    "private_address": "refused: leads into a private network",
    "bad_url": "refused: no address we send to",
    "tls": "its certificate cannot be trusted",
    "poison": "our own fault: see the log",
}


@router.get("/notices")
def notices_page(
    request: Request,
    caller: CallerNow,
    standing: Standing = Standing.ALL,
    before: Annotated[str, Query(max_length=64)] = "",
    again: bool = False,
) -> Response:
    """Newest first. Nothing of a patient is here, so nothing is recorded."""
    caller.must(Permission.MANAGE_ACCOUNTS)
    if before and not is_opaque_id(before):
        raise Refused(400, "This page of the list is not there any more.")
    wanted = "" if standing is Standing.ALL else standing.value
    with request.app.state.work.engine.connect() as connection:
        endpoints = notices.endpoints(connection, caller.practice_id)
        rows = notices.newest(connection, caller.practice_id, standing=wanted, before=before, limit=ROWS)
    return pages.render(
        request,
        "notices.html",
        endpoints=endpoints,
        rows=rows,
        standing=standing,
        standings=Standing,
        full=len(rows) == ROWS,
        codes=CODES,
        most_tries=10,
        host=shown_address,
        again=again,
    )


@router.post("/notices/{notice_id}/replay")
def replay(request: Request, caller: CallerNow, notice_id: Annotated[str, Path(max_length=64)]) -> Response:
    caller.must(Permission.MANAGE_ACCOUNTS)
    with request.app.state.work.engine.begin() as connection:
        if not notices.replay(connection, caller.practice_id, notice_id):
            raise Refused(404, "There is nothing here by this id, or it belongs to another practice.")
    return pages.go("/notices?again=1")


@router.post("/notices/endpoints/{endpoint_id}/enable")
def enable(request: Request, caller: CallerNow, endpoint_id: Annotated[str, Path(max_length=64)]) -> Response:
    caller.must(Permission.MANAGE_ACCOUNTS)
    with request.app.state.work.engine.begin() as connection:
        if not notices.switch_on(connection, caller.practice_id, endpoint_id):
            raise Refused(404, "There is nothing here by this id, or it belongs to another practice.")
    return pages.go("/notices")


def shown_address(url: str) -> str:
    """Without its query, which may hold a password of the receiver's."""
    parts = urlsplit(url)
    return f"{parts.netloc}{parts.path}" if parts.path != "/" else parts.netloc
