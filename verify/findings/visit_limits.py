"""The limits ledger: what is left of a limit on visits, and what the course needs of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from verify.facts import FactName, Known, Standing
from verify.findings.finding import Case, Verdict, day_words, note_of

RULE = "visit_limits"
#: Units that a session uses one of.
VISITS = frozenset({"visit", "visits", "session", "sessions", "VS", None, ""})
#: EB06 23. Other years have no first day of their own here.
CALENDAR_YEAR = "calendar year"

Limit = dict[str, object]


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
    if not days:
        return case.verdict(RULE, "limited", told, [known, shared])
    limits = _of_visits(known, "remaining")
    if not limits:
        return _unused_unknown(case, known, shared, told, days)
    if beyond := _beyond(limits, "remaining", days, _told_in(known)):
        return case.verdict(RULE, "short", f"{told} {_short(case, beyond)}", [known, shared])
    sentence = f"{told} That is enough for {case.course.words}, as far as nothing else uses it up."
    return case.verdict(RULE, "enough", sentence, [known, shared])


def _unused_unknown(case: Case, known: Known, shared: Known, told: str, days: Sequence[date]) -> Verdict:
    limits = _of_visits(known, "quantity")
    if beyond := _beyond(limits, "quantity", days, _told_in(known)):
        sentence = f"{told} {_short(case, beyond)} What is used already is not stated."
        return case.verdict(RULE, "short", sentence, [known, shared], ask=[FactName.LIMITS])
    sentence = f"{told} What is left of it for {case.course.words} is not stated."
    return case.verdict(RULE, "limited", sentence, [known, shared], ask=[FactName.LIMITS])


def _days(case: Case, shared: Known) -> list[date]:
    """The sessions that use it up, by day: of this course, and of the others where it is shared."""
    courses = [case.course, *(case.others if shared.standing is Standing.YES else ())]
    return sorted(day for course in courses for day in course.days)


def _beyond(limits: Sequence[Limit], part: str, days: Sequence[date], told_in: int) -> list[date]:
    """The sessions that are left without a visit, by the limit that leaves the most of them so."""
    return max((_past(limit, part, days, told_in) for limit in limits), key=len, default=[])


def _past(limit: Limit, part: str, days: Sequence[date], told_in: int) -> list[date]:
    """A limit of the calendar year begins anew on January 1; of any other, nobody said that it does."""
    least = _number(limit, part) or 0
    if limit.get("period") != CALENDAR_YEAR:
        return list(days[least:])
    fresh = _number(limit, "quantity")
    beyond: list[date] = []
    for year, of_year in groupby(days, key=lambda day: day.year):
        beyond += list(of_year)[least if year == told_in or fresh is None else fresh :]
    return beyond


def _told_in(known: Known) -> int:
    """The year whose visits are counted."""
    return known.fact.source.speaks_at[0].year if known.fact else 0


def _short(case: Case, beyond: Sequence[date]) -> str:
    sessions = f"{len(beyond)} session{'' if len(beyond) == 1 else 's'}"
    return f"It is {sessions} short of {case.course.words}: the first beyond it is on {day_words(beyond[0])}."


def _shared_words(shared: Known) -> str:
    match shared.standing:
        case Standing.YES:
            note = note_of(shared)
            return f"Other visits use it up too{f' ({note})' if note else ''}."
        case Standing.NO:
            return "No other visits count toward it."
        case _:
            return "Ask what counts toward it."


def _limits(known: Known) -> list[Limit]:
    value = known.fact.value if known.fact else None
    return [limit for limit in value if isinstance(limit, dict)] if isinstance(value, list) else []


def _of_visits(known: Known, part: str) -> list[Limit]:
    """The limits on visits that state this number."""
    return [
        limit
        for limit in _limits(known)
        if limit.get("unit") in VISITS and limit.get("period") != "day" and _number(limit, part) is not None
    ]


def _number(limit: Limit, part: str) -> int | None:
    stated = str(limit.get(part) or "")
    return int(stated) if stated.isdecimal() else None


def _words(known: Known) -> str:
    return "; ".join(_limit_words(limit) for limit in _limits(known))


#: What payers write in place of a unit: it says what kind of quantity it is, and not of what (EB09).
NO_UNITS = frozenset({"approved", "covered", "covered (estimated)", "maximum"})


def _limit_words(limit: Limit) -> str:
    """As "20 visits per year, 12 left", of what was said of it."""
    quantity = f"{limit.get('quantity') or 'a number of'} {_unit_words(limit)}"
    per = f" per {limit['period']}" if limit.get("period") else ""
    left = f", {limit['remaining']} left" if limit.get("remaining") is not None else ""
    return f"{quantity}{per}{left}"


def _unit_words(limit: Limit) -> str:
    unit = str(limit.get("unit") or "visits")
    if unit in NO_UNITS:
        return "(of what is not stated)"
    return unit.removesuffix("s") if limit.get("quantity") == "1" else unit
