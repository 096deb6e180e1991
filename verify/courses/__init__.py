"""Dated session plans from the catalogue's models, edited per patient, and checked; pure."""

from verify.courses.checks import course_issues, same_day_conflicts
from verify.courses.editing import Edits, NoSession, edited, started_over
from verify.courses.issue import Issue, IssueKind, Weight
from verify.courses.outline_faults import OutlineFault, outline_faults
from verify.courses.plan import (
    CoursePlan,
    GivenService,
    Move,
    Outline,
    Override,
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
    "Edits",
    "GivenService",
    "Issue",
    "IssueKind",
    "Move",
    "NoSession",
    "Outline",
    "OutlineFault",
    "Override",
    "PlannedService",
    "Session",
    "Weekday",
    "Weight",
    "as_document",
    "course_issues",
    "edited",
    "outline_faults",
    "plan_course",
    "read_plan",
    "same_day_conflicts",
    "started_over",
]
