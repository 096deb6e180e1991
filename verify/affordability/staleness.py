"""Stale accumulators: how old the figures are, and what they may have become since."""

from __future__ import annotations

from verify.affordability.case import Case, CaseAnswer, CaseLimits, CaseUnknown
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
    age = days_old(case)
    if age is None or age <= FRESH_DAYS:
        return []
    begun, since = _begun_since(case)
    found = [_amounts_left(case, age, begun), _visits_left(case, age, begun, since)]
    return [unknown for unknown in found if unknown is not None]


def _begun_since(case: Case) -> tuple[CaseLimits | None, int]:
    """The limits of the plan year that began after the figures were told, and how many days ago it did."""
    told, today, reset = case.accumulators_as_of, case.as_of, case.reset
    if reset is not None and told is not None and today is not None and told < reset.on <= today:
        return reset.limits, (today - reset.on).days
    return None, 0


def _amounts_left(case: Case, age: int, begun: CaseLimits | None) -> CaseUnknown | None:
    bound = case.spent_since_at_most_cents
    spent = "everything may be met" if bound is None else f"up to {dollars(bound)} more is met"
    return _open(
        f"deductible and out-of-pocket left today: the figures are {age} days old",
        "ask the plan again for the accumulators (270/271 or portal)",
        spent,
        _lowered(case.limits, bound),
        _lowered(begun, bound) if begun else None,
    )


def _lowered(limits: CaseLimits, bound: int | None) -> CaseLimits | None:
    """The amounts that are stated, as low as they can be; None where none is."""
    stated = {name: value for name in AMOUNTS if (value := getattr(limits, name)) is not None}
    lower = {name: 0 if bound is None else max(0, value - bound) for name, value in stated.items()}
    return CaseLimits.model_validate(lower) if lower else None


def _visits_left(case: Case, age: int, begun: CaseLimits | None, since: int) -> CaseUnknown | None:
    return _open(
        f"visits left today: the figure is {age} days old",
        "ask the plan again how many visits are used",
        "one used each day since",
        _used_daily(case.limits, age),
        _used_daily(begun, since) if begun else None,
    )


def _used_daily(limits: CaseLimits, days: int) -> CaseLimits | None:
    left = limits.visits_left
    return None if left is None else CaseLimits(visits_left=max(0, left - days))


def _open(
    fact: str, how: str, lower: str, limits: CaseLimits | None, of_new_year: CaseLimits | None
) -> CaseUnknown | None:
    """As stated, or lower; None where no limit is stated."""
    if limits is None and of_new_year is None:
        return None
    lowered = CaseAnswer(answer=lower, limits=limits, reset_limits=of_new_year)
    return CaseUnknown(fact=fact, how=how, answers=[CaseAnswer(answer="as stated"), lowered])
