"""Your account: the password, and the keyboard shortcuts."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from verify.security.passwords import MIN_LETTERS, Busy, UnfitPassword
from verify.store import users
from verify.web import pages
from verify.web.caller import CallerNow, Form, Guarded
from verify.web.sign_in import passwords, set_cookie

router = APIRouter(include_in_schema=False, route_class=Guarded)

A_YEAR_SECONDS = 365 * 24 * 3600
UNFIT = {
    "too_short": f"Use at least {MIN_LETTERS} characters",
    "too_long": "Use at most 256 characters",
    "too_common": "This is easy to guess; choose something nobody would try",
}


@router.get("/account")
def account_page(request: Request, caller: CallerNow, first: str = "", done: str = "") -> Response:
    notice = "Your password was changed. Every other session of yours was signed out." if done else ""
    return _page(request, caller, first=bool(first), notice=notice)


@router.post("/account/password")
def change_password(request: Request, caller: CallerNow, form: Form) -> Response:
    current, new, again = (str(form.get(name, "")) for name in ("current", "new", "again"))
    account, work = caller.account, request.app.state.work
    assert caller.session is not None  # a token cannot reach a page
    try:
        known = None if _forgot(request, caller) else account.password_hash
        if known and not passwords(request).check(current, known).right:
            return _page(request, caller, errors={"current": "This is not your current password"})
        if new != again:
            return _page(request, caller, errors={"again": "The two new passwords differ"})
        about = (account.email, account.name, account.practice_name)
        password_hash = passwords(request).hash(new, about=about)
    except UnfitPassword as unfit:
        return _page(request, caller, errors={"new": UNFIT[unfit.code]})
    except Busy:
        return _page(request, caller, errors={"new": "The system is busy; try again in a few seconds"})
    with work.engine.begin() as connection:
        users.set_password(connection, account.id, password_hash)
        users.end_sessions_of(connection, account.id, work.now(), but=caller.session.id)
    return pages.go("/account?done=1")


@router.post("/account/shortcuts")
def choose_shortcuts(request: Request, form: Form) -> Response:
    answer = pages.go("/account#keys")
    choice = "off" if form.get("shortcuts") == "off" else "on"
    set_cookie(request, answer, pages.SHORTCUTS_COOKIE, choice, A_YEAR_SECONDS)
    return answer


def _forgot(request: Request, caller: CallerNow) -> bool:
    """Who came by a link may have forgotten the password; the link has proved as much as it would."""
    assert caller.session is not None  # a token cannot reach a page
    with request.app.state.work.engine.connect() as connection:
        return users.came_by_link(connection, caller.session)


def _page(
    request: Request,
    caller: CallerNow,
    *,
    first: bool = False,
    notice: str = "",
    errors: dict[str, str] | None = None,
) -> Response:
    return pages.render(
        request,
        "account.html",
        status=422 if errors else 200,
        first=first,
        notice=notice,
        errors=errors or {},
        has_password=caller.account.password_hash is not None,
        asks_current=caller.account.password_hash is not None and not _forgot(request, caller),
    )
