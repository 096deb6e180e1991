"""Network places: of which benefit, and for which codes, the clinic has to be in network for a service line."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import NamedTuple

from verify.catalogue import BenefitDomain, CodeRole, ServiceLine

_R, _D = CodeRole, BenefitDomain
#: A group of codes, and the benefits a payer may take them from. Source: coverage patterns, the two-network trap:
#: a psychiatrist in network for visits may be out of network for a drug given in the same hour.
GROUPS: Mapping[str, tuple[frozenset[CodeRole], tuple[BenefitDomain, ...]]] = {
    "drug": (frozenset({_R.DRUG, _R.ADMINISTRATION}), (_D.MEDICAL,)),
    "visit": (
        frozenset({_R.VISIT, _R.OBSERVATION, _R.EVALUATION, _R.THERAPY, _R.ADD_ON}),
        (_D.BEHAVIORAL,),
    ),
}
#: Every other code: payers differ on which benefit it is.
TREATMENT, EITHER = "treatment", (_D.BEHAVIORAL, _D.MEDICAL)


class Place(NamedTuple):
    """One network answer that is needed; both empty: one answer is enough for the line."""

    domain: str = ""
    group: str = ""
    codes: tuple[str, ...] = ()
    #: Another place may be the one that counts: it depends on the benefit the payer takes these codes from.
    is_either: bool = False


def network_places(line: ServiceLine, on: date, planned: Collection[str] = ()) -> tuple[Place, ...]:
    """Every answer it takes, of the codes that are valid on the day, or of those that are planned."""
    groups: dict[str, list[str]] = {}
    for code in line.codes_on(on):
        if not planned or code.code in planned:
            groups.setdefault(group_of(code.role), []).append(code.code)
    places = [
        Place(domain.value, group if len(groups) > 1 else "", tuple(codes), len(domains) > 1)
        for group, codes in groups.items()
        for domains in [domains_of(group)]
        for domain in domains
    ]
    if len(places) < 2:
        return (Place(codes=tuple(code for codes in groups.values() for code in codes)),)
    return tuple(places)


def group_of(role: CodeRole) -> str:
    return next((group for group, (roles, _) in GROUPS.items() if role in roles), TREATMENT)


def domains_of(group: str) -> tuple[BenefitDomain, ...]:
    """The benefits a payer may take the group's codes from."""
    return GROUPS[group][1] if group in GROUPS else EITHER
