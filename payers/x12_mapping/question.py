"""Inquiry -> 270, strict: what does not fit is an error that names the field."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from payers import x12
from payers.account import Account
from payers.errors import Rejected
from payers.inquiry import Inquiry
from payers.x12_mapping.elements import FIRST, ID, LAST, REFERENCE, TRACE, day, field, required
from payers.x12_mapping.search import Body, Search


def inquiry_to_270(inquiry: Inquiry, account: Account, *, now: datetime) -> str:
    """One interchange with one 270: by service type or procedure, for the subscriber or a dependent.

    Control numbers and traces come back in the answer: ISA13 and GS06 are `inquiry.control_number`,
    BHT03 and TRN02 `inquiry.trace`. Raises Rejected("unwritable") whose detail names the field that
    is too long or has characters X12 does not allow.

    Options of the account, all optional: `sender_qualifier`, `receiver_qualifier` (ISA05, ISA07: ZZ),
    `authorization_qualifier`, `authorization`, `security_qualifier` (ISA01-03), `application_sender`,
    `application_receiver` (GS02, GS03), `acknowledgment_requested` (ISA14), `payer_id_qualifier`
    (NM108: PI), `originating_company_id` (TRN03), `send_tax_id` (REF*TJ),
    `dependent_as_subscriber`; `leave_out`, a list of `member_id, last, first, middle, suffix,
    birth_date, sex, group_number, date_of_service` for payers that search by less; `search_by`, a
    list of `ssn, zip, address, diagnoses` for those that search or answer by more; and what the payer must be
    given (payers.x12_mapping.requirements).
    """
    try:
        body = list(_body(inquiry, account.options, now))
        return x12.compose([body], _envelope(inquiry, account, now), set_id="270")
    except x12.Unwritable as failure:
        raise Rejected("unwritable", detail=str(failure)) from None


def _envelope(inquiry: Inquiry, account: Account, now: datetime) -> x12.Envelope:
    options = account.options
    return x12.Envelope(
        sender_id=x12.basic(account.sender_id, "sender_id"),
        receiver_id=x12.basic(account.receiver_id, "receiver_id"),
        control_number=inquiry.control_number,
        now=now,
        usage=account.usage,
        sender_qualifier=options.get("sender_qualifier", "ZZ"),
        receiver_qualifier=options.get("receiver_qualifier", "ZZ"),
        authorization_qualifier=options.get("authorization_qualifier", "00"),
        authorization=options.get("authorization", ""),
        security_qualifier=options.get("security_qualifier", "00"),
        security=account.secrets.get("isa_security", ""),
        application_sender=options.get("application_sender", ""),
        application_receiver=options.get("application_receiver", ""),
        acknowledgment_requested=str(options.get("acknowledgment_requested", "0")),
    )


def _body(inquiry: Inquiry, options: dict[str, Any], now: datetime) -> Iterator[list[x12.Writable]]:
    search = Search(options)
    dependent = None if options.get("dependent_as_subscriber") else inquiry.dependent
    subscriber = inquiry.patient if dependent is None else inquiry.subscriber
    trace = required(inquiry.trace, "trace", TRACE)
    yield ["BHT", "0022", "13", trace, f"{now:%Y%m%d}", f"{now:%H%M}"]
    yield from _source_and_receiver(inquiry, options)
    yield ["HL", "3", "2", "22", "1" if dependent else "0"]
    if dependent is None:
        yield _trace(inquiry, options)
    yield from search.subscriber(inquiry, subscriber, is_patient=dependent is None)
    if dependent is not None:
        yield ["HL", "4", "3", "23", "0"]
        yield _trace(inquiry, options)
        yield from search.dependent(dependent, inquiry.relationship)
    yield from search.diagnoses(inquiry)
    if search.sends("date_of_service"):
        yield ["DTP", "291", "D8", day(inquiry.date_of_service)]
    yield _eq(inquiry, search.pointers(inquiry))


def _source_and_receiver(inquiry: Inquiry, options: dict[str, Any]) -> Body:
    requester = inquiry.requester
    payer = required(inquiry.payer_name, "payer_name", LAST)
    payer_id = required(inquiry.payer_id, "payer_id", ID)
    name = required(requester.name, "requester.name", LAST)
    first = field(requester.first_name, "requester.first_name", FIRST)
    npi = required(requester.npi, "requester.npi", 10)
    body: Body = [
        ["HL", "1", "", "20", "1"],
        ["NM1", "PR", "2", payer, "", "", "", "", options.get("payer_id_qualifier", "PI"), payer_id],
        ["HL", "2", "1", "21", "1"],
        ["NM1", "1P", "1" if first else "2", name, first, "", "", "", "XX", npi],
    ]
    if options.get("send_tax_id") and requester.tax_id:
        body.append(["REF", "TJ", field(requester.tax_id, "requester.tax_id", REFERENCE)])
    if requester.taxonomy:
        body.append(["PRV", "BI", "PXC", field(requester.taxonomy, "requester.taxonomy", REFERENCE)])
    return body


def _trace(inquiry: Inquiry, options: dict[str, Any]) -> list[x12.Writable]:
    """`TRN*1*TRACE*1EIN~`: TRN03 is always 10 characters, a digit that says whose number follows, and it."""
    tax_id = "".join(digit for digit in inquiry.requester.tax_id if digit.isdigit())
    usual = f"1{tax_id}" if len(tax_id) == 9 else f"9{inquiry.requester.npi[-9:]:0>9}"
    originator = required(options.get("originating_company_id", usual), "originating_company_id", 10)
    if len(originator) != 10:
        raise x12.Unwritable("originating_company_id", f"{len(originator)} characters, 10 needed")
    return ["TRN", "1", required(inquiry.trace, "trace", TRACE), originator]


def _eq(inquiry: Inquiry, pointers: tuple[str, ...]) -> list[x12.Writable]:
    """`EQ*MH~`, `EQ**HC:90867~`, or with what it is for: `EQ**HC:90867***1~`."""
    if inquiry.procedure:
        return [
            "EQ",
            "",
            tuple(required(part, "procedure", 48) for part in inquiry.procedure),
            "",
            "",
            pointers,
        ]
    asked = required(inquiry.service_type, "service_type", 2 + ("V" in inquiry.service_type))
    return ["EQ", asked, "", "", "", pointers]
