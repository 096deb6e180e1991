"""Course: the task that a course and its first appointment, on different days, make for a person."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from verify.courses import Issue, IssueKind
from verify.followup.follow_up import DUE, OWNERS, FollowUp, Kind
from verify.followup.working_time import due_at
from verify.verification import Lane


def course_task(issues: Sequence[Issue], *, now: datetime, zone: tzinfo) -> FollowUp | None:
    """One task for all courses of a verification, in time for the earlier day; None where they fit."""
    found = [issue for issue in issues if issue.kind is IssueKind.FIRST_DAY]
    if not found:
        return None
    days = sorted({day for issue in found for day in issue.days})
    ahead = next((day for day in days if day > now.astimezone(zone).date()), None)
    return FollowUp(
        kind=Kind.FIT_COURSE,
        title="The course does not start with its first appointment",
        detail=" ".join(issue.sentence for issue in found),
        owner_role=OWNERS[Kind.FIT_COURSE],
        due_at=due_at(DUE[Kind.FIT_COURSE], now=now, zone=zone, lane=Lane.STANDARD, visit=ahead),
        # Other days are another need.
        dedupe_key=":".join([Kind.FIT_COURSE, *(day.isoformat() for day in days)]),
    )
