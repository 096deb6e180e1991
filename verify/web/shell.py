"""What every request passes through: its id, the headers, the body's limit, the log line, the last catch."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from verify.security.logging import get_logger
from verify.verification import new_id
from verify.web.files import most_bytes

MAX_BODY_BYTES = 1024 * 1024
#: How much of a body that is too large is read and dropped, so that its sender gets to read why.
DRAINED_BYTES = 32 * 1024 * 1024
DRAINED_SECONDS = 10.0

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "font-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Other sites learn nothing; our own forms keep an Origin to check.
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
TRANSPORT_SECURITY = "max-age=31536000; includeSubDomains"

log = get_logger(__name__)


class Shell:
    """The outermost layer of the application; whatever happens inside, the answer carries the headers."""

    def __init__(self, app: ASGIApp, *, respond: Callable[[Request, int], Response], over_tls: bool) -> None:
        self.app = app
        #: Makes the answer for a status that no route gives.
        self.respond = respond
        self.headers = {**HEADERS, "Strict-Transport-Security": TRANSPORT_SECURITY} if over_tls else HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        state["request_id"] = new_id("req")
        started, status = time.perf_counter(), 0

        async def finish(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                self._dress(MutableHeaders(scope=message), scope)
            await send(message)

        try:
            if too_large(scope):
                # Who asks before sending is answered at once.
                if "expect" not in Headers(scope=scope):
                    await drain(receive)
                await self.respond(Request(scope), 413)(scope, receive, finish)
            else:
                await self.app(scope, limited(receive, most_bytes(scope["path"], MAX_BODY_BYTES)), finish)
        except Exception:
            # The last catch: the server's own would print the error with its values.
            log.exception("request failed", request_id=state["request_id"])
            if status == 0:
                await self.respond(Request(scope), 500)(scope, receive, finish)
        finally:
            log_access(scope, status, started)

    def _dress(self, headers: MutableHeaders, scope: Scope) -> None:
        for name, value in self.headers.items():
            headers[name] = value
        headers.setdefault("Cache-Control", "no-store")
        headers["X-Request-Id"] = scope["state"]["request_id"]


def too_large(scope: Scope) -> bool:
    """Whether the body is announced as over the limit."""
    announced = Headers(scope=scope).get("content-length", "0")
    return not announced.isdigit() or int(announced) > most_bytes(scope["path"], MAX_BODY_BYTES)


async def drain(receive: Receive) -> None:
    """Reads and drops what is still coming, within bounds: a sender that cannot finish never reads our answer."""
    seen = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(DRAINED_SECONDS):
            while seen <= DRAINED_BYTES:
                message = await receive()
                seen += len(message.get("body", b""))
                if not message.get("more_body", False):
                    return


def limited(receive: Receive, most: int = MAX_BODY_BYTES) -> Receive:
    """`receive`, giving up with 413 on a body that was not announced and runs over the limit."""
    seen = 0

    async def receive_limited() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > most:
            if message.get("more_body", False):
                await drain(receive)
            raise HTTPException(413)
        return message

    return receive_limited


def log_access(scope: Scope, status: int, started: float) -> None:
    """One line per request: the route's pattern, never the path as sent or its query, which may hold names."""
    route = getattr(scope.get("route"), "path", None) or "-"
    milliseconds = round((time.perf_counter() - started) * 1000, 1)
    log.info(
        "request",
        request_id=scope["state"]["request_id"],
        method=scope["method"] if scope["method"] in _METHODS else "-",
        route=route,
        status=status,
        duration_ms=milliseconds,
    )


_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
