"""How many visits the plan still pays for, as far as it is known, and which treatments use them up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from verify.affordability.case import CaseAnswer, CaseLimits, CaseUnknown
from verify.affordability.patient.subject import Open, Subject
from verify.facts import FactName, Known, Standing

#: Units of a limit that a session of ours uses up.
VISIT_UNITS = frozenset({"", "visit", "visits", "session", "sessions", "day", "days", "treatment"})


class Visits(msgspec.Struct, frozen=True, kw_only=True):
    left: int | None = None
    a_year: int | None = None
    opened: tuple[Open, ...] = ()
    notes: tuple[str, ...] = ()
    counted: frozenset[str] = frozenset()


def visit_limits(subjects: Sequence[Subject]) -> Visits:
    """The limit on visits. Where none is stated it is said so: no bound can be given for it."""
    limits = {one.line.key: _limits_of(one) for one in subjects}
    silent = [one.line.label for one in subjects if not _speaks_of_limits(one)]
    notes = [
        f"Whether there is a visit limit is not stated for {label}: reckoned without one." for label in silent
    ]
    stated = [limit for found in limits.values() for limit in found]
    if not stated:
        return Visits(notes=tuple(notes))
    counted = frozenset(key for key, found in limits.items() if found)
    if len(counted) > 1:
        notes.append("The visit limits of the treatments are reckoned as one, the smallest.")
    left, quantity = min(stated, key=lambda limit: limit[1] if limit[0] is None else limit[0])
    if left is not None:
        return Visits(left=left, a_year=quantity, notes=tuple(notes), counted=counted)
    unknown = CaseUnknown(
        fact="visits left",
        how="call the plan: how many visits are used this plan year, and what counts?",
        answers=[
            CaseAnswer(answer=f"all {quantity}", limits=CaseLimits(visits_left=quantity)),
            CaseAnswer(answer="none", limits=CaseLimits(visits_left=0)),
        ],
    )
    opened = (Open(unknown=unknown, fact=FactName.LIMITS, service_line=min(counted)),)
    return Visits(left=quantity, a_year=quantity, opened=opened, notes=tuple(notes), counted=counted)


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
