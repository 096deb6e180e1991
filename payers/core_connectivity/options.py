"""How a trading partner wants its envelope: options of an account or of its profile."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from payers.account import Account
from payers.core_connectivity.fields import FIELDS
from payers.errors import AccountError

Carrier = Literal["mime", "soap"]
#: A name that is one in XML and in a MIME header alike.
Name = Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z_][A-Za-z0-9_]*\Z")]
#: What may stand in an HTTP header.
HeaderText = Annotated[str, msgspec.Meta(pattern=r"\A[\x20-\x7e]*\Z")]


class EnvelopeOptions(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The options that both adapters read; each stands in `account.options` under its name here."""

    #: What must be among the account's secrets; empty: whatever is, and a password if nothing.
    authentication: Literal["", "password", "certificate", "both"] = ""
    #: Fields the partner spells its own way: {"PayloadID": "PayloadId"}.
    field_names: dict[str, Name] = {}
    #: SOAP: how the payload is kept from being read as XML.
    payload: Literal["cdata", "escaped"] = "cdata"
    #: SOAP: whether each field carries the prefix of its namespace.
    children: Literal["unprefixed", "prefixed"] = "unprefixed"
    #: SOAP: whether a payer that does not read the credentials has to say so.
    must_understand: bool = True
    #: SOAP: an HTTP header `Action` besides the parameter of the content type.
    action_header: bool = False
    #: X-Forwarded-For: the addresses the question came by, where a payer must know them (CMS).
    forwarded_for: HeaderText = ""

    def __post_init__(self) -> None:
        if not self.field_names.keys() <= set(FIELDS):
            raise ValueError("field_names: knows no such field")


def envelope_options(account: Account) -> EnvelopeOptions:
    """Raises AccountError("bad_option") for values that make no sense; other options are other readers'."""
    try:
        return msgspec.convert(account.options, EnvelopeOptions)
    except msgspec.ValidationError:
        raise AccountError("bad_option", account.name) from None


def sends_password(account: Account, options: EnvelopeOptions) -> bool:
    """Whether UserName and Password go into the envelope.

    Raises AccountError: missing_secret where something that is needed is not there, bad_url where a
    certificate is to be shown to an address without TLS.
    """
    there = {name for name, value in account.secrets.items() if value}
    password, certificate = {"username", "password"}, {"client_certificate", "client_key"}
    needed = {
        "": certificate if there & certificate and not there & password else password,
        "password": password,
        "certificate": certificate,
        "both": password | certificate,
    }[options.authentication]
    if not needed <= there:
        raise AccountError("missing_secret", account.name)
    if needed & certificate and not account.url.startswith("https:"):
        raise AccountError("bad_url", account.name)
    return bool(needed & password)
