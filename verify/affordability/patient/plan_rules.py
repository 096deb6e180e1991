"""How the plan pays a treatment, as far as it is known: the rule reckoned with, and what is open about it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import msgspec

from verify.affordability.case import MOST_CENTS, CaseAnswer, CaseRule, RuleSource
from verify.affordability.ledger import WHOLE
from verify.affordability.patient.copay_rules import Keys, copay_basis, counting, deductible_rule, said_beside
from verify.affordability.patient.network import COVERED, network_of_codes
from verify.affordability.patient.subject import (
    Open,
    Subject,
    has_settled,
    is_certain,
    source_of,
    values_of,
)
from verify.affordability.wording import dollars, percent
from verify.catalogue import BenefitDomain, FdaStatus
from verify.facts import WHOLE_PLAN, FactName, Known, Standing
from verify.facts.amounts import basis_points_of, cents_of

#: Physician visits in the office (EB03): what a payer states of them often holds for other visits too.
OFFICE_VISIT = "98"
ELSEWHERE = {OFFICE_VISIT: "an office visit", WHOLE_PLAN: "the plan in general"}

NOT_COVERED = CaseAnswer(answer="no: the patient pays the clinic's price", rule=CaseRule(covered=False))


class PlanRule(msgspec.Struct, frozen=True, kw_only=True):
    """How a treatment is paid."""

    #: The keys of a CaseRule under the expected answers.
    keys: Keys
    source: RuleSource
    opened: tuple[Open, ...] = ()
    notes: tuple[str, ...] = ()
    #: The plan states that it does not pay, or is not asked to: the clinic's own price is all there is.
    excluded: bool = False
    #: No claim is filed.
    self_pay: bool = False
    #: Codes for which the payer states that the clinic is out of network.
    outside: frozenset[str] = frozenset()


def self_paid(subject: Subject) -> PlanRule:
    """The patient pays the clinic's price, whatever the plan says."""
    note = f"{subject.line.label}: paid by the patient; no claim is filed."
    if subject.line.benefit_domain is BenefitDomain.SELF_PAY:
        note = f"{subject.line.label} is no benefit of any plan: the clinic’s own price."
    return PlanRule(keys={"covered": False}, source="assumed", notes=(note,), excluded=True, self_pay=True)


class _Share(msgspec.Struct, frozen=True):
    """A cost share that somebody stated, in words and as keys of a rule."""

    words: str
    keys: Keys


def plan_rule(subject: Subject, *, has_contract: bool) -> PlanRule:
    """The rule for a treatment. `has_contract`: the price list has the payer's contract rates for it."""
    covered, covered_notes = _covered(subject)
    if covered is None:
        return PlanRule(keys={"covered": False}, source="assumed", notes=covered_notes, excluded=True)
    network = network_of_codes(subject, has_contract=has_contract)
    share, share_open, share_notes, knowns = _share(subject)
    deductible = deductible_rule(subject, share)
    basis = copay_basis(subject, share)
    return PlanRule(
        keys={**share, **deductible[0], **basis[0], **counting(subject)},
        source=source_of([*knowns, *said_beside(subject, share)]),
        opened=(*covered, *network.opened, *share_open, *deductible[1], *basis[1]),
        notes=(*covered_notes, *network.notes, *share_notes),
        outside=network.outside,
    )


# --- covered ------------------------------------------------------------------------------


def _covered(subject: Subject) -> tuple[list[Open] | None, tuple[str, ...]]:
    """What is open about it; None where the plan states that it is excluded.

    Only what was said of this very treatment settles it where the payer decides by code. Expected is
    what the plan's words say; of an off-label treatment, that it is not covered.
    """
    known = subject.known_of_line(FactName.COVERED)
    if has_settled(known, Standing.NO):
        return None, (f"{subject.line.label} is excluded by the plan, as the payer states.",)
    if has_settled(known, Standing.YES):
        return [], ()
    general = subject.known(FactName.COVERED)
    active = has_settled(subject.known(FactName.ACTIVE), Standing.YES)
    doubtful = known.rivals or known.standing is Standing.UNKNOWN or has_settled(general, Standing.NO)
    if active and not subject.line.decided_by_code and not doubtful:
        label = subject.line.label
        return [], (f"{label} is taken as covered, because the plan is active for this kind of service.",)
    hopeless = has_settled(general, Standing.NO) or subject.line.fda_status is FdaStatus.OFF_LABEL
    answers = [CaseAnswer(answer=COVERED), NOT_COVERED]
    how = f"call the plan: {subject.are} {subject.code_words} covered, or excluded?"
    expected = NOT_COVERED.answer if hopeless else COVERED
    return [subject.open(FactName.COVERED, "covered?", how, answers, expected)], ()


