"""Decision: what an appointment's newest version asks of us; pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

import msgspec

from verify.catalogue import load
from verify.intake.appointments.appointment import Appointment, Cover, Person, Status, primary
from verify.intake.submission import Submission

OFF = frozenset({Status.CANCELLED, Status.NO_SHOW})
#: A visit this near is asked about before anything else.
URGENT_DAYS = 1


class Step(StrEnum):
    """What is to be done."""

    VERIFY = "verify"
    #: Known already, but the day, the patient, the policy or the treatment is another now.
    VERIFY_AGAIN = "verify_again"
    STOP = "stop"
    LEAVE = "leave"


class Decision(NamedTuple):
    step: Step
    #: booked, moved, changed, cancelled, no_show; or why nothing is done.
    code: str


class Visit(NamedTuple):
    """What of an appointment a verification depends on."""

    on: date | None
    service_lines: tuple[str, ...]
    patient: Person
    cover: Cover


def merged(before: Appointment | None, after: Appointment) -> Appointment:
    """`after`, with what it leaves out taken from `before`: a cancellation may name nothing but the id."""
    if before is None:
        return after
    same_person = not after.patient.last_name or (
        before.patient.last_name.casefold() == after.patient.last_name.casefold()
    )
    return msgspec.structs.replace(
        after,
        starts_at=after.starts_at or before.starts_at,
        service_lines=after.service_lines or before.service_lines,
        services=after.services or before.services,
        patient=_filled(after.patient, before.patient) if same_person else after.patient,
        covers=after.covers or (before.covers if same_person else ()),
        provider_npi=after.provider_npi or before.provider_npi,
    )


def _filled(person: Person, before: Person) -> Person:
    known = {name: getattr(person, name) or getattr(before, name) for name in person.__struct_fields__}
    return Person(**known)


def service_lines(appointment: Appointment, table: Mapping[str, str], default: str) -> tuple[str, ...]:
    """Our treatments: as the source says, by the clinic's table of visit types, by procedure code, else `default`.

    Empty when the visit is none of ours.
    """
    catalogue = load()
    known = catalogue.service_lines
    ours = [key for key in appointment.service_lines if key in known]
    folded = {_folded(words): line for words, line in table.items()}
    for words in appointment.services:
        line = folded.get(_folded(words)) or catalogue.line_meant_by(words.upper())
        if line in known:
            ours.append(line)
    return tuple(dict.fromkeys(ours)) or ((default,) if default in known else ())


def _folded(words: str) -> str:
    return " ".join(words.casefold().split())


def decide(
    appointment: Appointment, before: Visit | None, now: Visit, *, today: date, known: bool
) -> Decision:
    """`before` is what was decided on last time; `known` says whether a verification stands for it."""
    if appointment.status in OFF:
        code = "cancelled" if appointment.status is Status.CANCELLED else "no_show"
        return Decision(Step.STOP if known else Step.LEAVE, code)
    reason = _not_for_us(appointment, now, today)
    if reason:
        # A visit that turned into something else is no longer waited for; one that took place is.
        stops = known and reason in {"no_visit", "tentative"}
        return Decision(Step.STOP if stops else Step.LEAVE, reason)
    if not known or before is None:
        return Decision(Step.VERIFY, "booked")
    if before.on != now.on:
        return Decision(Step.VERIFY_AGAIN, "moved")
    if _asked(before) != _asked(now):
        return Decision(Step.VERIFY_AGAIN, "changed")
    return Decision(Step.LEAVE, "same")


def _asked(visit: Visit) -> tuple[object, ...]:
    """What a payer would be asked with; a new phone number is no new question."""
    holder = visit.cover.subscriber
    return (
        visit.service_lines,
        *_named(visit.patient),
        *(_folded(words) for words in (visit.cover.payer, visit.cover.payer_id)),
        visit.cover.member_id,
        visit.cover.group_number,
        *(_named(holder) if holder else ()),
    )


def _named(person: Person) -> tuple[object, ...]:
    return _folded(person.last_name), _folded(person.first_name), person.birth_date


def _not_for_us(appointment: Appointment, visit: Visit, today: date) -> str:
    reasons = {
        "no_visit": not appointment.is_visit,
        "tentative": appointment.status is Status.TENTATIVE,
        "attended": appointment.status is Status.ATTENDED,
        "no_day": visit.on is None,
        "past": visit.on is not None and visit.on < today,
        "service_unknown": not visit.service_lines,
        "no_patient": not (visit.patient.last_name and visit.patient.first_name),
    }
    return next((code for code, applies in reasons.items() if applies), "")


def visit(appointment: Appointment, on: date | None, lines: Sequence[str]) -> Visit:
    return Visit(on, tuple(lines), appointment.patient, primary(appointment.covers))


def submission(visit: Visit, decision: Decision, *, payer: str, today: date, npi: str) -> Submission:
    """The verification an appointment asks for. Raises pydantic's ValidationError for values that cannot be.

    `payer` is the payer in words of ours, or as the card says.
    """
    assert visit.on is not None  # decided on
    reasons = {"booked": "new", "moved": "recheck"}
    near = (visit.on - today).days <= URGENT_DAYS
    return Submission.model_validate(
        {
            "patient": _patient(visit.patient),
            "coverage": _policy(visit.cover, payer),
            "service_lines": list(visit.service_lines),
            "date_of_service": visit.on,
            "reason": reasons.get(decision.code, "change"),
            "priority": "urgent" if near else "standard",
            "provider_npi": npi,
        }
    )


def _patient(person: Person) -> dict[str, Any]:
    return {
        "last_name": person.last_name,
        "first_name": person.first_name,
        "middle_name": person.middle_name[:80],
        "birth_date": person.birth_date,
        "sex": person.sex,
        "phone": person.phone[:80],
        "external_id": person.external_id[:80],
    }


def _policy(cover: Cover, payer: str) -> dict[str, Any]:
    holder = cover.subscriber
    subscriber = holder and {
        "last_name": holder.last_name,
        "first_name": holder.first_name,
        "birth_date": holder.birth_date,
        "sex": holder.sex,
        "relationship": cover.relationship,
    }
    return {
        "payer": payer[:80],
        "member_id": cover.member_id,
        "group_number": cover.group_number,
        "subscriber": subscriber,
        "rank": cover.rank,
    }
