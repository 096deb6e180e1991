"""The parts of a case as the ledger's own: lines, savings, the second payer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from verify.affordability.case import CaseReset, CaseSavings, CaseSecondary
from verify.affordability.course import Line
from verify.affordability.faults import CaseError, Problem
from verify.affordability.ledger import Ledger, Rule
from verify.affordability.other_coverage import Second, SecondRule
from verify.affordability.savings import Savings


def as_line(field: str, values: dict[str, Any], rule: dict[str, Any] | None) -> Line:
    """A line of the ledger. Raises CaseError for a price that is missing, with the field."""
    allowed, billed, self_pay = values["allowed_cents"], values["billed_cents"], values["self_pay_cents"]
    if self_pay is not None:
        return Line(code=values["code"], self_pay=self_pay)
    for name, value in (("rule", rule), ("allowed_cents", allowed)):
        if value is None:
            raise CaseError([Problem(f"{field}.{name}", "is missing")])
    assert rule is not None
    balance_billed = values["out_of_network"] and values["balance_bill"]
    if balance_billed and billed is None:
        raise CaseError([Problem(f"{field}.billed_cents", "is missing: a balance bill is reckoned from it")])
    return Line(
        code=values["code"],
        rule=Rule(**rule),
        allowed=allowed,
        not_covered_price=allowed if billed is None else billed,
        balance=max(0, billed - allowed) if balance_billed else 0,
    )


def set_keys(part: Any) -> dict[str, Any]:
    """The keys that stand in the document, without the defaults."""
    return {name: value for name, value in part if name in part.model_fields_set}


def as_savings(programme: CaseSavings, changes: Iterable[Any]) -> Savings:
    values = dict(programme)
    for change in changes:
        values.update(set_keys(change))
    return Savings(
        codes=frozenset(values["codes"]),
        patient_pays=values["patient_pays_cents"],
        left=values["maximum_cents"] if values["left_cents"] is None else values["left_cents"],
        maximum=values["maximum_cents"],
        counts=values["counts"],
        starts_on=values["starts_on"] or date.min,
        ends_on=values["ends_on"] or date.max,
        renews_on=values["renews_on"] or date.max,
    )


def as_second(second: CaseSecondary, changes: Iterable[Any]) -> Second:
    values = dict(second)
    for change in changes:
        values.update(set_keys(change))
    reset: CaseReset | None = second.reset
    return Second(
        method=values["method"],
        rules=tuple(
            SecondRule(
                codes=None if one.codes is None else frozenset(one.codes),
                rule=Rule(**dict(one.rule)),
                allowed=one.allowed_cents,
            )
            for one in second.rules
        ),
        reset_on=reset.on if reset else date.max,
        reset_ledger=Ledger(**dict(reset.limits)) if reset else Ledger(),
        of_deductible=values["pays_of_deductible_bp"],
        of_coinsurance=values["pays_of_coinsurance_bp"],
    )
