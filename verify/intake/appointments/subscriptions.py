"""FHIR topic-based subscriptions -> notices: R4 (Parameters), R4B and R5 (SubscriptionStatus)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from verify.intake.appointments import fhir
from verify.intake.appointments.appointment import Appointment, Status
from verify.intake.appointments.foreign import decode, digest, moment, part, parts, text
from verify.intake.appointments.notice import Call, Context, Kind, Malformed, Notice

#: Event numbers are FHIR integer64; what is larger is no count of appointments.
LARGEST = 2**53
MOST_EVENTS = 1000
KINDS = {
    "handshake": Kind.HANDSHAKE,
    "heartbeat": Kind.HEARTBEAT,
    "query-status": Kind.HEARTBEAT,
    "event-notification": Kind.APPOINTMENT,
    "query-event": Kind.APPOINTMENT,
}
#: `reference` of an event that names nothing: its subscription is asked for it.
EVENTS = "$events"


class Event(msgspec.Struct, frozen=True):
    """One `notificationEvent`."""

    number: int | None
    at: datetime | None
    #: "Appointment/7"; empty in the `empty` encoding.
    focus: str
    #: What the sender calls the event, where it does.
    id: str
    #: `focus.identifier`: system and value.
    system: str = ""
    value: str = ""


class State(msgspec.Struct, frozen=True):
    """The SubscriptionStatus of a notification, whichever release wrote it."""

    kind: Kind
    subscription: str
    topic: str
    state: str
    total: int | None
    events: list[Event]


def read(call: Call, context: Context) -> list[Notice]:
    """Raises Malformed."""
    return read_bundle(call.body, context)


def read_bundle(body: bytes, context: Context) -> list[Notice]:
    bundle = decode(body)
    state = state_of(bundle, context)
    if state.kind is not Kind.APPOINTMENT:
        return [_about(state, Notice(kind=state.kind, key=digest(state.subscription, body)))]
    known = fhir.by_reference(_resources(bundle))
    return [
        _about(state, _notice(state, event, known, context, digest(body, str(place))))
        for place, event in enumerate(state.events)
    ]


def state_of(bundle: dict[str, Any], context: Context) -> State:
    """Raises Malformed for what is no notification of a subscription."""
    if bundle.get("resourceType") != "Bundle":
        raise Malformed("The body is not a FHIR Bundle.")
    for entry in parts(bundle.get("entry")):
        resource = part(entry, "resource")
        if resource.get("resourceType") == "SubscriptionStatus":
            return _state(resource, context)
        if resource.get("resourceType") == "Parameters":
            return _state(_from_parameters(resource), context)
    raise Malformed("The Bundle has no status of a subscription.")


def _state(status: dict[str, Any], context: Context) -> State:
    kind = KINDS.get(text(status.get("type")))
    if kind is None:
        raise Malformed("The notification has no type we know.")
    events = [_event(each, context) for each in parts(status.get("notificationEvent"))]
    if len(events) > MOST_EVENTS:
        raise Malformed(f"A notification holds {MOST_EVENTS} events at most.")
    return State(
        kind=kind,
        subscription=fhir.relative(text(part(status, "subscription").get("reference"))),
        topic=text(status.get("topic")),
        state=text(status.get("status")),
        total=_number(status.get("eventsSinceSubscriptionStart")),
        events=events,
    )


def _event(event: dict[str, Any], context: Context) -> Event:
    focus = part(event, "focus")
    return Event(
        number=_number(event.get("eventNumber")),
        at=moment(event.get("timestamp"), context.zone),
        focus=fhir.relative(text(focus.get("reference"))),
        id=text(event.get("id")),
        system=text(part(focus, "identifier").get("system")),
        value=text(part(focus, "identifier").get("value")),
    )


#: Names of R4's Parameters -> elements of SubscriptionStatus.
ELEMENTS = {
    "subscription": "subscription",
    "topic": "topic",
    "status": "status",
    "type": "type",
    "events-since-subscription-start": "eventsSinceSubscriptionStart",
    "event-number": "eventNumber",
    "timestamp": "timestamp",
    "focus": "focus",
}


def _from_parameters(resource: dict[str, Any]) -> dict[str, Any]:
    """R4 writes the status as Parameters; here it is again as R4B would have it."""
    named = _named(parts(resource.get("parameter")))
    named["notificationEvent"] = [
        _named(parts(each.get("part")))
        for each in parts(resource.get("parameter"))
        if text(each.get("name")) == "notification-event"
    ]
    return named


def _named(parameters: Iterator[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for parameter in parameters:
        element = ELEMENTS.get(text(parameter.get("name")))
        values = [value for name, value in parameter.items() if name.startswith("value")]
        if element and values:
            found[element] = values[0]
    return found


def _resources(bundle: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for entry in parts(bundle.get("entry")):
        resource = part(entry, "resource")
        if text(resource.get("resourceType")) not in {"", "SubscriptionStatus", "Parameters"}:
            yield resource


def _notice(state: State, event: Event, known: fhir.Known, context: Context, fallback: str) -> Notice:
    key = fallback if event.number is None else f"{state.subscription}|{event.number}|{event.at}"
    here = Notice(kind=Kind.APPOINTMENT, key=key, at=event.at, number=event.number)
    if not event.focus:
        return msgspec.structs.replace(here, reference=EVENTS)
    if not event.focus.startswith("Appointment/"):
        return msgspec.structs.replace(here, kind=Kind.OTHER)
    found = fhir.appointment(known.get(event.focus, {}), context.zone, known)
    if found is None:
        return msgspec.structs.replace(here, reference=event.focus)
    if found.version_at is None:
        found = msgspec.structs.replace(found, version_at=event.at)
    rest = event.focus if is_incomplete(found) else ""
    return msgspec.structs.replace(here, appointment=found, reference=rest)


def is_incomplete(found: Appointment) -> bool:
    """Whether a patient or a policy is still to be fetched; for a visit that is off nobody is asked."""
    return found.status is Status.BOOKED and not (found.patient.last_name and found.covers)


def _about(state: State, notice: Notice) -> Notice:
    return msgspec.structs.replace(
        notice, subscription=state.subscription, total=state.total, state=state.state
    )


def _number(value: object) -> int | None:
    """integer64 is a text in JSON; R4 writes all counters as texts."""
    said = text(value)
    return int(said) if said.isascii() and said.isdigit() and len(said) < 17 and int(said) < LARGEST else None
