"""Every combination of answers, each on its own ledger, sharing the passes that cannot differ."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import accumulate, pairwise, product
from math import prod
from typing import Generic, TypeVar

from verify.affordability.course import Books, Line, Terms, walk_costs
from verify.affordability.planned_course import Choices, PlannedCourse
from verify.affordability.remainder import Rest, most_taken, rests, what_matters

#: Lines after which books are compared.
SECTION = 24

Part = TypeVar("Part", bound=Hashable)
Signature = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What the patient pays under every combination of answers, in cents.

    `totals` stands in the order of the combinations, the last unknown turning fastest. `lows` and
    `highs` are the least and the most paid up to and with each line.
    """

    totals: list[int]
    lows: list[int]
    highs: list[int]


@dataclass(frozen=True, slots=True)
class Variants(Generic[Part]):
    """What a part of the case can be: each different one once, and which of them each combination has."""

    parts: list[Part]
    of: list[int]


def combinations(course: PlannedCourse) -> int:
    return prod(len(unknown.answers) for unknown in course.unknowns)


def walk_all(course: PlannedCourse) -> Outcomes:
    """The course under each combination, section by section, exactly.

    Combinations that stand at books between which the rest of the course can tell no difference are one
    group. A group is walked over a section once for each set of lines that its combinations have there.
    """
    every = _Scenarios(course)
    for start, end in pairwise(_sections(course)):
        every.advance(start, end)
    return Outcomes(every.spent, every.lows, every.highs)


class _Scenarios:
    """Where every combination stands; `spent` is what each has cost so far."""

    def __init__(self, course: PlannedCourse) -> None:
        self.course = course
        self.choices = list(product(*(range(len(unknown.answers)) for unknown in course.unknowns)))
        self.lines = [self._variants(kind.asks, partial(course.line, kind)) for kind in course.kinds]
        self.terms = self._variants(course.help_asks, course.terms)
        self.turning = self._variants((*course.help_asks, *course.reset_asks), course.terms)
        self.rests = self._rests()
        self.groups = self._opening_groups()
        self.spent = [0] * len(self.choices)
        self.lows: list[int] = []
        self.highs: list[int] = []

    def _variants(self, asks: Sequence[int], make: Callable[[Choices], Part]) -> Variants[Part]:
        """What is made of each combination by a part that asks for these unknowns alone."""
        by_answers: dict[Choices, int] = {}
        numbers: dict[Part, int] = {}
        of = []
        for choices in self.choices:
            answers = tuple([choices[at] for at in asks])
            number = by_answers.get(answers)
            if number is None:
                number = by_answers[answers] = numbers.setdefault(make(choices), len(numbers))
            of.append(number)
        return Variants(list(numbers), of)

    def _rests(self) -> list[Rest]:
        most = [most_taken(variants.parts) for variants in self.lines]
        certain = not any(answer.no_reset for one in self.course.unknowns for answer in one.answers)
        return rests([most[kind] for kind in self.course.kind_of], self.course.turns_at if certain else None)

    def _opening_groups(self) -> dict[Books, list[int]]:
        """By the books they stand at, the numbers of the combinations."""
        books = self._variants(self.course.books_ask, self.course.books)
        groups: dict[Books, list[int]] = {}
        for member, number in enumerate(books.of):
            groups.setdefault(books.parts[number], []).append(member)
        return groups

    def advance(self, start: int, end: int) -> None:
        """Takes every combination over a section."""
        section = self._section(start, end)
        rest, overnight = self.rests[end], self.course.days[end - 1 : end] != self.course.days[end : end + 1]
        groups: dict[Books, list[int]] = {}
        lows, highs = [], []
        for books, members in self.groups.items():
            for signature, alike in _apart(members, section.signatures).items():
                after, costs = section.walk(books, signature)
                least, most = self._spend(alike, costs)
                lows.append(least)
                highs.append(most)
                after = what_matters(after, rest, overnight=overnight)
                groups.setdefault(after, []).extend(alike)
        self.groups = groups
        self.lows += map(min, zip(*lows, strict=True))
        self.highs += map(max, zip(*highs, strict=True))

    def _section(self, start: int, end: int) -> _Section:
        course = self.course
        place = {kind: at for at, kind in enumerate(dict.fromkeys(course.kind_of[start:end]))}
        lines = [self.lines[kind] for kind in place]
        # The next plan year is asked for by its first line alone: after it, it stands in the books.
        terms = self.turning if start == course.turns_at else self.terms
        return _Section(
            days=course.days[start:end],
            places=[place[kind] for kind in course.kind_of[start:end]],
            pending=[at - start for at in course.pending if start <= at < end],
            lines=[variants.parts for variants in lines],
            terms=terms.parts,
            signatures=list(zip(terms.of, *(variants.of for variants in lines), strict=True)),
        )

    def _spend(self, members: Sequence[int], costs: Sequence[int]) -> tuple[list[int], list[int]]:
        """Books a section's costs to these combinations; the least and the most they have paid by each line."""
        paid = list(accumulate(costs))
        before = [self.spent[member] for member in members]
        for member in members:
            self.spent[member] += paid[-1]
        low, high = min(before), max(before)
        least = [low + cents for cents in paid]
        return least, least if low == high else [high + cents for cents in paid]


@dataclass(frozen=True, slots=True)
class _Section:
    """Some lines in a row. A combination's signature tells its terms and its line of each kind."""

    days: list[date]
    #: For each line the place of its kind among those of the section.
    places: list[int]
    #: Lines that are no part of the course's cost.
    pending: list[int]
    lines: list[list[Line | None]]
    terms: list[Terms]
    signatures: list[Signature]

    def walk(self, books: Books, signature: Signature) -> tuple[Books, list[int]]:
        of_kind = [lines[number] for lines, number in zip(self.lines, signature[1:], strict=True)]
        lines = [of_kind[place] for place in self.places]
        books, costs = walk_costs(books, self.days, lines, self.terms[signature[0]])
        for at in self.pending:
            costs[at] = 0
        return books, costs


def _apart(members: Iterable[int], signatures: Sequence[Signature]) -> dict[Signature, list[int]]:
    parts: dict[Signature, list[int]] = {}
    for member in members:
        parts.setdefault(signatures[member], []).append(member)
    return parts


def worths(course: PlannedCourse, totals: Sequence[int]) -> list[int]:
    """For each unknown the most its answer can move the total, whatever the other answers are; cents."""
    found, stride = [], len(totals)
    for unknown in course.unknowns:
        count = len(unknown.answers)
        block, stride = stride, stride // count
        apart = 0
        for base in range(0, len(totals), block):
            for at in range(base, base + stride):
                alternatives = totals[at : at + block : stride]
                apart = max(apart, max(alternatives) - min(alternatives))
        found.append(apart)
    return found


def _sections(course: PlannedCourse) -> list[int]:
    """Where groups may split or merge, from the first line to the end."""
    lines = len(course.days)
    ends = {0, lines, *range(0, lines, SECTION)}
    for unknown in course.unknowns:
        touched = unknown.changes_lines | unknown.drops
        if touched:
            ends.update((min(touched), max(touched) + 1))
    if course.turns_at is not None:
        ends.update((course.turns_at, course.turns_at + 1))
    return sorted(ends)
