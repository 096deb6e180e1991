"""What is left of the plan's limits, as far as it is known, and when a new plan year begins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import msgspec

from verify.affordability.case import MOST_CENTS, CaseAnswer, CaseLimits, CaseReset, CaseUnknown
from verify.affordability.subject import Open, Subject, day_of, is_certain, values_of
from verify.affordability.wording import dollars
from verify.facts import WHOLE_PLAN, FactName, Known, Level, Standing

#: Units of a limit that a session of ours uses up.
VISIT_UNITS = frozenset({"", "visit", "visits", "session", "sessions", "day", "days", "treatment"})

#: A plan that ends later has no end that would tell its years.
A_YEAR = timedelta(days=366)


class Money(msgspec.Struct, frozen=True):
    """A deductible or a maximum: its fields in a ledger, and its facts."""

    words: str
    field: str
    total: FactName
    met: FactName
    remaining: FactName


DEDUCTIBLE = Money(
    "deductible",
    "deductible",
    FactName.DEDUCTIBLE_TOTAL,
    FactName.DEDUCTIBLE_MET,
    FactName.DEDUCTIBLE_REMAINING,
)
MAXIMUM = Money(
    "out-of-pocket maximum",
    "oop",
    FactName.OUT_OF_POCKET_TOTAL,
    FactName.OUT_OF_POCKET_MET,
    FactName.OUT_OF_POCKET_REMAINING,
)


class PlanLimits(msgspec.Struct, frozen=True, kw_only=True):
    """The ledger of a case under the expected answers, and what is open about it."""

    limits: CaseLimits
    reset: CaseReset | None
    as_of: date | None
    opened: tuple[Open, ...]
    notes: tuple[str, ...]
    #: Treatments of which sessions use up a visit limit.
    counted: frozenset[str]


def plan_limits(subjects: Sequence[Subject], last: date, today: date, most_cents: int) -> PlanLimits:
    """The limits for a course that ends on `last`. `most_cents`: what the whole of it can cost at most."""
    as_of = _as_of(subjects, today)
    left: dict[str, Any] = {}
    opened: list[Open] = []
    for money in (DEDUCTIBLE, MAXIMUM):
        cents, answers = _left(subjects, money, most_cents)
        left[f"{money.field}_individual_cents"] = cents
        family = _amounts(subjects, money.remaining, Level.FAMILY)
        if family:
            left[f"{money.field}_family_cents"] = max(family)
        opened += [_open_left(money, answers)] if answers else []
    visits = _visits(subjects)
    left["visits_left"] = visits.left
    reset, reset_opened, notes = _reset(subjects, left, visits, as_of or today, last, most_cents)
    return PlanLimits(
        limits=CaseLimits(**left),
        reset=reset,
        as_of=as_of,
        opened=(*opened, *visits.opened, *reset_opened),
        notes=(*visits.notes, *notes),
        counted=visits.counted,
    )


# --- deductible and maximum -------------------------------------------------------------------------------

Answers = list[tuple[str, int | None]]


def _left(subjects: Sequence[Subject], money: Money, most_cents: int) -> tuple[int | None, Answers]:
    """What is left for the person, with every answer it may have where that is not known."""
    found = _amounts(subjects, money.remaining)
    totals, met = _amounts(subjects, money.total), _amounts(subjects, money.met)
    if len(found) == 1 and _is_certain(subjects, money.remaining):
        return found[0], []
    if found:
        stated = sorted(set(found), reverse=True)
        answers: Answers = [(f"{dollars(cents)} is left", cents) for cents in stated]
        return stated[0], answers if len(answers) > 1 else [*answers, ("none is left", 0)]
    if totals == [0] and money is DEDUCTIBLE:
        return 0, []
    total = max(totals, default=0)
    if total and len(totals) == 1 and len(met) == 1 and met[0] <= total:
        return total - met[0], []
    if total:
        return total, [(f"all {dollars(total)} is left", total), ("it is met", 0)]
    family = _amounts(subjects, money.remaining, Level.FAMILY)
    if family:
        return max(family), [("as much as for the family", max(family)), ("none is left", 0)]
    if money is DEDUCTIBLE:
        return most_cents, [("more than the course costs", most_cents), ("there is none, or it is met", 0)]
    return None, [("it is not reached in this course", None), ("it is reached", 0)]


def _open_left(money: Money, answers: Answers) -> Open:
    field = f"{money.field}_individual_cents"
    unknown = CaseUnknown(
        fact=f"{money.words} left",
        how=f"payer portal or phone: how much of the individual {money.words} is left, and as of what date?",
        answers=[
            CaseAnswer(answer=words, limits=CaseLimits.model_validate({field: cents}))
            for words, cents in answers
        ],
    )
    return Open(unknown=unknown, fact=money.remaining)


def _amounts(subjects: Iterable[Subject], name: FactName, level: Level = Level.PERSON) -> list[int]:
    """Every amount that is stated for a treatment or the plan, each once."""
    found: list[int] = []
    for subject in subjects:
        for value in values_of(subject.plan_or_line(name, level)):
            if isinstance(value, int) and min(value, MOST_CENTS) not in found:
                found.append(min(value, MOST_CENTS))
    return found


def _is_certain(subjects: Iterable[Subject], name: FactName) -> bool:
    return all(is_certain(known) for one in subjects if values_of(known := one.plan_or_line(name)))


def _as_of(subjects: Iterable[Subject], today: date) -> date | None:
    """The oldest day the amounts speak of."""
    names = (DEDUCTIBLE.remaining, DEDUCTIBLE.met, MAXIMUM.remaining, MAXIMUM.met)
    days = [
        fact.source.as_of or fact.source.obtained_at.date()
        for one in subjects
        for name in names
        for level in Level
        if (fact := one.plan_or_line(name, level).fact) is not None and fact.standing is Standing.VALUE
    ]
    return min([*days, today]) if days else None


# --- visits -----------------------------------------------------------------------------------------------


class _Visits(msgspec.Struct, frozen=True, kw_only=True):
    left: int | None = None
    a_year: int | None = None
    opened: tuple[Open, ...] = ()
    notes: tuple[str, ...] = ()
    counted: frozenset[str] = frozenset()


def _visits(subjects: Sequence[Subject]) -> _Visits:
    """The limit on visits. Where none is stated it is said so: no bound can be given for it."""
    limits = {one.line.key: _limits_of(one) for one in subjects}
    silent = [one.line.label for one in subjects if not _speaks_of_limits(one)]
    notes = [
        f"Whether there is a visit limit is not stated for {label}: reckoned without one." for label in silent
    ]
    stated = [limit for found in limits.values() for limit in found]
    if not stated:
        return _Visits(notes=tuple(notes))
    counted = frozenset(key for key, found in limits.items() if found)
    if len(counted) > 1:
        notes.append("The visit limits of the treatments are reckoned as one, the smallest.")
    left, quantity = min(stated, key=lambda limit: limit[1] if limit[0] is None else limit[0])
    if left is not None:
        return _Visits(left=left, a_year=quantity, notes=tuple(notes), counted=counted)
    unknown = CaseUnknown(
        fact="visits left",
        how="call the plan: how many visits are used this plan year, and what counts?",
        answers=[
            CaseAnswer(answer=f"all {quantity}", limits=CaseLimits(visits_left=quantity)),
            CaseAnswer(answer="none", limits=CaseLimits(visits_left=0)),
        ],
    )
    opened = (Open(unknown=unknown, fact=FactName.LIMITS, service_line=min(counted)),)
    return _Visits(left=quantity, a_year=quantity, opened=opened, notes=tuple(notes), counted=counted)


def _limits_of(subject: Subject) -> list[tuple[int | None, int]]:
    """(left, of so many) for each limit on visits that is stated."""
    found = []
    for limit in _stated_limits(subject.known(FactName.LIMITS)):
        left, quantity = _whole(limit.get("remaining")), _whole(limit.get("quantity"))
        if str(limit.get("unit") or "").lower() in VISIT_UNITS and (left, quantity) != (None, None):
            found.append((left, left if quantity is None and left is not None else quantity or 0))
    return found


def _stated_limits(known: Known) -> list[dict[str, Any]]:
    """Of a settled fact, or the candidates of an ambiguous one."""
    said = known.fact.value if known.fact else None
    return [limit for limit in said if isinstance(limit, dict)] if isinstance(said, list) else []


def _speaks_of_limits(subject: Subject) -> bool:
    known = subject.known(FactName.LIMITS)
    return known.standing is Standing.NO or bool(_limits_of(subject))


def _whole(value: object) -> int | None:
    text = str(value).removesuffix(".0") if value is not None else ""
    return int(text) if text.isdecimal() and len(text) < 6 else None


# --- the next plan year -------------------------------------------------------------------------------------


def _reset(
    subjects: Sequence[Subject],
    left: dict[str, Any],
    visits: _Visits,
    since: date,
    last: date,
    most_cents: int,
) -> tuple[CaseReset | None, list[Open], list[str]]:
    """The next plan year, where it begins after the amounts were told and before the course ends."""
    on, stated = _next_year(subjects[0], since)
    if on > last:
        note = "" if stated else "The plan year is taken as the calendar year; its dates are not stated."
        return None, [], [note] if note else []
    fresh: dict[str, Any] = {"visits_left": visits.a_year}
    opened: list[Open] = []
    for money in (DEDUCTIBLE, MAXIMUM):
        cents, answers = _whole_amount(subjects, money, left, most_cents)
        fresh[f"{money.field}_individual_cents"] = cents
        family = _amounts(subjects, money.total, Level.FAMILY)
        if family:
            fresh[f"{money.field}_family_cents"] = max(family)
        opened += [_open_total(money, answers, on)] if answers else []
    notes = [f"Next plan year from {on}: reckoned with this year's amounts, which may change."]
    if not stated:
        opened.append(_open_reset(on))
    return CaseReset(on=on, limits=CaseLimits(**fresh)), opened, notes


def _whole_amount(
    subjects: Sequence[Subject], money: Money, left: dict[str, Any], most_cents: int
) -> tuple[int | None, Answers]:
    totals = sorted(_amounts(subjects, money.total), reverse=True)
    if len(totals) == 1 and (totals[0] or money is DEDUCTIBLE):
        return totals[0], []
    if len(totals) > 1:
        return totals[0], [(dollars(cents), cents) for cents in totals]
    least = left[f"{money.field}_individual_cents"] or 0
    if money is DEDUCTIBLE:
        least = 0 if least == most_cents else least
        return most_cents, [
            ("more than the course costs", most_cents),
            (f"no more than {dollars(least)}", least),
        ]
    return None, [("it is not reached in this course", None), (f"no more than {dollars(least)}", least)]


def _open_total(money: Money, answers: Answers, on: date) -> Open:
    field = f"{money.field}_individual_cents"
    unknown = CaseUnknown(
        fact=f"{money.words} of the next plan year",
        how=f"payer portal or phone: what is the individual {money.words} from {on}?",
        answers=[
            CaseAnswer(answer=words, reset_limits=CaseLimits.model_validate({field: cents}))
            for words, cents in answers
        ],
    )
    return Open(unknown=unknown, fact=money.total)


def _open_reset(on: date) -> Open:
    answers = [
        CaseAnswer(answer=f"on {on}"),
        CaseAnswer(answer="not while the course runs", no_reset=True),
    ]
    how = "payer portal: when does the plan year begin anew?"
    return Open(
        unknown=CaseUnknown(fact="the next plan year", how=how, answers=answers), fact=FactName.PLAN_BEGIN
    )


def _next_year(subject: Subject, since: date) -> tuple[date, bool]:
    """The first day of the plan year after `since`, and whether it is stated; else the next January 1."""
    january = date(since.year + 1, 1, 1)
    end = day_of(subject.known_of_type(FactName.PLAN_END, WHOLE_PLAN))
    if end is not None and since <= end < since + A_YEAR:
        return end + timedelta(days=1), True
    begin = day_of(subject.known_of_type(FactName.PLAN_BEGIN, WHOLE_PLAN))
    if begin is None:
        return january, False
    if (begin.month, begin.day) == (1, 1):
        return january, True
    anniversary = _anniversary(begin, since)
    return min(january, anniversary), False


def _anniversary(begin: date, since: date) -> date:
    """The next return of a plan's first day; it may also be the day the patient joined."""
    first = begin.replace(day=1) if (begin.month, begin.day) == (2, 29) else begin
    this_year = first.replace(year=since.year)
    return this_year if this_year > since else first.replace(year=since.year + 1)
