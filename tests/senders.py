"""Appointment systems as their documents describe them: each signs and writes in its own words."""

import base64
import hmac
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from verify.verification import new_id

SECRET = "an-invented-shared-secret-of-the-sender"
STANDARD_SECRET = "whsec_" + base64.b64encode(b"an invented key of 32 bytes only").decode()
ED25519 = Ed25519PrivateKey.from_private_bytes(b"an invented seed of 32 bytes, ok")
ED25519_PUBLIC = base64.b64encode(ED25519.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()
ZONE = "-06:00"
SECRETS = {
    "standard": STANDARD_SECRET,
    "elation": ED25519_PUBLIC,
    "healthie": "whsec_invented_healthie_secret",
}


@dataclass(frozen=True)
class Sent:
    """One request, ready to go."""

    body: bytes
    headers: dict[str, str]
    query: str = ""


@dataclass(frozen=True)
class Visit:
    """An invented visit, which every sender writes in its own way."""

    id: str = "1001"
    on: date = field(default_factory=lambda: date.today() + timedelta(days=9))
    last_name: str = "Okafor"
    first_name: str = "Adaeze"
    birth_date: str = "1984-03-12"
    payer: str = "bluehollow"
    member_id: str = "ACT10000001"
    status: str = "booked"
    changed_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def later(self, seconds: float = 60, **changes: Any) -> "Visit":
        """The visit as it is after a change."""
        return replace(self, changed_at=self.changed_at + timedelta(seconds=seconds), **changes)

    @property
    def starts_at(self) -> str:
        return f"{self.on.isoformat()}T09:00:00{ZONE}"


def send(scheme: str, visit: Visit, *, path: str = "", secret: str = "") -> Sent:
    """The delivery of a visit, signed with the scheme's secret or another."""
    return SENDERS[scheme](visit, path, secret or secret_of(scheme))


def secret_of(scheme: str) -> str:
    return SECRETS.get(scheme, SECRET)


# --- Standard Webhooks and CloudEvents ------------------------------------------------------------------


def our_event(visit: Visit) -> dict[str, Any]:
    kind = {"booked": "booked", "moved": "changed"}.get(visit.status, visit.status)
    policy = {"payer": visit.payer, "member_id": visit.member_id}
    return {
        "type": f"appointment.{kind}",
        "timestamp": visit.changed_at.isoformat(),
        "data": {
            "id": visit.id,
            "starts_at": visit.starts_at,
            "service_lines": ["tms"],
            "patient": {
                "last_name": visit.last_name,
                "first_name": visit.first_name,
                "birth_date": visit.birth_date,
            },
            "coverage": [policy] if visit.payer or visit.member_id else [],
        },
    }


def standard(visit: Visit, _path: str, secret: str) -> Sent:
    return standard_signed(json.dumps(our_event(visit)).encode(), secret=secret)


def standard_signed(
    body: bytes, *, secret: str = STANDARD_SECRET, message_id: str = "", at: datetime | None = None
) -> Sent:
    message_id = message_id or new_id("msg")
    stamp = str(int((at or datetime.now(UTC)).timestamp()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = hmac.new(key, f"{message_id}.{stamp}.".encode() + body, sha256).digest()
    return Sent(
        body,
        {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": stamp,
            "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
        },
    )


def cloudevents(visit: Visit, _path: str, secret: str) -> Sent:
    event = our_event(visit)
    document = {
        "specversion": "1.0",
        "id": new_id("evt"),
        "source": "/scheduler/invented",
        "type": f"test.example.{event['type']}",
        "time": event["timestamp"],
        "data": event["data"],
    }
    headers = {"Content-Type": "application/cloudevents+json", "Authorization": f"Bearer {secret}"}
    return Sent(json.dumps(document).encode(), headers)


# --- FHIR -----------------------------------------------------------------------------------------------

PROFILE = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-subscription-status-r4"
FHIR_STATUS = {"moved": "booked", "no_show": "noshow"}


def fhir_appointment(visit: Visit) -> dict[str, Any]:
    return {
        "resourceType": "Appointment",
        "id": visit.id,
        "meta": {"lastUpdated": visit.changed_at.isoformat()},
        "status": FHIR_STATUS.get(visit.status, visit.status),
        "serviceType": [{"text": "TMS session"}],
        "start": visit.starts_at,
        "participant": [{"actor": {"reference": "Patient/p1"}, "status": "accepted"}],
    }


def fhir_patient(visit: Visit) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": "p1",
        "name": [{"use": "official", "family": visit.last_name, "given": [visit.first_name, "Ngozi"]}],
        "birthDate": visit.birth_date,
        "gender": "female",
    }


def fhir_coverage(visit: Visit) -> dict[str, Any]:
    return {
        "resourceType": "Coverage",
        "id": "c1",
        "status": "active",
        "beneficiary": {"reference": "Patient/p1"},
        "subscriberId": visit.member_id,
        "relationship": {"coding": [{"code": "self"}]},
        "payor": [{"display": visit.payer}],
    }


def fhir_status(
    kind: str, *, subscription: str = "s1", total: int = 0, number: int | None = None, focus: str = ""
) -> dict[str, Any]:
    """An R4B or R5 SubscriptionStatus."""
    event: dict[str, Any] = {"eventNumber": str(number), "timestamp": "2026-11-23T09:00:00Z"}
    if focus:
        event["focus"] = {"reference": focus}
    return {
        "resourceType": "SubscriptionStatus",
        "status": "active",
        "type": kind,
        "eventsSinceSubscriptionStart": str(total),
        "subscription": {"reference": f"Subscription/{subscription}"},
        "topic": "http://example.test/topic/appointment",
        **({"notificationEvent": [event]} if number is not None else {}),
    }


def as_parameters(status: dict[str, Any]) -> dict[str, Any]:
    """The same as R4 writes it."""
    parameters: list[dict[str, Any]] = [
        {"name": "subscription", "valueReference": status["subscription"]},
        {"name": "topic", "valueCanonical": status["topic"]},
        {"name": "status", "valueCode": status["status"]},
        {"name": "type", "valueCode": status["type"]},
        {"name": "events-since-subscription-start", "valueString": status["eventsSinceSubscriptionStart"]},
    ]
    for event in status.get("notificationEvent", []):
        part: list[dict[str, Any]] = [
            {"name": "event-number", "valueString": event["eventNumber"]},
            {"name": "timestamp", "valueInstant": event["timestamp"]},
        ]
        if "focus" in event:
            part.append({"name": "focus", "valueReference": event["focus"]})
        parameters.append({"name": "notification-event", "part": part})
    return {"resourceType": "Parameters", "meta": {"profile": [PROFILE]}, "parameter": parameters}


def fhir_bundle(status: dict[str, Any], *resources: dict[str, Any], release: str = "R4B") -> dict[str, Any]:
    first = as_parameters(status) if release == "R4" else status
    kind = "subscription-notification" if release == "R5" else "history"
    entries = [{"resource": each} for each in (first, *resources)]
    return {"resourceType": "Bundle", "type": kind, "entry": entries}


def fhir_sent(bundle: dict[str, Any], secret: str = SECRET) -> Sent:
    headers = {"Content-Type": "application/fhir+json", "Authorization": f"Bearer {secret}"}
    return Sent(json.dumps(bundle).encode(), headers)


_numbers = iter(range(1, 1_000_000))


def fhir(visit: Visit, _path: str, secret: str) -> Sent:
    number = next(_numbers)
    status = fhir_status("event-notification", total=number, number=number, focus=f"Appointment/{visit.id}")
    resources = fhir_appointment(visit), fhir_patient(visit), fhir_coverage(visit)
    return fhir_sent(fhir_bundle(status, *resources, release="R4"), secret)


# --- vendors --------------------------------------------------------------------------------------------


def athenahealth(visit: Visit, _path: str, secret: str) -> Sent:
    status = fhir_status("event-notification", total=1, number=1)
    status["notificationEvent"][0] |= {
        "id": new_id("evt"),
        "focus": {
            "identifier": {"system": "urn:athenahealth:athenanet:appointment:195900", "value": visit.id}
        },
    }
    # Their bodies end in a blank and a line end, which the signature is over too.
    body = json.dumps(fhir_bundle(status), indent=2).encode() + b" \n"
    signature = hmac.new(secret.encode(), body, sha256).hexdigest()
    headers = {"Content-Type": "application/fhir+json", "X-Hub-Signature": f"sha256={signature}"}
    return Sent(body, headers)


def athenahealth_answer(visit: Visit) -> list[dict[str, Any]]:
    year, month, day = visit.birth_date.split("-")
    return [
        {
            "appointmentid": visit.id,
            "appointmentstatus": {"cancelled": "x"}.get(visit.status, "f"),
            "date": f"{visit.on:%m/%d/%Y}",
            "starttime": "09:00",
            "appointmenttype": "TMS session",
            "patientid": "51711",
            "patient": {
                "lastname": visit.last_name,
                "firstname": visit.first_name,
                "dob": f"{month}/{day}/{year}",
                "sex": "F",
            },
            "insurances": [
                {
                    "insuranceplanname": visit.payer,
                    "insuranceidnumber": visit.member_id,
                    "sequencenumber": "1",
                    "relationshiptoinsured": "Self",
                }
            ],
        }
    ]


def uuid7(at: datetime) -> str:
    milliseconds = int(at.timestamp() * 1000)
    return str(UUID(int=(milliseconds << 80) | (7 << 76) | (2 << 62) | next(_numbers)))


def elation(visit: Visit, _path: str, _secret: str) -> Sent:
    status = {"cancelled": "Cancelled", "no_show": "Not Seen"}.get(visit.status, "Scheduled")
    document = {
        "action": "saved",
        "resource": "appointments",
        "event_id": 7,
        "event_uuid": uuid7(visit.changed_at),
        "application_id": "invented",
        "data": {
            "id": int(visit.id),
            "scheduled_date": visit.starts_at,
            "duration": 40,
            "patient": 64072,
            "reason": "TMS session",
            "status": {"status": status},
            "time_slot_type": "appointment",
        },
    }
    return elation_signed(json.dumps(document).encode())


def elation_signed(body: bytes, key: Ed25519PrivateKey = ED25519) -> Sent:
    signature = base64.b64encode(key.sign(body)).decode()
    return Sent(body, {"Content-Type": "application/json", "El8-Ed25519-Signature": signature})


def elation_patient(visit: Visit) -> dict[str, Any]:
    return {
        "id": 64072,
        "last_name": visit.last_name,
        "first_name": visit.first_name,
        "dob": visit.birth_date,
        "sex": "Female",
        "insurances": [{"rank": "primary", "carrier": visit.payer, "member_id": visit.member_id}],
    }


def healthie(visit: Visit, path: str, secret: str) -> Sent:
    document = {
        "resource_id": visit.id,
        "resource_id_type": "Appointment",
        "event_type": "appointment.updated",
        "changed_fields": ["date", visit.changed_at.isoformat()],
    }
    return healthie_signed(json.dumps(document).encode(), path, secret)


def healthie_signed(
    body: bytes, path: str, secret: str, *, hexadecimal: bool = True, query: str = ""
) -> Sent:
    hashed = sha256(body).digest()
    digest = hashed.hex() if hexadecimal else base64.b64encode(hashed).decode()
    text = f"post {path} {query} {digest} application/json {len(body)}"
    signature = hmac.new(secret.encode(), text.encode(), sha256).hexdigest()
    return Sent(
        body,
        {
            "Content-Type": "application/json",
            "Content-Digest": f"SHA-256={digest}",
            "Signature-Input": 'sig1=("@method" "@path" "@query" "content-digest")',
            "Signature": f"sig1={signature}",
        },
        query,
    )


def healthie_answer(visit: Visit) -> dict[str, Any]:
    found = {
        "id": visit.id,
        "date": visit.starts_at,
        "pm_status": {"cancelled": "Cancelled", "no_show": "No-Show"}.get(visit.status),
        "updated_at": visit.changed_at.isoformat(),
        "appointment_type": {"name": "TMS session"},
        "user": {
            "id": "88",
            "first_name": visit.first_name,
            "last_name": visit.last_name,
            "dob": visit.birth_date,
            "policies": [
                {
                    "num": visit.member_id,
                    "priority_type": "primary",
                    "insurance_plan": {"payer_name": visit.payer},
                }
            ],
        },
    }
    return {"data": {"appointment": found}}


def drchrono(visit: Visit, _path: str, secret: str) -> Sent:
    status = {"cancelled": "Cancelled", "no_show": "No Show"}.get(visit.status, "Confirmed")
    document = {
        "receiver": {"id": 1},
        "object": {
            "id": visit.id,
            "scheduled_time": f"{visit.on.isoformat()}T09:00:00",
            "updated_at": visit.changed_at.isoformat(),
            "patient": 64072,
            "status": status,
            "deleted_flag": False,
            "appt_is_break": False,
            "reason": "TMS session",
            "primary_insurer_name": visit.payer,
            "primary_insurance_id_number": visit.member_id,
        },
    }
    headers = {
        "Content-Type": "application/json",
        "X-drchrono-event": "APPOINTMENT_MODIFY",
        "X-drchrono-signature": secret,
        "X-drchrono-delivery": new_id("dlv"),
    }
    return Sent(json.dumps(document).encode(), headers)


def drchrono_patient(visit: Visit) -> dict[str, Any]:
    return {
        "id": 64072,
        "last_name": visit.last_name,
        "first_name": visit.first_name,
        "date_of_birth": visit.birth_date,
        "gender": "Female",
        "primary_insurance": {
            "insurance_company": visit.payer,
            "insurance_id_number": visit.member_id,
            "is_subscriber_the_patient": True,
        },
    }


# --- HL7 v2 ---------------------------------------------------------------------------------------------


def siu(visit: Visit, *, insurance: bool = True) -> bytes:
    """An invented SIU with an IN1, as some senders add it."""
    trigger = {"booked": "S12", "moved": "S13", "cancelled": "S15", "no_show": "S26"}[visit.status]
    filler = {"cancelled": "Cancelled", "no_show": "Noshow"}.get(visit.status, "Booked")
    stamp = f"{visit.changed_at.astimezone(UTC):%Y%m%d%H%M%S}+0000"
    born = visit.birth_date.replace("-", "")
    segments = [
        f"MSH|^~\\&|SCHED|CLINIC|VERIFY|CLINIC|{stamp}||SIU^{trigger}^SIU_S12|{new_id('m')}|P|2.5.1",
        f"SCH|P{visit.id}|{visit.id}||||{trigger}|TMS session^TMS session^L|ROUTINE|40|min"
        + "|" * 14
        + f"|{filler}",
        f"TQ1|||||||{visit.on:%Y%m%d}090000-0600",
        f"PID|1||77001^^^CLINIC^MR||{visit.last_name}^{visit.first_name}^Ngozi||{born}|F|||||555-0142",
        "PV1|1|O",
    ]
    if insurance:
        segments.append(f"IN1|1|PPO|BHHP1|{visit.payer}||||GRP7{'|' * 9}SEL{'|' * 19}{visit.member_id}")
    segments += ["RGS|1", "AIS|1|A|90868^TMS session^C4"]
    return ("\r".join(segments) + "\r").encode()


def hl7v2(visit: Visit, _path: str, secret: str) -> Sent:
    return Sent(siu(visit), {"Content-Type": "application/hl7-v2", "Authorization": f"Bearer {secret}"})


SENDERS = {
    "standard": standard,
    "cloudevents": cloudevents,
    "fhir": fhir,
    "hl7v2": hl7v2,
    "athenahealth": athenahealth,
    "elation": elation,
    "healthie": healthie,
    "drchrono": drchrono,
}
