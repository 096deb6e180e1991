"""A deductible and a maximum: the facts that speak of each, and the amounts they state."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from verify.affordability.case import MOST_CENTS
from verify.affordability.patient.subject import Subject, is_certain, values_of
from verify.facts import FactName, Level

#: What an amount may be, in words and in cents; None: there is no such limit.
Answers = list[tuple[str, int | None]]


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


def stated_amounts(subjects: Iterable[Subject], name: FactName, level: Level = Level.PERSON) -> list[int]:
    """Every amount that is stated for a treatment or the plan, each once."""
    found: list[int] = []
    for subject in subjects:
        for value in values_of(subject.plan_or_line(name, level)):
            if isinstance(value, int) and min(value, MOST_CENTS) not in found:
                found.append(min(value, MOST_CENTS))
    return found


def are_certain(subjects: Iterable[Subject], name: FactName) -> bool:
    return all(is_certain(known) for one in subjects if values_of(known := one.plan_or_line(name)))
