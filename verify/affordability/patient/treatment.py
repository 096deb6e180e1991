"""One treatment of a patient: its sessions with their prices, and how the plan pays them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from verify.affordability.patient.plan_rules import PlanRule, plan_rule
from verify.affordability.patient.subject import Subject
from verify.affordability.patient.treatment_days import services_of, treatment_days
from verify.affordability.prices import Price, PriceKind, find_price
from verify.catalogue import Service, ServiceLine
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
    planned: list[Planned]


def plan_treatment(
    merged: Merged, line: ServiceLine, first: date, payer: str, prices: Sequence[Price], *, alone: bool
) -> Treatment:
    """The usual course from `first` on. `alone`: the only treatment, so that nobody need say which is meant."""
    planned = _planned(line, first, payer, prices)
    subject = Subject(
        merged=merged,
        line=line,
        on=first,
        codes=tuple(dict.fromkeys(one.code for one in planned)),
        several_a_day=len({one.session for one in planned}) < len(planned),
        alone=alone,
    )
    contract = all(one.allowed and one.allowed.kind is PriceKind.CONTRACT for one in planned)
    return Treatment(subject=subject, rule=plan_rule(subject, has_contract=contract), planned=planned)


def in_cents(price: Price, units: int) -> int:
    return price.cents * units


def missing_prices(one: Treatment) -> list[str]:
    """Prices without which no figure can be given, each once with the first day it is needed for."""
    needs_allowed = not one.rule.excluded and not one.rule.out_of_network
    needs_own = one.rule.excluded or one.rule.out_of_network or _may_be_unpaid(one.rule)
    found: dict[tuple[str, str], date] = {}
    for planned in one.planned:
        if needs_allowed and planned.allowed is None:
            found.setdefault((planned.code, "a contract rate or typical allowed amount"), planned.day)
        if needs_own and planned.own is None:
            found.setdefault((planned.code, "the clinic’s own price"), planned.day)
    return [f"{what[:1].upper()}{what[1:]} of {code}, valid on {day}" for (code, what), day in found.items()]


def _may_be_unpaid(rule: PlanRule) -> bool:
    answers = [answer for opened in rule.opened for answer in opened.unknown.answers]
    return any(answer.rule is not None and not answer.rule.covered for answer in answers)


def _planned(line: ServiceLine, first: date, payer: str, prices: Sequence[Price]) -> list[Planned]:
    """The sessions in the way of billing that the price list has rates for; the usual way where it has none."""
    days = treatment_days(line.course, first)
    ways: dict[str, list[Service]] = {}
    for service in line.course.services:
        ways.setdefault(service.billed_as, []).append(service)
    drafts = [_draft(services, days, payer, prices) for services in ways.values()]
    return max(drafts, key=_how_priced)


def _draft(
    services: Sequence[Service], days: Sequence[date], payer: str, prices: Sequence[Price]
) -> list[Planned]:
    return [
        Planned(
            day=day,
            code=service.code,
            session=session,
            units=service.units,
            allowed=_allowed(prices, service.code, day, payer),
            own=_own(prices, service.code, day),
        )
        for session, day in enumerate(days, start=1)
        for service in services_of(services, session)
    ]


def _how_priced(draft: Sequence[Planned]) -> tuple[bool, bool]:
    contract = all(one.allowed and one.allowed.kind is PriceKind.CONTRACT for one in draft)
    return contract, all(one.allowed for one in draft)


def _allowed(prices: Sequence[Price], code: str, day: date, payer: str) -> Price | None:
    """The payer's contract rate, else the amount typical of it, else of all payers."""
    places = [(PriceKind.TYPICAL, "")]
    if payer:
        places = [(PriceKind.CONTRACT, payer), (PriceKind.TYPICAL, payer), *places]
    found = (find_price(prices, code, kind, day, whose) for kind, whose in places)
    return next((price for price in found if price), None)


def _own(prices: Sequence[Price], code: str, day: date) -> Price | None:
    """What the clinic asks a patient whose plan does not pay."""
    found = (find_price(prices, code, kind, day) for kind in (PriceKind.SELF_PAY, PriceKind.BILLED))
    return next((price for price in found if price), None)
