"""Decision: what goes back for one question, when, and how it reaches the asker."""

from enum import Enum

import msgspec


class Delivery(Enum):
    """How the bytes of an answer go out."""

    WHOLE = "whole"
    #: Not at all; the connection stays open.
    HANG = "hang"
    #: The connection is reset instead.
    RESET = "reset"
    #: The connection is reset in the middle.
    DROP = "drop"
    #: The connection is closed in the middle.
    TRUNCATE = "truncate"
    #: A byte at a time.
    DRIP = "drip"
    #: Then more and more, without an end.
    FLOOD = "flood"


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What goes back. `outcome` is the word in the log."""

    outcome: str
    status: int = 200
    content_type: str = "text/plain"
    body: bytes = b""
    headers: dict[str, str] = {}
    wait_seconds: float = 0.0
    delivery: Delivery = Delivery.WHOLE
    #: Between the bytes of a drip.
    pause_seconds: float = 0.0
    member: str = ""
    trace: str = ""
    service_type: str = ""
