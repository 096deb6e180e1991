"""Webhooks: what appointment systems send, let in by its signature and acknowledged when it is stored."""

from typing import Annotated
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from verify import steps
from verify.intake.appointments import SCHEMES, Call, Malformed, UnknownType
from verify.intake.appointments.hl7v2 import acknowledgment, parse
from verify.intake.appointments.signatures import drchrono_token
from verify.steps import Doors, Work
from verify.store.sources import Source
from verify.web.problems import Refused

router = APIRouter(include_in_schema=False, prefix="/webhooks/appointments")

#: DrChrono's challenge is short; a long one is nobody's.
LONGEST_CHALLENGE = 500
NOBODY = "No source has this address."
RETIRED = "This source is retired. Stop sending."
UNSIGNED = "The signature, secret or timestamp is not one of this source's."


async def raw_call(request: Request) -> Call:
    """The request as it came; the body byte for byte, since every signature is over the bytes."""
    return Call(
        method=request.method,
        path=request.scope.get("raw_path", b"").decode("latin-1"),
        query=request.scope.get("query_string", b"").decode("latin-1"),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=await request.body(),
    )


RawCall = Annotated[Call, Depends(raw_call)]


@router.post("/{source}")
def deliver(request: Request, source: str, call: RawCall) -> Response:
    """200 once it is stored; 401, 400, 413, 415, 429 say what is wrong; 503 while nothing can be stored."""
    work: Work = request.app.state.work
    known = _source(request, source)
    wait = _doors(request).wait_seconds(known)
    if wait:
        raise Refused(429, "Too many deliveries at once.", headers={"Retry-After": str(int(wait) + 1)})
    call = _with_token_of_query(known, call)
    if not steps.is_signed(known, call, work.now()):
        raise Refused(401, UNSIGNED)
    if call.content_type not in SCHEMES[known.scheme].content_types:
        raise Refused(415, "This kind of source does not send this content type.")
    try:
        steps.take_in(work, known, call)
    except Malformed as failure:
        raise Refused(400, str(failure)) from None
    except UnknownType:
        raise Refused(415, "This kind of source does not send this kind of event.") from None
    return _acknowledge(work, known, call)


@router.get("/{source}")
def greet(request: Request, source: str, msg: str | None = None) -> Response:
    """DrChrono asks whether we know the secret before it sends anything."""
    known = _source(request, source)
    if known.scheme != "drchrono":
        raise Refused(405, "Deliveries are posted here.", headers={"Allow": "POST"})
    if msg is None or len(msg) > LONGEST_CHALLENGE:
        raise Refused(400, "The challenge is missing: ?msg=…")
    return JSONResponse({"secret_token": drchrono_token(known.secrets(request.app.state.work.now())[0], msg)})


@router.options("/{source}")
def allow(request: Request, source: str) -> Response:
    """CloudEvents' handshake: may this origin deliver here, and how much?"""
    known = _source(request, source)
    origin = request.headers.get("webhook-request-origin", "")
    if known.scheme != "cloudevents" or not origin:
        raise Refused(405, "Deliveries are posted here.", headers={"Allow": "POST"})
    per_minute = int(steps.rate_of(known) * 60)
    # Who may deliver is decided by the secret; the origin is told nothing it did not say.
    return Response(
        headers={"Allow": "POST", "WebHook-Allowed-Origin": "*", "WebHook-Allowed-Rate": str(per_minute)}
    )


def _doors(request: Request) -> Doors:
    doors: Doors = request.app.state.doors
    return doors


def _source(request: Request, source_id: str) -> Source:
    """Raises Refused: 404 for nobody's address, 410 for a source that is retired."""
    found = _doors(request).source(source_id)
    if found is None:
        raise Refused(404, NOBODY)
    if found.retired:
        raise Refused(410, RETIRED)
    return found


def _with_token_of_query(source: Source, call: Call) -> Call:
    """CloudEvents lets a sender put its token into the address."""
    if source.scheme != "cloudevents" or "authorization" in call.headers:
        return call
    sent = parse_qs(call.query, max_num_fields=20) if call.query.count("&") < 20 else {}
    tokens = sent.get("access_token", [])
    if len(tokens) != 1:
        return call
    return call._replace(headers={**call.headers, "authorization": f"Bearer {tokens[0]}"})


def _acknowledge(work: Work, source: Source, call: Call) -> Response:
    """Each in its own words: HL7 waits for an acknowledgment, the others for a status."""
    if source.scheme == "hl7v2":
        answer = acknowledgment(parse(call.body), "AA", work.now())
        return Response(answer, media_type="application/hl7-v2")
    return JSONResponse({"status": "stored"})
