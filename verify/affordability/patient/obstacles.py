"""Why no figure can be given for a patient's course yet, whatever the prices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from verify.affordability.case import MOST_LINES
from verify.affordability.case import YEARS as YEARS_OF_A_CASE
from verify.affordability.patient.assumptions import Assumptions
from verify.affordability.patient.subject import day_of
from verify.affordability.patient.treatment import Treatment
from verify.catalogue import ServiceLine
from verify.courses.plan import YEARS
from verify.facts import WHOLE_PLAN, FactName, Merged, Standing


def obstacles(
    merged: Merged, service_lines: Sequence[ServiceLine], starts: Mapping[str, date], assumed: Assumptions
) -> list[str]:
    """Why nothing can be said yet."""
    if not service_lines:
        return ["A treatment: none is planned."]
    if out := out_of_the_calendar(starts):
        return out
    insured = [line for line in service_lines if not assumed.course_of(line.key).files_no_claim(line)]
    return _cannot_insured(merged, insured, min(starts[line.key] for line in insured)) if insured else []


def _cannot_insured(merged: Merged, service_lines: Sequence[ServiceLine], on: date) -> list[str]:
    if not any(fact.standing is not Standing.NOT_STATED for fact in merged.facts):
        return ["The payer’s answer: nothing is known of the plan yet."]
    plan = {
        name: merged.look_up(name, service_types=(WHOLE_PLAN,))
        for name in (FactName.ACTIVE, FactName.PLAN_BEGIN, FactName.PLAN_END)
    }
    begin, end = day_of(plan[FactName.PLAN_BEGIN]), day_of(plan[FactName.PLAN_END])
    outside = (begin is not None and on < begin) or (end is not None and end < on)
    if outside or plan[FactName.ACTIVE].standing is Standing.NO:
        return ["A plan that is active on that day: this one is not, as the payer states."]
    return [
        f"A plan that is active for {line.label}: this one is not, as the payer states."
        for line in service_lines
        if merged.look_up(FactName.ACTIVE, service_line=line.key, service_types=line.reads).standing
        is Standing.NO
    ]


def out_of_the_calendar(starts: Mapping[str, date]) -> list[str]:
    if all(day.year in YEARS for day in starts.values()):
        return []
    return ["A first visit in this century: the day is out of the calendar we reckon with."]


def beyond_a_case(treatments: Sequence[Treatment]) -> list[str]:
    """Sessions of which nothing is billed, or more of them than are reckoned with."""
    found = [
        f"A code for {one.subject.line.label}: none of its sessions has any."
        for one in treatments
        if not one.planned
    ]
    services = [service for one in treatments for service in one.planned]
    if len(services) > MOST_LINES or any(one.day.year > YEARS_OF_A_CASE[1] for one in services):
        found.append("A shorter course: this one has more sessions, or later ones, than we reckon with.")
    return found
