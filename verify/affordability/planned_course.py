"""A case as a course: its lines, terms and books under any set of answers to its unknowns."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from verify.affordability.case import Case, CaseAnswer, CaseLimits, CaseLine, CaseUnknown
from verify.affordability.course import Books, Line, Terms, open_books
from verify.affordability.ledger import Ledger
from verify.affordability.other_coverage import Second
from verify.affordability.parts import as_line, as_savings, as_second, set_keys
from verify.affordability.savings import Savings

#: One number for each unknown: which of its answers is assumed.
Choices = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the case with its day, and where it stands in the document."""

    day: date
    line: CaseLine
    field: str
    pending: bool


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

    def _any(self, *parts: str) -> bool:
        return any(getattr(answer, part) for answer in self.answers for part in parts)


class PlannedCourse:
    """The lines in the order of their days, and what they are under given answers."""

    def __init__(self, case: Case, unknowns: Sequence[CaseUnknown]) -> None:
        self.case = case
        self.entries = in_order(case)
        self.days = [entry.day for entry in self.entries]
        self.unknowns = [Unknown(unknown, self.entries) for unknown in unknowns]
        self.pending = [at for at, entry in enumerate(self.entries) if entry.pending]
        #: The first line of the next plan year, if there is one.
        self.turns_at = next(
            (at for at, day in enumerate(self.days) if case.reset and day >= case.reset.on), None
        )
        self._about = self._listed(lambda unknown: unknown.changes_lines)
        self._dropped_by = self._listed(lambda unknown: unknown.drops)
        self._about_terms = [at for at, one in enumerate(self.unknowns) if one.resets or one.sets_terms]
        self._changes = [[_changes(answer) for answer in one.answers] for one in self.unknowns]
        self._kinds, self._examples = self._sorted_into_kinds()
        self._lines: dict[Choices, list[Line | None]] = {}
        self._built: dict[object, Line] = {}
        self._terms: dict[Choices, Terms] = {}

    def _listed(self, touches: Callable[[Unknown], Container[int]]) -> list[tuple[int, ...]]:
        """For each line the unknowns that touch it."""
        return [
            tuple(at for at, one in enumerate(self.unknowns) if index in touches(one))
            for index in range(len(self.entries))
        ]

    def _sorted_into_kinds(self) -> tuple[list[int], list[int]]:
        """For each line the number of its kind, and for each kind a line: a kind is alike under any answers."""
        kinds: dict[object, int] = {}
        numbers: list[int] = []
        examples: list[int] = []
        for index, entry in enumerate(self.entries):
            ranks = tuple((at, self.unknowns[at].rank[index]) for at in self._dropped_by[index])
            key = (_alike(entry.line), self._about[index], ranks)
            if key not in kinds:
                kinds[key] = len(examples)
                examples.append(index)
            numbers.append(kinds[key])
        return numbers, examples

    @property
    def expected(self) -> Choices:
        return tuple(unknown.expected for unknown in self.unknowns)

    def span(self, unknown: int) -> tuple[int, int]:
        """The first line before which its answer must be chosen, and the first that no longer asks for it.

        Both are past the last line for an unknown that no line asks about.
        """
        one, past = self.unknowns[unknown], len(self.days)
        if one.sets_terms:
            return 0, past
        touched = [*one.changes_lines, *one.drops]
        if one.resets and self.turns_at is not None:
            # One line earlier: by then no group has opened the new plan year.
            touched += [max(0, self.turns_at - 1), self.turns_at]
        if not touched:
            return (0, 0) if one.opens else (past, past)
        return (0 if one.opens else min(touched)), max(touched) + 1

    def lines(self, start: int, end: int, choices: Choices) -> list[Line | None]:
        """A section of the lines under the answers chosen; None does not take place. Raises CaseError."""
        of_kind = self._lines.get(choices)
        if of_kind is None:
            of_kind = self._lines[choices] = [self._line(index, choices) for index in self._examples]
        return [of_kind[kind] for kind in self._kinds[start:end]]

    def _line(self, index: int, choices: Choices) -> Line | None:
        for at in self._dropped_by[index]:
            unknown = self.unknowns[at]
            if not takes_place(unknown.answers[choices[at]], unknown.rank[index]):
                return None
        key = (self._kinds[index], tuple([choices[at] for at in self._about[index]]))
        line = self._built.get(key)
        if line is None:
            line = self._built[key] = self._build(index, choices)
        return line

    def _build(self, index: int, choices: Choices) -> Line:
        entry = self.entries[index]
        values = dict(entry.line)
        rule = dict(entry.line.rule) if entry.line.rule else None
        for at in self._about[index]:
            of_line, of_rule = self._changes[at][choices[at]]
            values.update(of_line)
            if of_rule:
                rule = {**(rule or {}), **of_rule}
        return as_line(entry.field, values, rule)

    def terms(self, choices: Choices) -> Terms:
        key = tuple([choices[at] for at in self._about_terms])
        terms = self._terms.get(key)
        if terms is None:
            terms = self._terms[key] = self._build_terms(choices)
        return terms

    def _build_terms(self, choices: Choices) -> Terms:
        reset = self.case.reset
        never = reset is None or any(answer.no_reset for answer in self._chosen(choices))
        return Terms(
            reset_on=date.max if reset is None or never else reset.on,
            reset_ledger=Ledger() if reset is None else self._changed(reset.limits, "reset_limits", choices),
            second=self._second(choices),
            savings=tuple(self._savings(choices)),
        )

    def books(self, choices: Choices) -> Books:
        second = self.case.secondary
        return open_books(
            self._changed(self.case.limits, "limits", choices),
            Ledger(**dict(second.limits)) if second else Ledger(),
            self._savings(choices),
        )

    def _changed(self, limits: CaseLimits, part: str, choices: Choices) -> Ledger:
        values = dict(limits)
        for answer in self._chosen(choices):
            change = getattr(answer, part)
            values.update(set_keys(change) if change else {})
        return Ledger(**values)

    def _savings(self, choices: Choices) -> list[Savings]:
        return [
            as_savings(
                programme,
                [a.savings[programme.name] for a in self._chosen(choices) if programme.name in a.savings],
            )
            for programme in self.case.savings
        ]

    def _second(self, choices: Choices) -> Second | None:
        if self.case.secondary is None:
            return None
        return as_second(self.case.secondary, [a.secondary for a in self._chosen(choices) if a.secondary])

    def _chosen(self, choices: Choices) -> Iterable[CaseAnswer]:
        return (one.answers[choice] for one, choice in zip(self.unknowns, choices, strict=True))


