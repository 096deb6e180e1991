"""HL7 v2 SIU (2.3 to 2.8) -> notices; IN1 and missing RGS groups are taken as they come.

Structure and tables: HL7 2.5.1, SIU_S12. IN1 is not part of it, but senders add it after PV1.
"""

from datetime import datetime, tzinfo

from verify.intake.appointments.appointment import Appointment, Cover, Person, Status
from verify.intake.appointments.foreign import rank, sex, text
from verify.intake.appointments.hl7v2 import Message, Segment, moment, parse
from verify.intake.appointments.notice import Call, Context, Kind, Malformed, Notice, UnknownType

CANCELLING = {"S15", "S16", "S17"}
NO_SHOW = "S26"
#: Slots blocked and opened; no patient's appointment.
SLOTS = {"S23", "S24"}
#: S12 to S14 book and change; S18 to S22 change what belongs to the appointment.
CHANGING = {"S12", "S13", "S14", "S18", "S19", "S20", "S21", "S22"}
#: SCH-25, table 0278.
STATUSES = {
    "BOOKED": Status.BOOKED,
    "OVERBOOK": Status.BOOKED,
    "CANCELLED": Status.CANCELLED,
    "DC": Status.CANCELLED,
    "DELETED": Status.CANCELLED,
    "NOSHOW": Status.NO_SHOW,
    "COMPLETE": Status.ATTENDED,
    "STARTED": Status.ATTENDED,
    "PENDING": Status.TENTATIVE,
    "WAITLIST": Status.TENTATIVE,
}
SELF = {"", "SEL", "SELF", "18", "S"}
#: IN1-17, table 0063 and X12's codes: what the patient is to the insured.
RELATIONSHIPS = {"SPO": "spouse", "01": "spouse", "CHD": "child", "19": "child"}


def read(call: Call, context: Context) -> list[Notice]:
    """Raises Malformed and UnknownType."""
    return [notice(parse(call.body), context)]


def notice(message: Message, context: Context) -> Notice:
    """Raises Malformed, and UnknownType for any message but SIU."""
    header = message.header
    kind, trigger = header.text(9, 1).upper(), header.text(9, 2).upper()
    if kind != "SIU" or trigger not in CANCELLING | CHANGING | SLOTS | {NO_SHOW}:
        raise UnknownType
    if not header.text(10):
        raise Malformed("The message has no control id (MSH-10).")
    # Senders start their control ids anew; with who and when it is the same message again.
    key = "|".join(header.raw(number) for number in (3, 4, 10, 7, 9))
    if trigger in SLOTS:
        return Notice(kind=Kind.OTHER, key=key)
    found = _appointment(message, trigger, context)
    return Notice(kind=Kind.APPOINTMENT, key=key, appointment=found, at=found.version_at)


def _appointment(message: Message, trigger: str, context: Context) -> Appointment:
    schedule = message.first("SCH")
    # SCH-2 is the id of who keeps the schedule, SCH-1 of who asked for the visit.
    external_id = (schedule.text(2) or schedule.text(1)) if schedule else ""
    if schedule is None or not external_id:
        raise Malformed("The message has no appointment id (SCH-2 or SCH-1).")
    patient = message.first("PID")
    return Appointment(
        external_id=external_id[:200],
        status=_status(trigger, schedule),
        starts_at=_starts_at(message, schedule, context.zone),
        version_at=moment(message.header.text(7), context.zone),
        services=tuple(_services(message, schedule)),
        patient=_person(patient, context.zone) if patient else Person(),
        covers=tuple(_cover(each, context.zone) for each in message.all("IN1")),
        provider_npi=_npi(message),
        is_visit=schedule.text(25).upper() != "BLOCKED",
    )


def _status(trigger: str, schedule: Segment) -> Status:
    if trigger in CANCELLING:
        return Status.CANCELLED
    if trigger == NO_SHOW:
        return Status.NO_SHOW
    return STATUSES.get(schedule.text(25).upper(), Status.BOOKED)


def _starts_at(message: Message, schedule: Segment, zone: tzinfo) -> datetime | None:
    """TQ1-7 from 2.5 on, before it SCH-11.4; else what the first service or resource says."""
    timing = message.first("TQ1")
    said = [timing.text(7) if timing else "", schedule.text(11, 4)]
    said += [segment.text(4) for segment in message.all("AIS")]
    said += [segment.text(6) for name in ("AIL", "AIP") for segment in message.all(name)]
    return next((found for value in said if (found := moment(value, zone))), None)


def _services(message: Message, schedule: Segment) -> list[str]:
    """AIS-3, then SCH-7 and 8: code and words of each."""
    fields = [
        *((segment, 3) for segment in message.all("AIS")),
        (schedule, 8),
        (schedule, 7),
    ]
    words = [
        text(segment.text(number, component)) for segment, number in fields for component in (1, 2, 4, 5)
    ]
    return list(dict.fromkeys(filter(None, words)))


def _person(patient: Segment, zone: tzinfo) -> Person:
    born = moment(patient.text(7)[:8], zone)
    return Person(
        last_name=text(patient.text(5, 1)),
        first_name=text(patient.text(5, 2)),
        middle_name=text(patient.text(5, 3)),
        birth_date=born.astimezone(zone).date() if born else None,
        sex=sex(patient.text(8)),
        phone=text(patient.text(13)),
        external_id=text(patient.text(3)),
    )


def _cover(insurance: Segment, zone: tzinfo) -> Cover:
    """Example: IN1|1|PPO|BHHP1|Blue Hollow Health Plan||||GRP7||||||||||||||||||||||||||||ACT10000001"""
    relationship = insurance.text(17).upper()
    born = moment(insurance.text(18)[:8], zone)
    holder = Person(
        last_name=text(insurance.text(16, 1)),
        first_name=text(insurance.text(16, 2)),
        birth_date=born.astimezone(zone).date() if born else None,
        sex=sex(insurance.text(43)),
    )
    is_other = relationship not in SELF and holder.last_name and holder.first_name
    return Cover(
        payer=text(insurance.text(4) or insurance.text(3)),
        payer_id=text(insurance.text(3)),
        # Senders put the member id into either of the two.
        member_id=text(insurance.text(36) or insurance.text(49)),
        group_number=text(insurance.text(8)),
        rank=rank(insurance.text(22) or insurance.text(1)),
        subscriber=holder if is_other else None,
        relationship=RELATIONSHIPS.get(relationship, "other"),
    )


def _npi(message: Message) -> str:
    """AIP-3 or PV1-7, where the number is said to be an NPI."""
    places = [(segment, 3) for segment in message.all("AIP")] + [
        (segment, 7) for segment in message.all("PV1")
    ]
    for segment, number in places:
        value = segment.text(number, 1)
        kinds = {segment.text(number, 9, 1).upper(), segment.text(number, 13).upper()}
        if "NPI" in kinds and len(value) == 10 and value.isascii() and value.isdecimal():
            return value
    return ""
