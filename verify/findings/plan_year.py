"""Does a new plan year begin within the course, and does the plan reach its end?"""

from __future__ import annotations

from datetime import date

from verify.facts import FactName, Known, Standing
from verify.findings.finding import Case, Verdict, day_of, day_words

RULE = "plan_year"


def plan_year(case: Case) -> Verdict:
    """within_year, new_year_in_course, plan_ends_in_course, unknown or not_stated.

    With a new year deductible and maximum begin anew. Most follow the calendar, whatever month the plan began in;
    that is a guess, so the payer is asked.
    """
    known = case.look_up_plan(FactName.PLAN_YEAR_BEGINS)
    if (ending := _ends_before(case)) is not None:
        return ending
    if known.standing is Standing.UNKNOWN:
        sentence = f"The payer cannot say when the plan year begins. {_if_calendar(case)}".strip()
        return case.verdict(RULE, "unknown", sentence, [known], ask=[FactName.PLAN_YEAR_BEGINS])
    if known.standing is not Standing.VALUE:
        sentence = f"When the plan year begins is not stated. {_if_calendar(case)}".strip()
        return case.verdict(RULE, "not_stated", sentence, [known], ask=[FactName.PLAN_YEAR_BEGINS])
    begins = next_beginning(str(known.fact.value if known.fact else ""), case.on)
    after = [day for day in case.course.days if day >= begins]
    if not after:
        sentence = f"The next plan year begins on {day_words(begins)}, after the last planned session."
        if not case.course.sessions:
            sentence = (
                f"The next plan year begins on {day_words(begins)}; deductible and maximum begin anew then."
            )
        return case.verdict(RULE, "within_year", sentence, [known])
    return case.verdict(RULE, "new_year_in_course", _in_course(case, begins, after), [known])


def next_beginning(month_day: str, on: date) -> date:
    """The first beginning after the day."""
    this_year = date.fromisoformat(f"{on.year}-{month_day}")
    return this_year if this_year > on else this_year.replace(year=on.year + 1)


def _in_course(case: Case, begins: date, after: list[date]) -> str:
    fall = f"{len(after)} of the {len(case.course.sessions)} sessions"
    return (
        f"A new plan year begins on {day_words(begins)}: {fall} of {case.course.name} fall into it, "
        "with deductible and maximum anew."
    )


def _if_calendar(case: Case) -> str:
    begins = next_beginning("01-01", case.on)
    after = [day for day in case.course.days if day >= begins]
    if not after:
        return ""
    return f"If it follows the calendar, {len(after)} of {len(case.course.sessions)} sessions fall into the next one."


def _ends_before(case: Case) -> Verdict | None:
    ends: Known = case.look_up_plan(FactName.PLAN_END)
    last, day = max(case.course.days, default=None), day_of(ends)
    if last is None or day is None or not case.on <= day < last:
        return None
    beyond = [each for each in case.course.days if each > day]
    sentence = (
        f"The plan ends on {day_words(day)}: {len(beyond)} of the {len(case.course.sessions)} sessions "
        f"of {case.course.name} lie after it."
    )
    return case.verdict(RULE, "plan_ends_in_course", sentence, [ends])
