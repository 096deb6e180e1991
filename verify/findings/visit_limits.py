"""The limits ledger: what is left of a limit on visits, and what the course needs of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from verify.facts import FactName, Known, Standing
from verify.findings.finding import Case, Verdict, day_words, note_of

RULE = "visit_limits"
#: Units that a session uses one of.
VISITS = frozenset({"visit", "visits", "session", "sessions", "VS", None, ""})


def visit_limits(case: Case) -> Verdict:
    """enough, short, limited (what is left is not known), unlimited, unknown or not_stated.

    A limit that other visits use up too is held against all the patient's courses.
    """
    known = case.look_up(FactName.LIMITS)
    match known.standing:
        case Standing.VALUE:
            return _ledger(case, known)
        case Standing.NO:
            sentence = f"The payer states no visit limit for {case.line.label}."
            return case.verdict(RULE, "unlimited", sentence, [known])
        case Standing.UNKNOWN:
            sentence = "Whether there is a visit limit cannot be told from the payer's answer."
            return case.verdict(RULE, "unknown", sentence, [known], ask=[FactName.LIMITS])
        case _:
            sentence = f"Whether there is a visit limit for {case.codes} is not stated."
            return case.verdict(RULE, "not_stated", sentence, [known], ask=[FactName.LIMITS])


def _ledger(case: Case, known: Known) -> Verdict:
    shared = case.look_up_line(FactName.LIMITS_SHARED)
    days = _days(case, shared)
    told = f"The payer states a limit: {_words(known)}. {_shared_words(shared)}"
    left = _least(known, "remaining")
    if not days:
        return case.verdict(RULE, "limited", told, [known, shared])
    if left is None:
        return _unused_unknown(case, known, shared, told, days)
    if left < len(days):
        return case.verdict(RULE, "short", f"{told} {_short(case, left, days)}", [known, shared])
    sentence = f"{told} That is enough for {case.course.words}, as far as nothing else uses it up."
    return case.verdict(RULE, "enough", sentence, [known, shared])


def _unused_unknown(case: Case, known: Known, shared: Known, told: str, days: Sequence[date]) -> Verdict:
    quantity = _least(known, "quantity")
    if quantity is not None and quantity < len(days):
        sentence = f"{told} {_short(case, quantity, days)} What is used already is not stated."
        return case.verdict(RULE, "short", sentence, [known, shared], ask=[FactName.LIMITS])
    sentence = f"{told} What is left of it for {case.course.words} is not stated."
    return case.verdict(RULE, "limited", sentence, [known, shared], ask=[FactName.LIMITS])


def _days(case: Case, shared: Known) -> list[date]:
    """The sessions that use it up, by day: of this course, and of the others where it is shared."""
    courses = [case.course, *(case.others if shared.standing is Standing.YES else ())]
    return sorted(day for course in courses for day in course.days)


def _short(case: Case, left: int, days: Sequence[date]) -> str:
    missing = len(days) - left
    sessions = f"{missing} session{'' if missing == 1 else 's'}"
    return (
        f"It is {sessions} short of {case.course.words}: the first beyond it is on {day_words(days[left])}."
    )


def _shared_words(shared: Known) -> str:
    match shared.standing:
        case Standing.YES:
            note = note_of(shared)
            return f"Other visits use it up too{f' ({note})' if note else ''}."
        case Standing.NO:
            return "No other visits count toward it."
        case _:
            return "Ask what counts toward it."


def _limits(known: Known) -> list[dict[str, object]]:
    value = known.fact.value if known.fact else None
    return [limit for limit in value if isinstance(limit, dict)] if isinstance(value, list) else []


def _least(known: Known, part: str) -> int | None:
    """The smallest of the numbers that are stated of limits on visits."""
    numbers = [
        int(str(limit[part]))
        for limit in _limits(known)
        if limit.get("unit") in VISITS
        and limit.get("period") != "day"
        and str(limit.get(part) or "").isdecimal()
    ]
    return min(numbers, default=None)


def _words(known: Known) -> str:
    return "; ".join(_limit_words(limit) for limit in _limits(known))


#: What payers write in place of a unit: it says what kind of quantity it is, and not of what (EB09).
NO_UNITS = frozenset({"approved", "covered", "covered (estimated)", "maximum"})


def _limit_words(limit: dict[str, object]) -> str:
    """As "20 visits per year, 12 left", of what was said of it."""
    quantity = f"{limit.get('quantity') or 'a number of'} {_unit_words(limit)}"
    per = f" per {limit['period']}" if limit.get("period") else ""
    left = f", {limit['remaining']} left" if limit.get("remaining") is not None else ""
    return f"{quantity}{per}{left}"


def _unit_words(limit: dict[str, object]) -> str:
    unit = str(limit.get("unit") or "visits")
    if unit in NO_UNITS:
        return "(of what is not stated)"
    return unit.removesuffix("s") if limit.get("quantity") == "1" else unit
