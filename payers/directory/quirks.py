"""Quirks: how one payer wants to be asked, as dated and sourced data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec

from payers.maintenance import BadMaintenance, Window, windows
from payers.x12_mapping.search import EXTRA, OPTIONAL


class PayerKind(StrEnum):
    """What a payer is, as far as it changes whom to ask."""

    COMMERCIAL = "commercial"
    MEDICARE = "medicare"
    MEDICARE_ADVANTAGE = "medicare_advantage"
    MEDICAID = "medicaid"
    MANAGED_CARE = "managed_care"
    BEHAVIORAL = "behavioral_administrator"
    PHARMACY = "pharmacy_benefit_manager"
    UTILIZATION = "utilization_management"


class NpiPreference(StrEnum):
    """Whose NPI a payer wants to be asked with (2100B)."""

    ORGANIZATION = "organization"
    PROVIDER = "provider"


class AutomaticRepair(StrEnum):
    """What may be changed in a refused question without asking a person."""

    PLAIN_MEMBER_ID = "plain_member_id"
    WITHOUT_MIDDLE_NAME = "without_middle_name"
    WITHOUT_SUFFIX = "without_suffix"
    AS_SUBSCRIBER = "as_subscriber"


class BadQuirks(ValueError):
    """Quirks that cannot be read; the text says which field is wrong."""


class Quirks(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Everything that is usual is left out; what stands here has a `source` and the day it was read."""

    source: str = ""
    read_on: date | None = None
    npi: NpiPreference = NpiPreference.ORGANIZATION
    #: What must be known besides payer, member id and birth date: sex, group_number, ssn, zip.
    required: tuple[str, ...] = ()
    #: The service types it answers in their own right (EB03); empty: not known, all are worth asking.
    service_types: tuple[str, ...] = ()
    #: Everybody has a member id of their own: a dependent is asked as a subscriber.
    dependent_as_subscriber: bool = False
    #: The member id as the payer keeps it: no hyphens, no spaces.
    plain_member_id: bool = False
    #: What its search leaves out or is by besides (payers.x12_mapping.search).
    leave_out: tuple[str, ...] = ()
    search_by: tuple[str, ...] = ()
    #: How far from today it may be asked about; beyond, today is asked.
    days_ahead: int | None = None
    days_back: int | None = None
    #: Refused questions that may be asked again in other words without a person.
    may_repair: tuple[AutomaticRepair, ...] = ()
    #: The hours in which it is not to be asked, whatever the account.
    maintenance: tuple[Window, ...] = ()

    def __post_init__(self) -> None:
        for fault in _faults(self):
            raise ValueError(fault)

    @property
    def options(self) -> dict[str, Any]:
        """What of it belongs to the question: options of an account, for this payer."""
        given: dict[str, Any] = {"leave_out": list(self.leave_out), "search_by": list(self.search_by)}
        if self.dependent_as_subscriber:
            given["dependent_as_subscriber"] = True
        return {name: value for name, value in given.items() if value}


#: What a payer may want besides.
REQUIRABLE = frozenset({"sex", "group_number", "ssn", "zip", "middle_name"})


def read_quirks(given: Mapping[str, Any]) -> Quirks:
    """Quirks from their JSON. Raises BadQuirks with the field and the reason."""
    try:
        quirks = msgspec.convert(given, Quirks)
        windows({"maintenance": msgspec.to_builtins(quirks.maintenance)})
    except (msgspec.ValidationError, BadMaintenance) as error:
        raise BadQuirks(str(error)) from None
    return quirks


def _faults(quirks: Quirks) -> list[str]:
    said = msgspec.to_builtins(quirks).keys() - {"source", "read_on"}
    faults = []
    if said and not quirks.source.strip():
        faults.append("quirks need a source, and read_on")
    if quirks.source and quirks.read_on is None:
        faults.append("quirks need the day their source was read (read_on)")
    for name, allowed in (("required", REQUIRABLE), ("leave_out", OPTIONAL), ("search_by", EXTRA)):
        if unknown := set(getattr(quirks, name)) - allowed:
            faults.append(f"{name} knows no {', '.join(sorted(unknown))}")
    for name in ("days_ahead", "days_back"):
        value = getattr(quirks, name)
        if value is not None and value < 0:
            faults.append(f"{name} is below zero")
    return faults
