"""Exchange: the raw question and answer, with times, kept as evidence."""

from datetime import datetime

import msgspec


class Exchange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What went over the wire, byte for byte, without credentials.

    `response` is empty when nothing came back; `response_at` is when its last byte was read.
    Holds patient data: encrypted where it is stored, never printed.
    """

    account_id: str
    trace: str
    control_number: int
    request: bytes
    requested_at: datetime
    request_type: str = ""
    response: bytes = b""
    response_at: datetime | None = None
    response_type: str = ""
    http_status: int | None = None

    def __repr__(self) -> str:
        return (
            f"Exchange(account_id={self.account_id!r}, trace={self.trace!r}, http_status={self.http_status})"
        )
