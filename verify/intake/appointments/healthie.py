"""Healthie: thin events with an id alone; appointment, patient and policies are asked for by GraphQL.

Events: Healthie's webhook guide. They have no id, so the same change of the same appointment within one
minute counts as one; every event is answered by looking again, which makes a repeat harmless.
"""

from datetime import tzinfo
from typing import Any

from verify.intake.appointments.appointment import Appointment, Cover, Person, Status
from verify.intake.appointments.foreign import (
    day,
    decode,
    digest,
    first,
    moment,
    part,
    parts,
    rank,
    sex,
    text,
)
from verify.intake.appointments.notice import Call, Context, Kind, Malformed, Notice

#: What the client asks; field names from the public schema.
QUERY = """query appointment($id: ID) {
  appointment(id: $id, include_deleted: true) {
    id date pm_status updated_at deleted_at reason
    appointment_type { name }
    provider { npi }
    user { id first_name last_name dob gender phone_number
      policies { num group_num priority_type holder_relationship holder_first holder_last holder_dob
        insurance_plan { payer_name payer_id } } }
  }
}"""
STATUSES = {
    "cancelled": Status.CANCELLED,
    "late cancellation": Status.CANCELLED,
    "re-scheduled": Status.CANCELLED,
    "no-show": Status.NO_SHOW,
    "occurred": Status.ATTENDED,
    "checked-in": Status.ATTENDED,
}


def read(call: Call, context: Context) -> list[Notice]:
    """Raises Malformed."""
    event = decode(call.body)
    kind, about = text(event.get("event_type")), text(event.get("resource_id"))
    minute = context.now.replace(second=0, microsecond=0).isoformat()
    changed = event.get("changed_fields")
    key = digest(kind, about, repr(changed), minute)
    if not kind:
        raise Malformed("The event has no event_type.")
    if not kind.startswith("appointment."):
        return [Notice(kind=Kind.OTHER, key=key)]
    if not about:
        raise Malformed("The event has no resource_id.")
    if kind == "appointment.deleted":
        gone = Appointment(external_id=about, status=Status.CANCELLED)
        return [Notice(kind=Kind.APPOINTMENT, key=key, appointment=gone)]
    return [Notice(kind=Kind.APPOINTMENT, key=key, reference=about)]


def appointment(answer: Any, zone: tzinfo) -> Appointment | None:
    """The answer to QUERY; None where there is no such appointment."""
    found = part(answer, "data", "appointment")
    external_id = text(found.get("id"))
    if not external_id:
        return None
    status = STATUSES.get(text(found.get("pm_status")).lower(), Status.BOOKED)
    user = part(found, "user")
    return Appointment(
        external_id=external_id,
        status=Status.CANCELLED if found.get("deleted_at") else status,
        starts_at=moment(found.get("date"), zone),
        version_at=moment(found.get("updated_at"), zone),
        services=tuple(
            filter(None, [text(part(found, "appointment_type").get("name")), text(found.get("reason"))])
        ),
        patient=_person(user),
        covers=tuple(_cover(each) for each in parts(user.get("policies"))),
    )


def _person(user: dict[str, Any]) -> Person:
    return Person(
        last_name=text(user.get("last_name")),
        first_name=text(user.get("first_name")),
        birth_date=day(user.get("dob")),
        sex=sex(user.get("gender")),
        phone=text(user.get("phone_number")),
        external_id=text(user.get("id")),
    )


def _cover(policy: dict[str, Any]) -> Cover:
    plan = part(policy, "insurance_plan")
    relationship = text(policy.get("holder_relationship")).lower()
    holder = Person(
        last_name=text(policy.get("holder_last")),
        first_name=text(policy.get("holder_first")),
        birth_date=day(policy.get("holder_dob")),
    )
    is_other = relationship not in {"", "self"} and holder.last_name and holder.first_name
    return Cover(
        payer=first(plan.get("payer_name"), plan.get("payer_id")),
        payer_id=text(plan.get("payer_id")),
        member_id=text(policy.get("num")),
        group_number=text(policy.get("group_num")),
        rank=rank(policy.get("priority_type")),
        subscriber=holder if is_other else None,
        relationship={"spouse": "spouse", "child": "child"}.get(relationship, "other"),
    )
