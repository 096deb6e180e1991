"""Manufacturer savings: what a card pays of the patient's share, and whether that money counts."""

from __future__ import annotations

from datetime import date

import msgspec

from verify.affordability.ledger import Share


class Savings(msgspec.Struct, frozen=True, kw_only=True):
    """One savings programme. Amounts are cents.

    It brings the patient's share of a covered line of its codes down to `patient_pays`, until
    `left` is used up (None: no limit), and pays `maximum` from `renews_on` on. `counts` is false under
    an accumulator programme: the plan then counts the patient's own money alone.
    """

    codes: frozenset[str]
    patient_pays: int = 0
    left: int | None = None
    maximum: int | None = None
    counts: bool = True
    starts_on: date = date.min
    ends_on: date = date.max
    renews_on: date = date.max

    def helps(self, code: str, day: date) -> bool:
        return code in self.codes and self.starts_on <= day <= self.ends_on


def pays(programme: Savings, left: int | None, owed: int) -> int:
    """What the card pays of `owed` cents with `left` cents on it."""
    wanted = max(0, owed - programme.patient_pays)
    return wanted if left is None else min(wanted, left)


def own_money(share: Share, not_counted: int) -> Share:
    """The part of a share that accrues when `not_counted` cents of it were somebody else's.

    The patient's own money is taken to meet the deductible first, then the copay, then the coinsurance.
    """
    own = max(0, share.total - not_counted)
    deductible = min(share.deductible, own)
    copay = min(share.copay, own - deductible)
    return Share(deductible, copay, own - deductible - copay)
