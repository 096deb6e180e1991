"""A second payer behind the first: coordination of benefits, Medigap, and QMB."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec

from verify.affordability.ledger import Ledger, Rule, Share, cost_share, part_of, pays_for, post


class Method(StrEnum):
    """How the second payer reckons; ask which."""

    #: Pays what it would pay alone, up to what the first left over.
    STANDARD = "standard"
    #: Pays only what it would pay alone beyond what the first paid.
    NON_DUPLICATION = "non_duplication"
    #: A Medicare supplement: a share of the deductible and a share of copay and coinsurance.
    SUPPLEMENT = "supplement"
    #: Qualified Medicare Beneficiary: cost share may not be billed to the patient.
    QMB = "qmb"


class SecondRule(msgspec.Struct, frozen=True, kw_only=True):
    """How the second payer pays some codes (None: all), and what it allows (None: as the first)."""

    codes: frozenset[str] | None = None
    rule: Rule
    allowed: int | None = None


class Second(msgspec.Struct, frozen=True, kw_only=True):
    """The second payer's terms. Shares are basis points."""

    method: Method
    rules: tuple[SecondRule, ...] = ()
    reset_on: date = date.max
    reset_ledger: Ledger = Ledger()
    of_deductible: int = 0
    of_coinsurance: int = 0

    def rule_for(self, code: str) -> SecondRule | None:
        return next((one for one in self.rules if one.codes is None or code in one.codes), None)


def alone(second: Second, ledger: Ledger, code: str, allowed: int) -> tuple[Ledger, int]:
    """What the second payer would pay if it were the only one, and its ledger after that.

    Its own accumulators are taken to move as if it were alone.
    """
    terms = second.rule_for(code)
    if terms is None or not pays_for(ledger, terms.rule):
        return ledger, 0
    base = allowed if terms.allowed is None else terms.allowed
    share = cost_share(ledger, terms.rule, base)
    return post(ledger, terms.rule, share), base - share.total


def second_pays(second: Second, would_pay: int, first_paid: int, owed: int) -> int:
    """What the second payer pays of the `owed` cents that the first left, when it coordinates benefits."""
    if second.method is Method.NON_DUPLICATION:
        would_pay = max(0, would_pay - first_paid)
    return min(would_pay, owed)


def supplement_pays(second: Second, share: Share) -> int:
    """What a Medicare supplement, or the QMB protection, takes off the share of a covered line."""
    if second.method is Method.QMB:
        return share.total
    return part_of(share.deductible, second.of_deductible) + part_of(
        share.copay + share.coinsurance, second.of_coinsurance
    )
