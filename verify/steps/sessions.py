"""Sessions: the course of each treatment as the findings look at it: the usual one, from the visit on."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Row

from verify.affordability.treatment_days import services_of, treatment_days
from verify.catalogue import ServiceLine
from verify.findings import Course


class _Service(msgspec.Struct, frozen=True):
    code: str
    units: int


class _Session(msgspec.Struct, frozen=True):
    on: date
    services: tuple[_Service, ...]


def courses_of(verification: Row[Any], lines: Sequence[ServiceLine]) -> dict[str, Course]:
    """What is still to come of each course, by service line."""
    first = verification.first_visit_on or verification.date_of_service
    return {
        line.key: Course(
            sessions=tuple(
                session for session in _usual(line, first) if session.on >= verification.date_of_service
            )
        )
        for line in lines
    }


def _usual(line: ServiceLine, first: date) -> list[_Session]:
    """The usual course of the catalogue, billed in the usual way."""
    way = line.course.services[0].billed_as
    services = [one for one in line.course.services if one.billed_as == way]
    days = treatment_days(line.course, first)[: line.course.sessions]
    return [
        _Session(day, tuple(_Service(one.code, one.units) for one in services_of(services, number)))
        for number, day in enumerate(days, start=1)
    ]
