"""What goes out as JSON, its fields checked as the sources document them, and what of it is kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from payers import x12, x12_mapping
from payers.account import Account
from payers.errors import AccountError
from payers.exchange import Exchange
from payers.inquiry import Address, Inquiry, Person

#: What a search may leave out, by the account's option `leave_out`; as in the 270.
OPTIONAL = frozenset({"first", "middle", "suffix", "birth_date", "sex", "group_number", "date_of_service"})
NINE_DIGITS = re.compile(r"\d{9}", re.ASCII)
ZIP_CODE = re.compile(r"\d{5}(\d{4})?", re.ASCII)
#: Credentials inside a question; they go out and are not kept.
CREDENTIALS = ("portalUsername", "portalPassword")
REMOVED = "(removed)"


def encode(question: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode(question)


def without_credentials(question: Mapping[str, Any], account: Account) -> dict[str, Any]:
    """The question as it is kept."""
    kept = {name: REMOVED if name in CREDENTIALS else value for name, value in question.items()}
    secret = account.secrets.get("isa_security", "").strip()
    if secret and "x12" in kept:
        # ISA04; widths stay as they were.
        kept["x12"] = kept["x12"][:106].replace(secret, "X" * len(secret)) + kept["x12"][106:]
    return kept


def evidence(question: Mapping[str, Any], inquiry: Inquiry, account: Account, now: datetime) -> Exchange:
    """The exchange before anything came back."""
    return Exchange(
        account_id=account.id,
        trace=inquiry.trace,
        control_number=inquiry.control_number,
        request=encode(without_credentials(question, account)),
        requested_at=now,
        request_type="application/json",
    )


def key_headers(account: Account) -> dict[str, str]:
    """What lets a question with an API key in. Raises AccountError (missing_secret, bad_option).

    Options of the account: `authorization_prefix`, `forwarded_for`.
    """
    key = account.secrets.get("api_key", "")
    if not key:
        raise AccountError("missing_secret", account.name)
    headers = {
        "Authorization": f"{account.options.get('authorization_prefix', '')}{key}",
        "Accept": "application/json",
    }
    if chain := account.options.get("forwarded_for"):
        headers["X-Forwarded-For"] = str(chain)
    if not all(value.isascii() and value.isprintable() for value in headers.values()):
        raise AccountError("bad_option", account.name)
    return headers


def whole_number(account: Account, option: str, least: int, most: int) -> int | None:
    """An option of the account; None where it is not given. Raises AccountError("bad_option")."""
    value = account.options.get(option)
    if value is None:
        return None
    if type(value) is not int or not least <= value <= most:
        raise AccountError("bad_option", account.name)
    return value


def left_out(options: Mapping[str, Any]) -> frozenset[str]:
    """Raises Unwritable for what no search may leave out."""
    names = frozenset(options.get("leave_out", ()))
    if unknown := names - OPTIONAL:
        raise x12.Unwritable("leave_out", f"cannot leave out {sorted(unknown)}")
    return names


def searched_by(options: Mapping[str, Any]) -> frozenset[str]:
    """What is sent besides, by the account's option `search_by`: ssn, zip, address, diagnoses. Raises Unwritable."""
    names = frozenset(options.get("search_by", ()))
    if unknown := names - x12_mapping.EXTRA:
        raise x12.Unwritable("search_by", f"knows no {sorted(unknown)}")
    return names


def social_security_number(person: Person, options: Mapping[str, Any], who: str) -> str:
    if not person.ssn or "ssn" not in searched_by(options):
        return ""
    return shaped(digits(person.ssn), f"{who}.ssn", NINE_DIGITS)


def place(person: Person, options: Mapping[str, Any], who: str, *, whole: bool) -> Address:
    """As much of the address as the account searches by; empty where by none of it.

    `whole`: the source takes it only with street and city. Raises Unwritable.
    """
    wanted, given = searched_by(options), person.address
    if given is None or not wanted & {"zip", "address"}:
        return Address()
    zip_code = shaped(digits(given.zip), f"{who}.address.zip", ZIP_CODE) if given.zip else ""
    found = Address(zip=zip_code)
    if "address" in wanted:
        found = Address(
            street=written(given.street, f"{who}.address.street", 55),
            city=written(given.city, f"{who}.address.city", 30),
            state=written(given.state, f"{who}.address.state", 2),
            zip=zip_code,
        )
    if whole and found != Address() and not (found.street and found.city):
        raise x12.Unwritable(f"{who}.address", "has no street and city, without which this source takes none")
    return found


def diagnoses(inquiry: Inquiry, options: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Each with its qualifier (HI01-1), the principal one first. Raises Unwritable."""
    return x12_mapping.qualified_diagnoses(inquiry) if "diagnoses" in searched_by(options) else []


def digits(value: str) -> str:
    """A number without the hyphens and spaces that people write in it."""
    return value.replace("-", "").replace(" ", "")


def people(inquiry: Inquiry, options: Mapping[str, Any]) -> tuple[Person, Person | None]:
    """The subscriber and the dependent to ask about."""
    if options.get("dependent_as_subscriber"):
        return inquiry.patient, None
    return inquiry.subscriber, inquiry.dependent


def written(value: str, name: str, longest: int) -> str:
    """`value` in characters X12 allows, for these sources make a 270 of it. Raises Unwritable."""
    said = " ".join(x12.plain(value, name).split())
    if len(said) > longest:
        raise x12.Unwritable(name, f"{len(said)} characters, {longest} allowed")
    return said


def required(value: str, name: str, longest: int) -> str:
    said = written(value, name, longest)
    if not said:
        raise x12.Unwritable(name, "is empty")
    return said


def shaped(value: str, name: str, pattern: re.Pattern[str]) -> str:
    """`value` where the source documents a pattern for it. Raises Unwritable."""
    if not pattern.fullmatch(value):
        raise x12.Unwritable(name, f"is not {pattern.pattern}")
    return value


def born(person: Person, options: Mapping[str, Any]) -> date | None:
    return None if "birth_date" in left_out(options) else person.birth_date


def said(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that have a value; nothing is sent empty."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}
