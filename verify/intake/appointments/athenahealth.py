"""athenahealth: notification bundles with ids alone, and the appointment its API answers with.

Bundle: aone-fhir-subscriptions 0.11 (2024-11-19). Its counters are per bundle and prove no gap; events come at
least once and in any order, so the event's own id tells a repeat. The API's field names are from memory of
its public reference and held loosely: what is not there reads as not said.
"""

import re
from datetime import datetime, time, tzinfo
from typing import Any

import msgspec

from verify.intake.appointments.appointment import Appointment, Cover, Person, Status
from verify.intake.appointments.foreign import (
    american_day,
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
from verify.intake.appointments.notice import Call, Context, Kind, Notice
from verify.intake.appointments.subscriptions import Event, state_of

SYSTEM = re.compile(r"urn:athenahealth:athenanet:appointment:(\d{1,12})")
NUMBER = re.compile(r"\d{1,18}")
#: `appointmentstatus`: x cancelled, f future, o open slot, 2 checked in, 3 checked out, 4 charge entered.
STATUSES = {
    "x": Status.CANCELLED,
    "f": Status.BOOKED,
    "o": Status.CANCELLED,
    "2": Status.ATTENDED,
    "3": Status.ATTENDED,
    "4": Status.ATTENDED,
}


def read(call: Call, context: Context) -> list[Notice]:
    """Raises Malformed."""
    state = state_of(decode(call.body), context)
    if state.kind is not Kind.APPOINTMENT:
        return [Notice(kind=state.kind, key=digest(call.body), subscription=state.subscription)]
    return [
        msgspec.structs.replace(
            _notice(event, digest(call.body, str(place))), subscription=state.subscription, state=state.state
        )
        for place, event in enumerate(state.events)
    ]


def _notice(event: Event, fallback: str) -> Notice:
    key = event.id or fallback
    system = SYSTEM.fullmatch(event.system)
    if system is None or not NUMBER.fullmatch(event.value):
        return Notice(kind=Kind.OTHER, key=key, at=event.at)
    return Notice(kind=Kind.APPOINTMENT, key=key, at=event.at, reference=f"{system[1]}/{event.value}")


def appointment(answer: Any, reference: str, zone: tzinfo) -> Appointment | None:
    """What `GET /v1/{practice}/appointments/{id}` says; None for an answer without an appointment."""
    found = next(parts(answer), None) if isinstance(answer, list) else part(answer)
    status = STATUSES.get(text((found or {}).get("appointmentstatus")).lower())
    if not found or status is None:
        return None
    return Appointment(
        external_id=reference,
        status=status,
        starts_at=_starts_at(found, zone),
        version_at=moment(found.get("lastmodified"), zone),
        services=tuple(
            filter(None, [text(found.get("appointmenttype")), text(found.get("patientappointmenttypename"))])
        ),
        patient=_person(part(found, "patient"), text(found.get("patientid"))),
        covers=tuple(_cover(each) for each in parts(found.get("insurances"))),
    )


def _starts_at(found: dict[str, Any], zone: tzinfo) -> datetime | None:
    on = american_day(found.get("date"))
    try:
        at = time.fromisoformat(text(found.get("starttime")))
    except ValueError:
        return None
    return in_range(datetime.combine(on, at.replace(tzinfo=None), tzinfo=zone)) if on else None


def _person(patient: dict[str, Any], external_id: str) -> Person:
    return Person(
        last_name=text(patient.get("lastname")),
        first_name=text(patient.get("firstname")),
        middle_name=text(patient.get("middlename")),
        birth_date=american_day(patient.get("dob")),
        sex=sex(patient.get("sex")),
        phone=first(patient.get("mobilephone"), patient.get("homephone")),
        external_id=external_id,
    )


def _cover(insurance: dict[str, Any]) -> Cover:
    holder = _holder(insurance)
    return Cover(
        payer=first(insurance.get("ircname"), insurance.get("insuranceplanname")),
        payer_id=text(insurance.get("eligibilitypayerid")),
        member_id=first(insurance.get("insuranceidnumber"), insurance.get("policynumber")),
        group_number=text(insurance.get("insurancegroupnumber")),
        rank=rank(insurance.get("sequencenumber")),
        subscriber=holder,
        relationship={"spouse": "spouse", "child": "child"}.get(
            text(insurance.get("relationshiptoinsured")).lower(), "other"
        ),
    )


def _holder(insurance: dict[str, Any]) -> Person | None:
    """The policy holder, where it is said to be somebody else."""
    if text(insurance.get("relationshiptoinsured")).lower() in {"", "self"}:
        return None
    found = Person(
        last_name=text(insurance.get("insurancepolicyholderlastname")),
        first_name=text(insurance.get("insurancepolicyholderfirstname")),
        birth_date=american_day(insurance.get("insurancepolicyholderdob")),
        sex=sex(insurance.get("insurancepolicyholdersex")),
    )
    return found if found.last_name and found.first_name else None
