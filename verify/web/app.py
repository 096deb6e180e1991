"""The application: every route, behind one shell."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.responses import Response
from starlette.types import Scope

from verify.security.passwords import Passwords
from verify.settings import Settings
from verify.settings import settings as read_settings
from verify.steps import Doors, Work, open_work
from verify.web import (
    access_page,
    account,
    api,
    clinical,
    clinical_api,
    cost,
    courses,
    findings,
    health,
    imports,
    imports_api,
    learned,
    nights,
    nights_api,
    notices,
    pages,
    payers,
    prices,
    problems,
    repairs,
    sign_in,
    submit,
    verification,
    webhooks,
    worklist,
)
from verify.web.shell import Shell

#: In this order: "/verifications/new" stands before "/verifications/{id}"; what comes hundreds of times a second is first.
ROUTERS = (
    webhooks.router,
    health.router,
    sign_in.open_router,
    sign_in.router,
    account.router,
    worklist.router,
    submit.router,
    imports.router,
    verification.router,
    repairs.router,
    clinical.router,
    cost.pages_router,
    learned.router,
    nights.router,
    access_page.router,
    notices.router,
    prices.router,
    payers.router,
    api.router,
    payers.api_router,
    repairs.api_router,
    cost.router,
    courses.router,
    clinical_api.router,
    clinical_api.authorization_router,
    findings.router,
    learned.api_router,
    imports_api.router,
    nights_api.router,
)


def create_app(
    settings: Settings, work: Work | None = None, *, passwords: Passwords | None = None
) -> FastAPI:
    """The application on the servers `settings` name. Raises KeyFileError for keys that cannot be used."""
    app = FastAPI(
        title="Verify",
        version="1",
        description="Insurance benefit verification. Bearer tokens: `Authorization: Bearer verify_…`.",
        openapi_url=None,
        lifespan=closing,
        redirect_slashes=False,
    )
    app.state.work = work or open_work(settings)
    app.state.doors = Doors(app.state.work)
    app.state.passwords = passwords or Passwords()
    # The prefix makes browsers refuse the cookie unless it came over TLS, for this host alone.
    prefix = "__Host-" if settings.secure_cookies else ""
    app.state.session_cookie = f"{prefix}session"
    app.state.visitor_cookie = f"{prefix}visitor"
    for router in ROUTERS:
        app.include_router(router)
    app.mount("/static", Kept(directory=pages.STATIC))
    problems.register(app)
    app.add_middleware(Shell, respond=problems.respond, over_tls=settings.secure_cookies)
    return app


def app() -> FastAPI:
    """For `uvicorn --factory verify.web.app:app`: the settings of this process."""
    return create_app(read_settings())


@asynccontextmanager
async def closing(app: FastAPI) -> AsyncIterator[None]:
    yield
    app.state.work.close()


class Kept(StaticFiles):
    """Static files; an address with the file's digest in it may be kept for good."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        dated = scope["query_string"].startswith(b"v=")
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if dated else "no-cache"
        return answer
