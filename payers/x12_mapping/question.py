"""Inquiry -> 270, strict: what does not fit is an error that names the field."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from payers import x12
from payers.account import Account
from payers.errors import Rejected
from payers.inquiry import Inquiry, Person

#: Element lengths of 005010X279A1 for what we fill in.
LAST, FIRST, MIDDLE, SUFFIX, ID, REFERENCE, TRACE = 60, 35, 25, 10, 80, 50, 50

#: What a search may leave out, by the account's option `leave_out` (sheet of search options).
OPTIONAL = frozenset({"first", "middle", "suffix", "birth_date", "sex", "group_number", "date_of_service"})

Body = list[list[x12.Writable]]


def inquiry_to_270(inquiry: Inquiry, account: Account, *, now: datetime) -> str:
    """One interchange with one 270: by service type or procedure, for the subscriber or a dependent.

    Control numbers and traces come back in the answer: ISA13 and GS06 are `inquiry.control_number`,
    BHT03 and TRN02 `inquiry.trace`. Raises Rejected("unwritable") whose detail names the field that
    is too long or has characters X12 does not allow.

    Options of the account, all optional: `sender_qualifier`, `receiver_qualifier` (ISA05, ISA07: ZZ),
    `authorization_qualifier`, `authorization`, `security_qualifier` (ISA01-03), `application_sender`,
    `application_receiver` (GS02, GS03), `acknowledgment_requested` (ISA14), `payer_id_qualifier`
    (NM108: PI), `originating_company_id` (TRN03), `send_tax_id` (REF*TJ),
    `dependent_as_subscriber`, and `leave_out`, a list of `first, middle, suffix, birth_date, sex,
    group_number, date_of_service` for payers that search by less.
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
    dependent = None if options.get("dependent_as_subscriber") else inquiry.dependent
    subscriber = inquiry.patient if dependent is None else inquiry.subscriber
    trace = _required(inquiry.trace, "trace", TRACE)
    yield ["BHT", "0022", "13", trace, f"{now:%Y%m%d}", f"{now:%H%M}"]
    yield from _source_and_receiver(inquiry, options)
    yield ["HL", "3", "2", "22", "1" if dependent else "0"]
    if dependent is None:
        yield _trace(inquiry, options)
    yield from _name("IL", subscriber, inquiry.member_id, options, "subscriber")
    group = (
        ""
        if "group_number" in _left_out(options)
        else _field(inquiry.group_number, "group_number", REFERENCE)
    )
    if group:
        yield ["REF", "6P", group]
    if dependent is not None:
        yield ["HL", "4", "3", "23", "0"]
        yield _trace(inquiry, options)
        yield from _name("03", dependent, "", options, "dependent")
    yield from _demographics(dependent or subscriber, options)
    if dependent is not None and inquiry.relationship:
        yield ["INS", "N", _field(inquiry.relationship, "relationship", 2)]
    if "date_of_service" not in _left_out(options):
        yield ["DTP", "291", "D8", _day(inquiry.date_of_service)]
    yield _eq(inquiry)


def _source_and_receiver(inquiry: Inquiry, options: dict[str, Any]) -> Body:
    requester = inquiry.requester
    payer = _required(inquiry.payer_name, "payer_name", LAST)
    payer_id = _required(inquiry.payer_id, "payer_id", ID)
    name = _required(requester.name, "requester.name", LAST)
    npi = _required(requester.npi, "requester.npi", 10)
    body: Body = [
        ["HL", "1", "", "20", "1"],
        ["NM1", "PR", "2", payer, "", "", "", "", options.get("payer_id_qualifier", "PI"), payer_id],
        ["HL", "2", "1", "21", "1"],
        ["NM1", "1P", "2", name, "", "", "", "", "XX", npi],
    ]
    if options.get("send_tax_id") and requester.tax_id:
        body.append(["REF", "TJ", _field(requester.tax_id, "requester.tax_id", REFERENCE)])
    if requester.taxonomy:
        body.append(["PRV", "BI", "PXC", _field(requester.taxonomy, "requester.taxonomy", REFERENCE)])
    return body


def _trace(inquiry: Inquiry, options: dict[str, Any]) -> list[x12.Writable]:
    """`TRN*1*TRACE*1EIN~`: TRN03 is always 10 characters, a digit that says whose number follows, and it."""
    tax_id = "".join(digit for digit in inquiry.requester.tax_id if digit.isdigit())
    usual = f"1{tax_id}" if len(tax_id) == 9 else f"9{inquiry.requester.npi[-9:]:0>9}"
    originator = _required(options.get("originating_company_id", usual), "originating_company_id", 10)
    if len(originator) != 10:
        raise x12.Unwritable("originating_company_id", f"{len(originator)} characters, 10 needed")
    return ["TRN", "1", _required(inquiry.trace, "trace", TRACE), originator]


def _name(entity: str, person: Person, member_id: str, options: dict[str, Any], who: str) -> Body:
    left_out = _left_out(options)
    last = _field(person.last, f"{who}.last", LAST)
    first = "" if "first" in left_out else _field(person.first, f"{who}.first", FIRST)
    middle = "" if "middle" in left_out else _field(person.middle, f"{who}.middle", MIDDLE)
    suffix = "" if "suffix" in left_out else _field(person.suffix, f"{who}.suffix", SUFFIX)
    identity = ["MI", _field(member_id, "member_id", ID)] if member_id else []
    return [["NM1", entity, "1", last, first, middle, "", suffix, *identity]]


def _demographics(person: Person, options: dict[str, Any]) -> Body:
    left_out = _left_out(options)
    birth = "" if person.birth_date is None or "birth_date" in left_out else _day(person.birth_date)
    sex = "" if "sex" in left_out else person.sex
    if sex not in ("", "M", "F", "U"):
        raise x12.Unwritable("sex", "is not M, F or U")
    return [["DMG", "D8" if birth else "", birth, sex]] if birth or sex else []


def _eq(inquiry: Inquiry) -> list[x12.Writable]:
    """`EQ*MH~` or `EQ**HC:90867~`."""
    if inquiry.procedure:
        return ["EQ", "", tuple(_required(part, "procedure", 48) for part in inquiry.procedure)]
    return ["EQ", _required(inquiry.service_type, "service_type", 2 + ("V" in inquiry.service_type))]


def _left_out(options: dict[str, Any]) -> frozenset[str]:
    left_out = frozenset(options.get("leave_out", ()))
    if unknown := left_out - OPTIONAL:
        raise x12.Unwritable("leave_out", f"cannot leave out {sorted(unknown)}")
    return left_out


def _day(day: date) -> str:
    return f"{day:%Y%m%d}"


def _field(value: str, name: str, longest: int) -> str:
    written = x12.basic(value, name)
    # The four delimiters would become spaces on the way out; a name keeps its parts apart that way.
    written = " ".join(written.replace("*", " ").replace(":", " ").split())
    if len(written) > longest:
        raise x12.Unwritable(name, f"{len(written)} characters, {longest} allowed")
    return written


def _required(value: str, name: str, longest: int) -> str:
    written = _field(value, name, longest)
    if not written:
        raise x12.Unwritable(name, "is empty")
    return written
