"""Inquiry -> v3 question (Stedi 2024-04-01, Optum Medical Network Eligibility), strict.

`{"tradingPartnerServiceId":"EXHP1","provider":{…},"subscriber":{…},"encounter":{"serviceTypeCodes":["MH"]}}`
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from payers import x12
from payers.account import Account
from payers.errors import Rejected
from payers.inquiry import Inquiry, Person
from payers.json_mapping.question import (
    born,
    diagnoses,
    left_out,
    people,
    place,
    required,
    said,
    shaped,
    social_security_number,
    written,
)
from payers.x12_mapping import MOST_POINTERS

NPI = re.compile(r"\d{10}")
TAX_ID = re.compile(r"\d{9}")
SERVICE_TYPE = re.compile(r"[A-Z0-9]{1,2}")
#: INS02 these sources take; another relationship is left out, not bent.
RELATIONSHIPS = {"01", "19", "34"}
#: EQ02-1.
PROCEDURE_QUALIFIERS = re.compile("AD|CJ|HC|ID|IV|N4|ZZ")


class Dialect(msgspec.Struct, frozen=True):
    """Where two sources of one shape differ."""

    member_id: re.Pattern[str]
    payer_name: int
    control_number: bool = False
    #: A dependent's address is taken only with street and city.
    whole_dependent_address: bool = False


STEDI = Dialect(re.compile(r"[A-Za-z0-9 -]{2,80}"), payer_name=0, whole_dependent_address=True)
OPTUM = Dialect(re.compile(r"[A-Za-z0-9-]{1,80}"), payer_name=80, control_number=True)


def inquiry_to_v3(inquiry: Inquiry, account: Account, dialect: Dialect) -> dict[str, Any]:
    """One question: one service type or procedure, for the subscriber or one dependent.

    Raises Rejected("unwritable") whose detail names the field. Options of the account, all optional:
    `trace_field` (where our trace goes: submitterTransactionIdentifier; "" for nowhere), `send_tax_id`,
    `send_taxonomy`, `dependent_as_subscriber`, and `leave_out` and `search_by` as for the 270.
    Secrets, optional: `portal_username`, `portal_password`.
    """
    try:
        return said(_question(inquiry, account, dialect))
    except x12.Unwritable as failure:
        raise Rejected("unwritable", detail=str(failure)) from None


def _question(inquiry: Inquiry, account: Account, dialect: Dialect) -> dict[str, Any]:
    options = account.options
    subscriber, dependent = people(inquiry, options)
    told = _diagnosed(inquiry, options)
    dependents = []
    if dependent is not None:
        whole = dialect.whole_dependent_address
        dependents = [_person(dependent, options, "dependent", whole=whole) | _related(inquiry) | told]
    group = "" if "group_number" in left_out(options) else written(inquiry.group_number, "group_number", 50)
    member_id = shaped(inquiry.member_id, "member_id", dialect.member_id) if inquiry.member_id else ""
    trace_field = options.get("trace_field", "submitterTransactionIdentifier")
    return {
        **({trace_field: required(inquiry.trace, "trace", 50)} if trace_field else {}),
        "controlNumber": f"{inquiry.control_number:09d}" if dialect.control_number else "",
        "tradingPartnerServiceId": required(inquiry.payer_id, "payer_id", 80),
        "tradingPartnerName": written(inquiry.payer_name, "payer_name", dialect.payer_name)
        if dialect.payer_name
        else "",
        "portalUsername": account.secrets.get("portal_username", ""),
        "portalPassword": account.secrets.get("portal_password", ""),
        "provider": _provider(inquiry, options),
        "subscriber": said(
            {"memberId": member_id, "groupNumber": group}
            | _person(subscriber, options, "subscriber")
            | ({} if dependents else told)
        ),
        "dependents": dependents,
        "encounter": _encounter(inquiry, options) | _pointed(told),
    }


def _provider(inquiry: Inquiry, options: Mapping[str, Any]) -> dict[str, Any]:
    requester = inquiry.requester
    tax_id = (
        "".join(digit for digit in requester.tax_id if digit.isdigit()) if options.get("send_tax_id") else ""
    )
    taxonomy = requester.taxonomy if options.get("send_taxonomy") else ""
    first = written(requester.first_name, "requester.first_name", 35)
    return said(
        {
            "lastName" if first else "organizationName": required(requester.name, "requester.name", 60),
            "firstName": first,
            "npi": shaped(requester.npi, "requester.npi", NPI),
            "taxId": shaped(tax_id, "requester.tax_id", TAX_ID) if tax_id else "",
            "providerCode": "BI" if taxonomy else "",
            "referenceIdentification": written(taxonomy, "requester.taxonomy", 50),
        }
    )


def _diagnosed(inquiry: Inquiry, options: Mapping[str, Any]) -> dict[str, Any]:
    """`{"healthCareCodeInformation":[{"diagnosisTypeCode":"ABK","diagnosisCode":"F332"}]}`, of the patient."""
    codes = [
        {"diagnosisTypeCode": qualifier, "diagnosisCode": code}
        for qualifier, code in diagnoses(inquiry, options)
    ]
    return said({"healthCareCodeInformation": codes})


def _pointed(told: Mapping[str, Any]) -> dict[str, Any]:
    """The places of the diagnoses asked about."""
    count = min(len(told.get("healthCareCodeInformation", ())), MOST_POINTERS)
    return said({"diagnosisCodePointer": [str(at) for at in range(1, count + 1)]})


def _person(person: Person, options: Mapping[str, Any], who: str, *, whole: bool = False) -> dict[str, Any]:
    without = left_out(options)
    birth_date = born(person, options)
    at = place(person, options, who, whole=whole)
    return said(
        {
            "lastName": required(person.last, f"{who}.last", 60),
            "firstName": "" if "first" in without else written(person.first, f"{who}.first", 35),
            "middleName": "" if "middle" in without else written(person.middle, f"{who}.middle", 25),
            "suffix": "" if "suffix" in without else written(person.suffix, f"{who}.suffix", 10),
            "dateOfBirth": f"{birth_date:%Y%m%d}" if birth_date else "",
            "gender": person.sex if person.sex in {"M", "F"} and "sex" not in without else "",
            "ssn": social_security_number(person, options, who),
            "address": said(
                {"address1": at.street, "city": at.city, "state": at.state, "postalCode": at.zip}
            ),
        }
    )


def _related(inquiry: Inquiry) -> dict[str, str]:
    code = inquiry.relationship
    return {"individualRelationshipCode": code} if code in RELATIONSHIPS else {}


def _encounter(inquiry: Inquiry, options: Mapping[str, Any]) -> dict[str, Any]:
    on = "" if "date_of_service" in left_out(options) else f"{inquiry.date_of_service:%Y%m%d}"
    if not inquiry.procedure:
        code = shaped(inquiry.service_type, "service_type", SERVICE_TYPE)
        return said({"serviceTypeCodes": [code], "dateOfService": on})
    qualifier, code, *modifiers = (*inquiry.procedure, "", "")[: max(2, len(inquiry.procedure))]
    return said(
        {
            "productOrServiceIDQualifier": shaped(qualifier, "procedure", PROCEDURE_QUALIFIERS),
            "procedureCode": required(code, "procedure", 48),
            "procedureModifiers": [required(each, "procedure", 2) for each in modifiers][:4],
            "dateOfService": on,
        }
    )
