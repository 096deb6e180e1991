"""A v3 question, checked as its interface describes, -> the 270 a clearinghouse makes of it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from payers.x12.writing import Envelope, Writable, compose

Json = dict[str, Any]
Segment = list[Writable]
#: A JSON Pointer and what is wrong there.
Fault = tuple[str, str]

PROVIDER_CODES = "AD|AT|BI|CO|CV|H|HH|LA|OT|P1|P2|PC|PE|R|RF|SB|SK|SU"
#: What a person may carry; `memberId` differs between the two sources.
OF_PERSON = {
    "lastName": r".{1,60}",
    "firstName": r".{1,35}",
    "middleName": r".{1,25}",
    "suffix": r".{1,10}",
    "dateOfBirth": r"\d{8}",
    "gender": r"[MF]",
    "groupNumber": r".{1,50}",
    "ssn": r"\d{9}",
    "address/address1": r".{1,55}",
    "address/city": r".{2,30}",
    "address/state": r"[A-Z]{2}",
    "address/postalCode": r".{5,9}",
}
#: Where a field has to look like something, when it is there.
PATTERNS = {
    "/tradingPartnerServiceId": r".{1,80}",
    "/controlNumber": r".{9}",
    "/externalPatientId": r".{0,36}",
    "/portalUsername": r".{1,50}",
    "/portalPassword": r".{1,50}",
    "/provider/organizationName": r".{1,60}",
    "/provider/lastName": r".{1,60}",
    "/provider/firstName": r".{1,35}",
    "/provider/npi": r"\d{10}",
    "/provider/taxId": r"\d{9}",
    "/provider/ssn": r"\d{9}",
    "/provider/providerCode": PROVIDER_CODES,
    "/subscriber/memberId": r"[A-Za-z0-9 -]{2,80}",
    "/dependents/0/memberId": r"[A-Za-z0-9 -]{2,80}",
    "/dependents/0/individualRelationshipCode": r"01|19|34",
    **{f"/subscriber/{name}": pattern for name, pattern in OF_PERSON.items()},
    **{f"/dependents/0/{name}": pattern for name, pattern in OF_PERSON.items()},
    "/encounter/dateOfService": r"\d{8}",
    "/encounter/beginningDateOfService": r"\d{8}",
    "/encounter/endDateOfService": r"\d{8}",
    "/encounter/productOrServiceIDQualifier": r"AD|CJ|HC|ID|IV|N4|ZZ",
    "/encounter/procedureCode": r".{1,48}",
}
#: List -> how many it may hold, and how each looks.
LISTS = {
    "/encounter/serviceTypeCodes": (99, r"[A-Z0-9]{1,2}"),
    "/encounter/procedureModifiers": (4, r".{1,2}"),
    "/encounter/diagnosisCodePointer": (4, r"[1-8]"),
}
DIAGNOSES = ("/subscriber/healthCareCodeInformation", "/dependents/0/healthCareCodeInformation")
MOST_DIAGNOSES = 8
FORM = "does not look as it must"
#: Optum's own: stricter in two fields. The rest is as Stedi's, which is a copy of it.
OPTUM_PATTERNS = PATTERNS | {
    "/controlNumber": r"\d{9}",
    "/tradingPartnerName": r".{0,80}",
    "/subscriber/memberId": r"[A-Za-z0-9-]{1,80}",
    "/dependents/0/memberId": r"[A-Za-z0-9-]{1,80}",
}


def faults(question: Json, required: tuple[str, ...], patterns: Mapping[str, str] = PATTERNS) -> list[Json]:
    """`[{"path": "/subscriber/memberId", "message": "…"}]`, empty for a question that may pass."""
    found = [
        *_missing(question, required),
        *_misshapen(question, patterns),
        *_lists(question),
        *_diagnoses(question),
        *_together(question),
    ]
    return [{"path": path, "message": message} for path, message in found]


def containers(paths: Iterable[str]) -> list[str]:
    """What holds these fields: `/subscriber`, `/subscriber/address`; the places of lists are none of them."""
    split = [path.split("/") for path in paths]
    above = {"/".join(steps[:depth]) for steps in split for depth in range(2, len(steps))}
    return sorted(above - {"/dependents"})


def _missing(question: Json, required: tuple[str, ...]) -> Iterator[Fault]:
    for path in required:
        if at(question, path) in (None, ""):
            yield path, "is required"
    for path in containers(PATTERNS):
        if not isinstance(at(question, path) or {}, dict):
            yield path, "must be an object"
    dependents = question.get("dependents")
    if dependents is not None and not (
        isinstance(dependents, list) and len(dependents) == 1 and isinstance(dependents[0], dict)
    ):
        yield "/dependents", "holds exactly one"


def _misshapen(question: Json, patterns: Mapping[str, str]) -> Iterator[Fault]:
    for path, pattern in patterns.items():
        value = at(question, path)
        if value is None:
            continue
        if not looks(value, pattern):
            yield path, FORM
        elif pattern == r"\d{8}" and not is_day(value):
            yield path, "is no day"


def _lists(question: Json) -> Iterator[Fault]:
    for path, (most, pattern) in LISTS.items():
        values = at(question, path)
        if values is None:
            continue
        if not isinstance(values, list) or not 1 <= len(values) <= most:
            yield path, f"holds 1 to {most}"
        elif not all(looks(each, pattern) for each in values):
            yield path, FORM


def _diagnoses(question: Json) -> Iterator[Fault]:
    """The principal one is ABK (BK), every other ABF (BF); no code has its dot."""
    for path in DIAGNOSES:
        values = at(question, path)
        if values is None:
            continue
        if not isinstance(values, list) or not 1 <= len(values) <= MOST_DIAGNOSES:
            yield path, f"holds 1 to {MOST_DIAGNOSES}"
            continue
        for place, each in enumerate(values):
            if not looks(at(each, "/diagnosisTypeCode"), "ABF|BF" if place else "ABK|BK"):
                yield f"{path}/{place}/diagnosisTypeCode", FORM
            elif not looks(at(each, "/diagnosisCode"), r"[A-Za-z0-9]{1,30}"):
                yield f"{path}/{place}/diagnosisCode", FORM


def _together(question: Json) -> Iterator[Fault]:
    """What goes only with, or only without, something else."""
    if not any(at(question, f"/subscriber/{name}") for name in ("memberId", "dateOfBirth", "lastName")):
        yield "/subscriber", "needs memberId, dateOfBirth or lastName"
    provider = at(question, "/provider") or {}
    if isinstance(provider, dict) and not (
        provider.get("organizationName") or (provider.get("firstName") and provider.get("lastName"))
    ):
        yield "/provider", "needs organizationName, or firstName and lastName"
    encounter = at(question, "/encounter") or {}
    if not isinstance(encounter, dict):
        return
    if ("procedureCode" in encounter) is not ("productOrServiceIDQualifier" in encounter):
        yield "/encounter", "needs procedureCode and productOrServiceIDQualifier together"
    if ("beginningDateOfService" in encounter) is not ("endDateOfService" in encounter):
        yield "/encounter", "needs beginningDateOfService and endDateOfService together"
    if "dateOfService" in encounter and "beginningDateOfService" in encounter:
        yield "/encounter", "holds a day or a range of days"


def looks(value: Any, pattern: str) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


def is_day(text: str, form: str = "%Y%m%d") -> bool:
    try:
        return bool(datetime.strptime(text, form))  # noqa: DTZ007 - only its form is asked
    except ValueError:
        return False


def at(question: Any, path: str) -> Any:
    """What a JSON Pointer leads to; None where there is nothing."""
    for step in path.strip("/").split("/"):
        if isinstance(question, list):
            question = question[int(step)] if step.isdigit() and int(step) < len(question) else None
        else:
            question = question.get(step) if isinstance(question, dict) else None
    return question


def inquiry(question: Json, number: int, now: datetime) -> str:
    """The 270: traced by the asker's own identifier where it gives one."""
    trace = str(question.get("submitterTransactionIdentifier") or f"SIMULATOR{number:09}")
    dependents = question.get("dependents") or []
    subscriber, encounter = question["subscriber"], question.get("encounter") or {}
    traced: list[Segment] = [["TRN", "1", trace, "9SIMULATOR"]]
    body: list[Segment] = [
        ["BHT", "0022", "13", trace, f"{now:%Y%m%d}", f"{now:%H%M}"],
        ["HL", "1", "", "20", "1"],
        ["NM1", "PR", "2", "SIMULATED PAYER", "", "", "", "", "PI", question["tradingPartnerServiceId"]],
        ["HL", "2", "1", "21", "1"],
        _provider(question["provider"]),
        ["HL", "3", "2", "22", "1" if dependents else "0"],
        *([] if dependents else traced),
        *_person("IL", subscriber),
    ]
    if dependents:
        relationship = dependents[0].get("individualRelationshipCode", "34")
        body += [
            ["HL", "4", "3", "23", "0"],
            *traced,
            *_person("03", dependents[0]),
            ["INS", "N", relationship],
        ]
    if diagnoses := _hi(dependents[0] if dependents else subscriber):
        body.append(diagnoses)
    if on := encounter.get("dateOfService") or encounter.get("beginningDateOfService"):
        body.append(["DTP", "291", "D8", on])
    body.append(_eq(encounter))
    envelope = Envelope(sender_id="SIMULATOR", receiver_id="PAYER", control_number=number, now=now)
    return compose([body], envelope, set_id="270")


