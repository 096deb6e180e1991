"""Invented plans: plausible numbers, always the same for the same member."""

import random
from datetime import date

import msgspec

#: Whole cents.
DEDUCTIBLES = (500_00, 750_00, 1000_00, 1500_00, 2000_00, 3000_00)
OUT_OF_POCKETS = (3000_00, 4500_00, 6000_00, 7500_00, 9100_00)
COPAYS = (15_00, 20_00, 25_00, 30_00, 40_00, 50_00)
#: The patient's share, percent.
COINSURANCES = (10, 20, 30)
VISIT_LIMITS = (20, 24, 30, 40, 60)
NAMES = ("GOLD PPO", "SILVER PPO", "CHOICE PLUS", "OPEN ACCESS", "SELECT PPO")


class Used(msgspec.Struct, frozen=True):
    """A yearly limit and how much of it is used, in cents."""

    total: int
    met: int

    @property
    def remaining(self) -> int:
        return self.total - self.met


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What one member has in one year. Amounts are whole cents."""

    name: str
    group: str
    begins_on: date
    deductible: Used
    family_deductible: Used
    out_of_pocket: Used
    family_out_of_pocket: Used
    mental_health_copay: int
    office_copay: int
    specialist_copay: int
    #: Percent, the patient's share.
    coinsurance: int
    visits: Used


def plan_for(member_id: str, asked_for: date, today: date) -> Plan:
    """The member's plan in the year of `asked_for`. Nothing is used yet in a year to come."""
    dice = random.Random(member_id)  # noqa: S311 - invented numbers, not secrets
    deductible, out_of_pocket = dice.choice(DEDUCTIBLES), dice.choice(OUT_OF_POCKETS)
    copay, visit_limit = dice.choice(COPAYS), dice.choice(VISIT_LIMITS)
    name, group = dice.choice(NAMES), f"GRP{dice.randrange(10_000, 99_999)}"
    begins_on = date(dice.randrange(today.year - 5, today.year), 1, 1)
    coinsurance = dice.choice(COINSURANCES)
    used = _used_percent(member_id, asked_for.year, today)
    own, own_limit = _used(deductible, used), _used(out_of_pocket, used * 2 // 3)
    return Plan(
        name=name,
        group=group,
        begins_on=begins_on,
        deductible=own,
        family_deductible=Used(2 * own.total, own.met + own.met // 2),
        out_of_pocket=own_limit,
        family_out_of_pocket=Used(2 * own_limit.total, own_limit.met + own_limit.met // 2),
        mental_health_copay=copay,
        office_copay=copay,
        specialist_copay=copay + 20_00,
        coinsurance=coinsurance,
        visits=_used(visit_limit, used // 2),
    )


def _used_percent(member_id: str, year: int, today: date) -> int:
    if year > today.year:
        return 0
    return random.Random(f"{member_id} {year}").randrange(0, 101)  # noqa: S311 - as above


def _used(total: int, percent: int) -> Used:
    return Used(total, total * percent // 100)
