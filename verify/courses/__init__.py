"""Dated session plans from the catalogue's models, edited per patient, and checked; pure."""

from verify.courses.outline_faults import OutlineFault, outline_faults
from verify.courses.plan import (
    CoursePlan,
    Move,
    Outline,
    PlannedService,
    Session,
    Weekday,
    as_document,
    read_plan,
)
from verify.courses.planning import OWN_PRICE, plan_course

__all__ = [
    "OWN_PRICE",
    "CoursePlan",
    "Move",
    "Outline",
    "OutlineFault",
    "PlannedService",
    "Session",
    "Weekday",
    "as_document",
    "outline_faults",
    "plan_course",
    "read_plan",
]