def _provider(provider: Json) -> Segment:
    name = provider.get("organizationName") or provider.get("lastName", "")
    return ["NM1", "1P", "2", name, "", "", "", "", "XX", provider.get("npi", "")]


def _person(entity: str, person: Json) -> list[Segment]:
    member = person.get("memberId", "")
    name: Segment = [
        "NM1", entity, "1", person.get("lastName", ""), person.get("firstName", ""), person.get("middleName", ""), "",
        person.get("suffix", ""), "MI" if member else "", member,
    ]  # fmt: skip
    found = [name, *_where(person)]
    if born := person.get("dateOfBirth", ""):
        found.append(["DMG", "D8", born, person.get("gender", "")])
    return found


def _where(person: Json) -> list[Segment]:
    found: list[Segment] = [["REF", "SY", person["ssn"]]] if person.get("ssn") else []
    address = person.get("address") or {}
    if address.get("address1"):
        found.append(["N3", address["address1"]])
    if place := [address.get(name, "") for name in ("city", "state", "postalCode")]:
        found += [["N4", *place]] if any(place) else []
    return found


def _hi(person: Json) -> Segment:
    told = person.get("healthCareCodeInformation") or []
    return ["HI", *((each["diagnosisTypeCode"], each["diagnosisCode"]) for each in told)] if told else []


def _eq(encounter: Json) -> Segment:
    if "procedureCode" in encounter:
        qualifier, code = encounter.get("productOrServiceIDQualifier", "HC"), encounter["procedureCode"]
        return ["EQ", "", (qualifier, code, *encounter.get("procedureModifiers", ()))]
    return ["EQ", (encounter.get("serviceTypeCodes") or ["30"])[0]]
