"""Service line: what one file of the catalogue says of one treatment."""

from __future__ import annotations

import re
from datetime import date
from enum import StrEnum
from itertools import combinations

import msgspec

#: EB03: one to three capital letters or digits.
SERVICE_TYPE = re.compile(r"[A-Z0-9]{1,3}")
#: CPT, HCPCS or CPT category III.
PROCEDURE_CODE = re.compile(r"\d{5}|[A-Z]\d{4}|\d{4}T")

#: The plan as a whole (EB03).
WHOLE_PLAN = "30"


class BenefitDomain(StrEnum):
    """The benefit a line usually lands in; the payer may say otherwise."""

    BEHAVIORAL = "behavioral"
    MEDICAL = "medical"
    PHARMACY = "pharmacy"


class FdaStatus(StrEnum):
    APPROVED = "approved"
    CLEARED = "cleared"
    OFF_LABEL = "off_label"
    NOT_APPLICABLE = "not_applicable"


class CodeRole(StrEnum):
    DRUG = "drug"
    ADMINISTRATION = "administration"
    MAPPING = "mapping"
    DELIVERY = "delivery"
    REDETERMINATION = "redetermination"
    VISIT = "visit"
    OBSERVATION = "observation"
    EVALUATION = "evaluation"
    THERAPY = "therapy"
    ADD_ON = "add_on"


class Code(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A procedure code with its role. `label` is our own wording; both dates are valid days."""

    code: str
    role: CodeRole
    label: str
    source: str
    valid_from: date | None = None
    valid_until: date | None = None
    successor: str = ""
    #: How many of it a usual course has.
    usual_units: int | None = None
    note: str = ""

    def valid_on(self, day: date) -> bool:
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_until is None or day <= self.valid_until)


class Service(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One code of a course, and the sessions it stands in, counted from 1; none named: all of them."""

    code: str
    units: int = 1
    sessions: tuple[int, ...] = ()
    but_sessions: tuple[int, ...] = ()
    #: Which way of billing it belongs to, where payers differ; the first is the usual one.
    billed_as: str = ""

    def stands_in(self, session: int) -> bool:
        return session not in self.but_sessions and (not self.sessions or session in self.sessions)


class Course(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many sessions are usual; each patient's plan overrides it."""

    sessions: int
    fewest: int
    most: int
    weeks: int
    #: Sessions in the first week, the second …; together the usual number.
    per_week: tuple[int, ...]
    #: Sessions in each week of an extension, up to `most`.
    further_per_week: int = 1
    services: tuple[Service, ...]
    note: str
    source: str


class ServiceLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One treatment: its codes, the service types to ask with, and its usual course.

    Raises ValueError with the reason when the parts contradict each other.
    """

    key: str
    label: str
    benefit_domain: BenefitDomain
    fda_status: FdaStatus
    fda_note: str
    #: What is given, where coverage turns on it: "racemic_ketamine", "esketamine".
    substance: str = ""
    #: Payers decide on the codes: what is said of a service type settles no authorization.
    decided_by_code: bool
    #: Service types in the order to ask (EB03), and those read when the others say nothing.
    ask: tuple[str, ...]
    back_up: tuple[str, ...]
    codes: tuple[Code, ...]
    course: Course
    source: str
    read_on: date

    def __post_init__(self) -> None:
        for fault in _faults(self):
            raise ValueError(fault)

    @property
    def reads(self) -> tuple[str, ...]:
        """Service types whose answers speak of this line, the closest first."""
        close = tuple(code for code in self.ask if code != WHOLE_PLAN)
        return (*close, WHOLE_PLAN) if WHOLE_PLAN in self.ask else close

    def codes_on(self, day: date) -> tuple[Code, ...]:
        return tuple(code for code in self.codes if code.valid_on(day))


def _faults(line: ServiceLine) -> list[str]:
    """Everything that contradicts itself, in words."""
    course = line.course
    texts = {"label": line.label, "source": line.source, "course.source": course.source}
    faults = [f"{name} is empty" for name, text in texts.items() if not text.strip()]
    if not line.ask or not line.codes:
        faults.append("ask and codes need at least one entry")
    asked = [*line.ask, *line.back_up]
    faults += [f"{code!r} is no service type" for code in asked if not SERVICE_TYPE.fullmatch(code)]
    faults += [
        f"service type {code} stands twice" for code in sorted({c for c in asked if asked.count(c) > 1})
    ]
    if not 1 <= course.fewest <= course.sessions <= course.most or course.weeks < 1:
        faults.append("course: fewest, sessions and most must rise from 1")
    if sum(course.per_week) != course.sessions or not all(0 <= count <= 5 for count in course.per_week):
        faults.append("course: per_week must add up to sessions, with at most 5 a week")
    if not 1 <= course.further_per_week <= 5 or not course.services:
        faults.append("course: services are needed, and 1 to 5 further sessions a week")
    known = {code.code for code in line.codes}
    faults += [
        f"course: {one.code} is no code of the line" for one in course.services if one.code not in known
    ]
    if line.substance == "racemic_ketamine" and line.fda_status is not FdaStatus.OFF_LABEL:
        faults.append("racemic ketamine is off-label for depression")
    return faults + _code_faults(line.codes)


def _code_faults(codes: tuple[Code, ...]) -> list[str]:
    known = {code.code for code in codes}
    faults = []
    for code in codes:
        if not PROCEDURE_CODE.fullmatch(code.code):
            faults.append(f"{code.code!r} is no procedure code")
        if not code.label.strip() or not code.source.strip():
            faults.append(f"{code.code} has no label or no source")
        if code.valid_from and code.valid_until and code.valid_until < code.valid_from:
            faults.append(f"{code.code} ends before it begins")
        if code.successor and (code.successor not in known or code.valid_until is None):
            faults.append(f"{code.code} needs an end and a successor that is listed")
        if code.usual_units is not None and code.usual_units < 1:
            faults.append(f"{code.code} has fewer than one unit")
    return faults + [
        f"{one.code} is valid twice on the same day"
        for one, other in combinations(codes, 2)
        if one.code == other.code and _overlap(one, other)
    ]


def _overlap(one: Code, other: Code) -> bool:
    latest_begin = max(one.valid_from or date.min, other.valid_from or date.min)
    return latest_begin <= min(one.valid_until or date.max, other.valid_until or date.max)
