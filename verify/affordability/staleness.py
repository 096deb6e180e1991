"""Stale accumulators: how old the figures are, and what they may have become since."""

from __future__ import annotations

from datetime import date

from verify.affordability.case import Case, CaseAnswer, CaseLimits, CaseReset, CaseUnknown
from verify.affordability.wording import dollars

#: Accumulators this old or younger are taken as they stand.
FRESH_DAYS = 7
AMOUNTS = (
    "deductible_individual_cents",
    "deductible_family_cents",
    "oop_individual_cents",
    "oop_family_cents",
)


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
    down to nothing where nobody stated a bound; and by at most one counted visit a day. Where a plan year
    began meanwhile, its amounts may have been lowered as well.
    """
    if not is_stale(case):
        return []
    found = [_amounts_left(case), _visits_left(case)]
    return [unknown for unknown in found if unknown is not None]


def _amounts_left(case: Case) -> CaseUnknown | None:
    begun = _begun_since(case)
    bound = case.spent_since_at_most_cents
    left, left_of_new = _lowered(case.limits, bound), _lowered(begun.limits, bound) if begun else None
    if left is None and left_of_new is None:
        return None
    spent = "everything may be met" if bound is None else f"up to {dollars(bound)} more is met"
    return CaseUnknown(
        fact=f"deductible and out-of-pocket left today: the figures are {days_old(case)} days old",
        how="ask the plan again for the accumulators (270/271 or portal)",
        answers=[
            CaseAnswer(answer="as stated"),
            CaseAnswer(answer=spent, limits=left, reset_limits=left_of_new),
        ],
    )


def _lowered(limits: CaseLimits, bound: int | None) -> CaseLimits | None:
    """The amounts that are stated, as low as they can be; None where none is."""
    stated = {name: value for name in AMOUNTS if (value := getattr(limits, name)) is not None}
    lower = {name: 0 if bound is None else max(0, value - bound) for name, value in stated.items()}
    return CaseLimits.model_validate(lower) if lower else None


def _visits_left(case: Case) -> CaseUnknown | None:
    begun = _begun_since(case)
    left = _used_daily(case.limits, case.accumulators_as_of, case.as_of)
    left_of_new = _used_daily(begun.limits, begun.on, case.as_of) if begun else None
    if left is None and left_of_new is None:
        return None
    return CaseUnknown(
        fact=f"visits left today: the figure is {days_old(case)} days old",
        how="ask the plan again how many visits are used",
        answers=[
            CaseAnswer(answer="as stated"),
            CaseAnswer(answer="one used each day since", limits=left, reset_limits=left_of_new),
        ],
    )


def _used_daily(limits: CaseLimits, since: date | None, today: date | None) -> CaseLimits | None:
    if limits.visits_left is None or since is None or today is None:
        return None
    return CaseLimits(visits_left=max(0, limits.visits_left - (today - since).days))


def _begun_since(case: Case) -> CaseReset | None:
    """The plan year that began after the figures were told, up to the day of the estimate."""
    reset, told, today = case.reset, case.accumulators_as_of, case.as_of
    if reset is None or told is None or today is None or not told < reset.on <= today:
        return None
    return reset
