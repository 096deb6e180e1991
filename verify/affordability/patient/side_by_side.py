"""Treatments side by side for one patient: each by itself, by its ways of billing, and paid by the patient."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

import msgspec

from verify.affordability.patient.assumptions import NOTHING_ASSUMED, Assumptions
from verify.affordability.patient.cost import CourseCost
from verify.affordability.patient.course import way_of
from verify.affordability.patient.course_cost import cost_of
from verify.affordability.patient.help import drugs_of
from verify.affordability.patient.obstacles import obstacles
from verify.affordability.patient.treatment import Basis, Treatment, plan_treatment
from verify.affordability.prices import Price, PriceKind
from verify.catalogue import CodeRole, Phase, ServiceLine
from verify.courses import CoursePlan
from verify.facts import Fact, merge

#: What a treatment that stands for itself is made of; a talk beside it is no alternative to it.
PROCEDURES = frozenset({CodeRole.DRUG, CodeRole.ADMINISTRATION, CodeRole.MAPPING, CodeRole.DELIVERY})


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One treatment in one way of paying for it, as if it were the only one planned."""

    service_line: str
    label: str
    #: How it is billed to the plan, where there are several ways.
    billed_as: str
    self_pay: bool
    #: Whether the verification plans this treatment; else only what is known of the plan speaks of it.
    planned: bool
    #: What somebody else bills, and is in no figure.
    billed_elsewhere: str
    cost: CourseCost


def side_by_side(
    facts: Iterable[Fact],
    service_lines: Sequence[ServiceLine],
    planned: Collection[str],
    first: date,
    *,
    now: datetime,
    payer: str,
    prices: Sequence[Price],
    plans: Mapping[str, CoursePlan] | None = None,
    closed: Collection[date] = (),
    assumed: Assumptions = NOTHING_ASSUMED,
) -> list[Option]:
    """The treatments planned, then those of `service_lines` that the clinic has prices for, from `first` on.

    Everything else is as for `course_cost`. Which treatment is best is a clinical matter.
    """
    basis = Basis(merged=merge(facts, now=now), payer=payer, prices=prices, plans=plans or {}, closed=closed)
    return [
        Option(
            service_line=line.key,
            label=line.label,
            billed_as=billed_as,
            self_pay=one.rule.self_pay,
            planned=line.key in planned,
            billed_elsewhere=line.benefit.billed_elsewhere,
            cost=_cost(one, basis, now.date(), assumed),
        )
        for line in sorted(service_lines, key=lambda line: line.key not in planned)
        if line.key in planned or _is_alternative(line)
        for billed_as, one in _ways(basis, line, first, assumed, planned=line.key in planned)
    ]


def _is_alternative(line: ServiceLine) -> bool:
    """Something a patient can begin with: a procedure of the clinic's, or a drug that somebody else bills."""
    goes_on = line.course.stretches[0].phase is Phase.MAINTENANCE
    gives = any(code.role in PROCEDURES for code in line.codes) or bool(line.benefit.billed_elsewhere)
    return gives and not goes_on


def _ways(
    basis: Basis, line: ServiceLine, first: date, assumed: Assumptions, *, planned: bool
) -> Iterator[tuple[str, Treatment]]:
    """Each way of billing with all its prices, and self-pay with a price of the clinic's for all of it.

    A treatment that is planned is told in any case, with the prices that are missing.
    """
    course = assumed.course_of(line.key)
    first = basis.first(line, course, first)
    ways, kept = line.course.ways, basis.plans.get(line.key)
    insured = msgspec.structs.replace(course, self_pay=False)
    if insured.files_no_claim(line):
        yield "", plan_treatment(basis, line, first, course)
        return
    drafts = {way: plan_treatment(basis, line, first, insured, billed_as=way) for way in ways}
    priced = [way for way, one in drafts.items() if all(planned.allowed for planned in one.planned)]
    for way in priced or ([way_of(line, kept) if kept else ways[0]] if planned else []):
        yield way if len(ways) > 1 else "", drafts[way]
    cash = msgspec.structs.replace(course, self_pay=True)
    for one in (plan_treatment(basis, line, first, cash, billed_as=way) for way in ways):
        if all(planned.own and planned.own.kind is PriceKind.SELF_PAY for planned in one.planned):
            # What the row is about, nobody need have assumed.
            yield "", msgspec.structs.replace(one, assumed=course)
            return


def _cost(one: Treatment, basis: Basis, today: date, assumed: Assumptions) -> CourseCost:
    """A card is for a drug: where there is none, it is left aside."""
    line = one.subject.line
    mine = msgspec.structs.replace(
        assumed,
        courses={line.key: msgspec.structs.replace(one.assumed, self_pay=one.rule.self_pay)},
        card=assumed.card if drugs_of([one]) else None,
        second=None if one.rule.self_pay else assumed.second,
    )
    if cannot := obstacles(basis.merged, [line], {line.key: one.course.first}, mine):
        return CourseCost(missing=cannot)
    return cost_of([one], today, mine)
