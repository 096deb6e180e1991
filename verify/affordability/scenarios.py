"""Every combination of answers, each on its own ledger, sharing the passes that cannot differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise, product
from math import prod
from operator import mul

from verify.affordability.course import Books, Posting, turn_to, walk
from verify.affordability.planned_course import Choices, PlannedCourse

#: Lines after which groups are compared in any case: a maximum that is reached makes many of them alike.
MERGE_EVERY = 24


@dataclass(slots=True)
class Group:
    """Combinations that stand at the same books and will be treated alike from here.

    `members` are their numbers, `spent` what each has cost so far, in cents.
    """

    choices: Choices
    books: Books
    members: list[int]
    spent: list[int]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What the patient pays under every combination of answers, in cents.

    `totals` stands in the order of the combinations, the last unknown turning fastest. `lows` and
    `highs` are the least and the most paid up to and with each line.
    """

    totals: list[int]
    lows: list[int]
    highs: list[int]


def combinations(course: PlannedCourse) -> int:
    return prod(len(unknown.answers) for unknown in course.unknowns)


def walk_all(course: PlannedCourse) -> Outcomes:
    """Walks the course once for each combination that differs, section by section.

    An unknown splits the groups where its answer is first asked for. After the last line that asks
    for it, groups whose books have become the same (the maximum is reached, the plan year turned)
    go on together.
    """
    lines = len(course.days)
    spans = [course.span(at) for at in range(len(course.unknowns))]
    lows, highs = [0] * lines, [0] * lines
    start_choices = tuple(0 for _ in spans)
    groups = [Group(start_choices, course.books(start_choices), [0], [0])]
    for start, end in pairwise(_sections(course, spans)):
        groups = _split(course, groups, [at for at, (first, _) in enumerate(spans) if first == start], start)
        section = [_advance(course, group, start, end) for group in groups]
        lows[start:end] = map(min, *[least for least, _ in section], section[0][0])
        highs[start:end] = map(max, *[most for _, most in section], section[0][1])
        open_still = [at for at, (_, last) in enumerate(spans) if last > end]
        if end < lines:
            groups = _merge(course, groups, open_still, end)
    groups = _split(course, groups, [at for at, (first, _) in enumerate(spans) if first == lines], lines)
    totals = [0] * combinations(course)
    for group in groups:
        for member, spent in zip(group.members, group.spent, strict=True):
            totals[member] = spent
    return Outcomes(totals, lows, highs)


def planned_costs(course: PlannedCourse, start: int, postings: Sequence[Posting]) -> list[int]:
    """What the patient pays of each line; a pending one is no part of the course's cost."""
    costs = [posting.patient for posting in postings]
    for at in course.pending:
        if start <= at < start + len(costs):
            costs[at - start] = 0
    return costs


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


def _sections(course: PlannedCourse, spans: Sequence[tuple[int, int]]) -> list[int]:
    """Where groups may split or merge, from the first line to the end."""
    lines = len(course.days)
    ends = {0, lines, *(at for span in spans for at in span)}
    if spans:
        ends.update(range(0, lines, MERGE_EVERY))
    if course.turns_at is not None:
        ends.add(course.turns_at + 1)
    return sorted(ends)


def _split(course: PlannedCourse, groups: list[Group], unknowns: Sequence[int], start: int) -> list[Group]:
    """Each group once for all answers of these unknowns; before the first line with its own opening books."""
    if not unknowns:
        return groups
    strides = [prod(len(one.answers) for one in course.unknowns[at + 1 :]) for at in unknowns]
    apart = []
    for group in groups:
        for answers in product(*(range(len(course.unknowns[at].answers)) for at in unknowns)):
            chosen = list(group.choices)
            for at, answer in zip(unknowns, answers, strict=True):
                chosen[at] = answer
            choices = tuple(chosen)
            shift = sum(map(mul, answers, strides))
            members = [member + shift for member in group.members]
            books = course.books(choices) if start == 0 else group.books
            apart.append(Group(choices, books, members, list(group.spent)))
    return apart


def _advance(course: PlannedCourse, group: Group, start: int, end: int) -> tuple[list[int], list[int]]:
    """Takes the group over a section; the least and the most its members have paid by each line."""
    lines = course.lines(start, end, group.choices)
    group.books, postings = walk(group.books, course.days[start:end], lines, course.terms(group.choices))
    costs = planned_costs(course, start, postings)
    paid = list(accumulate(costs))
    low, high = min(group.spent), max(group.spent)
    least = [low + cents for cents in paid]
    most = least if low == high else [high + cents for cents in paid]
    group.spent = [spent + paid[-1] for spent in group.spent]
    return least, most


def _merge(course: PlannedCourse, groups: list[Group], open_still: Sequence[int], at: int) -> list[Group]:
    """The groups that can no longer differ, together."""
    merged: dict[tuple[Choices, Books], Group] = {}
    for group in groups:
        group.books = turn_to(course.days[at], group.books, course.terms(group.choices))
        key = (tuple(group.choices[one] for one in open_still), group.books)
        if key in merged:
            merged[key].members += group.members
            merged[key].spent += group.spent
        else:
            merged[key] = group
    return list(merged.values())
