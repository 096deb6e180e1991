"""What a policy card adds to a verification's findings, in words that hold nothing of the patient's health.

Findings are stored, and how many criteria are met is shown to whoever may see the evidence sheet; the evaluation with
its evidence is made when somebody with the permission looks, and never stored.
"""

from __future__ import annotations

from verify.catalogue import ServiceLine
from verify.catalogue.policy_card import Network, Required, Stand
from verify.facts import Status
from verify.findings.finding import Finding, day_words
from verify.policies.choosing import Chosen
from verify.policies.evaluation import authorization_said, evaluate, purpose_of
from verify.policies.evidence import Evidence
from verify.policies.judged import Result, counted
from verify.policies.sheet import Decision

POLICY, AUTHORIZATION, NECESSITY = "policy", "policy_authorization", "medical_necessity"


def policy_findings(
    chosen: Chosen, evidence: Evidence, line: ServiceLine, *, network: Network = Network.ANY
) -> tuple[Finding, ...]:
    """Three findings: what the card comes to, what it says about authorization, and the psychiatrist's input."""
    necessity = _necessity(evidence, line)
    if chosen.card is None:
        return (_finding(POLICY, line, "no_card", chosen.sentence, Status.NOT_STATED), necessity)
    return (
        _criteria(chosen, evidence, line, network),
        _authorization(chosen, evidence, line, network),
        necessity,
    )


def _criteria(chosen: Chosen, evidence: Evidence, line: ServiceLine, network: Network) -> Finding:
    card = chosen.card
    assert card is not None
    stands = {one.stand for one in card.stance}
    if stands == {Stand.NOT_COVERED}:
        sentence = f"{card.title}: the written policy does not cover it (read on {day_words(card.read_on)})."
        return _finding(POLICY, line, "not_covered", sentence, Status.DERIVED)
    found = evaluate(card, evidence, purpose=purpose_of(evidence.sheet, line.key), network=network)
    met, not_met, unknown = (found.count(result) for result in Result)
    if not found.criteria:
        sentence = f"{card.title}: the policy card names no criteria; what the policy asks is not stated."
        return _finding(POLICY, line, "not_stated", sentence, Status.NOT_STATED)
    conclusion = "criteria_not_met" if not_met else "criteria_open" if unknown else "criteria_met"
    told = f"{met} of {counted(len(found.criteria), 'criterion', 'criteria')} met on paper, {not_met} not met, {unknown} unknown"
    sentence = (
        f"{card.title}: {told}. The payer decides, and the policy card was read on {day_words(card.read_on)}."
    )
    return _finding(POLICY, line, conclusion, sentence, Status.DERIVED)


def _authorization(chosen: Chosen, evidence: Evidence, line: ServiceLine, network: Network) -> Finding:
    assert chosen.card is not None
    said = authorization_said(chosen.card, evidence.on, network)
    if said.disputed:
        return _finding(AUTHORIZATION, line, "unknown", said.sentence, Status.AMBIGUOUS)
    conclusion = {Required.YES: "required", Required.NO: "not_required", Required.NOT_STATED: "not_stated"}
    status = Status.NOT_STATED if said.required is Required.NOT_STATED else Status.DERIVED
    return _finding(AUTHORIZATION, line, conclusion[said.required], said.sentence, status)


def _necessity(evidence: Evidence, line: ServiceLine) -> Finding:
    """That there is a decision, not which: what the psychiatrist decided is the patient's health."""
    decision = evidence.sheet.decision(line.key)
    if decision is None:
        sentence = f"The psychiatrist's decision on the medical necessity of {line.label} is missing."
        return _finding(NECESSITY, line, "missing", sentence, Status.NOT_STATED)
    if decision.decision is Decision.PENDING:
        sentence = f"The psychiatrist's decision on the medical necessity of {line.label} is pending."
        return _finding(NECESSITY, line, "pending", sentence, Status.STATED)
    sentence = (
        f"The psychiatrist's decision on the medical necessity of {line.label} is on the evidence sheet."
    )
    return _finding(NECESSITY, line, "recorded", sentence, Status.STATED)


def _finding(rule: str, line: ServiceLine, conclusion: str, sentence: str, status: Status) -> Finding:
    return Finding(rule=rule, service_line=line.key, conclusion=conclusion, sentence=sentence, status=status)
