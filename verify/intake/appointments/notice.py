"""Notice: one thing a delivery tells us, and the errors of deliveries that tell nothing."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import NamedTuple

import msgspec

from verify.intake.appointments.appointment import Appointment


class Malformed(Exception):
    """The bytes are not what their sender's format says (400). The text is ours and repeats nothing."""


class UnknownType(Exception):
    """A content type or an event that this kind of source does not send (415)."""


class Call(NamedTuple):
    """One request as it came, before anything in it is believed."""

    method: str
    #: Path and query as sent, still encoded.
    path: str
    query: str
    #: Names in lower case.
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


class Context(NamedTuple):
    """What a reader may know besides the bytes."""

    #: The practice's: for times without an offset.
    zone: tzinfo
    #: When the delivery came in.
    now: datetime


class Kind(StrEnum):
    APPOINTMENT = "appointment"
    #: A subscription begins; nothing has happened yet.
    HANDSHAKE = "handshake"
    #: A subscription is still there.
    HEARTBEAT = "heartbeat"
    #: Nothing about an appointment: acknowledged and left alone.
    OTHER = "other"


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One event. With `reference` the rest is to be fetched from the source."""

    kind: Kind
    #: The same for every delivery of the same event.
    key: str
    appointment: Appointment | None = None
    #: What to fetch, in words of the source's client: "Appointment/7"; empty when all is here.
    reference: str = ""
    #: When it happened, by the source's clock.
    at: datetime | None = None
    # Of topic-based subscriptions:
    subscription: str = ""
    #: Of the event, counted from the subscription's start; None where it counts otherwise.
    number: int | None = None
    #: Events since the subscription's start, as its server counts them.
    total: int | None = None
    #: active, error, off …
    state: str = ""

    def __repr__(self) -> str:
        return f"Notice(kind={self.kind.value!r})"
