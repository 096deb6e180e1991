"""What of the books can still matter: two that differ in nothing else cost the same from here on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from verify.affordability.course import Books, Line
from verify.affordability.ledger import Ledger, deductible_left, oop_left, part_of

NONE_TODAY: frozenset[Any] = frozenset()


class Rest(NamedTuple):
    """The most that lines to come can take: of the deductible, of the maximum beyond it (cents), of the visits."""

    deductible: int = 0
    maximum: int = 0
    visits: int = 0


def most_taken(lines: Iterable[Line | None]) -> Rest:
    """The most one line takes, whichever of these it turns out to be."""
    rest = Rest()
    for line in lines:
        if line is not None and line.self_pay is None and line.rule.covered:
            rest = Rest(*map(max, rest, _taken(line)))
    return rest


def _taken(line: Line) -> Rest:
    rule = line.rule
    copay_to_maximum = rule.copay_cents if rule.copay_counts_oop else 0
    return Rest(
        deductible=line.allowed if rule.deductible_applies or rule.copay_counts_deductible else 0,
        maximum=copay_to_maximum + part_of(line.allowed, rule.coinsurance_bp),
        visits=1 if rule.counts_visit else 0,
    )


def rests(most: Sequence[Rest], turns_at: int | None) -> list[Rest]:
    """For each line, and past the last, what it and those after it can take of the same plan year at most.

    `turns_at` is the first line of the next plan year, where it is certain to begin.
    """
    found, rest = [Rest()], Rest()
    for at in reversed(range(len(most))):
        rest = Rest(*map(sum, zip(Rest() if at + 1 == turns_at else rest, most[at], strict=True)))
        found.append(rest)
    return found[::-1]


def what_matters(books: Books, rest: Rest, *, overnight: bool) -> Books:
    """The books for a range: limits that the rest cannot use up are none, of two that govern the lesser stays.

    A deductible that outlasts the rest is as good as one that just does. The maximum is out of reach where
    the deductible left and every copay and coinsurance to come do not reach it.
    """
    ledger = books.ledger
    deductible = min(deductible_left(ledger), rest.deductible)
    maximum, visits = oop_left(ledger), ledger.visits_left
    return Books(
        ledger=Ledger(
            deductible_individual_cents=deductible,
            oop_individual_cents=None if maximum is None or maximum >= deductible + rest.maximum else maximum,
            visits_left=None if visits is None or visits >= rest.visits else visits,
            charged_today=NONE_TODAY if overnight else ledger.charged_today,
            visited_today=NONE_TODAY if overnight else ledger.visited_today,
        ),
        second=books.second,
        cards=books.cards,
        day=books.day,
    )
