"""In network or out of it, code by code: what is taken, and what is open about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from verify.affordability.case import CaseAnswer, CaseRule
from verify.affordability.patient.subject import Open, Subject, in_words
from verify.facts import FactName, Standing, network_of_line
from verify.worksheet.places import TREATMENT, domains_of, group_of

#: The answer with which the plan pays.
COVERED = "yes"
NOTHING_PAID = "no, and nothing is paid out of network"
#: Without a word against it, a contract rate stands for the network.
NOTHING_AGAINST = (Standing.YES, Standing.NOT_ASKED, Standing.NOT_STATED)


class Network(msgspec.Struct, frozen=True, kw_only=True):
    """What the network leaves open for a treatment."""

    opened: tuple[Open, ...] = ()
    notes: tuple[str, ...] = ()
    #: Codes for which the payer states that the clinic is out of network.
    outside: frozenset[str] = frozenset()


def network_of_codes(subject: Subject, *, has_contract: bool) -> Network:
    """A drug may be in network and the visit around it not: each group of codes has its own answer.

    `has_contract`: the price list has the payer's contract rates for every code.
    """
    said = {code: _said(subject, code) for code in subject.codes}
    outside = [code for code, one in said.items() if one.settled and one.standing is Standing.NO]
    unsettled = [code for code, one in said.items() if not one.settled]
    by_contract = [code for code in unsettled if has_contract and said[code].unopposed]
    opened = {code: said[code] for code in unsettled if code not in by_contract}
    asked = [_what_is_paid_outside(subject, outside)] if outside else []
    asked += [_is_in_network(subject, opened)] if opened else []
    notes = (_by_contract(subject, by_contract),) if by_contract else ()
    return Network(opened=tuple(asked), notes=notes, outside=frozenset(outside))


class _Said(NamedTuple):
    """What was said of a code: of the clinic, and of who treats."""

    standing: Standing
    settled: bool
    #: Nobody speaks against it, if perhaps nobody speaks.
    unopposed: bool


def _said(subject: Subject, code: str) -> _Said:
    """A clinic that is in network while the treating provider is not may be paid as either; so is what is disputed."""
    roles = {one.code: one.role for one in subject.line.codes}
    group = group_of(roles[code]) if code in roles else TREATMENT
    clinic, provider = (
        network_of_line(subject.merged, subject.line.key, group, name, domains=domains_of(group))
        for name in (FactName.IN_NETWORK, FactName.PROVIDER_IN_NETWORK)
    )
    provider_out = provider.standing is Standing.NO or bool(provider.rivals)
    if clinic.rivals or (provider_out and clinic.standing is not Standing.NO):
        return _Said(Standing.NO, settled=False, unopposed=False)
    return _Said(clinic.standing, clinic.settled, unopposed=clinic.standing in NOTHING_AGAINST)


def _by_contract(subject: Subject, codes: Sequence[str]) -> str:
    which = "" if len(codes) == len(subject.codes) else f" for {in_words(codes)}"
    return (
        f"{subject.line.label}: in network{which}, because the price list has a contract rate;"
        " the payer has not said so."
    )


def _is_in_network(subject: Subject, opened: Mapping[str, _Said]) -> Open:
    """Where a no was said of a part, of who treats, or once, no is expected: it is never covered up."""
    codes = list(opened)
    against = any(one.standing is Standing.NO for one in opened.values())
    answers = [
        CaseAnswer(answer=COVERED),
        CaseAnswer(answer=NOTHING_PAID, rule=CaseRule(covered=False)),
    ]
    return subject.open(
        FactName.IN_NETWORK,
        "is the clinic in network?",
        f"call the plan: are our tax ID, location and provider in network for {in_words(codes)}?",
        answers,
        NOTHING_PAID if against else COVERED,
        codes=codes,
    )


def _what_is_paid_outside(subject: Subject, codes: Sequence[str]) -> Open:
    """Between nothing and the share in network of the whole charge: less than that no plan takes."""
    nothing = "nothing: the whole charge is the patient's"
    answers = [
        CaseAnswer(answer=nothing, rule=CaseRule(covered=False)),
        CaseAnswer(answer="as in network, of the whole charge"),
    ]
    return subject.open(
        FactName.IN_NETWORK,
        "what is paid out of network",
        f"call the plan: what is allowed out of network for {in_words(codes)}, and what share is paid?",
        answers,
        nothing,
        codes=codes,
    )
