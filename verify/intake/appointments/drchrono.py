"""DrChrono: events with the appointment in them, primary and secondary payer too; the patient is fetched.

Source: the v4 documents. There is no event for a cancellation: `status` and `deleted_flag` of a change say it.
"""

from typing import Any

from verify.intake.appointments.appointment import Appointment, Cover, Person, Status
from verify.intake.appointments.foreign import day, decode, digest, first, moment, part, sex, text
from verify.intake.appointments.notice import Call, Context, Kind, Malformed, Notice

STATUSES = {"cancelled": Status.CANCELLED, "no show": Status.NO_SHOW}
STATUSES |= dict.fromkeys(
    ("arrived", "checked in", "checked in online", "in room", "in session", "complete"), Status.ATTENDED
)
RANKS = {"primary": 1, "secondary": 2}


def read(call: Call, context: Context) -> list[Notice]:
    """Raises Malformed."""
    event = call.headers.get("x-drchrono-event", "").strip()
    key = call.headers.get("x-drchrono-delivery", "").strip() or digest(call.body)
    document = decode(call.body)
    if not event.startswith("APPOINTMENT_"):
        return [Notice(kind=Kind.OTHER, key=key)]
    data = part(document, "object")
    found = _appointment(data, event, context)
    asked = text(data.get("patient"))
    wanted = found.status is Status.BOOKED and found.is_visit and asked.isdecimal()
    return [
        Notice(
            kind=Kind.APPOINTMENT,
            key=key,
            appointment=found,
            reference=f"patients/{asked}" if wanted else "",
            at=found.version_at,
        )
    ]


def _appointment(data: dict[str, Any], event: str, context: Context) -> Appointment:
    external_id = text(data.get("id"))
    if not external_id:
        raise Malformed("The event has no object.id.")
    gone = data.get("deleted_flag") is True or event == "APPOINTMENT_DELETE"
    status = STATUSES.get(text(data.get("status")).lower(), Status.BOOKED)
    return Appointment(
        external_id=external_id,
        status=Status.CANCELLED if gone else status,
        starts_at=moment(data.get("scheduled_time"), context.zone),
        version_at=moment(data.get("updated_at"), context.zone),
        services=tuple(filter(None, [text(data.get("profile")), text(data.get("reason"))])),
        patient=Person(external_id=text(data.get("patient"))),
        covers=tuple(cover for rank in RANKS if (cover := _named(data, rank)).payer),
        is_visit=data.get("appt_is_break") is not True,
    )


def _named(data: dict[str, Any], rank: str) -> Cover:
    payer_id = text(data.get(f"{rank}_insurer_payer_id"))
    return Cover(
        payer=first(data.get(f"{rank}_insurer_name"), payer_id),
        payer_id=payer_id,
        member_id=text(data.get(f"{rank}_insurance_id_number")),
        rank=RANKS[rank],
    )


def person(patient: dict[str, Any]) -> Person:
    """What `GET /api/patients/{id}` says."""
    return Person(
        last_name=text(patient.get("last_name")),
        first_name=text(patient.get("first_name")),
        middle_name=text(patient.get("middle_name")),
        birth_date=day(patient.get("date_of_birth")),
        sex=sex(patient.get("gender")),
        phone=first(patient.get("cell_phone"), patient.get("home_phone")),
        external_id=text(patient.get("id")),
    )


def covers(patient: dict[str, Any]) -> tuple[Cover, ...]:
    """The policies of a patient asked for with `verbose=true`; they name group and subscriber too."""
    found = ((part(patient, f"{rank}_insurance"), number) for rank, number in RANKS.items())
    return tuple(
        cover for policy, number in found if (cover := _policy(policy, number)).payer or cover.member_id
    )


def _policy(policy: dict[str, Any], rank: int) -> Cover:
    payer_id = text(policy.get("insurance_payer_id"))
    holder = Person(
        last_name=text(policy.get("subscriber_last_name")),
        first_name=text(policy.get("subscriber_first_name")),
        birth_date=day(policy.get("subscriber_date_of_birth")),
        sex=sex(policy.get("subscriber_gender")),
    )
    is_other = policy.get("is_subscriber_the_patient") is False and holder.last_name and holder.first_name
    return Cover(
        payer=first(policy.get("insurance_company"), payer_id),
        payer_id=payer_id,
        member_id=text(policy.get("insurance_id_number")),
        group_number=text(policy.get("insurance_group_number")),
        rank=rank,
        subscriber=holder if is_other else None,
        relationship={"spouse": "spouse", "child": "child"}.get(
            text(policy.get("patient_relationship_to_subscriber")).lower(), "other"
        ),
    )
