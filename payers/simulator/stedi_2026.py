"""Stedi's eligibility check of 2026-06-01 as it is documented: its own words, one service to a line.

Source: Stedi's client for the interface, as of 2026-09. Made from the answer of `payers.simulator.answers_v3`.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from payers.simulator.answers import asked
from payers.simulator.clearinghouse import Clearinghouse
from payers.simulator.decision import Decision
from payers.simulator.envelope import Credentials
from payers.simulator.questions_v3 import FORM, Fault, at, containers, is_day, looks
from payers.simulator.scenarios import scenario_for
from payers.simulator.stedi import act, as_270, decoded, has_key, refused

Json = dict[str, Any]

PATH = "/2026-06-01/eligibility-check"
DAY = r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
REQUIRED = ("/payerId", "/provider/name", "/subscriber")
OF_PERSON = {
    "name/person/firstName": r".{1,35}",
    "name/person/lastName": r".{1,60}",
    "name/person/middleName": r".{1,25}",
    "name/person/suffix": r".{1,10}",
    "dateOfBirth": DAY,
    "gender": "FEMALE|MALE",
    "additionalInformation/ssn": r"\d{9}",
    "additionalInformation/groupNumber": r".{1,50}",
    "address/addressLine1": r".{1,55}",
    "address/city": r".{2,30}",
    "address/state": r".{2}",
    "address/postalCode": r".{5,9}",
}
PATTERNS = {
    "/payerId": r".{1,80}",
    "/payerName": r".{1,60}",
    "/provider/name/organization": r".{1,60}",
    "/provider/npi": r"\d{10}",
    "/provider/tin": r"\d{9}",
    "/subscriber/memberId": r".{2,80}",
    "/dependent/relationToSubscriber": "SPOUSE|CHILD|OTHER_ADULT",
    **{f"/subscriber/{name}": pattern for name, pattern in OF_PERSON.items()},
    **{f"/dependent/{name}": pattern for name, pattern in OF_PERSON.items()},
    "/encounter/dates/service/start": DAY,
    "/encounter/dates/service/end": DAY,
    "/externalPatientId": r".{0,36}",
}
SYSTEMS = "STC|CDT|CPT|NDC|HCPCS|ICD-10-PCS"
#: Needed of a dependent, and of their address where it is sent.
OF_DEPENDENT = ("name/person/firstName", "name/person/lastName")
OF_ADDRESS = ("addressLine1", "city")
RELATIONSHIPS = {"SPOUSE": "01", "CHILD": "19", "OTHER_ADULT": "34"}
CATEGORIES = {
    "A": "coInsurance", "B": "coPayment", "C": "deductible", "CB": "coverageBasis", "F": "limitations",
    "G": "outOfPocket", "MC": "managedCareCoordinator", "R": "otherOrAdditionalPayer",
    "U": "contactFollowingEntityForInformation", "V": "cannotProcess",
}  # fmt: skip
INSURANCES = {
    "PR": "PREFERRED_PROVIDER_ORGANIZATION_PPO", "MA": "MEDICARE_PART_A", "MB": "MEDICARE_PART_B", "MC": "MEDICAID",
    "HM": "HEALTH_MAINTENANCE_ORGANIZATION_HMO", "HN": "HEALTH_MAINTENANCE_ORGANIZATION_HMO_MEDICARE_RISK",
}  # fmt: skip
PERIODS = {"23": "CALENDAR_YEAR", "24": "YEAR_TO_DATE", "27": "VISIT", "29": "REMAINING"}
LEVELS = {"IND": "INDIVIDUAL", "FAM": "FAMILY"}
NETWORKS = {"Y": "IN_NETWORK", "N": "OUT_OF_NETWORK", "W": "IN_AND_OUT_OF_NETWORK"}
AUTHORIZATIONS = {"Y": "REQUIRED", "N": "NOT_REQUIRED"}
LOCATIONS = {"A": "PAYER", "B": "PROVIDER", "C": "SUBSCRIBER", "D": "DEPENDENT"}


class Stedi2026Desk:
    """Answers one endpoint; safe from many threads."""

    def __init__(self, clearinghouse: Clearinghouse, credentials: Credentials) -> None:
        self._clearinghouse = clearinghouse
        self._credentials = credentials

    def check(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Decision:
        """`POST /2026-06-01/eligibility-check`."""
        if not has_key(headers, self._credentials):
            return refused(403, {"message": "Forbidden"}, "unauthorized")
        question = decoded(body)
        if question is None:
            return refused(400, {"message": "Could not parse the body"}, "not_json")
        if found := faults(question):
            return refused(400, {"message": "Validation failed", "errors": found}, "invalid")
        received = as_270(as_v3(question), self._clearinghouse.number(), now)
        if received is None:
            return refused(400, {"message": "Could not be written as X12"}, "not_x12")
        it = asked(received.question, scenario_for(received.question.subscriber.id), now)
        return self._clearinghouse.timed(_reworded(act(it, received, with_x12=True)), it)


def faults(question: Json) -> list[Json]:
    """`[{"path": "/subscriber/memberId", "message": "…"}]`, empty for a question that may pass."""
    found = [*_missing(question), *_misshapen(question), *_services(question)]
    return [{"path": path, "message": message} for path, message in found]


def _missing(question: Json) -> Iterator[Fault]:
    needed = [*REQUIRED]
    if question.get("dependent") is not None:
        needed += [f"/dependent/{name}" for name in OF_DEPENDENT]
    if at(question, "/dependent/address") is not None:
        needed += [f"/dependent/address/{name}" for name in OF_ADDRESS]
    for path in needed:
        if not at(question, path):
            yield path, "is required"
    for path in containers(PATTERNS):
        if not isinstance(at(question, path) or {}, dict):
            yield path, "must be an object"
    name = at(question, "/provider/name")
    if isinstance(name, dict) and len(name) != 1:
        yield "/provider/name", "holds exactly one of person and organization"


def _misshapen(question: Json) -> Iterator[Fault]:
    for path, pattern in PATTERNS.items():
        value = at(question, path)
        if value is None:
            continue
        if not looks(value, pattern):
            yield path, FORM
        elif pattern == DAY and not is_day(value, "%Y-%m-%d"):
            yield path, "is no day"


def _services(question: Json) -> Iterator[Fault]:
    services = at(question, "/encounter/services")
    if services is None:
        return
    if not isinstance(services, list) or not services:
        yield "/encounter/services", "holds at least one"
        return
    for place, each in enumerate(services):
        if not looks(at(each, "/system"), SYSTEMS):
            yield f"/encounter/services/{place}/system", FORM
        elif not looks(at(each, "/value"), r".{1,48}"):
            yield f"/encounter/services/{place}/value", FORM


def as_v3(question: Json) -> Json:
    """The same question in the older words."""
    service = at(question, "/encounter/services/0") or {}
    encounter: Json = {"serviceTypeCodes": [service.get("value", "30")]}
    if service.get("system", "STC") != "STC":
        encounter = {"productOrServiceIDQualifier": "HC", "procedureCode": service["value"]}
    if on := at(question, "/encounter/dates/service/start"):
        encounter["dateOfService"] = on.replace("-", "")
    dependent = question.get("dependent")
    relationship = RELATIONSHIPS.get(at(dependent, "/relationToSubscriber") or "", "34")
    return {
        "submitterTransactionIdentifier": question.get("externalPatientId"),
        "tradingPartnerServiceId": question["payerId"],
        "provider": {
            "organizationName": at(question, "/provider/name/organization") or "",
            "npi": at(question, "/provider/npi") or "",
        },
        "subscriber": _person(question["subscriber"]),
        "dependents": [_person(dependent) | {"individualRelationshipCode": relationship}]
        if dependent
        else [],
        "encounter": encounter,
    }


def _person(person: Json) -> Json:
    given = dict(at(person, "/name/person") or {})
    given |= {"memberId": person.get("memberId", ""), "gender": person.get("gender", "")[:1]}
    given |= {"dateOfBirth": person.get("dateOfBirth", "").replace("-", "")}
    return given


def _reworded(decision: Decision) -> Decision:
    body = msgspec.json.decode(decision.body)
    return msgspec.structs.replace(decision, body=msgspec.json.encode(_answer(body)))


def _answer(v3: Json) -> Json:
    if "status" in v3 or "message" in v3:
        return {"message": v3.get("message", "Payer is not configured.")} | _errors(v3)
    payer, provider = v3.get("payer", {}), v3.get("provider", {})
    answer = {
        "id": v3.get("id", "ec_0"),
        "x12": v3.get("x12", ""),
        "payer": {
            "type": "PAYER",
            "name": {"organization": payer.get("name", "")},
            "identification": payer.get("payorIdentification", ""),
        },
        "provider": {
            "type": "PROVIDER",
            "name": {"organization": provider.get("providerName", "")},
            "npi": provider.get("npi", ""),
        },
        "meta": {"traceId": v3.get("controlNumber", ""), "subscriberTraceNumbers": _traces(v3)},
        **_errors(v3),
    }
    dates = _plan_dates(v3.get("planDateInformation", {}))
    if "subscriber" in v3:
        answer["subscriber"] = _said_of(v3["subscriber"]) | (dates if "dependents" not in v3 else {})
    for dependent in v3.get("dependents", ()):
        answer["dependent"] = _said_of(dependent) | dates
    if "benefitsInformation" in v3:
        answer["plans"] = [{"benefits": _benefits(v3["benefitsInformation"])}]
    return answer


def _errors(v3: Json) -> Json:
    said = [
        {
            "code": error["code"],
            "description": error["description"],
            "followupAction": error["followupAction"],
            "location": _location(error["location"]),
        }
        for error in v3.get("errors", ())
    ]
    return {"errors": said} if said else {}


def _location(loop: str) -> str:
    """`Loop 2110C` is SUBSCRIBER_BENEFITS."""
    if not loop:
        return "ENVELOPE"
    return LOCATIONS[loop[-1]] + ("_BENEFITS" if "2110" in loop else "")


def _traces(v3: Json) -> list[Json]:
    return [
        {
            "type": "REFERENCED_TRANSACTION" if trace["traceTypeCode"] == "2" else "CURRENT_TRANSACTION",
            "referenceIdentification": trace["referenceIdentification"],
            "originatingCompanyIdentifier": trace["originatingCompanyIdentifier"],
        }
        for trace in v3.get("subscriberTraceNumbers", ())
    ]


def _said_of(person: Json) -> Json:
    names = {name: person[name] for name in ("firstName", "lastName", "middleName") if name in person}
    said: Json = {"name": {"person": names}}
    if "memberId" in person:
        said["memberId"] = person["memberId"]
    if born := person.get("dateOfBirth"):
        said["dateOfBirth"] = f"{born[:4]}-{born[4:6]}-{born[6:]}"
    if person.get("gender"):
        said["gender"] = {"F": "FEMALE", "M": "MALE"}.get(person["gender"], "UNKNOWN")
    return said


def _plan_dates(said: Json) -> Json:
    """One pair of days for the plan: its year where there is one, else its beginning or its end."""
    start, _, end = said.get("plan", "").partition("-")
    ends = {"start": start or said.get("planBegin", ""), "end": end or said.get("planEnd", "")}
    days = {name: f"{day[:4]}-{day[4:6]}-{day[6:]}" for name, day in ends.items() if day}
    return {"dates": {"plan": days}} if days else {}


def _benefits(lines: list[Json]) -> Json:
    found: Json = {}
    for line in lines:
        code = line["code"]
        status = {"1": "ACTIVE_COVERAGE", "6": "INACTIVE"}.get(code)
        for service in line.get("serviceTypeCodes", [None]):
            benefit = _benefit(line, service) | ({"status": status} if status else {})
            found.setdefault("statuses" if status else CATEGORIES[code], []).append(benefit)
    return found


def _benefit(line: Json, service: str | None) -> Json:
    said: Json = {
        "coverageLevel": LEVELS[line.get("coverageLevelCode", "IND")],
        "amount": line.get("benefitAmount"),
        "percent": line.get("benefitPercent"),
        "insuranceType": INSURANCES.get(line.get("insuranceTypeCode", "")),
        "timePeriod": PERIODS.get(line.get("timeQualifierCode", "")),
        "priorAuthIndicator": AUTHORIZATIONS.get(line.get("authOrCertIndicator", "")),
        "planCoverageDescription": line.get("planCoverage"),
        "messages": [each["description"] for each in line.get("additionalInformation", ())],
        "relatedEntities": [_entity(each) for each in line.get("benefitsRelatedEntities", ())],
    }
    if service:
        said["service"] = {"value": service, "system": "STC"}
    if network := NETWORKS.get(line.get("inPlanNetworkIndicatorCode", "")):
        said["network"] = {"indicator": network}
    if "benefitQuantity" in line:
        said["quantity"] = {"value": line["benefitQuantity"], "qualifier": "VISITS"}
    said["serviceLimits"] = [
        {"delivery": _delivery(each)} for each in line.get("benefitsServiceDelivery", ())
    ]
    return {name: value for name, value in said.items() if value not in (None, [])}


def _entity(entity: Json) -> Json:
    numbers = [each["communicationNumber"] for each in at(entity, "/contactInformation/contacts") or ()]
    return {
        "type": entity["entityIdentifier"].upper().replace(" ", "_"),
        "name": {"organization": entity["entityName"]},
        "payerId": entity["entityIdentificationValue"],
        "contacts": [{"phoneNumbers": numbers}],
    }


def _delivery(said: Json) -> Json:
    return {
        "quantity": {"value": said["quantity"], "qualifier": "VISITS"},
        "period": {"value": int(said["numOfPeriods"]), "qualifier": PERIODS[said["timePeriodQualifierCode"]]},
    }
