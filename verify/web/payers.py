"""Payers: a page of who they are, how each is reached and what it costs; suggestions; and the API's own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Path, Query
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from payers.limits import State
from payers.maintenance import BadMaintenance, closed_until, windows
from verify.security.roles import Permission
from verify.steps import Work
from verify.store import check_costs, clinic, payer_views, views
from verify.store.check_costs import AccountCosts
from verify.store.documents import PayerShown
from verify.store.payer_search import Found, FoundKind, search
from verify.store.payer_views import PayerDocument
from verify.web import pages
from verify.web.api import INVALID, NOT_FOUND, problems
from verify.web.caller import CallerNow, Guarded
from verify.web.problems import Refused
from verify.web.words import Chip

router = APIRouter(prefix="/payers", include_in_schema=False, route_class=Guarded)
api_router = APIRouter(prefix="/api/v1", route_class=Guarded, responses=problems())

MOST_FOUND, MOST_SUGGESTED = 25, 6
Code = Annotated[str, Path(max_length=100)]
Text = Annotated[str, Query(max_length=80)]

#: payer_routes.support -> how it is said.
SUPPORT = {
    "unknown": Chip("Not known", "question", "idle"),
    "supported": Chip("Passes", "check", "good"),
    "not_supported": Chip("Does not pass", "cross", "bad"),
    "enrollment_required": Chip("Needs enrollment", "hand", "warn"),
}
ENROLLED = Chip("Enrolled", "check", "good")
IN_USE = Chip("In use", "check", "good")


class AccountRow(NamedTuple):
    """One account as the page shows it."""

    account: payer_views.AccountShown
    state: Chip
    until: datetime | None
    costs: AccountCosts | None


@router.get("")
def payers_page(request: Request, caller: CallerNow, find: Text = "") -> Response:
    """The practice's payers, or who is like what was typed. Nothing of a patient is here, so nothing is recorded."""
    caller.must(Permission.MANAGE_ACCOUNTS)
    work: Work = request.app.state.work
    with work.engine.connect() as connection:
        found = search(connection, caller.practice_id, find, MOST_FOUND) if find.strip() else []
        own = [each.id for each in found if each.kind is FoundKind.OWN] if find.strip() else None
        shown = payer_views.payers_shown(connection, caller.practice_id, own)
    return pages.render(
        request,
        "payers.html",
        find=find,
        payers=shown,
        listed=[each for each in found if each.kind is FoundKind.LISTED],
        accounts=_accounts(work, caller.practice_id),
        support=SUPPORT,
        enrolled=ENROLLED,
    )


@router.get("/suggest")
def suggest(request: Request, caller: CallerNow, payer: Text = "") -> Response:
    """Whom a coordinator may mean by what stands in the field so far; nothing once it is somebody's name."""
    caller.must(Permission.SUBMIT)
    with request.app.state.work.engine.connect() as connection:
        known = clinic.find_payer(connection, caller.practice_id, payer) is not None
        found = [] if known else search(connection, caller.practice_id, payer, MOST_SUGGESTED)
    return pages.render(request, "payer_suggestions.html", found=_one_of_each_name(found))


@router.get("/{code}")
def payer_page(request: Request, caller: CallerNow, code: Code) -> Response:
    """One payer: its names, the ways to it, how it wants to be asked."""
    caller.must(Permission.MANAGE_ACCOUNTS)
    work: Work = request.app.state.work
    with work.engine.connect() as connection:
        payer = _payer(connection, caller.practice_id, code)
    return pages.render(
        request,
        "payer.html",
        payer=payer,
        states={row.account.id: row for row in _accounts(work, caller.practice_id)},
        support=SUPPORT,
        enrolled=ENROLLED,
    )


@api_router.get("/payers", responses=problems(_422=INVALID))
def list_payers(request: Request, caller: CallerNow, query: Text = "") -> list[PayerShown]:
    """The payers a submission may name; with `query` those that are like it, by name or id, the likeliest first."""
    with request.app.state.work.engine.connect() as connection:
        if not query.strip():
            return views.payers_of(connection, caller.practice_id)
        found = search(connection, caller.practice_id, query, MOST_FOUND, own_only=True)
        shown = payer_views.payers_shown(connection, caller.practice_id, [each.id for each in found])
    return [PayerShown(code=each.code, name=each.name, phone=each.phone) for each in shown]


@api_router.get("/payers/{code}", responses=problems(_404=NOT_FOUND, _422=INVALID))
def read_payer(request: Request, caller: CallerNow, code: Code) -> PayerDocument:
    """One payer with the ways to it and how it wants to be asked."""
    with request.app.state.work.engine.connect() as connection:
        return _payer(connection, caller.practice_id, code)


def _payer(connection: Connection, practice_id: str, code: str) -> PayerDocument:
    """Raises Refused (404)."""
    found = payer_views.payer_shown(connection, practice_id, code)
    if found is None:
        raise Refused(404, "There is nothing here by this code.")
    return found


def _one_of_each_name(found: Sequence[Found]) -> list[Found]:
    """Lists of two accounts may have the same payer; who picks it picks a name."""
    return list({each.name.casefold(): each for each in reversed(found)}.values())[::-1]


# --- accounts ---------------------------------------------------------------------------------------------


def _accounts(work: Work, practice_id: str) -> list[AccountRow]:
    """Each account as it stands, with this month's checks."""
    now = work.now()
    with work.engine.connect() as connection:
        zone = clinic.zone(connection, practice_id)
        since, until = check_costs.month(f"{now.astimezone(zone):%Y-%m}", zone)
        costs = {
            each.account_id: each for each in check_costs.costs_of(connection, practice_id, since, until)
        }
        options = {row.id: row.options for row in clinic.accounts(connection)}
        shown = payer_views.accounts_shown(connection, practice_id)
    return [
        AccountRow(
            account,
            *standing(account.paused_code, options[account.id], work.turnstile.state(account.id), now),
            costs.get(account.id),
        )
        for account in shown
    ]


def standing(
    paused_code: str, options: dict[str, Any], limits: State | None, now: datetime
) -> tuple[Chip, datetime | None]:
    """Whether an account is used now, and until when it is not. `limits` are None where nobody can tell."""
    if paused_code:
        return Chip(f"Paused: {paused_code.replace('_', ' ')}", "cross", "bad"), None
    try:
        closed = closed_until(windows(options), now)
    except BadMaintenance:
        closed = None
    if closed:
        return Chip("Maintenance hours", "clock", "warn"), closed
    if limits and limits.open_since:
        return Chip("Left alone: it does not answer", "hand", "warn"), limits.next_probe_at
    if limits and limits.paused_until and limits.paused_until > now:
        return Chip("Asked us to wait", "clock", "warn"), limits.paused_until
    return IN_USE, None
