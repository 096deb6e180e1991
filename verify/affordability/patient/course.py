"""Which course a treatment is reckoned with: as somebody planned it, as it is assumed for once, or the usual one."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import msgspec

from verify.affordability.patient.assumptions import CourseAssumption
from verify.catalogue import ServiceLine
from verify.courses import CoursePlan, Outline, Override, plan_course, started_over
from verify.courses.plan import WORKING_DAYS


class Course(msgspec.Struct, frozen=True, kw_only=True):
    plan: CoursePlan
    #: How many of its sessions there may be, the expected number first.
    counts: tuple[int, ...]
    #: A person planned it, if perhaps for other days.
    is_planned: bool

    @property
    def first(self) -> date:
        return self.plan.sessions[0].on


def course_of(
    line: ServiceLine,
    kept: CoursePlan | None,
    first: date,
    assumed: CourseAssumption,
    billed_as: str,
    closed: Collection[date],
) -> Course:
    """The course from `first` on in that way of billing.

    `kept` is what somebody planned: it stands as it is unless another day, number or way is asked for.
    """
    if kept is None:
        usual = (line.course.sessions, line.course.fewest, line.course.most)
        counts = tuple(dict.fromkeys(usual)) if assumed.sessions is None else (assumed.sessions,)
        outline = Outline(
            starts_on=first,
            sessions=counts[0],
            weekdays=assumed.weekdays or WORKING_DAYS,
            billed_as=billed_as,
        )
        plan = _longer(line, plan_course(line, outline, closed), max(counts), closed)
        return Course(plan=plan, counts=counts, is_planned=False)
    stands = _stands(kept, first, assumed)
    if stands and billed_as == way_of(line, kept):
        plan = kept
    else:
        outline = kept.outline if stands else _anew(kept, first, assumed)
        plan = plan_course(line, msgspec.structs.replace(outline, billed_as=billed_as), closed)
    return Course(plan=plan, counts=(len(plan.sessions),), is_planned=True)


def _longer(line: ServiceLine, usual: CoursePlan, most: int, closed: Collection[date]) -> CoursePlan:
    """The usual course, with sessions after it up to the most; its own days stay, or two plans would be told."""
    days, count = [session.on for session in usual.sessions], most
    while len(days) < most:
        longer = plan_course(line, msgspec.structs.replace(usual.outline, sessions=count), closed)
        after = [session.on for session in longer.sessions if session.on > days[-1]]
        count += most - len(days)
        days += after[: most - len(days)]
    if most <= len(usual.sessions):
        return usual
    return plan_course(line, msgspec.structs.replace(usual.outline, sessions=None, days=tuple(days)), closed)


def way_of(line: ServiceLine, kept: CoursePlan) -> str:
    """The way of billing that was planned, else the usual one."""
    ways = line.course.ways
    return kept.outline.billed_as if kept.outline.billed_as in ways else ways[0]


def _stands(kept: CoursePlan, first: date, assumed: CourseAssumption) -> bool:
    return (
        first == kept.sessions[0].on
        and assumed.sessions in (None, len(kept.sessions))
        and (not assumed.weekdays or set(assumed.weekdays) == set(kept.outline.weekdays))
    )


def _anew(kept: CoursePlan, first: date, assumed: CourseAssumption) -> Outline:
    """What was planned, on other days: as many sessions, with the doses and codes they had.

    Days that were chosen one by one make no sense from another day on and follow from the model again.
    """
    count = len(kept.sessions) if assumed.sessions is None else assumed.sessions
    later = min(kept.outline.later_sessions, count - 1) if assumed.sessions is None else 0
    given = {one.session: one.services for one in kept.outline.overrides}
    return msgspec.structs.replace(
        started_over(kept.outline),
        starts_on=first,
        sessions=count - later,
        later_sessions=later,
        weekdays=assumed.weekdays or kept.outline.weekdays,
        overrides=tuple(
            Override(session=session.number, services=given[session.place])
            for session in kept.sessions[:count]
            if session.place in given
        ),
    )
