"""Appointment: what an appointment system says of one visit, in one shape for all of them."""

from datetime import date, datetime
from enum import StrEnum

import msgspec


class Status(StrEnum):
    """What the visit is now."""

    #: Proposed, requested, on a waiting list: not yet a visit.
    TENTATIVE = "tentative"
    BOOKED = "booked"
    #: The patient is there, or was.
    ATTENDED = "attended"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"


class _Hidden(msgspec.Struct, frozen=True, kw_only=True):
    """Patient data: never shown in a repr."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


class Person(_Hidden, frozen=True, kw_only=True):
    """The patient or a subscriber, as far as it was said; empty is "not said"."""

    last_name: str = ""
    first_name: str = ""
    middle_name: str = ""
    birth_date: date | None = None
    #: M, F, U or empty.
    sex: str = ""
    phone: str = ""
    #: The source's own number for the patient.
    external_id: str = ""


class Cover(_Hidden, frozen=True, kw_only=True):
    """One policy, as the source knows it."""

    #: Name or code of the payer, as the source writes it.
    payer: str = ""
    #: The payer's id at a clearinghouse, where the source has one.
    payer_id: str = ""
    member_id: str = ""
    group_number: str = ""
    #: 1 primary, 2 secondary …
    rank: int = 1
    #: None: the patient is the subscriber, or nobody said.
    subscriber: Person | None = None
    #: What the patient is to the subscriber: spouse, child, other.
    relationship: str = "other"


class Appointment(_Hidden, frozen=True, kw_only=True):
    """One visit at one source."""

    #: The source's id of the appointment.
    external_id: str
    status: Status
    #: Aware; None when not said.
    starts_at: datetime | None = None
    #: When the source last changed it, by the source's clock: the newest version wins.
    version_at: datetime | None = None
    #: Service lines of ours, where the source speaks our words.
    service_lines: tuple[str, ...] = ()
    #: Visit types, reasons and procedure codes, in the source's words.
    services: tuple[str, ...] = ()
    patient: Person = Person()
    covers: tuple[Cover, ...] = ()
    provider_npi: str = ""
    #: False for a break, a blocked slot, a meeting.
    is_visit: bool = True


def primary(covers: tuple[Cover, ...]) -> Cover:
    """The policy to ask first; an empty one when none was said."""
    return min(covers, key=lambda cover: cover.rank, default=Cover())
