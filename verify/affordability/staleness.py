"""Stale accumulators: how old the figures are, and what they may have become since."""

from __future__ import annotations

from verify.affordability.case import Case, CaseAnswer, CaseLimits, CaseUnknown
from verify.affordability.wording import dollars

#: Accumulators this old or younger are taken as they stand.
FRESH_DAYS = 7


def days_old(case: Case) -> int | None:
    """The age of the accumulators on the day of the estimate; None where it is not stated."""
    if case.as_of is None or case.accumulators_as_of is None:
        return None
    return (case.as_of - case.accumulators_as_of).days


def is_stale(case: Case) -> bool:
    age = days_old(case)
    return age is not None and age > FRESH_DAYS


def stale_unknowns(case: Case) -> list[CaseUnknown]:
    """What stale accumulators leave open: the amounts left, and the visits left.

    Claims since then can only have lowered what is left: by at most `spent_since_at_most_cents`, or
    down to nothing where nobody stated a bound; and by at most one counted visit a day.
    """
    if not is_stale(case):
        return []
    found = [_amounts_left(case), _visits_left(case)]
    return [unknown for unknown in found if unknown is not None]


def _amounts_left(case: Case) -> CaseUnknown | None:
    fields = (
        "deductible_individual_cents",
        "deductible_family_cents",
        "oop_individual_cents",
        "oop_family_cents",
    )
    stated = {name: value for name in fields if (value := getattr(case.limits, name)) is not None}
    if not stated:
        return None
    bound = case.spent_since_at_most_cents
    lower = {name: 0 if bound is None else max(0, value - bound) for name, value in stated.items()}
    spent = "everything may be met" if bound is None else f"up to {dollars(bound)} more is met"
    return CaseUnknown(
        fact=f"deductible and out-of-pocket left today: the figures are {days_old(case)} days old",
        how="ask the plan again for the accumulators (270/271 or portal)",
        answers=[
            CaseAnswer(answer="as stated"),
            CaseAnswer(answer=spent, limits=CaseLimits.model_validate(lower)),
        ],
    )


def _visits_left(case: Case) -> CaseUnknown | None:
    left, age = case.limits.visits_left, days_old(case)
    if left is None or age is None:
        return None
    return CaseUnknown(
        fact=f"visits left today: the figure is {age} days old",
        how="ask the plan again how many visits are used",
        answers=[
            CaseAnswer(answer="as stated"),
            CaseAnswer(answer="one used each day since", limits=CaseLimits(visits_left=max(0, left - age))),
        ],
    )
