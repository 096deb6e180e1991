"""One treatment of a patient: its sessions with their prices, and how the plan pays them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date

import msgspec

from verify.affordability.patient.assumptions import AS_USUAL, CourseAssumption
from verify.affordability.patient.course import Course, course_of, way_of
from verify.affordability.patient.plan_rules import PlanRule, plan_rule, self_paid
from verify.affordability.patient.subject import Subject
from verify.affordability.prices import Price, PriceKind, find_price
from verify.catalogue import ServiceLine
from verify.courses import CoursePlan
from verify.facts import Merged


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """One service of one session, with its prices."""

    day: date
    code: str
    session: int
    units: int
    allowed: Price | None
    own: Price | None


class Treatment(msgspec.Struct, frozen=True, kw_only=True):
    subject: Subject
    rule: PlanRule
    course: Course
    #: Its services, in the order of their days.
    planned: list[Planned]
    assumed: CourseAssumption


class Basis(msgspec.Struct, frozen=True, kw_only=True):
    """What every treatment of a patient is reckoned from; `payer` is our code for it."""

    merged: Merged
    payer: str
    prices: Sequence[Price]
    #: Courses that somebody planned, by service line; others leave out the closed days.
    plans: Mapping[str, CoursePlan] = {}
    closed: Collection[date] = ()

    def first(self, line: ServiceLine, assumed: CourseAssumption, otherwise: date) -> date:
        """The first visit: as assumed, as planned, else that day."""
        plan = self.plans.get(line.key)
        return assumed.start or (plan.sessions[0].on if plan else otherwise)


def plan_treatment(
    basis: Basis,
    line: ServiceLine,
    first: date,
    assumed: CourseAssumption = AS_USUAL,
    *,
    alone: bool = True,
    billed_as: str | None = None,
) -> Treatment:
    """The course from `first` on, in that way of billing, else in the one planned or the price list has rates for.

    `alone`: the only treatment, so that nobody need say which is meant.
    """
    kept, self_pay = basis.plans.get(line.key), assumed.files_no_claim(line)
    ways = line.course.ways if kept is None else (way_of(line, kept),)
    course, planned = max(
        (
            (course, priced(basis, course))
            for way in (ways if billed_as is None else (billed_as,))
            for course in [course_of(line, kept, first, assumed, way, basis.closed)]
        ),
        key=lambda draft: how_priced(draft[1], self_pay=self_pay),
    )
    subject = Subject(
        merged=basis.merged,
        line=line,
        on=first,
        codes=tuple(dict.fromkeys(one.code for one in planned)),
        several_a_day=len({one.session for one in planned}) < len(planned),
        alone=alone,
    )
    contract = all(one.allowed and one.allowed.kind is PriceKind.CONTRACT for one in planned)
    rule = self_paid(subject) if self_pay else plan_rule(subject, has_contract=contract)
    return Treatment(subject=subject, rule=rule, course=course, planned=planned, assumed=assumed)


def priced(basis: Basis, course: Course) -> list[Planned]:
    """Every service of the course with its prices."""
    return [
        Planned(
            day=session.on,
            code=service.code,
            session=session.number,
            units=service.units,
            allowed=_allowed(basis, service.code, session.on),
            own=_own(basis, service.code, session.on),
        )
        for session in course.plan.sessions
        for service in session.services
    ]


def how_priced(planned: Sequence[Planned], *, self_pay: bool) -> tuple[bool, bool]:
    """By contract rates, or by any: the better, the greater. Where no claim is filed, the clinic's own count."""
    if self_pay:
        return False, all(one.own for one in planned)
    contract = all(one.allowed and one.allowed.kind is PriceKind.CONTRACT for one in planned)
    return contract, all(one.allowed for one in planned)


def in_cents(price: Price, units: int) -> int:
    return price.cents * units


def missing_prices(one: Treatment) -> list[str]:
    """Prices without which no figure can be given, each once with the first day it is needed for."""
    rule, may_be_unpaid = one.rule, _may_be_unpaid(one)
    found: dict[tuple[str, str], date] = {}
    for planned in one.planned:
        outside = planned.code in rule.outside
        needs_allowed = not rule.excluded and not outside
        needs_own = rule.excluded or outside or planned.code in may_be_unpaid
        if needs_allowed and planned.allowed is None:
            found.setdefault((planned.code, "a contract rate or typical allowed amount"), planned.day)
        if needs_own and planned.own is None:
            found.setdefault((planned.code, "the clinic’s own price"), planned.day)
    return [f"{what[:1].upper()}{what[1:]} of {code}, valid on {day}" for (code, what), day in found.items()]


def _may_be_unpaid(one: Treatment) -> frozenset[str]:
    """The codes of which an open question may be answered so that the plan does not pay."""
    asked = [opened.unknown for opened in one.rule.opened]
    of_paying = [
        unknown
        for unknown in asked
        if any(answer.rule is not None and not answer.rule.covered for answer in unknown.answers)
    ]
    return frozenset(
        code
        for unknown in of_paying
        for code in (one.subject.codes if unknown.codes is None else unknown.codes)
    )


def _allowed(basis: Basis, code: str, day: date) -> Price | None:
    """The payer's contract rate, else the amount typical of it, else of all payers."""
    places = [(PriceKind.TYPICAL, "")]
    if basis.payer:
        places = [(PriceKind.CONTRACT, basis.payer), (PriceKind.TYPICAL, basis.payer), *places]
    found = (find_price(basis.prices, code, kind, day, whose) for kind, whose in places)
    return next((price for price in found if price), None)


def _own(basis: Basis, code: str, day: date) -> Price | None:
    """What the clinic asks a patient whose plan does not pay."""
    found = (find_price(basis.prices, code, kind, day) for kind in (PriceKind.SELF_PAY, PriceKind.BILLED))
    return next((price for price in found if price), None)
