"""The clients: each fetches from one kind of source what its events leave out."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

import msgspec

from verify.intake.appointments import (
    Appointment,
    Context,
    Notice,
    Status,
    athenahealth,
    drchrono,
    elation,
    fhir,
    healthie,
)
from verify.intake.appointments.foreign import part, parts, text
from verify.intake.appointments.subscriptions import EVENTS, read_bundle
from verify.steps.sources.connection import Answer, Bearer, Connection, Gone, Unusable

#: A FHIR reference to one resource; anything else is not put into an address.
REFERENCE = re.compile(r"[A-Z][A-Za-z]{1,40}/[A-Za-z0-9.-]{1,64}")


class Client(Protocol):
    """What completes a notice. Raises Away, Gone and Unusable."""

    def complete(self, notice: Notice, context: Context) -> list[Appointment]: ...

    def close(self) -> None: ...


class _API:
    """An API behind a token."""

    #: The word before the token.
    word = "Bearer"

    def __init__(self, options: Mapping[str, Any], credentials: Mapping[str, str]) -> None:
        self._options = options
        self._bearer = Bearer(options, credentials, kind=self.word)
        self._connection = Connection(str(options.get("url", "")), options)

    def close(self) -> None:
        self._connection.close()

    def _get(self, path: str, parameters: Mapping[str, str] | None = None) -> Answer:
        headers = {"Accept": "application/json, application/fhir+json", **self._bearer.header()}
        return self._connection.get(path, headers, parameters or {})


class FHIR(_API):
    """Appointment, its Patient, and the Patient's active Coverage with its payers."""

    def complete(self, notice: Notice, context: Context) -> list[Appointment]:
        if notice.reference == EVENTS:
            return [
                found
                for event in self._events_of(notice, context)
                for found in self._complete(event, context)
            ]
        return self._complete(notice, context)

    def events(self, subscription: str, first: int, last: int) -> bytes:
        """The notifications from `first` to `last`, as the server keeps them: a Bundle."""
        if not REFERENCE.fullmatch(subscription):
            raise Unusable("source_reference")
        numbers = {"eventsSinceNumber": str(first), "eventsUntilNumber": str(last), "content": "id-only"}
        return self._get(f"/{subscription}/$events", numbers).body

    def _events_of(self, notice: Notice, context: Context) -> Iterator[Notice]:
        """What an empty notification was about."""
        if notice.number is None:
            raise Unusable("source_empty_event")
        body = self.events(notice.subscription, notice.number, notice.number)
        for event in read_bundle(body, context):
            if event.reference != EVENTS and (event.appointment or event.reference):
                yield event

    def _complete(self, notice: Notice, context: Context) -> list[Appointment]:
        found = notice.appointment
        external_id = found.external_id if found else notice.reference.removeprefix("Appointment/")
        try:
            resource = self._read(f"Appointment/{external_id}")
        except Gone:
            return [Appointment(external_id=external_id, status=Status.CANCELLED)]
        who = fhir.patient_reference(resource)
        known = fhir.by_reference(self._around(who)) if who else {}
        complete = fhir.appointment(resource, context.zone, known)
        if complete is None:
            raise Unusable("source_unreadable")
        return [complete]

    def _around(self, who: str) -> Iterator[dict[str, Any]]:
        """The patient, the policies, and who pays under them."""
        yield self._read(who)
        bundle = self._get("/Coverage", {"beneficiary": who, "status": "active"}).json()
        policies = [part(entry, "resource") for entry in parts(part(bundle).get("entry"))]
        yield from policies
        named: dict[str, None] = {}
        for policy in policies:
            for insurer in [*parts(policy.get("payor")), part(policy, "insurer"), part(policy, "subscriber")]:
                named[fhir.relative(text(insurer.get("reference")))] = None
        for reference in named:
            if reference != who and REFERENCE.fullmatch(reference):
                try:
                    yield self._read(reference)
                except Gone:
                    continue

    def _read(self, reference: str) -> dict[str, Any]:
        if not REFERENCE.fullmatch(reference):
            raise Unusable("source_reference")
        return part(self._get(f"/{reference}").json())


class Athenahealth(_API):
    """`GET /v1/{practice}/appointments/{id}` with patient and insurances."""

    def complete(self, notice: Notice, context: Context) -> list[Appointment]:
        practice, _, number = notice.reference.partition("/")
        wanted = {"showpatientdetail": "true", "showinsurance": "true"}
        try:
            answer = self._get(f"/v1/{practice}/appointments/{number}", wanted).json()
        except Gone:
            return [Appointment(external_id=notice.reference, status=Status.CANCELLED)]
        return [_found(athenahealth.appointment(answer, notice.reference, context.zone))]


class Elation(_API):
    """`GET /patients/{id}/`: the event has the rest."""

    def complete(self, notice: Notice, _context: Context) -> list[Appointment]:
        patient = part(self._get(f"/{notice.reference}/").json())
        return [_with_patient(notice, elation.person(patient), elation.covers(patient))]


class DrChrono(_API):
    """`GET /api/patients/{id}`: the event has the rest, payer and member id too."""

    def complete(self, notice: Notice, _context: Context) -> list[Appointment]:
        patient = part(self._get(f"/api/{notice.reference}", {"verbose": "true"}).json())
        return [_with_patient(notice, drchrono.person(patient), drchrono.covers(patient))]


class Healthie(_API):
    """One GraphQL question for appointment, patient and policies."""

    word = "Basic"

    def complete(self, notice: Notice, context: Context) -> list[Appointment]:
        headers = {**self._bearer.header(), "AuthorizationSource": "API"}
        question = {"query": healthie.QUERY, "variables": {"id": notice.reference}}
        answer = self._connection.post("/graphql", headers, json=question).json()
        if part(answer).get("errors"):
            raise Unusable("source_unreadable")
        found = healthie.appointment(answer, context.zone)
        return [found or Appointment(external_id=notice.reference, status=Status.CANCELLED)]


CLIENTS: Mapping[str, type[FHIR | Athenahealth | Elation | DrChrono | Healthie]] = {
    "fhir": FHIR,
    "athenahealth": Athenahealth,
    "elation": Elation,
    "drchrono": DrChrono,
    "healthie": Healthie,
}


def _found(appointment: Appointment | None) -> Appointment:
    if appointment is None:
        raise Unusable("source_unreadable")
    return appointment


def _with_patient(notice: Notice, patient: Any, covers: Any) -> Appointment:
    assert notice.appointment is not None  # its reader leaves only the patient to us
    return msgspec.structs.replace(
        notice.appointment, patient=patient, covers=covers or notice.appointment.covers
    )
