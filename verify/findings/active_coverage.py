"""Active on the date of service?"""

from __future__ import annotations

from verify.facts import FactName, Known, Standing
from verify.findings.finding import Case, Verdict, day_of, day_words

RULE = "active_coverage"


def active_coverage(case: Case) -> Verdict:
    """active, plan_active (the plan, while nothing is said of the service), inactive, unknown or not_stated.

    A plan that is inactive or over on the day settles it, whatever is said of the service.
    """
    plan, line = case.look_up_plan(FactName.ACTIVE), case.look_up(FactName.ACTIVE)
    day = day_words(case.on)
    if plan.standing is Standing.NO:
        return case.verdict(RULE, "inactive", f"The payer reports the plan as inactive on {day}.", [plan])
    if (outside := _outside(case)) is not None:
        return outside
    if line.standing is Standing.NO:
        sentence = f"The payer reports coverage for {case.line.label} as inactive on {day}."
        return case.verdict(RULE, "inactive", sentence, [line, plan])
    if line.standing is Standing.YES:
        paid = case.look_up_plan(FactName.PAID_THROUGH)
        sentence = f"The payer reports coverage as active on {_as_asked(line, day)}{_premium(case, paid)}"
        return case.verdict(RULE, "active", sentence, [line, paid])
    if plan.standing is Standing.YES:
        said = _as_asked(plan, day).rstrip(".")
        sentence = (
            f"The payer reports the plan as active on {said}; it does not say so for {case.line.label}."
        )
        return case.verdict(RULE, "plan_active", sentence, [plan, line], ask=[FactName.ACTIVE])
    if Standing.UNKNOWN in (plan.standing, line.standing):
        sentence = f"Whether coverage is active on {day} cannot be told from the payer's answer."
        return case.verdict(RULE, "unknown", sentence, [line, plan], ask=[FactName.ACTIVE])
    sentence = f"Nobody has said whether coverage is active on {day}."
    return case.verdict(RULE, "not_stated", sentence, [line, plan], ask=[FactName.ACTIVE])


def _as_asked(known: Known, day: str) -> str:
    """The day an answer speaks of, where the payer would not look at the day of service."""
    asked_for = known.fact.source.asked_for if known.fact else None
    if asked_for is None:
        return f"{day}."
    return f"{day_words(asked_for)}. {day} itself could not be checked: the payer does not look so far."


def _premium(case: Case, paid: Known) -> str:
    """A plan whose premium is not paid may be ended for days that are past."""
    through = day_of(paid)
    if through is None or through >= case.on:
        return ""
    return f" The premium is paid through {day_words(through)} only: the coverage may be taken back."


def _outside(case: Case) -> Verdict | None:
    """The verdict when the plan's own dates exclude the day."""
    begin, end = case.look_up_plan(FactName.PLAN_BEGIN), case.look_up_plan(FactName.PLAN_END)
    begins, ends = day_of(begin), day_of(end)
    day = day_words(case.on)
    if ends is not None and ends < case.on:
        sentence = f"The plan ends on {day_words(ends)}, before {day}."
        return case.verdict(RULE, "inactive", sentence, [end])
    if begins is not None and begins > case.on:
        sentence = f"The plan begins on {day_words(begins)}, after {day}."
        return case.verdict(RULE, "inactive", sentence, [begin])
    return None
