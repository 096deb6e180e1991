"""Our own published body: what a sender of Standard Webhooks or CloudEvents posts to us."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from verify.intake.appointments.appointment import Appointment, Cover, Person, Status
from verify.intake.appointments.foreign import decode, in_range, text
from verify.intake.appointments.notice import Call, Context, Kind, Malformed, Notice, UnknownType
from verify.intake.submission import Patient, Policy

Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
PREFIX = "appointment."


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Visit(_Strict):
    """One appointment as it is now. What is left out is not known; nothing is taken as zero or no."""

    #: The sender's id of the appointment; the same in every event about it.
    id: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    #: With its offset: "2026-12-01T09:00:00-06:00". Left out, an earlier event's stands.
    starts_at: AwareDatetime | None = None
    #: Treatments in our words (`verify schema submission` lists them) …
    service_lines: list[Short] = Field(default=[], max_length=10)
    #: … or the clinic's visit type, mapped by the source's own table …
    visit_type: Short = ""
    #: … or procedure codes.
    procedure_codes: list[Short] = Field(default=[], max_length=20)
    patient: Patient | None = Field(default=None, repr=False)
    #: Primary first. Empty: not known; the verification then asks a person for it.
    coverage: list[Policy] = Field(default=[], max_length=9, repr=False)
    #: NPI of the treating provider.
    provider_npi: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^(\d{10})?$")] = ""


class Event(_Strict):
    """`appointment.booked` and `appointment.changed` carry the whole visit; the others may carry its id alone."""

    type: Literal[
        "appointment.booked",
        "appointment.changed",
        "appointment.cancelled",
        "appointment.no_show",
        "appointment.attended",
    ]
    #: When it happened; of two events about one appointment the later one wins.
    timestamp: AwareDatetime
    data: Visit


STATUSES = {
    "booked": Status.BOOKED,
    "changed": Status.BOOKED,
    "cancelled": Status.CANCELLED,
    "no_show": Status.NO_SHOW,
    "attended": Status.ATTENDED,
}


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the body, for whoever sends it."""
    return Event.model_json_schema()


def read(call: Call, _context: Context) -> list[Notice]:
    """The notice of one Standard Webhooks delivery. Raises Malformed and UnknownType."""
    key = call.headers.get("webhook-id") or call.headers.get("svix-id", "")
    return [notice(decode(call.body), key=key)]


def notice(document: dict[str, Any], *, key: str) -> Notice:
    """One event of ours. Raises Malformed, whose words name the field, and UnknownType."""
    kind = text(document.get("type"))
    if not kind.startswith(PREFIX) or kind.removeprefix(PREFIX) not in STATUSES:
        raise UnknownType
    try:
        event = Event.model_validate(document)
    except ValidationError as failure:
        raise Malformed(_words(failure)) from None
    appointment = _appointment(event)
    return Notice(kind=Kind.APPOINTMENT, key=key, appointment=appointment, at=appointment.version_at)


def _appointment(event: Event) -> Appointment:
    visit = event.data
    return Appointment(
        external_id=visit.id,
        status=STATUSES[event.type.removeprefix(PREFIX)],
        starts_at=_checked(visit.starts_at, "/data/starts_at"),
        version_at=_checked(event.timestamp, "/timestamp"),
        service_lines=tuple(visit.service_lines),
        services=tuple(filter(None, [*visit.procedure_codes, visit.visit_type])),
        patient=_person(visit.patient) if visit.patient else Person(),
        covers=tuple(_cover(policy) for policy in visit.coverage),
        provider_npi=visit.provider_npi,
    )


def _person(patient: Patient) -> Person:
    return Person(
        last_name=patient.last_name,
        first_name=patient.first_name,
        middle_name=patient.middle_name,
        birth_date=patient.birth_date,
        sex=patient.sex,
        phone=patient.phone,
        external_id=patient.external_id,
    )


def _cover(policy: Policy) -> Cover:
    holder = policy.subscriber
    subscriber = None
    if holder is not None:
        subscriber = Person(
            last_name=holder.last_name,
            first_name=holder.first_name,
            birth_date=holder.birth_date,
            sex=holder.sex,
        )
    return Cover(
        payer=policy.payer,
        member_id=policy.member_id,
        group_number=policy.group_number,
        rank=policy.rank,
        subscriber=subscriber,
        relationship=holder.relationship if holder else "other",
    )


def _checked(moment: datetime | None, place: str) -> datetime | None:
    if moment is None:
        return None
    found = in_range(moment)
    if found is None:
        raise Malformed(f"{place} is in a year no appointment is in.")
    return found


def _words(failure: ValidationError) -> str:
    """Where it is wrong, and the kind of fault; what was sent is not repeated."""
    return f"These fields cannot be used: {', '.join([_place(error) for error in failure.errors()][:10])}."


def _place(error: Any) -> str:
    # The name of a field that is not ours may be anything; only where it stands is said.
    loc = error["loc"][:-1] if error["type"] == "extra_forbidden" else error["loc"]
    return f"/{'/'.join(str(step) for step in loc)} ({error['type']})"


def example(now: datetime, on: date) -> dict[str, Any]:
    """An event of an invented patient, for documents and tests."""
    return {
        "type": "appointment.booked",
        "timestamp": now.astimezone(UTC).isoformat(),
        "data": {
            "id": "A-1001",
            "starts_at": f"{on.isoformat()}T09:00:00-06:00",
            "service_lines": ["tms"],
            "patient": {"last_name": "Okafor", "first_name": "Adaeze", "birth_date": "1984-03-12"},
            "coverage": [{"payer": "bluehollow", "member_id": "ACT10000001"}],
        },
    }
