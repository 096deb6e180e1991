"""Elation: `saved` and `deleted` events with the appointment in them; the patient is fetched.

Event and Appointment: Elation's OpenAPI document. Calendar blocks come as appointments of another
`time_slot_type`. The event's UUID is of version 7 and tells when it happened.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from verify.intake.appointments.appointment import Appointment, Cover, Person, Status
from verify.intake.appointments.foreign import (
    day,
    decode,
    digest,
    first,
    in_range,
    moment,
    part,
    parts,
    rank,
    sex,
    text,
)
from verify.intake.appointments.notice import Call, Context, Kind, Malformed, Notice

STATUSES = {"scheduled": Status.BOOKED, "confirmed": Status.BOOKED, "cancelled": Status.CANCELLED}
STATUSES |= {"not seen": Status.NO_SHOW}
STATUSES |= dict.fromkeys(
    ("billed", "checked in", "checked out", "in room", "in room - vitals taken", "with doctor"),
    Status.ATTENDED,
)


def read(call: Call, context: Context) -> list[Notice]:
    """Raises Malformed."""
    event = decode(call.body)
    uuid = text(event.get("event_uuid"))
    key = first(uuid, event.get("event_id")) or digest(call.body)
    if text(event.get("resource")) != "appointments":
        return [Notice(kind=Kind.OTHER, key=key)]
    found = _appointment(event, _time_of(uuid), context)
    asked = found.patient.external_id if found.status is Status.BOOKED and found.is_visit else ""
    reference = f"patients/{asked}" if asked.isdecimal() else ""
    return [
        Notice(kind=Kind.APPOINTMENT, key=key, appointment=found, reference=reference, at=found.version_at)
    ]


def _appointment(event: dict[str, Any], at: datetime | None, context: Context) -> Appointment:
    data = part(event, "data")
    external_id = text(data.get("id"))
    status = STATUSES.get(text(part(data, "status").get("status")).lower(), Status.BOOKED)
    if not external_id:
        raise Malformed("The event has no data.id.")
    return Appointment(
        external_id=external_id,
        status=Status.CANCELLED if text(event.get("action")) == "deleted" else status,
        starts_at=moment(data.get("scheduled_date"), context.zone),
        version_at=at,
        services=tuple(filter(None, [text(data.get("reason"))])),
        patient=Person(external_id=text(data.get("patient"))),
        is_visit=text(data.get("time_slot_type")) in {"", "appointment"},
    )


def _time_of(uuid: str) -> datetime | None:
    """The milliseconds in a UUID of version 7 (RFC 9562); None for any other."""
    try:
        parsed = UUID(uuid)
    except ValueError:
        return None
    if parsed.version != 7:
        return None
    try:
        return in_range(datetime.fromtimestamp((parsed.int >> 80) / 1000, UTC))
    except (ValueError, OverflowError, OSError):
        return None


def person(patient: dict[str, Any]) -> Person:
    """What `GET /patients/{id}/` says."""
    phones = (each.get("phone") for each in parts(patient.get("phones")))
    return Person(
        last_name=text(patient.get("last_name")),
        first_name=text(patient.get("first_name")),
        middle_name=text(patient.get("middle_name")),
        birth_date=day(patient.get("dob")),
        sex=sex(patient.get("sex")),
        phone=first(*phones),
        external_id=text(patient.get("id")),
    )


def covers(patient: dict[str, Any]) -> tuple[Cover, ...]:
    return tuple(
        Cover(
            payer=first(each.get("carrier"), part(each, "insurance_company").get("carrier")),
            member_id=text(each.get("member_id")),
            group_number=text(each.get("group_id")),
            rank=rank(each.get("rank")),
            subscriber=_holder(each),
        )
        for each in parts(patient.get("insurances"))
    )


def _holder(insurance: dict[str, Any]) -> Person | None:
    found = Person(
        last_name=text(insurance.get("insured_person_last_name")),
        first_name=text(insurance.get("insured_person_first_name")),
        birth_date=day(insurance.get("insured_person_birthdate")),
    )
    return found if found.last_name and found.first_name else None
