"""Confidence: A, B or C by the weakest fact the estimate needs."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from verify.affordability.case import Case
from verify.affordability.staleness import days_old, is_stale


class Grade(StrEnum):
    """A: contract rate, rule confirmed by a person, accumulators of the week. B: 271 and typical. C: assumed."""

    A = "A"
    B = "B"
    C = "C"


OF_PRICE = {"contract": Grade.A, "typical": Grade.B, "assumed": Grade.C}
OF_RULE = {"phone": Grade.A, "contract": Grade.A, "271": Grade.B, "assumed": Grade.C}


def grade(case: Case, worths_of_unknowns: Sequence[int]) -> tuple[Grade, list[str]]:
    """The grade, and what holds it below A. An open question that moves the total is an assumption."""
    facts = [*_lines(case), *_accumulators(case), *_help(case)]
    if any(worths_of_unknowns):
        facts.append((Grade.C, "an open question moves the total"))
    weakest = max((found for found, _ in facts), default=Grade.A)
    return weakest, sorted({reason for found, reason in facts if found is weakest and found is not Grade.A})


def _lines(case: Case) -> list[tuple[Grade, str]]:
    insured = [line for line in case.lines if line.self_pay_cents is None]
    prices = {line.allowed_source or case.allowed_source for line in insured}
    # The clinic's own price is what it is, unless the line says that it is not sure.
    own = {line.allowed_source for line in case.lines if line.self_pay_cents is not None} - {None}
    rules = {line.rule_source or case.rule_source for line in insured}
    return [
        *((OF_PRICE[source], f"an allowed amount is {source}") for source in prices),
        *((OF_PRICE[source], f"a price of the clinic is {source}") for source in own if source),
        *((OF_RULE[source], f"a rule is {_from(source)}") for source in rules),
    ]


def _help(case: Case) -> list[tuple[Grade, str]]:
    terms = [(one.source, f"the terms of {one.name} are") for one in case.savings]
    terms += [(case.secondary.source, "the second plan’s terms are")] if case.secondary else []
    return [(OF_RULE[source], f"{words} {_from(source)}") for source, words in terms]


def _from(source: str) -> str:
    return "assumed" if source == "assumed" else f"from the {source}"


def _accumulators(case: Case) -> list[tuple[Grade, str]]:
    """Only where a limit is stated, and a line is not paid by the patient alone, are they needed."""
    limits = case.limits
    stated = (
        limits.deductible_individual_cents,
        limits.deductible_family_cents,
        limits.oop_individual_cents,
        limits.oop_family_cents,
        limits.visits_left,
    )
    insured = any(line.self_pay_cents is None for line in case.lines)
    if not insured or all(value is None for value in stated):
        return []
    if days_old(case) is None:
        return [(Grade.C, "the age of the accumulators is not stated")]
    return [(Grade.B, f"the accumulators are {days_old(case)} days old")] if is_stale(case) else []
