"""FHIR resources (R4, R4B, R5) -> Appointment: Appointment, Patient, Coverage, Organization."""

from collections.abc import Iterator, Mapping
from datetime import tzinfo
from typing import Any

from verify.intake.appointments.appointment import Appointment, Cover, Person, Status
from verify.intake.appointments.foreign import day, first, moment, part, parts, rank, sex, text

#: Resources by "Type/id".
Known = Mapping[str, dict[str, Any]]

STATUSES = {
    "proposed": Status.TENTATIVE,
    "pending": Status.TENTATIVE,
    "waitlist": Status.TENTATIVE,
    "booked": Status.BOOKED,
    "arrived": Status.ATTENDED,
    "checked-in": Status.ATTENDED,
    "fulfilled": Status.ATTENDED,
    "cancelled": Status.CANCELLED,
    "entered-in-error": Status.CANCELLED,
    "noshow": Status.NO_SHOW,
}
NPI = "http://hl7.org/fhir/sid/us-npi"
#: Coverage.relationship and X12 words for what the patient is to the subscriber.
RELATIONSHIPS = {"spouse": "spouse", "child": "child"}
SELF = {"", "self"}


def appointment(resource: dict[str, Any], zone: tzinfo, known: Known) -> Appointment | None:
    """None for a resource that is no appointment with an id and a status we know."""
    status = STATUSES.get(text(resource.get("status")))
    external_id = text(resource.get("id"))
    if resource.get("resourceType") != "Appointment" or status is None or not external_id:
        return None
    who = patient_reference(resource)
    patient = known.get(who, {})
    policies = (each for each in known.values() if each.get("resourceType") == "Coverage" and _of(each, who))
    return Appointment(
        external_id=external_id,
        status=status,
        starts_at=moment(resource.get("start"), zone),
        version_at=moment(part(resource, "meta").get("lastUpdated"), zone),
        services=tuple(_services(resource)),
        patient=person(patient) if patient else Person(external_id=who.removeprefix("Patient/")),
        covers=tuple(cover(each, known) for each in policies),
        provider_npi=_npi(resource),
    )


def patient_reference(resource: dict[str, Any]) -> str:
    """ "Patient/7": the participant who is one (R4), or the subject (R5)."""
    actors = [part(participant, "actor") for participant in parts(resource.get("participant"))]
    named = [relative(text(actor.get("reference"))) for actor in [*actors, part(resource, "subject")]]
    return next((name for name in named if name.startswith("Patient/")), "")


def relative(reference: str) -> str:
    """ "Patient/7" of "https://ehr.example/fhir/Patient/7/_history/2"."""
    pieces = reference.partition("/_history/")[0].split("/")
    return "/".join(pieces[-2:])


def person(resource: dict[str, Any]) -> Person:
    names = list(parts(resource.get("name")))
    names.sort(key=lambda name: text(name.get("use")) != "official")
    name = names[0] if names else {}
    given = [text(each) for each in name.get("given") or []] if isinstance(name.get("given"), list) else []
    phones = (
        each.get("value") for each in parts(resource.get("telecom")) if text(each.get("system")) == "phone"
    )
    return Person(
        last_name=text(name.get("family")),
        first_name=given[0] if given else "",
        middle_name=" ".join(given[1:]),
        birth_date=day(resource.get("birthDate")),
        sex=sex(resource.get("gender")),
        phone=first(*phones),
        external_id=text(resource.get("id")),
    )


def cover(resource: dict[str, Any], known: Known) -> Cover:
    """One Coverage. R4 has `payor` and a `subscriberId` text; R5 has `insurer` and a list of identifiers."""
    insurer = next(parts(resource.get("payor")), None) or part(resource, "insurer")
    organization = known.get(relative(text(insurer.get("reference"))), {})
    said = next(parts(part(resource, "relationship").get("coding")), {})
    relationship = text(said.get("code")).lower()
    holder = known.get(relative(text(part(resource, "subscriber").get("reference"))), {})
    order = resource.get("order")
    return Cover(
        payer=first(organization.get("name"), insurer.get("display")),
        payer_id=first(
            *(each.get("value") for each in parts(organization.get("identifier"))),
            part(insurer, "identifier").get("value"),
        ),
        member_id=_member_id(resource),
        group_number=_class(resource, "group"),
        rank=rank(order) if order else 1,
        subscriber=person(holder) if holder and relationship not in SELF else None,
        relationship=RELATIONSHIPS.get(relationship, "other"),
    )


def by_reference(resources: Iterator[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {
        f"{text(resource.get('resourceType'))}/{text(resource.get('id'))}": resource for resource in resources
    }


def _of(coverage: dict[str, Any], patient: str) -> bool:
    beneficiary = relative(text(part(coverage, "beneficiary").get("reference")))
    return beneficiary == patient and text(coverage.get("status")) in {"active", ""}


def _member_id(resource: dict[str, Any]) -> str:
    listed = resource.get("subscriberId")
    values = [each.get("value") for each in parts(listed)] if isinstance(listed, list) else [listed]
    member = [
        each.get("value")
        for each in parts(resource.get("identifier"))
        if any(text(coding.get("code")) == "MB" for coding in parts(part(each, "type").get("coding")))
    ]
    return first(*member, *values)


def _class(resource: dict[str, Any], kind: str) -> str:
    for each in parts(resource.get("class")):
        if any(text(coding.get("code")) == kind for coding in parts(part(each, "type").get("coding"))):
            value = each.get("value")
            return text(part(value).get("value") if isinstance(value, dict) else value)
    return ""


def _services(resource: dict[str, Any]) -> Iterator[str]:
    """Codes and words of what the visit is for; R5 wraps them in `concept`."""
    concepts = [
        *parts(resource.get("serviceType")),
        part(resource, "appointmentType"),
        *parts(resource.get("reasonCode")),
        *parts(resource.get("reason")),
    ]
    for concept in concepts:
        said = part(concept, "concept") or concept
        for coding in parts(said.get("coding")):
            yield from filter(None, [text(coding.get("code")), text(coding.get("display"))])
        if words := text(said.get("text")):
            yield words


def _npi(resource: dict[str, Any]) -> str:
    for participant in parts(resource.get("participant")):
        identifier = part(participant, "actor", "identifier")
        number = text(identifier.get("value"))
        if text(identifier.get("system")) == NPI and len(number) == 10 and number.isdecimal():
            return number
    return ""
