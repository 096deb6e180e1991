"""Code: a procedure code with its role, unit and validity; the rules between codes, and the wrong ones."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

from verify.catalogue.source import Tags, Words
from verify.catalogue.unit import Unit

#: CPT, HCPCS or CPT category III.
PROCEDURE_CODE = re.compile(r"\d{5}|[A-Z]\d{4}|\d{4}T")
#: A code, or a run of them: "95860-95870".
CODE_RUN = re.compile(r"(\d{5}|[A-Z]\d{4}|\d{4}T)(?:-(\d{5}|[A-Z]\d{4}|\d{4}T))?")
MODIFIER = re.compile(r"[A-Z0-9]{2}")

Runs = Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
Count = Annotated[int, msgspec.Meta(ge=1)]


class CodeRole(StrEnum):
    DRUG = "drug"
    ADMINISTRATION = "administration"
    PLANNING = "planning"
    MAPPING = "mapping"
    DELIVERY = "delivery"
    REDETERMINATION = "redetermination"
    VISIT = "visit"
    OBSERVATION = "observation"
    EVALUATION = "evaluation"
    THERAPY = "therapy"
    ADD_ON = "add_on"


class Code(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A procedure code. `label` is our own wording; both dates are valid days."""

    code: str
    role: CodeRole
    label: Words
    unit: Unit
    sources: Tags
    valid_from: date | None = None
    valid_until: date | None = None
    successor: str = ""
    note: str = ""

    def valid_on(self, day: date) -> bool:
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_until is None or day <= self.valid_until)


class _Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="kind"):
    """Something that holds between codes. `says` is its sentence for a person."""

    codes: Runs
    says: Words
    sources: Tags
    #: Payers differ: it is a question for this payer, and settles nothing.
    payers_differ: bool = False


class MostPerCourse(_Rule, frozen=True, tag="most_per_course"):
    most: Count


class MostPerDay(_Rule, frozen=True, tag="most_per_day"):
    most: Count


class DaysApart(_Rule, frozen=True, tag="days_apart"):
    """The same code not again before so many days have passed."""

    days: Count


class NotSameDay(_Rule, frozen=True, tag="not_same_day"):
    and_codes: Runs


class NeedsModifier(_Rule, frozen=True, tag="needs_modifier"):
    """On the same day as one of `and_codes`, `codes` need one of these modifiers."""

    and_codes: Runs
    modifiers: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


class NeedsCode(_Rule, frozen=True, tag="needs_code"):
    """`codes` do not stand alone: one of `and_codes` is needed on the same day."""

    and_codes: Runs


Rule = MostPerCourse | MostPerDay | DaysApart | NotSameDay | NeedsModifier | NeedsCode


class WrongCode(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A code that is used, sold or told for something it does not stand for."""

    code: str
    #: What people take it for, and where that was seen.
    taken_for: Words
    seen: tuple[str, ...] = ()
    #: `sources` say why it is wrong.
    reason: Words
    sources: Tags
    instead: tuple[str, ...] = ()


class CodeBook(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of codes."""

    review_by: date
    codes: tuple[Code, ...] = ()
    rules: tuple[Rule, ...] = ()
    wrong: tuple[WrongCode, ...] = ()


def stands_in(code: str, runs: Iterable[str]) -> bool:
    """Whether a code is one of these, or within one of their runs."""
    return any(_is_within(code, run) for run in runs)


def _is_within(code: str, run: str) -> bool:
    first, _, last = run.partition("-")
    return code == first or (bool(last) and len(code) == len(first) and first <= code <= last)
