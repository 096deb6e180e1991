"""Facts about the plan as a whole: its name, its dates, and who else pays."""

from __future__ import annotations

from datetime import date

from payers.benefits import Benefit, DateRange, Member
from payers.reading import Holder, holders
from verify.facts.fact import WHOLE_PLAN, About, Fact, Source, Standing, Status
from verify.facts.maker import Maker
from verify.facts.names import FactName
from verify.facts.product import ACTIVE_CODES, product_of

#: DTP01: plan, eligibility and benefit periods, best first.
BEGIN_QUALIFIERS = ("346", "356", "291", "307", "348")
END_QUALIFIERS = ("347", "357", "291", "307", "349")
#: DTP with this year has no end.
OPEN_END = "9999"


def facts_from_member(member: Member, *, source: Source, on: date) -> list[Fact]:
    """Plan name, kind, dates and other payers, as one answer has them for the patient, whatever it was asked.

    `on` is the date of service asked about, which payers echo as if it were the plan's.
    """
    make = Maker(source, About(service_type=WHOLE_PLAN))
    return [
        _plan_name(make, member.benefits),
        product_of(make, member),
        _plan_date(make, FactName.PLAN_BEGIN, member, BEGIN_QUALIFIERS, on),
        _plan_date(make, FactName.PLAN_END, member, END_QUALIFIERS, on),
        _other_payer(make, [each for each in holders(member) if each.reason == "other_payer"]),
    ]


def _plan_name(make: Maker, benefits: list[Benefit]) -> Fact:
    named = {
        line.plan: line.segments for line in benefits if line.plan and line.information_code in ACTIVE_CODES
    }
    segments = [number for numbers in named.values() for number in numbers]
    if not named:
        return make.not_stated(FactName.PLAN_NAME)
    if len(named) > 1:
        return make.ambiguous(FactName.PLAN_NAME, list(named), segments)
    return make.fact(FactName.PLAN_NAME, Standing.VALUE, Status.STATED, next(iter(named)), segments)


def _plan_date(make: Maker, name: FactName, member: Member, qualifiers: tuple[str, ...], on: date) -> Fact:
    for qualifier in qualifiers:
        found = {_day_of(name, dates, on) for dates in member.dates if dates.qualifier == qualifier}
        days = sorted(day for day in found if day is not None)
        if len(days) == 1:
            return make.fact(name, Standing.VALUE, Status.STATED, days[0])
        if days:
            return make.ambiguous(name, days, ())
    return make.not_stated(name)


def _day_of(name: FactName, dates: DateRange, on: date) -> str | None:
    """The begin or end of a period; a single plan date (291, 307) is a begin, or only our own date echoed."""
    single = dates.qualifier in {"291", "307"} and dates.start == dates.to
    if name is FactName.PLAN_BEGIN:
        return None if single and dates.start == on.isoformat() else dates.start
    return dates.to if dates.to and not single and not dates.to.startswith(OPEN_END) else None


def _other_payer(make: Maker, payers: list[Holder]) -> Fact:
    """Other insurance; whoever holds this very plan in the payer's stead is none (facts_from_holders)."""
    if not payers:
        return make.not_stated(FactName.OTHER_PAYER)
    return make.fact(
        FactName.OTHER_PAYER,
        Standing.YES,
        Status.STATED,
        [_payer_of(holder) for holder in payers],
        [number for holder in payers for number in holder.segments],
    )


def _payer_of(holder: Holder) -> dict[str, object]:
    return {
        "name": holder.name or None,
        "payer_id": holder.company_id or None,
        "phone": holder.phone or None,
        "order": holder.order or None,
    }
