"""A case as a course: its lines, terms and books under any set of answers to its unknowns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from verify.affordability.case import Case, CaseAnswer, CaseLimits, CaseLine, CaseUnknown
from verify.affordability.course import Books, Line, Terms, open_books
from verify.affordability.ledger import Ledger
from verify.affordability.open_answers import Unknown, in_order
from verify.affordability.other_coverage import Second
from verify.affordability.parts import as_line, as_savings, as_second, set_keys
from verify.affordability.savings import Savings

#: One number for each unknown: which of its answers is assumed.
Choices = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Kind:
    """Lines that are alike under any answers: one of them, and the unknowns that touch it."""

    example: int
    values: dict[str, Any]
    rule: dict[str, Any] | None
    changed_by: tuple[int, ...]
    dropped_by: tuple[int, ...]
    #: The line under each set of answers of those that change it, once it was asked for.
    made: dict[Choices, Line] = field(default_factory=dict)

    @property
    def asks(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys((*self.changed_by, *self.dropped_by)))


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
        self.kinds, self.kind_of = self._sorted_into_kinds()
        #: The unknowns that help, the next plan year and the opening books ask for.
        self.help_asks = self._asked_by(lambda one: one.sets_terms)
        self.reset_asks = self._asked_by(lambda one: one.resets)
        self.books_ask = self._asked_by(lambda one: one.opens or one.sets_terms)
        self._terms: dict[Choices, Terms] = {}

    def _asked_by(self, asks: Callable[[Unknown], bool]) -> tuple[int, ...]:
        return tuple(at for at, one in enumerate(self.unknowns) if asks(one))

    def _sorted_into_kinds(self) -> tuple[list[Kind], list[int]]:
        """The kinds of lines there are, and for each line the number of its kind."""
        numbers: dict[object, int] = {}
        kinds: list[Kind] = []
        kind_of: list[int] = []
        for index, entry in enumerate(self.entries):
            changed_by = tuple(at for at, one in enumerate(self.unknowns) if index in one.changes_lines)
            dropped_by = tuple(at for at, one in enumerate(self.unknowns) if index in one.drops)
            ranks = tuple(self.unknowns[at].rank[index] for at in dropped_by)
            key = (_alike(entry.line), changed_by, dropped_by, ranks)
            if key not in numbers:
                numbers[key] = len(kinds)
                rule = dict(entry.line.rule) if entry.line.rule else None
                kinds.append(Kind(index, dict(entry.line), rule, changed_by, dropped_by))
            kind_of.append(numbers[key])
        return kinds, kind_of

    @property
    def expected(self) -> Choices:
        return tuple(unknown.expected for unknown in self.unknowns)

    def lines(self, choices: Choices) -> list[Line | None]:
        """Every line under the answers chosen; None does not take place. Raises CaseError."""
        of_kind = [self.line(kind, choices) for kind in self.kinds]
        return [of_kind[kind] for kind in self.kind_of]

    def line(self, kind: Kind, choices: Choices) -> Line | None:
        """A line of that kind. Raises CaseError."""
        for at in kind.dropped_by:
            if self.unknowns[at].drops_under(choices[at], kind.example):
                return None
        answers = tuple([choices[at] for at in kind.changed_by])
        line = kind.made.get(answers)
        if line is None:
            line = kind.made[answers] = self._build(kind, answers)
        return line

    def _build(self, kind: Kind, answers: Choices) -> Line:
        values, rule = kind.values, kind.rule
        for at, answer in zip(kind.changed_by, answers, strict=True):
            of_line, of_rule = self.unknowns[at].changes[answer]
            values = {**values, **of_line} if of_line else values
            rule = {**(rule or {}), **of_rule} if of_rule else rule
        return as_line(self.entries[kind.example].field, values, rule)

    def terms(self, choices: Choices) -> Terms:
        key = tuple([choices[at] for at in (*self.help_asks, *self.reset_asks)])
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


def _alike(line: CaseLine) -> object:
    """The same for lines that differ in their day alone."""
    rule = line.rule and tuple(dict(line.rule).values())
    prices = (line.allowed_cents, line.billed_cents, line.self_pay_cents)
    return (line.code, prices, line.out_of_network, line.balance_bill, rule)
