"""A v3 question, checked as its interface describes, -> the 270 a clearinghouse makes of it."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from payers.x12.writing import Envelope, Writable, compose

Json = dict[str, Any]
Segment = list[Writable]

#: Where a field has to look like something, when it is there.
PATTERNS = {
    "/tradingPartnerServiceId": r".{1,80}",
    "/controlNumber": r".{9}",
    "/provider/organizationName": r".{1,60}",
    "/provider/lastName": r".{1,60}",
    "/provider/firstName": r".{1,35}",
    "/provider/npi": r"\d{10}",
    "/provider/taxId": r"\d{9}",
    "/subscriber/memberId": r"[A-Za-z0-9 -]{2,80}",
    "/subscriber/dateOfBirth": r"\d{8}",
    "/subscriber/lastName": r".{1,60}",
    "/subscriber/firstName": r".{1,35}",
    "/subscriber/gender": r"[MF]",
    "/subscriber/groupNumber": r".{1,50}",
    "/dependents/0/dateOfBirth": r"\d{8}",
    "/dependents/0/lastName": r".{1,60}",
    "/dependents/0/firstName": r".{1,35}",
    "/dependents/0/gender": r"[MF]",
    "/dependents/0/individualRelationshipCode": r"01|19|34",
    "/encounter/dateOfService": r"\d{8}",
    "/encounter/serviceTypeCodes/0": r"[A-Z0-9]{1,2}",
    "/encounter/productOrServiceIDQualifier": r"AD|CJ|HC|ID|IV|N4|ZZ",
    "/encounter/procedureCode": r".{1,48}",
}
OBJECTS = ("/provider", "/subscriber", "/encounter")


def faults(question: Json, required: tuple[str, ...]) -> list[Json]:
    """`[{"path": "/subscriber/memberId", "message": "…"}]`, empty for a question that may pass."""
    return [{"path": path, "message": message} for path, message in _faults(question, required)]


def _faults(question: Json, required: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for path in required:
        if at(question, path) in (None, ""):
            yield path, "is required"
    for path in OBJECTS:
        if not isinstance(at(question, path) or {}, dict):
            yield path, "must be an object"
    for path, pattern in PATTERNS.items():
        value = at(question, path)
        if value is not None and not (isinstance(value, str) and re.fullmatch(pattern, value)):
            yield path, "does not look as it must"
    if not any(at(question, f"/subscriber/{name}") for name in ("memberId", "dateOfBirth", "lastName")):
        yield "/subscriber", "needs memberId, dateOfBirth or lastName"
    if not any(at(question, f"/provider/{name}") for name in ("organizationName", "lastName")):
        yield "/provider", "needs organizationName, or firstName and lastName"
    dependents = question.get("dependents")
    if dependents is not None and (not isinstance(dependents, list) or len(dependents) != 1):
        yield "/dependents", "holds exactly one"


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
    if "dateOfService" in encounter:
        body.append(["DTP", "291", "D8", encounter["dateOfService"]])
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
    born = person.get("dateOfBirth", "")
    return [name, ["DMG", "D8", born, person.get("gender", "")]] if born else [name]


def _eq(encounter: Json) -> Segment:
    if "procedureCode" in encounter:
        qualifier, code = encounter.get("productOrServiceIDQualifier", "HC"), encounter["procedureCode"]
        return ["EQ", "", (qualifier, code, *encounter.get("procedureModifiers", ()))]
    return ["EQ", (encounter.get("serviceTypeCodes") or ["30"])[0]]