# --- copay and coinsurance --------------------------------------------------------------------------------


def _share(subject: Subject) -> tuple[Keys, list[Open], list[str], list[Known]]:
    """Copay and coinsurance reckoned with, what is open, what is to be said, and what was gone by.

    A stated copay without a coinsurance is the rule, and the other way round. Said of a service type it
    is a hint for a treatment the payer decides on by code: then the whole price is the other bound.
    """
    knowns = [subject.known(FactName.COPAY), subject.known(FactName.COINSURANCE)]
    own = _shares(*knowns)
    certain = len(own) == 1 and all(is_certain(one) or not values_of(one) for one in knowns)
    certain = certain and Standing.UNKNOWN not in (one.standing for one in knowns)
    general = any(values_of(one) and subject.is_general(one) for one in knowns)
    if certain and not general:
        return own[0].keys, [], _half_stated(subject, knowns), knowns
    hints = own + [share for share in _elsewhere(subject) if share.keys not in [one.keys for one in own]]
    answers = _distinct([*hints, _ALL])
    if len(answers) == 1:
        answers.append(_NOTHING)
    how = f"call the plan: what copay and coinsurance does the patient pay for {subject.code_words}?"
    opened = subject.open(
        FactName.COPAY,
        "copay and coinsurance",
        how,
        [CaseAnswer(answer=one.words, rule=CaseRule(**one.keys)) for one in answers],
        also=FactName.COINSURANCE,
    )
    return answers[0].keys, [opened], [], knowns if own else []


_ALL = _Share("all of it, until the maximum is reached", {"copay_cents": 0, "coinsurance_bp": WHOLE})
_NOTHING = _Share("nothing: the plan pays all of it", {"copay_cents": 0, "coinsurance_bp": 0})


def _shares(copay: Known, coinsurance: Known) -> list[_Share]:
    """Every pair of a copay and a coinsurance that was stated; none where neither was."""
    copays = [cents for value in values_of(copay) if (cents := copay_cents(value)) is not None]
    percents = [points for value in values_of(coinsurance) if (points := basis_points(value)) is not None]
    if not copays and not percents:
        return []
    pairs = product(dict.fromkeys(copays) or [0], dict.fromkeys(percents) or [0])
    return [
        _Share(_words(cents, points), {"copay_cents": cents, "coinsurance_bp": points})
        for cents, points in pairs
    ]


def _words(cents: int, points: int, of_what: str = "") -> str:
    parts = [f"copay {dollars(cents)}"] if cents else []
    parts += [f"coinsurance {percent(points)}"] if points else []
    return (" and ".join(parts) or "no copay and no coinsurance") + (f", as for {of_what}" if of_what else "")


def _elsewhere(subject: Subject) -> Iterator[_Share]:
    """What is stated of office visits and of the plan: it may hold here."""
    for service_type, of_what in ELSEWHERE.items():
        knowns = [
            subject.known_of_type(name, service_type) for name in (FactName.COPAY, FactName.COINSURANCE)
        ]
        for share in _shares(*knowns):
            yield _Share(_words(share.keys["copay_cents"], share.keys["coinsurance_bp"], of_what), share.keys)


def _distinct(shares: list[_Share]) -> list[_Share]:
    found: dict[tuple[int, int], _Share] = {}
    for share in shares:
        found.setdefault((share.keys["copay_cents"], share.keys["coinsurance_bp"]), share)
    return list(found.values())


def _half_stated(subject: Subject, knowns: list[Known]) -> list[str]:
    names = ["copay", "coinsurance"]
    stated = [name for name, known in zip(names, knowns, strict=True) if values_of(known)]
    if len(stated) == 2:
        return []
    other = names[1 - names.index(stated[0])]
    return [f"{subject.line.label}: a {stated[0]} is stated and no {other}; reckoned without one."]


def copay_cents(value: object) -> int | None:
    """Of a fact's value, or of one candidate of an ambiguous one, which stands as the payer sent it."""
    if not isinstance(value, dict):
        return _bounded(cents_of(value))
    cents = value.get("cents")
    return _bounded(cents if isinstance(cents, int) else cents_of(value.get("amount")))


def _bounded(cents: int | None) -> int | None:
    return None if cents is None else min(cents, MOST_CENTS)


def basis_points(value: object) -> int | None:
    """Likewise of a coinsurance."""
    if isinstance(value, int):
        return value
    return basis_points_of(value.get("percent") if isinstance(value, dict) else value)
