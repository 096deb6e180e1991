"""A deductible and a maximum: the facts that speak of each, and the amounts they state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from verify.affordability.case import MOST_CENTS
from verify.affordability.ledger import LimitKind
from verify.affordability.patient.subject import Subject, has_settled, is_certain, values_of
from verify.catalogue import BenefitDomain
from verify.facts import FactName, Known, Level, Standing

#: What an amount may be, in words and in cents; None: there is no such limit.
Answers = list[tuple[str, int | None]]


class Money(msgspec.Struct, frozen=True):
    """A deductible or a maximum: its fields in a ledger, and its facts."""

    words: str
    field: str
    total: FactName
    met: FactName
    remaining: FactName

    def key(self, level: Level) -> str:
        """Of CaseLimits."""
        return f"{self.field}_{WHOSE[level]}_cents"


#: In words, and in the keys of a ledger.
WHOSE = {Level.PERSON: "individual", Level.FAMILY: "family"}
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


OF_DEDUCTIBLE = (DEDUCTIBLE.total, DEDUCTIBLE.met, DEDUCTIBLE.remaining)


def amount_of(subject: Subject, name: FactName, level: Level = Level.PERSON) -> Known:
    """What is known of an amount for a treatment, else for the plan as a whole.

    Where behavioral benefits have a deductible of their own, only what was said of the treatment itself is that
    one: an electronic answer may tell the plan's in its place.
    """
    if name in OF_DEDUCTIBLE and has_own_deductible(subject):
        return subject.known_of_line(name, level)
    return subject.plan_or_line(name, level)


def has_own_deductible(subject: Subject) -> bool:
    """It is paid from the behavioral benefit, and that has a deductible of its own."""
    if not has_settled(subject.known(FactName.BEHAVIORAL_DEDUCTIBLE), Standing.YES):
        return False
    under = subject.known(FactName.PROCESSED_UNDER)
    domain = under.fact.value if under.fact and under.settled else subject.line.benefit_domain
    return domain == BenefitDomain.BEHAVIORAL


def level_of(money: Money, subjects: Iterable[Subject]) -> Level:
    """Whose limit it is: the family's alone where its deductible is aggregate, else the person's inside it."""
    said = [one.plan_or_line(FactName.DEDUCTIBLE_KIND) for one in subjects]
    kinds = {known.fact.value for known in said if known.fact and has_settled(known, Standing.VALUE)}
    return Level.FAMILY if money is DEDUCTIBLE and kinds == {LimitKind.AGGREGATE} else Level.PERSON


def unsaid_deductibles(subjects: Iterable[Subject]) -> list[Subject]:
    """Treatments with a behavioral deductible of its own of which no amount is known."""
    return [
        one
        for one in subjects
        if has_own_deductible(one)
        and not any(values_of(amount_of(one, name, level)) for name in OF_DEDUCTIBLE for level in Level)
    ]


def is_unsaid(money: Money, subjects: Iterable[Subject]) -> bool:
    return money is DEDUCTIBLE and bool(unsaid_deductibles(subjects))


def family_limit(subjects: Sequence[Subject], money: Money, name: FactName) -> int | None:
    """The family's amount, in which the person's is embedded where there are two."""
    amounts = stated_amounts(subjects, name, Level.FAMILY)
    return None if is_unsaid(money, subjects) else max(amounts, default=None)


def stated_amounts(subjects: Iterable[Subject], name: FactName, level: Level = Level.PERSON) -> list[int]:
    """Every amount that is stated for a treatment or the plan, each once."""
    found: list[int] = []
    for subject in subjects:
        for value in values_of(amount_of(subject, name, level)):
            if isinstance(value, int) and min(value, MOST_CENTS) not in found:
                found.append(min(value, MOST_CENTS))
    return found


def are_certain(subjects: Iterable[Subject], name: FactName, level: Level = Level.PERSON) -> bool:
    return all(is_certain(known) for one in subjects if values_of(known := amount_of(one, name, level)))
