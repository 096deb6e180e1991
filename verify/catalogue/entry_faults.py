"""What a file of a service line contradicts itself in, or says in a shape that is none; each with its place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from verify.catalogue.code import MODIFIER
from verify.catalogue.course_model import CourseModel, Stands
from verify.catalogue.service_line import RACEMIC_KETAMINE, BenefitDomain, Entry, FdaStatus
from verify.catalogue.toml_lines import Place

#: EB03: one to three capital letters or digits.
SERVICE_TYPE = re.compile(r"[A-Z0-9]{1,3}")
#: CMS place of service.
PLACE = re.compile(r"\d{2}")
#: ICD-10-CM, with or without what follows the point: "F33.2", "F42".
DIAGNOSIS = re.compile(r"[A-Z]\d[0-9A-Z](\.[0-9A-Z]{1,4})?")


def entry_faults(entry: Entry) -> Iterator[tuple[Place, str]]:
    """All of them."""
    asked: list[tuple[Place, str]] = [
        *((("asking", "order", at), code) for at, code in enumerate(entry.asking.order)),
        *((("asking", "back_up", at), code) for at, code in enumerate(entry.asking.back_up)),
    ]
    for at, (place, code) in enumerate(asked):
        if not SERVICE_TYPE.fullmatch(code):
            yield place, f"{code!r} is no service type"
        if code in [other for _, other in asked[:at]]:
            yield place, f"service type {code} stands twice"
    yield from _shape_faults(entry)
    yield from _service_faults(entry)
    if entry.substance == RACEMIC_KETAMINE and entry.fda.status is not FdaStatus.OFF_LABEL:
        yield ("fda", "status"), "racemic ketamine is off-label for depression"
    for place, reason in _model_faults(entry.course):
        yield ("course", *place), reason


def _shape_faults(entry: Entry) -> Iterator[tuple[Place, str]]:
    places = [*entry.places.usual, *entry.places.also]
    for code in places:
        if not PLACE.fullmatch(code):
            yield ("places",), f"{code!r} is no place of service"
    for at, one in enumerate(entry.modifiers):
        if not MODIFIER.fullmatch(one.modifier):
            yield ("modifiers", at, "modifier"), f"{one.modifier!r} is no modifier"
    said = entry.diagnoses
    for code in (*said.usual, *said.some_payers, *said.refused) if said else ():
        if not DIAGNOSIS.fullmatch(code):
            yield ("diagnoses",), f"{code!r} is no diagnosis code"
    for at, code in enumerate(entry.code_names):
        if code in entry.code_names[:at]:
            yield ("codes", at), f"{code} stands twice"
    for at, code in enumerate(entry.meant_by):
        if code not in entry.code_names:
            yield ("meant_by", at), f"{code} is no code of the line"


def _service_faults(entry: Entry) -> Iterator[tuple[Place, str]]:
    self_pay = entry.benefit.domain is BenefitDomain.SELF_PAY
    if not entry.course.services:
        yield ("course",), "a course needs at least one of [[course.services]]"
    for at, service in enumerate(entry.course.services):
        # A program of the clinic's own has its own price and no procedure code.
        if service.code not in entry.code_names and not self_pay:
            yield ("course", "services", at, "code"), f"{service.code} is no code of the line"


def _model_faults(model: CourseModel) -> Iterator[tuple[Place, str]]:
    """What contradicts itself, each with its place."""
    order = [list(Stands).index(one.stands) for one in model.stretches]
    if order != sorted(order) or order[0] != 0:
        yield ("stretches",), "stretches that always stand come first, then the usual, then the optional ones"
    for at, one in enumerate(model.stretches):
        if bool(one.per_week) == (one.every_weeks is not None and one.visits is not None) or not one.sessions:
            yield ("stretches", at), "a stretch has visits per_week, or every_weeks and visits"
    starts = [dose.from_session for dose in model.doses]
    if starts and (starts[0] != 1 or starts != sorted(set(starts))):
        yield ("doses",), "doses begin with session 1 and rise"
    later = model.later
    if later and not later.at_least_weeks <= later.every_weeks <= later.at_most_weeks:
        yield ("later",), "every_weeks lies between at_least_weeks and at_most_weeks"
