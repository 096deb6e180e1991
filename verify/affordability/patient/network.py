"""In network or out of it, code by code: what is taken, and what is open about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from verify.affordability.case import CaseAnswer, CaseRule
from verify.affordability.patient.subject import Open, Subject, has_settled, in_words
from verify.facts import FactName, Known, Standing, network_of_line
from verify.worksheet.places import TREATMENT, group_of

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
    known = {code: _known(subject, code) for code in subject.codes}
    outside = [code for code, one in known.items() if has_settled(one, Standing.NO)]
    by_contract = [code for code, one in known.items() if has_contract and _is_unopposed(one)]
    opened = {code: one for code, one in known.items() if not one.settled and code not in by_contract}
    asked = [_what_is_paid_outside(subject, outside)] if outside else []
    asked += [_is_in_network(subject, opened)] if opened else []
    notes = (_by_contract(subject, by_contract),) if by_contract else ()
    return Network(opened=tuple(asked), notes=notes, outside=frozenset(outside))


def _known(subject: Subject, code: str) -> Known:
    roles = {one.code: one.role for one in subject.line.codes}
    group = group_of(roles[code]) if code in roles else TREATMENT
    return network_of_line(subject.merged, subject.line.key, group)


def _is_unopposed(known: Known) -> bool:
    """Nobody has settled it, and nobody speaks against it."""
    return not known.settled and known.standing in NOTHING_AGAINST and not known.rivals


def _by_contract(subject: Subject, codes: Sequence[str]) -> str:
    which = "" if len(codes) == len(subject.codes) else f" for {in_words(codes)}"
    return (
        f"{subject.line.label}: in network{which}, because the price list has a contract rate;"
        " the payer has not said so."
    )


def _is_in_network(subject: Subject, opened: Mapping[str, Known]) -> Open:
    """Where one benefit says yes and another no, or it was a no once, no is expected: it is never covered up."""
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
