"""The kind of plan, from the insurance type of an answer's active lines (EB04)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from payers.benefits import Benefit, Member
from payers.reading import Holder, holders
from payers.reading.holders import (
    BEHAVIORAL_BENEFITS,
    MEDICAID_MANAGED_CARE,
    MEDICARE_ADVANTAGE,
    PLAN_AS_A_WHOLE,
    domain_of,
)
from verify.facts.fact import Fact, Standing, Status
from verify.facts.maker import Maker
from verify.facts.names import NETWORK_KINDS, FactName

#: EB01: active in some way; EB05 of such a line names the plan, EB04 its kind.
ACTIVE_CODES = frozenset({"1", "2", "3", "4", "5"})

#: EB04 that can mean one kind alone. Others (C1 commercial, GP group, IN indemnity, MP, QM, 12 to 47 …) tell none.
#: Source: X12 005010X279A1, code list of EB04.
KINDS = {
    "HM": "hmo",
    "EP": "epo",
    "PR": "ppo",
    "PS": "pos",
    "HN": "medicare_advantage",
    "MA": "medicare",
    "MB": "medicare",
    "MC": "medicaid",
}
#: A name that speaks of a programme: then HM or PR tells how its network works, and not what kind of plan it is.
PROGRAMME = re.compile(
    r"\b(MEDICARE|MEDICAID|MEDI-?CAL|ADVANTAGE|D?-?SNP|CHIP|TRICARE|MARKETPLACE|EXCHANGE)\b", re.IGNORECASE
)
#: Lines that speak of the plan as a whole, then of its mental health; a dental PPO says nothing of either.
DOMAINS = (PLAN_AS_A_WHOLE, BEHAVIORAL_BENEFITS)
#: Why an answer names another company, whose members' lines say what, and what kind of plan that makes it.
HELD = {
    (MEDICARE_ADVANTAGE, "medicare"): "medicare_advantage",
    (MEDICAID_MANAGED_CARE, "medicaid"): "medicaid_managed_care",
}


def product_of(make: Maker, member: Member) -> Fact:
    """`EB*1**30*MA~` is Medicare, unless the answer names the Medicare Advantage plan that holds it."""
    lines = _lines(member.benefits)
    kinds = _kinds(lines)
    segments = [number for line in lines for number in line.segments]
    if held := _held(holders(member), kinds):
        kind, holder = held
        numbers = [*segments, *holder.segments]
        return make.fact(FactName.PRODUCT, Standing.VALUE, Status.DERIVED, kind, numbers)
    if len(kinds) > 1:
        return make.ambiguous(FactName.PRODUCT, kinds, segments)
    if not kinds or (kinds[0] in NETWORK_KINDS and _is_of_a_programme(member.benefits)):
        return make.not_stated(FactName.PRODUCT)
    return make.fact(FactName.PRODUCT, Standing.VALUE, Status.STATED, kinds[0], segments)


def _kinds(lines: Sequence[Benefit]) -> list[str]:
    """Each once; a Medicare Advantage plan pays Medicare's parts, and is an HMO or a PPO as well."""
    found = list(dict.fromkeys(KINDS[line.insurance_type or ""] for line in lines))
    if "medicare_advantage" in found:
        return [kind for kind in found if kind not in NETWORK_KINDS | {"medicare"}]
    return found


def _held(found: Sequence[Holder], kinds: Sequence[str]) -> tuple[str, Holder] | None:
    made = ((HELD.get((holder.reason, kind)), holder) for holder in found for kind in kinds)
    return next(((kind, holder) for kind, holder in made if kind), None)


def _is_of_a_programme(benefits: Sequence[Benefit]) -> bool:
    names = (line.plan or "" for line in benefits if line.information_code in ACTIVE_CODES)
    return any(PROGRAMME.search(name) for name in names)


def _lines(benefits: Sequence[Benefit]) -> list[Benefit]:
    """Active lines that tell a kind, of the plan; where there are none, of mental health."""
    telling = [
        line for line in benefits if line.information_code in ACTIVE_CODES and line.insurance_type in KINDS
    ]
    for domain in DOMAINS:
        if found := [line for line in telling if domain_of(line.service_types) == domain]:
            return found
    return []
