"""Schemes: the kinds of appointment systems, each with its signature, its content types and its reader.

To add one: a reader `(Call, Context) -> list[Notice]` in a file of its own, a signature, and a row here; a
client in verify/steps/sources when its events are thin; a test with a delivery its documents show.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from verify.intake.appointments import (
    athenahealth,
    cloudevents,
    drchrono,
    elation,
    healthie,
    signatures,
    siu,
    standard,
    subscriptions,
)
from verify.intake.appointments.notice import Call, Context, Notice
from verify.intake.appointments.signatures import Signed

JSON = frozenset({"application/json"})
FHIR_JSON = frozenset({"application/fhir+json", "application/json"})
ER7 = frozenset(
    {"application/hl7-v2", "application/hl7-v2+er7", "x-application/hl7-v2+er7", "text/plain", "text/hl7v2"}
)
EVENTS = frozenset({cloudevents.STRUCTURED, cloudevents.BATCH, "application/json"})


class Scheme(NamedTuple):
    """How one kind of source signs and speaks."""

    #: For people.
    label: str
    fits: Signed
    content_types: frozenset[str]
    read: Callable[[Call, Context], list[Notice]]
    #: Its events leave out what a verification needs: a client fetches the rest.
    thin: bool = False
    #: Its secret is the sender's own (a public key, a token shown there), so we cannot make one.
    secret_given: bool = False
    #: Its counters tell when a notification was lost.
    counts: bool = False


SCHEMES: Mapping[str, Scheme] = {
    "standard": Scheme("Standard Webhooks", signatures.standard, JSON, standard.read),
    "cloudevents": Scheme("CloudEvents 1.0", signatures.bearer, EVENTS, cloudevents.read),
    "fhir": Scheme(
        "FHIR subscriptions (R4, R4B, R5)",
        signatures.bearer,
        FHIR_JSON,
        subscriptions.read,
        thin=True,
        counts=True,
    ),
    "hl7v2": Scheme("HL7 v2 SIU", signatures.bearer, ER7, siu.read),
    "athenahealth": Scheme("athenahealth", signatures.athenahealth, FHIR_JSON, athenahealth.read, thin=True),
    "elation": Scheme("Elation", signatures.elation, JSON, elation.read, thin=True, secret_given=True),
    "healthie": Scheme("Healthie", signatures.healthie, JSON, healthie.read, thin=True, secret_given=True),
    "drchrono": Scheme("DrChrono", signatures.drchrono, JSON, drchrono.read, thin=True, secret_given=True),
}
