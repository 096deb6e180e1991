"""Snapshot: what was known of one service line when it was judged, as values that can be compared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import msgspec

from verify.catalogue import ServiceLine
from verify.facts import WHOLE_PLAN, Fact, FactName, Known, Merged, Standing, merge
from verify.findings import judge


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """None is "not stated", or disputed. Amounts are cents; the order in which a payer says things is gone."""

    service_line: str
    label: str
    #: The visit asked about.
    on: date
    #: The end of the usual course.
    last_visit_on: date
    #: Who was asked.
    payer: str
    #: active, plan_active, inactive or unknown (verify.findings.active_coverage).
    coverage: str | None = None
    plan_name: str | None = None
    plan_begins_on: date | None = None
    plan_ends_on: date | None = None
    deductible_total: int | None = None
    deductible_left: int | None = None
    out_of_pocket_total: int | None = None
    out_of_pocket_left: int | None = None
    copay: int | None = None
    coinsurance_basis_points: int | None = None
    #: Copay and coinsurance were said of this very line, not of its service type in general.
    cost_is_of_line: bool = False
    authorization: str | None = None
    administered_by: str | None = None
    #: Other payers on file, in alphabetical order.
    other_payers: tuple[str, ...] = ()


def snapshot(
    facts: Sequence[Fact], line: ServiceLine, on: date, *, last_visit_on: date, now: datetime, payer: str
) -> Snapshot:
    """From the facts in the order they were stored, with the eyes of `now`: expired facts say nothing then."""
    judged = judge(facts, [line], on, now=now).summary
    merged = merge(facts, now=now)
    copay, coinsurance = (_of_line(merged, line, name) for name in (FactName.COPAY, FactName.COINSURANCE))
    return Snapshot(
        service_line=line.key,
        label=line.label,
        on=on,
        last_visit_on=last_visit_on,
        payer=payer,
        coverage=judged.coverage_status,
        plan_name=judged.plan_name,
        plan_begins_on=judged.plan_begins_on,
        plan_ends_on=judged.plan_ends_on,
        deductible_total=_total(merged, line, FactName.DEDUCTIBLE_TOTAL),
        deductible_left=judged.deductible_remaining_cents,
        out_of_pocket_total=_total(merged, line, FactName.OUT_OF_POCKET_TOTAL),
        out_of_pocket_left=judged.out_of_pocket_remaining_cents,
        copay=_cents(copay),
        coinsurance_basis_points=_number(coinsurance),
        cost_is_of_line=judged.copay_cents is not None or judged.coinsurance_bp is not None,
        authorization=judged.authorization,
        administered_by=judged.administered_by,
        other_payers=_other_payers(merged),
    )


def _of_line(merged: Merged, line: ServiceLine, name: FactName) -> Known:
    return merged.look_up(name, service_line=line.key, service_types=line.reads)


def _total(merged: Merged, line: ServiceLine, name: FactName) -> int | None:
    """For the line, else for the plan as a whole."""
    own = _number(_of_line(merged, line, name))
    return own if own is not None else _number(merged.look_up(name, service_types=(WHOLE_PLAN,)))


def _number(known: Known) -> int | None:
    value = known.fact.value if known.fact and known.settled else None
    return value if isinstance(value, int) else None


def _cents(known: Known) -> int | None:
    value = known.fact.value if known.fact and known.settled else None
    cents = value.get("cents") if isinstance(value, dict) else None
    return cents if isinstance(cents, int) else None


def _other_payers(merged: Merged) -> tuple[str, ...]:
    known = merged.look_up(FactName.OTHER_PAYER, service_types=(WHOLE_PLAN,))
    value = known.fact.value if known.fact and known.standing is Standing.YES else None
    if not isinstance(value, list):
        return ()
    names = {str(company["name"]) for company in value if isinstance(company, dict) and company.get("name")}
    return tuple(sorted(names))
