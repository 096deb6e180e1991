"""The worklist: what needs a person, what is on its way, what is done; and finding a patient."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from verify.security.access import Action
from verify.security.roles import Permission
from verify.store import views
from verify.store.documents import Rows
from verify.store.sealing import Seals
from verify.store.views import BadCursor, Listed, Tab
from verify.web import pages, words
from verify.web.caller import CallerNow, Form, Guarded
from verify.web.problems import Refused
from verify.web.record import look

router = APIRouter(include_in_schema=False, route_class=Guarded)

#: Keeps a page under 60 kB.
ROWS = 40
#: Seconds between looks for news; quicker where something is being asked.
LIVE_SECONDS = {Tab.NEEDS_YOU: 20, Tab.IN_PROGRESS: 5, Tab.VERIFIED: 30, Tab.ALL: 20}
NAMES = {
    Tab.NEEDS_YOU: "Needs you",
    Tab.IN_PROGRESS: "In progress",
    Tab.VERIFIED: "Verified",
    Tab.ALL: "All",
}
COUNTED = (Tab.NEEDS_YOU, Tab.IN_PROGRESS)

TabNow = Annotated[Tab, Query(alias="tab")]
Cursor = Annotated[str | None, Query(max_length=64)]


@router.get("/")
def home(caller: CallerNow) -> Response:
    """Where a person starts: an auditor sees the record, everybody else the worklist."""
    if caller.may(Permission.READ_PATIENTS):
        return pages.go("/worklist")
    return pages.go("/access" if caller.may(Permission.READ_ACCESS_RECORD) else "/account")


@router.get("/worklist")
def worklist(request: Request, tab: TabNow = Tab.NEEDS_YOU, after: Cursor = None) -> Response:
    return _list(request, "worklist.html", tab, after)


@router.get("/worklist/live")
def worklist_live(
    request: Request,
    caller: CallerNow,
    tab: TabNow = Tab.NEEDS_YOU,
    after: Cursor = None,
    seen: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """The rows anew when one of them changed; 204 and nothing of a patient otherwise."""
    caller.must(Permission.READ_PATIENTS)
    with request.app.state.work.engine.connect() as connection:
        if _listed(connection, caller.practice_id, tab, after).stamp == seen:
            return Response(status_code=204)
    return _list(request, "rows.html", tab, after)


@router.post("/worklist/search")
def search(request: Request, form: Form) -> Response:
    """A name is posted, never part of an address: addresses are kept in histories and logs."""
    text, after = str(form.get("text", ""))[:80].strip(), str(form.get("after", "")) or None

    def find(connection: Connection, seals: Seals) -> tuple[Listed, Rows]:
        listed = views.list_found(connection, seals, text, cursor=after, limit=ROWS)
        return listed, views.rows(connection, seals, listed)

    try:
        listed, found = look(request, find, object_type="worklist", action=Action.SEARCH)
    except BadCursor:
        raise Refused(400, "This page of the list is not there any more.") from None
    return _render(request, "worklist.html", Tab.ALL, listed, found, search=text)


def _list(request: Request, template: str, tab: Tab, after: str | None) -> Response:
    def read(connection: Connection, seals: Seals) -> tuple[Listed, Rows, dict[Tab, str]]:
        listed = _listed(connection, seals.practice_id, tab, after)
        counts = {each: views.count_tab(connection, seals.practice_id, each) for each in COUNTED}
        return listed, views.rows(connection, seals, listed), {each: _count(n) for each, n in counts.items()}

    listed, found, counts = look(request, read, object_type="worklist")
    return _render(request, template, tab, listed, found, cursor=after, counts=counts)


def _listed(connection: Connection, practice_id: str, tab: Tab, after: str | None) -> Listed:
    try:
        return views.list_tab(connection, practice_id, tab, cursor=after, limit=ROWS)
    except BadCursor:
        raise Refused(400, "This page of the list is not there any more.") from None


def _render(
    request: Request,
    template: str,
    tab: Tab,
    listed: Listed,
    found: Rows,
    *,
    cursor: str | None = None,
    counts: dict[Tab, str] | None = None,
    search: str | None = None,
) -> Response:
    zone = request.state.caller.account.time_zone
    return pages.render(
        request,
        template,
        tab=tab,
        tab_names=NAMES,
        counts=counts or {},
        rows=found.items,
        next_cursor=found.next_cursor,
        cursor=cursor,
        stamp=listed.stamp,
        search=search,
        live=LIVE_SECONDS[tab] if search is None else 0,
        today=words.today(zone),
    )


def _count(number: int) -> str:
    return f"{number - 1}+" if number >= views.COUNT_UP_TO else str(number)
