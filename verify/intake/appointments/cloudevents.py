"""CloudEvents 1.0 over HTTP: binary, structured and batched; their data is our published visit."""

import base64
import binascii
from typing import Any
from urllib.parse import unquote

import msgspec

from verify.intake.appointments import standard
from verify.intake.appointments.foreign import decode, text
from verify.intake.appointments.notice import Call, Context, Malformed, Notice, UnknownType

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
REQUIRED = ("id", "source", "specversion", "type")
MOST_EVENTS = 1000


def read(call: Call, context: Context) -> list[Notice]:
    """Raises Malformed and UnknownType."""
    match call.content_type:
        case "application/cloudevents+json":
            events = [decode(call.body)]
        case "application/cloudevents-batch+json":
            events = _batch(call.body)
        case _:
            events = [_binary(call)]
    return [_notice(event, context) for event in events]


def _notice(event: dict[str, Any], context: Context) -> Notice:
    absent = [name for name in REQUIRED if not text(event.get(name))]
    if absent:
        raise Malformed(f"Attributes are missing: {', '.join(absent)}.")
    if text(event["specversion"]) != "1.0":
        raise Malformed("specversion is not 1.0.")
    # "com.example.appointment.booked" is "appointment.booked" of somebody.
    _, prefix, kind = text(event["type"]).rpartition(standard.PREFIX)
    if not prefix:
        raise UnknownType
    document = {
        "type": prefix + kind,
        "timestamp": event.get("time") or context.now.isoformat(),
        "data": _data(event),
    }
    return standard.notice(document, key=f"{text(event['source'])}|{text(event['id'])}")


def _data(event: dict[str, Any]) -> Any:
    encoded = event.get("data_base64")
    if encoded is None:
        return event.get("data")
    if "data" in event:
        raise Malformed("An event has data or data_base64, not both.")
    try:
        return decode(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError, TypeError):
        raise Malformed("data_base64 is not base64.") from None


def _binary(call: Call) -> dict[str, Any]:
    """Attributes are headers: `ce-id`, `ce-source` …, percent-encoded."""
    named = {
        name.removeprefix("ce-"): unquote(value, errors="replace")
        for name, value in call.headers.items()
        if name.startswith("ce-")
    }
    return {**named, "data": decode(call.body)}


def _batch(body: bytes) -> list[dict[str, Any]]:
    try:
        events = msgspec.json.decode(body, type=list[dict[str, Any]])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, ValueError):
        raise Malformed("The body is not a JSON list of events.") from None
    if len(events) > MOST_EVENTS:
        raise Malformed(f"A batch holds {MOST_EVENTS} events at most.")
    return events
