"""Checks of a patient's courses: each by itself, and all of them on the same days."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date

from verify.catalogue import Catalogue, ServiceLine
from verify.catalogue.service_line import Diagnoses
from verify.courses.code_checks import code_issues
from verify.courses.issue import Issue, IssueKind, Weight, billed, on_days
from verify.courses.plan import CoursePlan, Weekday

WEEKEND = (Weekday.SAT, Weekday.SUN)


def course_issues(
    catalogue: Catalogue,
    plans: Sequence[CoursePlan],
    diagnoses: Collection[str] = (),
    first_visits: Mapping[str, date] | None = None,
) -> tuple[Issue, ...]:
    """Everything to look at in a patient's bundle of courses, what is wrong first, then by day.

    `diagnoses` are the patient's ICD-10-CM codes, as the psychiatrist gave them; none: not known. `first_visits`
    are the days of the first appointments, by service line, of those that are to be held against them.
    """
    booked = first_visits or {}
    found = [
        issue
        for plan in plans
        for issue in _of_course(
            catalogue.service_lines[plan.service_line], plan, catalogue.closed_days, diagnoses
        )
    ]
    found += [
        issue
        for plan in plans
        if plan.service_line in booked
        for issue in _first_day(plan, booked[plan.service_line])
    ]
    found += code_issues(catalogue, billed(plans))
    return tuple(sorted(found, key=lambda one: (one.weight is Weight.ASK, min(one.days, default=date.min))))


def same_day_conflicts(issues: Sequence[Issue]) -> tuple[Issue, ...]:
    """Those between different courses of the bundle."""
    return tuple(issue for issue in issues if len(issue.service_lines) > 1)


def _of_course(
    line: ServiceLine, plan: CoursePlan, closed: Mapping[date, str], diagnoses: Collection[str]
) -> Iterator[Issue]:
    yield from _closed(plan, closed)
    yield from _weekends(plan)
    yield from _codeless(line, plan)
    yield from _number(line, plan)
    yield from _doses(line, plan)
    yield from _diagnosis(line, diagnoses)


def _closed(plan: CoursePlan, closed: Mapping[date, str]) -> Iterator[Issue]:
    for day in sorted({session.on for session in plan.sessions} & set(closed)):
        yield Issue(
            kind=IssueKind.CLOSED_DAY,
            weight=Weight.WRONG,
            sentence=f"A session is planned {on_days([day])}, {closed[day]}: clinics are usually closed.",
            service_lines=(plan.service_line,),
            days=(day,),
        )


def _weekends(plan: CoursePlan) -> Iterator[Issue]:
    """Sessions on a Saturday or Sunday that nobody chose as a weekday of the course."""
    unusual = [day for day in WEEKEND if day not in plan.outline.weekdays]
    days = [day for day in _days(plan) if list(Weekday)[day.weekday()] in unusual]
    if days:
        yield Issue(
            kind=IssueKind.WEEKEND,
            weight=Weight.ASK,
            sentence=f"Planned for a weekend: {on_days(days)}.",
            service_lines=(plan.service_line,),
            days=tuple(days),
        )


def _first_day(plan: CoursePlan, booked: date) -> Iterator[Issue]:
    """Which of the two is right a person knows: a plan is never moved by itself."""
    begins = _days(plan)[0]
    if begins != booked:
        yield Issue(
            kind=IssueKind.FIRST_DAY,
            weight=Weight.ASK,
            sentence=(
                f"Planned to start {on_days([begins])}, but the first appointment is {on_days([booked])}. "
                "Plan the course anew, or have the appointment moved."
            ),
            service_lines=(plan.service_line,),
            days=(begins, booked),
        )


def _codeless(line: ServiceLine, plan: CoursePlan) -> Iterator[Issue]:
    days = sorted({session.on for session in plan.sessions if not session.services})
    if days:
        yield Issue(
            kind=IssueKind.NO_CODE,
            weight=Weight.WRONG,
            sentence=f"No code of {line.label} fits what is planned {on_days(days)}: look at minutes and dose.",
            service_lines=(line.key,),
            days=tuple(days),
        )


def _number(line: ServiceLine, plan: CoursePlan) -> Iterator[Issue]:
    """More or fewer sessions than the usual course may have; boosters and maintenance are counted apart."""
    course, later = line.course, line.course.later
    count = sum(later is None or session.phase is not later.phase for session in plan.sessions)
    if not course.fewest <= count <= course.most:
        few, many = course.fewest, course.most
        usual = str(few) if few == many else f"{few} to {many}"
        yield Issue(
            kind=IssueKind.NUMBER,
            weight=Weight.ASK,
            sentence=f"{count} sessions of {line.label} are planned; usual are {usual}. The psychiatrist decides.",
            service_lines=(line.key,),
            sources=course.sources,
        )


def _doses(line: ServiceLine, plan: CoursePlan) -> Iterator[Issue]:
    step = line.course.dose_step_mg
    odd = [one for one in plan.sessions if step and one.dose_mg and one.dose_mg % step]
    for dose in sorted({one.dose_mg for one in odd if one.dose_mg}):
        days = tuple(one.on for one in odd if one.dose_mg == dose)
        yield Issue(
            kind=IssueKind.DOSE,
            weight=Weight.WRONG,
            sentence=f"{dose} mg is planned {on_days(days)}; the drug comes in steps of {step} mg.",
            service_lines=(line.key,),
            days=days,
            sources=line.course.sources,
        )


def _diagnosis(line: ServiceLine, diagnoses: Collection[str]) -> Iterator[Issue]:
    """What payers mean by this line and what the patient has; nothing is ever changed for it.

    One diagnosis that payers usually take is enough beside others, but for one that is refused. The sentence names
    none of the patient's, and is for whoever may see the evidence sheet all the same.
    """
    known = line.diagnoses
    if known is None or not diagnoses:
        return
    taken = {_taken(known, diagnosis) for diagnosis in diagnoses}
    words = {
        "refused": "A diagnosis on the evidence sheet is refused almost everywhere",
        "usual": "",
        "some": "The diagnosis on the evidence sheet is taken by some payers only",
        "": f"No diagnosis on the evidence sheet is among those payers usually take ({', '.join(known.usual)})",
    }
    said = next(sentence for name, sentence in words.items() if name in taken)
    if said:
        yield Issue(
            kind=IssueKind.DIAGNOSIS,
            weight=Weight.ASK,
            sentence=f"{said} for {line.label}. Ask the psychiatrist; nothing is changed for it.",
            service_lines=(line.key,),
            sources=known.sources,
        )


def _taken(known: Diagnoses, diagnosis: str) -> str:
    """By whom. The most exact entry speaks: F32.3 before F32."""
    lists = {"usual": known.usual, "some": known.some_payers, "refused": known.refused}
    fits = [
        (len(code), name) for name, codes in lists.items() for code in codes if diagnosis.startswith(code)
    ]
    return max(fits, default=(0, ""))[1]


def _days(plan: CoursePlan) -> list[date]:
    return sorted({session.on for session in plan.sessions})
