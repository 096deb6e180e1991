"""What is left of the deductible and of the out-of-pocket maximum."""

from __future__ import annotations

from verify.facts import FactName, Known, Level, Standing
from verify.findings.finding import Case, Verdict, dollars, number_of


def deductible(case: Case) -> Verdict:
    """left, met, none (the plan has no deductible), unknown or not_stated, for the person."""
    return _left_of(
        case, "deductible", "deductible", FactName.DEDUCTIBLE_TOTAL, FactName.DEDUCTIBLE_REMAINING
    )


def out_of_pocket(case: Case) -> Verdict:
    """left, met, none (no maximum), unknown or not_stated, for the person."""
    return _left_of(
        case,
        "out_of_pocket",
        "out-of-pocket maximum",
        FactName.OUT_OF_POCKET_TOTAL,
        FactName.OUT_OF_POCKET_REMAINING,
    )


def _left_of(case: Case, rule: str, words: str, total_name: FactName, left_name: FactName) -> Verdict:
    (left, of_plan), (total, _) = plan_or_line(case, left_name), plan_or_line(case, total_name)
    cents, whole = number_of(left), number_of(total)
    also, family = _of_family(case, left_name)
    if whole == 0:
        return case.verdict(rule, "none", f"The {words} is $0.00, as the payer states.", [total])
    if cents is not None:
        of = f" of {dollars(whole)}" if whole is not None else ""
        scope = " for the plan as a whole" if of_plan else ""
        said = (
            f"The {words} is met{scope}." if cents == 0 else f"{dollars(cents)}{of} {words} is left{scope}."
        )
        return case.verdict(
            rule, "met" if cents == 0 else "left", said + also, [left, total, *family], derived=of_plan
        )
    if Standing.UNKNOWN in (left.standing, total.standing):
        sentence = f"How much {words} is left cannot be told: the payer's figures are ambiguous." + also
        return case.verdict(rule, "unknown", sentence, [left, total, *family], ask=[left_name])
    named = (
        f"The {words} is {dollars(whole)}; what is left of it" if whole else f"What is left of the {words}"
    )
    return case.verdict(
        rule, "not_stated", f"{named} is not stated.{also}", [left, total, *family], ask=[left_name]
    )


def _of_family(case: Case, left_name: FactName) -> tuple[str, list[Known]]:
    """What is left for the family, and what says so; nothing is said of what is old or disputed."""
    family, _ = plan_or_line(case, left_name, Level.FAMILY)
    cents = number_of(family) if family.settled else None
    return (f" For the family {dollars(cents)} is left.", [family]) if cents is not None else ("", [])


def plan_or_line(case: Case, name: FactName, level: Level = Level.PERSON) -> tuple[Known, bool]:
    """For the line, else for the plan as a whole, where payers often state it once; and whether it was that."""
    own = case.look_up(name, level)
    plan = case.look_up_plan(name, level)
    use_plan = plan.standing is Standing.VALUE and own.standing in (Standing.NOT_STATED, Standing.NOT_ASKED)
    return (plan, True) if use_plan else (own, False)
