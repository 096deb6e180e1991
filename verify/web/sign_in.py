"""Signing in and out: by password, or by a link that works once."""

import secrets
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response

from verify.security.access import Access, AccessOutcome, Action
from verify.security.passwords import Busy, Passwords
from verify.security.sessions import (
    ABSOLUTE,
    FAILURE_WINDOW,
    csrf_token,
    hash_token,
    is_csrf_token,
    mint,
    session_ends_at,
    sign_in_allowed,
    who_index,
)
from verify.steps import Work
from verify.store import access, users
from verify.store.users import Account
from verify.web import pages
from verify.web.caller import CSRF_FIELD, CallerNow, Form, Guarded, check_site
from verify.web.problems import Refused

open_router = APIRouter(include_in_schema=False)
router = APIRouter(include_in_schema=False, route_class=Guarded)

WRONG = "That email address and password do not belong together."
TOO_MANY = "Too many attempts. Wait five minutes, or ask for a sign-in link."
SPENT = "This link was used already or is too old. Ask for a new one."
ENDED = "You were signed out because nothing was done for a while."


@open_router.get("/sign-in")
def sign_in_page(request: Request, ended: str = "") -> Response:
    return _sign_in_page(request, notice=ENDED if ended else "", tone="warn")


@open_router.post("/sign-in")
def sign_in(request: Request, form: Form) -> Response:
    _check_visitor(request, str(form.get(CSRF_FIELD, "")))
    work: Work = request.app.state.work
    email, password = str(form.get("email", "")), str(form.get("password", ""))
    who = who_index(work.keyring, email, request.client.host if request.client else "")
    now = work.now()
    with work.engine.begin() as connection:
        if not sign_in_allowed(users.failures_since(connection, who, now - FAILURE_WINDOW), now):
            return _sign_in_page(request, status=429, notice=TOO_MANY, email=email)
        account = users.find_by_email(connection, email)
    # No connection is held while the password is hashed.
    try:
        checked = passwords(request).check(password, account.password_hash if account else None)
    except Busy:
        return _sign_in_page(
            request, status=503, notice="Many people sign in right now. Try again.", email=email
        )
    if account is None or not checked.right:
        _note_failure(request, account, who, now)
        return _sign_in_page(request, status=401, notice=WRONG, email=email)
    with work.engine.begin() as connection:
        users.forget_failures(connection, who)
        if checked.new_hash:
            users.set_password(connection, account.id, checked.new_hash)
        return _start_session(request, connection, account, now, "/")


@open_router.get("/sign-in/link")
def link_page(request: Request) -> Response:
    """The token stands in the fragment, so this request does not carry it; the form below posts it."""
    return _visited(request, "link.html", notice="")


@open_router.post("/sign-in/link")
def sign_in_by_link(request: Request, form: Form) -> Response:
    _check_visitor(request, str(form.get(CSRF_FIELD, "")))
    work: Work = request.app.state.work
    now = work.now()
    with work.engine.begin() as connection:
        account = users.use_link(connection, hash_token(str(form.get("token", "")).strip()), now)
        if account is None:
            return _visited(request, "link.html", status=401, notice=SPENT)
        first = account.password_hash is None
        return _start_session(request, connection, account, now, "/account?first=1" if first else "/")


@router.post("/sign-out")
def sign_out(request: Request, caller: CallerNow) -> Response:
    work: Work = request.app.state.work
    assert caller.session is not None  # a token cannot reach a page
    with work.engine.begin() as connection:
        users.end_session(connection, caller.session.id, work.now())
        _record(request, connection, caller.account, Action.SIGN_OUT, AccessOutcome.DONE)
    answer = pages.go("/sign-in")
    answer.delete_cookie(request.app.state.session_cookie, path="/")
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'
    return answer


@router.post("/session/keep")
def keep_session(request: Request, caller: CallerNow) -> Response:
    """A person said they are still here; the guard has moved the limit."""
    assert caller.session is not None  # a token cannot reach a page
    now = request.app.state.work.now()
    ends_at = session_ends_at(created_at=caller.session.created_at, seen_at=now)
    return Response(status_code=204, headers={"X-Session-Seconds": str(int((ends_at - now).total_seconds()))})


def passwords(request: Request) -> Passwords:
    made: Passwords = request.app.state.passwords
    return made


def set_cookie(request: Request, answer: Response, name: str, value: str, seconds: int) -> None:
    answer.set_cookie(
        name,
        value,
        max_age=seconds,
        path="/",
        httponly=True,
        samesite="lax",
        secure=request.app.state.work.settings.secure_cookies,
    )


def _start_session(
    request: Request, connection: Connection, account: Account, now: datetime, then: str
) -> Response:
    """A new session with a new token, whatever the browser brought; the one it brought ends."""
    old = users.find_session(
        connection, hash_token(request.cookies.get(request.app.state.session_cookie, ""))
    )
    if old is not None:
        users.end_session(connection, old.id, now)
    token = mint()
    users.start_session(connection, account.id, token.hash, now)
    _record(request, connection, account, Action.SIGN_IN, AccessOutcome.DONE)
    answer = pages.go(then)
    set_cookie(request, answer, request.app.state.session_cookie, token.text, int(ABSOLUTE.total_seconds()))
    answer.delete_cookie(request.app.state.visitor_cookie, path="/")
    return answer


def _note_failure(request: Request, account: Account | None, who: bytes, now: datetime) -> None:
    with request.app.state.work.engine.begin() as connection:
        users.record_failure(connection, who, now)
        if account is not None:
            _record(request, connection, account, Action.SIGN_IN, AccessOutcome.DENIED)


def _record(
    request: Request, connection: Connection, account: Account, action: Action, outcome: AccessOutcome
) -> None:
    row = Access(
        practice_id=account.practice_id,
        actor=account.id,
        action=action,
        object_type="session",
        request_id=request.state.request_id,
        outcome=outcome,
    )
    access.record(connection, row)


def _sign_in_page(
    request: Request, *, status: int = 200, notice: str = "", tone: str = "bad", email: str = ""
) -> Response:
    return _visited(request, "sign_in.html", status=status, notice=notice, tone=tone, email=email)


# --- forms before anybody is signed in ------------------------------------------------------------------


def _visited(request: Request, template: str, *, status: int = 200, **values: Any) -> Response:
    """A page whose form carries a token bound to a cookie of this browser."""
    name = request.app.state.visitor_cookie
    visitor = request.cookies.get(name) or secrets.token_urlsafe(32)
    work: Work = request.app.state.work
    with work.engine.connect() as connection:
        demo = users.any_demo(connection)
    answer = pages.render(
        request,
        template,
        status=status,
        **{**values, "csrf": csrf_token(work.keyring, _visitor_id(visitor)), "demo": demo},
    )
    set_cookie(request, answer, name, visitor, 3600)
    return answer


def _check_visitor(request: Request, token: str) -> None:
    """Raises Refused (403)."""
    check_site(request)
    visitor = request.cookies.get(request.app.state.visitor_cookie, "")
    if not visitor or not is_csrf_token(request.app.state.work.keyring, _visitor_id(visitor), token):
        raise Refused(403, "This form is out of date. Go back, reload the page and try again.")


def _visitor_id(visitor: str) -> str:
    """Never the id of a session, whatever a browser puts into the cookie."""
    return f"visitor:{visitor}"
