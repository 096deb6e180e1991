"""The ledger: what is left of deductible, out-of-pocket maximum and visits, and what one line takes of it."""

from __future__ import annotations

from enum import StrEnum

import msgspec

#: Basis points of a whole: 10,000 is 100 %.
WHOLE = 10_000


class LimitKind(StrEnum):
    """Embedded: each person has a limit inside the family's. Aggregate: only the family's exists."""

    EMBEDDED = "embedded"
    AGGREGATE = "aggregate"


class CopayBasis(StrEnum):
    """Visit and service charge every line; day charges the first line of a copay group on a date."""

    VISIT = "visit"
    SERVICE = "service"
    DAY = "day"


class Order(StrEnum):
    DEDUCTIBLE_FIRST = "deductible_first"
    COPAY_FIRST = "copay_first"


class Rule(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """How a plan pays a line. `coinsurance_bp` is the patient's part."""

    covered: bool = True
    copay_cents: int = 0
    copay_basis: CopayBasis = CopayBasis.VISIT
    copay_group: str | None = None
    coinsurance_bp: int = 0
    deductible_applies: bool = False
    order: Order = Order.DEDUCTIBLE_FIRST
    copay_counts_deductible: bool = False
    copay_counts_oop: bool = True
    counts_visit: bool = False
    #: Lines of one group and day use up one visit; None: each its own.
    visit_group: str | None = None


class Ledger(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is left. None: the plan has no such limit."""

    deductible_individual_cents: int | None = None
    deductible_family_cents: int | None = None
    oop_individual_cents: int | None = None
    oop_family_cents: int | None = None
    deductible_kind: LimitKind = LimitKind.EMBEDDED
    oop_kind: LimitKind = LimitKind.EMBEDDED
    visits_left: int | None = None
    #: Copay groups charged on the present day.
    charged_today: frozenset[str | None] = frozenset()
    #: Visit groups that used up a visit on the present day.
    visited_today: frozenset[str] = frozenset()


class Share(msgspec.Struct, frozen=True, gc=False):
    """The patient's part of one covered line, in cents; `capped` is what the maximum took off."""

    deductible: int
    copay: int
    coinsurance: int
    capped: int = 0

    @property
    def total(self) -> int:
        return self.deductible + self.copay + self.coinsurance


def pays_for(ledger: Ledger, rule: Rule) -> bool:
    """Whether the plan pays at all: covered, and where visits are counted, one left or begun today."""
    if not rule.covered or not rule.counts_visit:
        return rule.covered
    return ledger.visits_left != 0 or rule.visit_group in ledger.visited_today


def cost_share(ledger: Ledger, rule: Rule, allowed: int) -> Share:
    """The patient's part of a covered line of `allowed` cents: deductible, copay, coinsurance, cap."""
    copay = copay_due(ledger, rule)
    left = deductible_left(ledger) if rule.deductible_applies else 0
    if rule.order is Order.DEDUCTIBLE_FIRST:
        deductible = min(allowed, left)
        copay = min(copay, allowed - deductible)
    else:
        copay = min(copay, allowed)
        deductible = min(allowed - copay, left)
    coinsurance = part_of(allowed - deductible - copay, rule.coinsurance_bp)
    return capped(deductible, copay, coinsurance, oop_left(ledger), rule.copay_counts_oop)


def copay_due(ledger: Ledger, rule: Rule) -> int:
    if rule.copay_basis is CopayBasis.DAY and rule.copay_group in ledger.charged_today:
        return 0
    return rule.copay_cents


def capped(deductible: int, copay: int, coinsurance: int, left: int | None, copay_counts: bool) -> Share:
    """The share within what is left of the maximum: coinsurance gives way first, then copay, then deductible.

    A copay that does not count toward the maximum is not touched by it.
    """
    counted = deductible + coinsurance + (copay if copay_counts else 0)
    if left is None or counted <= left:
        return Share(deductible, copay, coinsurance)
    excess = over = counted - left
    off = min(coinsurance, over)
    coinsurance, over = coinsurance - off, over - off
    if copay_counts:
        off = min(copay, over)
        copay, over = copay - off, over - off
    return Share(deductible - over, copay, coinsurance, excess)


def post(ledger: Ledger, rule: Rule, share: Share) -> Ledger:
    """The ledger after a covered line of which `share` accrues."""
    to_deductible = share.deductible + (share.copay if rule.copay_counts_deductible else 0)
    to_maximum = share.deductible + share.coinsurance + (share.copay if rule.copay_counts_oop else 0)
    visits, visited = _visit_used(ledger, rule)
    charged = ledger.charged_today
    if rule.copay_basis is CopayBasis.DAY:
        charged |= {rule.copay_group}
    return Ledger(
        deductible_individual_cents=less(ledger.deductible_individual_cents, to_deductible),
        deductible_family_cents=less(ledger.deductible_family_cents, to_deductible),
        oop_individual_cents=less(ledger.oop_individual_cents, to_maximum),
        oop_family_cents=less(ledger.oop_family_cents, to_maximum),
        deductible_kind=ledger.deductible_kind,
        oop_kind=ledger.oop_kind,
        visits_left=visits,
        charged_today=charged,
        visited_today=visited,
    )


def _visit_used(ledger: Ledger, rule: Rule) -> tuple[int | None, frozenset[str]]:
    """The visits left after a covered line, and the groups whose visit of the day is used up."""
    left, visited, group = ledger.visits_left, ledger.visited_today, rule.visit_group
    if not rule.counts_visit or left is None or group in visited:
        return left, visited
    return left - 1, visited if group is None else visited | {group}


def deductible_left(ledger: Ledger) -> int:
    """What the next line may owe of the deductible; nothing where the plan has none."""
    left = _governing(
        ledger.deductible_kind, ledger.deductible_individual_cents, ledger.deductible_family_cents
    )
    return 0 if left is None else left


def oop_left(ledger: Ledger) -> int | None:
    """What is left of the out-of-pocket maximum; None where the plan has none."""
    return _governing(ledger.oop_kind, ledger.oop_individual_cents, ledger.oop_family_cents)


def part_of(cents: int, basis_points: int) -> int:
    """A share of an amount, half a cent rounded up."""
    return (cents * basis_points + WHOLE // 2) // WHOLE


def less(left: int | None, cents: int) -> int | None:
    """What is left after `cents`, never below zero; a limit that does not exist stays so."""
    return None if left is None else max(0, left - cents)


def _governing(kind: LimitKind, individual: int | None, family: int | None) -> int | None:
    if kind is LimitKind.AGGREGATE or individual is None:
        return family
    return individual if family is None else min(individual, family)
