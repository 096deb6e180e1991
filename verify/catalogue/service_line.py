"""Service line: what one file of the catalogue says of one treatment."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

from verify.catalogue.code import Code, Rule, WrongCode
from verify.catalogue.course_model import CourseModel
from verify.catalogue.source import Tags, Words

#: The plan as a whole (EB03).
WHOLE_PLAN = "30"
#: Coverage turns on the substance, so the program asks by it.
RACEMIC_KETAMINE = "racemic_ketamine"


class Group(StrEnum):
    """Lines that stand together on the submission form."""

    TMS = "tms"
    SPRAVATO = "spravato"
    KETAMINE = "ketamine"
    VISITS = "visits"
    PROGRAMS = "programs"


class BenefitDomain(StrEnum):
    """The benefit a line usually lands in; the payer may say otherwise."""

    BEHAVIORAL = "behavioral"
    MEDICAL = "medical"
    PHARMACY = "pharmacy"
    #: No benefit: the clinic's own price.
    SELF_PAY = "self_pay"


class FdaStatus(StrEnum):
    APPROVED = "approved"
    CLEARED = "cleared"
    OFF_LABEL = "off_label"
    NOT_APPLICABLE = "not_applicable"


class _Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a file; each has its own sources."""

    sources: Tags


class Benefit(_Part, frozen=True):
    domain: BenefitDomain
    note: Words
    #: What somebody else bills, and so is in no figure of the clinic's: "the drug, by the pharmacy".
    billed_elsewhere: str = ""


class Fda(_Part, frozen=True):
    status: FdaStatus
    note: Words


class Asking(_Part, frozen=True):
    """Service types in the order to ask (EB03), and those read when the others say nothing."""

    order: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    back_up: tuple[str, ...]


class Places(_Part, frozen=True):
    """Places of service (CMS codes): where the line is usually given, and where else."""

    usual: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    also: tuple[str, ...] = ()
    note: str = ""


class Diagnoses(_Part, frozen=True):
    """ICD-10-CM codes, or their beginnings: what payers mean by this line. The psychiatrist decides."""

    usual: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    #: Taken by some payers.
    some_payers: tuple[str, ...] = ()
    #: Refused almost everywhere.
    refused: tuple[str, ...] = ()
    note: str = ""


class Modifier(_Part, frozen=True):
    modifier: str
    codes: tuple[str, ...]
    note: Words


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of a service line, as it is written."""

    key: str
    label: Words
    group: Group
    review_by: date
    #: Payers decide on the codes: what is said of a service type settles no authorization.
    decided_by_code: bool
    #: What is given, where coverage turns on it: "racemic_ketamine", "esketamine".
    substance: str = ""
    #: Codes that mean this line where a code is all that is known of a visit; each means one line at most.
    meant_by: tuple[str, ...] = ()
    code_names: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)] = msgspec.field(name="codes")
    benefit: Benefit
    fda: Fda
    asking: Asking
    places: Places
    diagnoses: Diagnoses | None = None
    modifiers: tuple[Modifier, ...] = ()
    course: CourseModel


class ServiceLine(Entry, frozen=True):
    """One treatment: its codes and the rules about them, the service types to ask with, its usual course."""

    #: In the order of the file; a code that was replaced stands with its successor.
    codes: tuple[Code, ...] = msgspec.field(name="resolved")
    rules: tuple[Rule, ...] = ()
    wrong_codes: tuple[WrongCode, ...] = ()

    @property
    def benefit_domain(self) -> BenefitDomain:
        return self.benefit.domain

    @property
    def fda_status(self) -> FdaStatus:
        return self.fda.status

    @property
    def ask(self) -> tuple[str, ...]:
        return self.asking.order

    @property
    def reads(self) -> tuple[str, ...]:
        """Service types whose answers speak of this line, the closest first."""
        close = tuple(code for code in self.ask if code != WHOLE_PLAN)
        return (*close, WHOLE_PLAN) if WHOLE_PLAN in self.ask else close

    def codes_on(self, day: date) -> tuple[Code, ...]:
        return tuple(code for code in self.codes if code.valid_on(day))

    def code_on(self, code: str, day: date) -> Code | None:
        """The code as it is valid on a day: itself, what it replaced, or what replaced it; None: none is."""
        line = {one.code for one in _related(self.codes, code)}
        valid = [one for one in self.codes_on(day) if one.code in line]
        return next((one for one in valid if one.code == code), valid[0] if valid else None)


def _related(codes: tuple[Code, ...], code: str) -> list[Code]:
    """A code with its predecessors and successors."""
    found = {code}
    for _ in codes:
        found |= {one.successor for one in codes if one.code in found and one.successor}
        found |= {one.code for one in codes if one.successor in found}
    return [one for one in codes if one.code in found]
