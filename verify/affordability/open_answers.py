"""An unknown of a case, and the lines of the course it is about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from verify.affordability.case import Case, CaseAnswer, CaseLine, CaseUnknown
from verify.affordability.parts import set_keys


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the case with its day, and where it stands in the document."""

    day: date
    line: CaseLine
    field: str
    pending: bool


def in_order(case: Case) -> list[Entry]:
    """Pending and planned lines by day; ties in the given order, pending ones first."""
    entries = [Entry(line.date, line, f"pending[{at}]", True) for at, line in enumerate(case.pending)]
    entries += [Entry(line.date, line, f"lines[{at}]", False) for at, line in enumerate(case.lines)]
    return sorted(entries, key=lambda entry: entry.day)


class Unknown:
    """An unknown of the case, with the entries it is about."""

    def __init__(self, stated: CaseUnknown, entries: Sequence[Entry]) -> None:
        self.stated = stated
        self.answers = stated.answers
        names = [answer.answer for answer in stated.answers]
        self.expected = names.index(stated.expected) if stated.expected is not None else 0
        about = [at for at, entry in enumerate(entries) if _concerns(stated, entry)]
        self.changes_lines = frozenset(about) if self._any("rule", "line") else frozenset()
        planned = [at for at in about if not entries[at].pending]
        self.rank = {at: rank for rank, at in enumerate(planned)}
        self.drops = frozenset(
            at for at in planned if not all(takes_place(answer, self.rank[at]) for answer in self.answers)
        )
        self.opens = self._any("limits")
        self.resets = self._any("reset_limits", "no_reset")
        self.sets_terms = self._any("savings", "secondary")
        #: What each answer changes of a line, and of its rule.
        self.changes = [_changes(answer) for answer in self.answers]

    def _any(self, *parts: str) -> bool:
        return any(getattr(answer, part) for answer in self.answers for part in parts)

    def drops_under(self, choice: int, entry: int) -> bool:
        """Whether that answer leaves the entry out."""
        return entry in self.drops and not takes_place(self.answers[choice], self.rank[entry])


def takes_place(answer: CaseAnswer, rank: int) -> bool:
    """Whether the line that is the rank-th (from 0) of those concerned takes place."""
    if answer.sessions is not None and rank >= answer.sessions:
        return False
    return answer.every is None or rank % answer.every == 0


def _concerns(unknown: CaseUnknown, entry: Entry) -> bool:
    if unknown.codes is not None and entry.line.code not in unknown.codes:
        return False
    if unknown.part is not None and entry.line.part != unknown.part:
        return False
    return (unknown.starts_on or date.min) <= entry.day <= (unknown.ends_on or date.max)


def _changes(answer: CaseAnswer) -> tuple[dict[str, Any], dict[str, Any]]:
    return (
        set_keys(answer.line) if answer.line else {},
        set_keys(answer.rule) if answer.rule else {},
    )