def takes_place(answer: CaseAnswer, rank: int) -> bool:
    """Whether the line that is the rank-th (from 0) of those concerned takes place."""
    if answer.sessions is not None and rank >= answer.sessions:
        return False
    return answer.every is None or rank % answer.every == 0


def in_order(case: Case) -> list[Entry]:
    """Pending and planned lines by day; ties in the given order, pending ones first."""
    entries = [Entry(line.date, line, f"pending[{at}]", True) for at, line in enumerate(case.pending)]
    entries += [Entry(line.date, line, f"lines[{at}]", False) for at, line in enumerate(case.lines)]
    return sorted(entries, key=lambda entry: entry.day)


def _concerns(unknown: CaseUnknown, entry: Entry) -> bool:
    if unknown.codes is not None and entry.line.code not in unknown.codes:
        return False
    if unknown.part is not None and entry.line.part != unknown.part:
        return False
    return (unknown.starts_on or date.min) <= entry.day <= (unknown.ends_on or date.max)


def _alike(line: CaseLine) -> object:
    """The same for lines that differ in their day alone."""
    rule = line.rule and tuple(dict(line.rule).values())
    prices = (line.allowed_cents, line.billed_cents, line.self_pay_cents)
    return (line.code, prices, line.out_of_network, line.balance_bill, rule)


def _changes(answer: CaseAnswer) -> tuple[dict[str, Any], dict[str, Any]]:
    return (
        set_keys(answer.line) if answer.line else {},
        set_keys(answer.rule) if answer.rule else {},
    )
