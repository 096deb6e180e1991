"""What went wrong, said to a program (RFC 9457) or to a person; never with a value that was sent."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from verify import steps
from verify.security.logging import get_logger
from verify.web import pages

API = "/api/"
#: Who sends there is a program.
PROGRAMS = (API, "/webhooks/")
RETRY_SECONDS = 5

TITLES = {
    400: "This request cannot be understood",
    401: "We do not know who asks",
    403: "Your role does not allow this",
    404: "Not found",
    405: "Not possible here",
    410: "Gone for good",
    409: "Not now",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Wrong content type",
    422: "Some fields need correcting",
    428: "Say which version you change",
    429: "Too much at once",
    500: "Something failed on our side",
    503: "The database cannot be reached",
}
DETAILS = {
    404: "There is nothing at this address, or it belongs to another practice.",
    413: "A request may hold 1 MiB at most, a file of rows 10 MiB.",
    415: "Send JSON, with Content-Type: application/json.",
    405: "This address does not take that method.",
    500: "It was recorded under the request id. Nothing was half-stored.",
    503: "Nothing was stored. Try again in a few seconds.",
}

log = get_logger(__name__)


class FieldError(BaseModel):
    """One field and what is wrong with it."""

    #: JSON pointer into the request body: "/coverage/member_id".
    pointer: str
    detail: str


class Problem(BaseModel):
    """RFC 9457."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    #: The request id, also in X-Request-Id and in the log.
    instance: str
    errors: list[FieldError] = []


class Refused(HTTPException):
    """An error of ours, with the fields it is about."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        errors: list[FieldError] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, headers)
        self.errors = errors or []


class Unknown(HTTPException):
    """Nobody is signed in: a page leads to the sign-in page, the API answers 401."""

    def __init__(self) -> None:
        super().__init__(401, headers={"WWW-Authenticate": "Bearer"})


def register(app: FastAPI) -> None:
    """Makes `app` answer every error in our words."""
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(steps.NotFound, _not_found)
    app.add_exception_handler(steps.NotAllowed, _not_allowed)
    app.add_exception_handler(Unknown, _unknown)
    app.add_exception_handler(DataError, _unstorable)
    for away in (OperationalError, InterfaceError, PoolTimeout):
        app.add_exception_handler(away, _database_away)


def respond(
    request: Request,
    status: int,
    detail: str = "",
    errors: list[FieldError] | None = None,
    headers: dict[str, str] | None = None,
) -> Response:
    """The problem as JSON to a program, as a page to a person."""
    problem = Problem(
        type=f"urn:verify:problem:{HTTPStatus(status).phrase.lower().replace(' ', '-')}",
        title=TITLES.get(status, HTTPStatus(status).phrase),
        status=status,
        detail=detail or DETAILS.get(status, ""),
        instance=request.state.request_id,
        errors=errors or [],
    )
    if request.url.path.startswith(PROGRAMS):
        return JSONResponse(
            problem.model_dump(), status, headers=headers, media_type="application/problem+json"
        )
    return pages.render(request, "problem.html", status=status, headers=headers, problem=problem)


def field_errors(found: ValidationError | RequestValidationError, *, skip: int = 0) -> list[FieldError]:
    """Pointers and our words; pydantic's `input` and `ctx` stay behind.

    `skip` leaves out leading parts of the place, such as "body".
    """
    return [
        FieldError(pointer=_pointer(error["loc"][skip:]), detail=_words(error)) for error in found.errors()
    ]


def _pointer(place: tuple[int | str, ...]) -> str:
    parts = (str(part).replace("~", "~0").replace("/", "~1") for part in place)
    return "".join(f"/{part}" for part in parts)


def _words(error: Any) -> str:
    kind = error["type"]
    if kind == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    return _WORDS.get(kind) or str(error["msg"])


#: pydantic's error types in plain words; what is not here keeps pydantic's, which name no input.
_WORDS = {
    "missing": "is required",
    "extra_forbidden": "is not a field we know",
    "string_too_short": "is required",
    "date_from_datetime_parsing": "must be a date, as 2026-12-31",
    "date_parsing": "must be a date, as 2026-12-31",
    "date_type": "must be a date, as 2026-12-31",
    "json_invalid": "is not valid JSON",
    "too_short": "choose at least one",
    "string_pattern_mismatch": "is not written as it should be",
}


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # registered for it alone
    detail = error.detail if isinstance(error, Refused) or error.status_code == 403 else ""
    errors = error.errors if isinstance(error, Refused) else []
    headers = dict(error.headers) if error.headers else None
    return respond(request, error.status_code, detail, errors, headers)


def _not_found(request: Request, _: Exception) -> Response:
    return respond(request, 404)


def _not_allowed(request: Request, _: Exception) -> Response:
    return respond(
        request,
        409,
        "This is not possible as things stand now: the state changed, or another patient has this name and birth date. Reload to see where it stands.",
    )


def _unknown(request: Request, error: Exception) -> Response:
    if request.url.path.startswith(API):
        return _refused(request, error)
    if "hx-request" in request.headers:
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in?ended=1"})
    brought_session = request.app.state.session_cookie in request.cookies
    return pages.go("/sign-in?ended=1" if brought_session else "/sign-in")


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # registered for it alone
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        # Its place is a character offset, not a field.
        place = first["loc"][-1]
        return respond(request, 400, f"The body is not valid JSON (at character {place}).")
    return respond(request, 422, "Some fields need correcting.", field_errors(error, skip=1))


def _unstorable(request: Request, _: Exception) -> Response:
    """A value no column can take, such as a NUL character or a number beyond its range."""
    return respond(request, 422, "A value sent here cannot be stored or looked for.")


def _database_away(request: Request, error: Exception) -> Response:
    log.error("database_away", request_id=request.state.request_id, error_type=type(error).__name__)
    return respond(request, 503, headers={"Retry-After": str(RETRY_SECONDS)})
