"""Is it active: at plan level, and for the service types asked on a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from payers.benefits import Answer, Benefit, Coverage, Member
from payers.reading.codes import ACTIVE, INACTIVE, NON_COVERED, PLAN
from payers.reading.dates import covers
from payers.reading.scope import outpatient


def plan_coverage(lines: Sequence[Benefit]) -> Coverage:
    """Active or inactive as the plan-level lines say; unknown when they disagree or there are none.

    Plan level is service type 30, or none at all; EB01 1 to 5 are active, 6 to 8 inactive
    (005010X279A1, 2110 EB01; sheet 8.6 rule 7). Without a day asked two plans cannot be told apart.
    """
    said = [line for line in lines if is_plan_level(line)]
    active = any(line.information_code in ACTIVE for line in said)
    inactive = any(line.information_code in INACTIVE for line in said)
    status = "unknown" if active == inactive else "active" if active else "inactive"
    return Coverage(status=status, segments=[line.segments[0] for line in said])


def is_plan_level(line: Benefit) -> bool:
    """Whether a status line is of the plan as a whole."""
    return (
        (line.information_code in ACTIVE or line.information_code in INACTIVE)
        and (not line.service_types or PLAN in line.service_types)
        and not line.procedure
        and not line.rejections
    )


def active(member: Member, asked: Sequence[str], on: date) -> Answer:
    """Value "active", "inactive" or "not_covered" (EB01 I for a service asked, in network).

    A line about the service asked comes before the plan's. Lines whose dates exclude the day say
    nothing of it; when only such lines are left, coverage has ended or not begun: inactive, derived.
    """
    of_service = [line for line in member.benefits if _speaks_of(line, asked)]
    of_plan = [line for line in member.benefits if is_plan_level(line)]
    for lines in (of_service, of_plan):
        current = [line for line in lines if covers(line.dates or member.dates, on)]
        if current:
            return _status(current, of_plan if lines is of_service else [], member, on)
    if ended := [line for line in of_plan or of_service if line.information_code in ACTIVE]:
        return Answer(status="derived", value="inactive", segments=[line.segments[0] for line in ended])
    return Answer(status="not_stated")


def _status(lines: list[Benefit], of_plan: list[Benefit], member: Member, on: date) -> Answer:
    """What the lines say together; a plan that ended contradicts a service said to be active."""
    against = [
        line
        for line in of_plan
        if line.information_code in INACTIVE and covers(line.dates or member.dates, on) and line not in lines
    ]
    if any(line.information_code in ACTIVE for line in of_plan if covers(line.dates or member.dates, on)):
        against = []
    heard = [*lines, *against]
    values = sorted({_word(line) for line in heard})
    segments = sorted({line.segments[0] for line in heard})
    if len(values) == 1:
        return Answer(status="stated", value=values[0], segments=segments)
    return Answer(status="ambiguous", value=values, segments=segments)


def _word(line: Benefit) -> str:
    if line.information_code == NON_COVERED:
        return "not_covered"
    return "active" if line.information_code in ACTIVE else "inactive"


def _speaks_of(line: Benefit, asked: Sequence[str]) -> bool:
    code = line.information_code
    if line.procedure or line.rejections or not any(each in line.service_types for each in asked):
        return False
    if code == NON_COVERED:
        return line.in_network != "N" and outpatient(line) is not False
    return code in ACTIVE or code in INACTIVE
