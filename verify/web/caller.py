"""Who asks: a signed-in session or an API token; nobody else gets past a guarded route."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from verify.security.roles import Permission, allowed
from verify.security.sessions import (
    SessionState,
    hash_token,
    is_csrf_token,
    read_api_token,
    session_state,
)
from verify.steps import Work
from verify.store import users
from verify.store.users import Account, Session
from verify.web import files
from verify.web.problems import API, Refused, Unknown

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf"
#: Set by the pages' own polling: looking without a hand on the keyboard is not being there.
BACKGROUND_HEADER = "x-background"
MAX_FIELDS = 200


@dataclass(frozen=True, slots=True)
class Caller:
    """The person or program behind a request, and what they may do."""

    account: Account
    #: None for an API token.
    session: Session | None

    @property
    def id(self) -> str:
        return self.account.id

    @property
    def practice_id(self) -> str:
        return self.account.practice_id

    def may(self, permission: Permission) -> bool:
        return allowed(self.account.role, permission)

    def must(self, permission: Permission) -> None:
        """Raises Refused (403)."""
        if not self.may(permission):
            raise Refused(403, "Your role does not include this. An administrator can change your role.")


class Guarded(APIRoute):
    """A route that finds out who asks before it reads anything else of the request.

    Routers take it as their `route_class`, so that a new route is closed unless somebody opens it.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def guarded(request: Request) -> Response:
            request.state.caller = await run_in_threadpool(identify, request)
            await check_origin(request)
            check_content(request)
            return await handle(request)

        return guarded


def identify(request: Request) -> Caller:
    """Raises Unknown."""
    work: Work = request.app.state.work
    kind, _, text = request.headers.get("authorization", "").partition(" ")
    with work.engine.begin() as connection:
        if kind:
            token = read_api_token(text.strip()) if kind.lower() == "bearer" else None
            account = users.find_token(connection, token, work.now()) if token else None
            if account is None or not request.url.path.startswith(API):
                raise Unknown
            return Caller(account, None)
        return _signed_in(request, work, connection)


def _signed_in(request: Request, work: Work, connection: Any) -> Caller:
    cookie = request.cookies.get(request.app.state.session_cookie, "")
    session = users.find_session(connection, hash_token(cookie)) if cookie else None
    if session is None:
        raise Unknown
    now = work.now()
    state = session_state(created_at=session.created_at, seen_at=session.seen_at, now=now)
    if state is not SessionState.LIVE:
        raise Unknown
    if BACKGROUND_HEADER not in request.headers:
        users.see_session(connection, session, now)
    return Caller(session.account, session)


async def check_origin(request: Request) -> None:
    """Refuses a change that did not come from a page of ours. Raises Refused (403)."""
    caller: Caller = request.state.caller
    if request.method in SAFE or caller.session is None:
        return
    check_site(request)
    token = request.headers.get(CSRF_HEADER) or str((await read_form(request)).get(CSRF_FIELD, ""))
    if not is_csrf_token(request.app.state.work.keyring, caller.session.id, token):
        raise Refused(403, "This form is out of date. Go back, reload the page and try again.")


def check_content(request: Request) -> None:
    """Raises Refused (415) for a body to the API that is not of the kind its route takes."""
    sent = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.url.path == files.API_ROUTE:
        if sent and kind not in files.KINDS:
            raise Refused(415, f"Send a file, with Content-Type: {' or '.join(files.KINDS)}.")
    elif request.url.path.startswith(API) and sent and kind != "application/json":
        raise Refused(415, "Send JSON, with Content-Type: application/json.")


def check_site(request: Request) -> None:
    """What the browser says of where a request was made. Raises Refused (403)."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    foreign = (
        site not in {"same-origin", "none"} if site else bool(origin) and not _ours(request, origin or "")
    )
    if foreign:
        raise Refused(403, "This request came from another site and was not carried out.")


def _ours(request: Request, origin: str) -> bool:
    return urlsplit(origin).netloc == request.headers.get("host")


async def read_form(request: Request) -> FormData:
    """The form sent, read once and kept; empty for any other kind of body."""
    kept: FormData | None = getattr(request.state, "form", None)
    if kept is None:
        kind = request.headers.get("content-type", "")
        if kind.startswith("application/x-www-form-urlencoded"):
            kept = await request.form(max_files=0, max_fields=MAX_FIELDS)
        elif kind.startswith("multipart/form-data") and request.url.path in files.PAGES:
            kept = await files.read_multipart(request)
        else:
            kept = FormData()
        request.state.form = kept
    return kept


def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


async def _form(request: Request) -> FormData:
    return await read_form(request)


CallerNow = Annotated[Caller, Depends(_caller)]
Form = Annotated[FormData, Depends(_form)]
