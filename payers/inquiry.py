"""Inquiry: who, which plan, which service type, which day."""

from datetime import date
from typing import NewType

import msgspec

MemberId = NewType("MemberId", str)
Npi = NewType("Npi", str)
PayerId = NewType("PayerId", str)


class Address(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a person lives, as the plan has it. Never printed."""

    street: str = ""
    city: str = ""
    #: Two letters.
    state: str = ""
    #: Five or nine digits.
    zip: str = ""

    def __repr__(self) -> str:
        return "Address(…)"


class Person(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A patient or subscriber, as written on the card. Never printed: its fields are patient data.

    Social security number and address leave the house only toward an account that searches by them
    (its option `search_by`).
    """

    last: str
    first: str = ""
    middle: str = ""
    suffix: str = ""
    birth_date: date | None = None
    #: M, F, U, or empty when not given (DMG03).
    sex: str = ""
    #: Nine digits, hyphens allowed (REF*SY).
    ssn: str = ""
    address: Address | None = None

    def __repr__(self) -> str:
        return "Person(…)"


class Requester(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who asks: the clinic, or the treating provider where a first name is given (2100B)."""

    #: Of the organization, or the last name of the provider.
    name: str
    first_name: str = ""
    npi: Npi
    tax_id: str = ""
    taxonomy: str = ""


class Inquiry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question to one payer: one service type code, for one person, on one day.

    Exactly one of `service_type` and `procedure` is asked with. `trace` comes back in the answer
    (TRN02) and joins the two.
    """

    payer_id: PayerId
    payer_name: str
    requester: Requester
    member_id: MemberId
    subscriber: Person
    #: The patient when it is not the subscriber; then the question is asked in 2000D.
    dependent: Person | None = None
    #: INS02 of the dependent: 01 spouse, 19 child, 34 other adult.
    relationship: str = ""
    group_number: str = ""
    service_type: str = "30"
    #: ("HC", "90867", modifiers …) to ask by procedure (EQ02); most payers answer as if asked 30.
    procedure: tuple[str, ...] = ()
    #: ICD-10-CM, with or without the dot, the principal one first: ("F33.2",). Some payers answer by it.
    diagnoses: tuple[str, ...] = ()
    date_of_service: date
    trace: str
    #: Interchange control number, 1 to 999,999,999 (ISA13).
    control_number: int

    @property
    def patient(self) -> Person:
        return self.dependent or self.subscriber

    def __repr__(self) -> str:
        return (
            f"Inquiry(payer_id={self.payer_id!r}, service_type={self.service_type!r}, trace={self.trace!r})"
        )
