"""Inquiry -> Stedi's question of 2026-06-01, strict.

`{"payerId":"EXHP1","provider":{…},"subscriber":{…},"encounter":{"services":[{"value":"MH","system":"STC"}]}}`
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from payers import x12
from payers.account import Account
from payers.errors import Rejected
from payers.inquiry import Inquiry, Person, Requester
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
from payers.json_mapping.question_v3 import NPI, SERVICE_TYPE, TAX_ID

MEMBER_ID = re.compile(r".{2,80}")
#: INS02 -> the relationships this source takes; another is left out, not bent.
RELATIONSHIPS = {"01": "SPOUSE", "19": "CHILD", "34": "OTHER_ADULT"}
SEXES = {"F": "FEMALE", "M": "MALE"}
#: EQ02-1; HC stands for CPT and HCPCS, told apart by the code.
SYSTEMS = {"CJ": "CPT", "AD": "CDT", "N4": "NDC"}


def inquiry_to_2026(inquiry: Inquiry, account: Account) -> dict[str, Any]:
    """One question: one service type or procedure, for the subscriber or one dependent.

    Raises Rejected("unwritable") whose detail names the field. Options of the account, all optional:
    `trace_field` (where our trace goes: nowhere; the source documents no place), `send_tax_id`,
    `dependent_as_subscriber`, and `leave_out` and `search_by` as for the 270, but for diagnoses, which this
    source has no place for.
    """
    try:
        return said(_question(inquiry, account.options))
    except x12.Unwritable as failure:
        raise Rejected("unwritable", detail=str(failure)) from None


def _question(inquiry: Inquiry, options: Mapping[str, Any]) -> dict[str, Any]:
    subscriber, dependent = people(inquiry, options)
    trace_field = options.get("trace_field", "")
    group = "" if "group_number" in left_out(options) else written(inquiry.group_number, "group_number", 50)
    member_id = shaped(inquiry.member_id, "member_id", MEMBER_ID) if inquiry.member_id else ""
    if diagnoses(inquiry, options):
        raise x12.Unwritable("diagnoses", "have no place in this source's question")
    additional = said(
        {"groupNumber": group, "ssn": social_security_number(subscriber, options, "subscriber")}
    )
    return {
        **({trace_field: required(inquiry.trace, "trace", 36)} if trace_field else {}),
        "payerId": required(inquiry.payer_id, "payer_id", 80),
        "provider": _provider(inquiry, options),
        "subscriber": said({"memberId": member_id, "additionalInformation": additional})
        | _person(subscriber, options, "subscriber"),
        "dependent": _dependent(dependent, inquiry, options) if dependent else {},
        "encounter": _encounter(inquiry, options),
    }


def _provider(inquiry: Inquiry, options: Mapping[str, Any]) -> dict[str, Any]:
    requester = inquiry.requester
    tax_id = (
        "".join(digit for digit in requester.tax_id if digit.isdigit()) if options.get("send_tax_id") else ""
    )
    return said(
        {
            "name": _asked_by(requester),
            "npi": shaped(requester.npi, "requester.npi", NPI),
            "tin": shaped(tax_id, "requester.tax_id", TAX_ID) if tax_id else "",
        }
    )


def _asked_by(requester: Requester) -> dict[str, Any]:
    name = required(requester.name, "requester.name", 60)
    if not requester.first_name:
        return {"organization": name}
    return {
        "person": {"firstName": required(requester.first_name, "requester.first_name", 35), "lastName": name}
    }


def _person(person: Person, options: Mapping[str, Any], who: str) -> dict[str, Any]:
    without = left_out(options)
    birth_date = born(person, options)
    at = place(person, options, who, whole=who == "dependent")
    name = said(
        {
            "lastName": required(person.last, f"{who}.last", 60),
            "firstName": "" if "first" in without else written(person.first, f"{who}.first", 35),
            "middleName": "" if "middle" in without else written(person.middle, f"{who}.middle", 25),
            "suffix": "" if "suffix" in without else written(person.suffix, f"{who}.suffix", 10),
        }
    )
    return said(
        {
            "name": {"person": name},
            "dateOfBirth": birth_date.isoformat() if birth_date else "",
            "gender": "" if "sex" in without else SEXES.get(person.sex, ""),
            "address": said(
                {"addressLine1": at.street, "city": at.city, "state": at.state, "postalCode": at.zip}
            ),
        }
    )


def _dependent(person: Person, inquiry: Inquiry, options: Mapping[str, Any]) -> dict[str, Any]:
    required(person.first, "dependent.first", 35)
    more = said(
        {
            "relationToSubscriber": RELATIONSHIPS.get(inquiry.relationship, ""),
            "additionalInformation": said({"ssn": social_security_number(person, options, "dependent")}),
        }
    )
    return _person(person, options, "dependent") | more


def _encounter(inquiry: Inquiry, options: Mapping[str, Any]) -> dict[str, Any]:
    on = inquiry.date_of_service.isoformat()
    dates = {} if "date_of_service" in left_out(options) else {"service": {"start": on, "end": on}}
    return said({"services": [_service(inquiry)], "dates": dates})


def _service(inquiry: Inquiry) -> dict[str, str]:
    if not inquiry.procedure:
        return {"value": shaped(inquiry.service_type, "service_type", SERVICE_TYPE), "system": "STC"}
    qualifier, code = (*inquiry.procedure, "")[:2]
    code = required(code, "procedure", 48)
    system = ("CPT" if code[0].isdigit() else "HCPCS") if qualifier == "HC" else SYSTEMS.get(qualifier)
    if system is None:
        raise x12.Unwritable("procedure", "is of a kind this source does not take")
    if len(inquiry.procedure) > 2:
        raise x12.Unwritable("procedure", "has modifiers, which this source does not take")
    return {"value": code, "system": system}
