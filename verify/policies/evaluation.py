"""A policy card held against a patient's evidence: each criterion met, not met or unknown, and no verdict."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec

from verify.catalogue.criteria import (
    Answered,
    AnyOf,
    Asks,
    Improvement,
    Prescriber,
    PriorResponse,
    Psychotherapy,
    Purpose,
    Severity,
    Treatment,
    TrialRole,
    Trials,
)
from verify.catalogue.policy_card import Criterion, Exclusion, Length, Network, PolicyCard, Required, Stand
from verify.findings.finding import day_words
from verify.policies.criteria import judge_asks
from verify.policies.evidence import Evidence
from verify.policies.judged import Judged, Result, counted, joined
from verify.policies.sheet import Decision, EvidenceSheet, Reply
from verify.policies.wording import (
    NETWORKS,
    PROTOCOLS,
    PURPOSES,
    REQUIRED,
    SCREENS,
    STANDS,
    STATUSES,
    label,
)

#: What an earlier course is called for each substance or device; a first course has none of it.
EARLIER = {
    "tms": Treatment.TMS,
    "spravato": Treatment.ESKETAMINE,
    "esketamine": Treatment.ESKETAMINE,
    "ketamine": Treatment.KETAMINE,
}


class AuthorizationSaid(msgspec.Struct, frozen=True, kw_only=True):
    """What the card says about authorization; NOT_STATED also where its sources disagree."""

    required: Required
    disputed: bool
    sentence: str
    sources: tuple[str, ...] = ()


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """What a card comes to for one patient on one day. It decides nothing: the payer does."""

    card: str
    title: str
    on: date
    purpose: Purpose
    #: What the policy says of the service as such; several where its sources disagree.
    stance: tuple[str, ...]
    authorization: AuthorizationSaid
    criteria: tuple[Judged, ...]
    #: What would settle the criteria that are unknown.
    missing: tuple[str, ...]
    #: What the payer will want to see.
    wanted: tuple[str, ...]
    #: How long one authorization runs; empty: the card does not state it.
    lengths: tuple[str, ...] = ()
    #: What weakens the card itself.
    caveats: tuple[str, ...] = ()

    def count(self, result: Result) -> int:
        return sum(1 for one in self.criteria if one.result is result)

    def __repr__(self) -> str:
        return f"Evaluation({self.card})"


def evaluate(
    card: PolicyCard,
    evidence: Evidence,
    *,
    purpose: Purpose = Purpose.INITIAL,
    network: Network = Network.ANY,
) -> Evaluation:
    """Every criterion of the card for this purpose, with the evidence it used."""
    judged = [_criterion(one, evidence) for one in card.criteria if purpose in one.purposes]
    judged += [_exclusion(one, evidence) for one in card.exclusions]
    if card.investigational:
        judged.append(_protocol(card, evidence.sheet))
    return Evaluation(
        card=card.key,
        title=card.title,
        on=evidence.on,
        purpose=purpose,
        stance=tuple(f"{STANDS[one.stand]} {one.note}" for one in card.stance),
        authorization=authorization_said(card, evidence.on, network),
        criteria=tuple(judged),
        missing=joined(one.missing for one in judged),
        wanted=wanted(card, purpose),
        lengths=tuple(_length(one) for one in card.lengths if one.purpose is purpose),
        caveats=(*_silent_on(card, purpose), *caveats(card, evidence.on)),
    )


def _silent_on(card: PolicyCard, purpose: Purpose) -> Iterator[str]:
    """Silence on a renewal is not leave to renew."""
    if purpose is Purpose.RENEWAL and not any(purpose in one.purposes for one in card.criteria):
        yield "What the policy asks for a renewal is not stated in our copy; ask the payer."


def _length(one: Length) -> str:
    span = counted(one.months, "month") if one.months else counted(one.days or 0, "day")
    of = f" ({one.indication})" if one.indication else ""
    return f"An authorization for {PURPOSES[one.purpose]}{of} runs {span}."


def purpose_of(sheet: EvidenceSheet, service_line: str) -> Purpose:
    """Another course where the sheet has an earlier one of the same treatment; a first one otherwise.

    That a course which runs is to go on (a renewal) is never concluded: whoever looks says so.
    """
    treatment = EARLIER.get(service_line.split("_")[0])
    if any(prior.treatment is treatment for prior in sheet.priors):
        return Purpose.RETREATMENT
    return Purpose.INITIAL


def authorization_said(card: PolicyCard, on: date, network: Network) -> AuthorizationSaid:
    """For a network status on a day. Rules that disagree, or an unknown status they turn on, settle nothing."""
    rules = [rule for rule in card.authorization if rule.valid_on(on) and _speaks_of(rule.network, network)]
    stated = [rule for rule in rules if rule.required is not Required.NOT_STATED]
    said = {rule.required for rule in stated}
    notes = " ".join(dict.fromkeys(rule.note for rule in stated if rule.note))
    keys = tuple(dict.fromkeys(rule.source for rule in rules))
    where = f" for a clinic {NETWORKS[network]}" if network is not Network.ANY else ""
    if said and _turns_on_network(network, {rule.network for rule in stated}):
        told = f"The policy says it for a clinic {NETWORKS[stated[0].network]} alone; whether ours is must be known first."
        return AuthorizationSaid(
            required=Required.NOT_STATED, disputed=False, sentence=f"{told} {notes}".strip(), sources=keys
        )
    if len(said) == 1:
        required = said.pop()
        told = f"The policy says that authorization is {REQUIRED[required]}{where} on {day_words(on)}."
        promise = " That is no promise of coverage or payment." if required is Required.NO else ""
        return AuthorizationSaid(
            required=required, disputed=False, sentence=f"{told} {notes}".strip() + promise, sources=keys
        )
    if said:
        by_network = network is Network.ANY and len({rule.network for rule in stated}) > 1
        why = (
            "whether the clinic is in network must be known first"
            if by_network
            else "its sources disagree, so ask"
        )
        told = f"The policy says both that authorization is required and that it is not: {why}."
        return AuthorizationSaid(
            required=Required.NOT_STATED, disputed=True, sentence=f"{told} {notes}".strip(), sources=keys
        )
    return AuthorizationSaid(
        required=Required.NOT_STATED,
        disputed=False,
        sentence="Whether authorization is required is not stated on the policy card.",
        sources=keys,
    )


def _speaks_of(rule: Network, asked: Network) -> bool:
    return Network.ANY in (rule, asked) or rule is asked


def _turns_on_network(asked: Network, spoken_of: set[Network]) -> bool:
    """The clinic's status is not known, and only one of the two is spoken of."""
    return asked is Network.ANY and spoken_of in ({Network.IN}, {Network.OUT})


def _criterion(criterion: Criterion, evidence: Evidence) -> Judged:
    """Readings that come to the same agree; where they do not, nobody knows which holds."""
    said = [judge_asks(reading.asks, evidence) for reading in criterion.readings]
    agree = len({one.result for one in said}) == 1
    disputed = len(criterion.readings) > 1 and not agree
    sentence = said[0].sentence if agree else _both(criterion, [one.sentence for one in said])
    missing = joined(one.missing for one in said)
    if disputed:
        missing = (*missing, f"which text of the policy holds on: {label(criterion.key).lower()}")
    return Judged(
        key=criterion.key,
        label=label(criterion.key),
        result=said[0].result if agree else Result.UNKNOWN,
        sentence=sentence,
        evidence=joined(one.evidence for one in said),
        missing=missing if disputed or said[0].result is Result.UNKNOWN else (),
        disputed=disputed,
        not_stated=joined(_not_stated(reading.asks) for reading in criterion.readings),
        sources=tuple(dict.fromkeys(reading.source for reading in criterion.readings)),
    )


def _both(criterion: Criterion, sentences: list[str]) -> str:
    told = [
        f"{reading.source}: {sentence}"
        for reading, sentence in zip(criterion.readings, sentences, strict=True)
    ]
    return " ".join(["Public sources disagree.", *told])


def _not_stated(asks: Asks) -> tuple[str, ...]:
    inner = [_not_stated(part) for part in asks.parts] if isinstance(asks, AnyOf) else []
    return joined([asks.not_stated, *inner])


def _exclusion(exclusion: Exclusion, evidence: Evidence) -> Judged:
    said = judge_asks(Answered(question=exclusion.question, wanted=False, codes=exclusion.codes), evidence)
    disputed = bool(exclusion.disputed_by) and said.result is Result.NOT_MET
    more = " Public sources disagree on whether this still excludes." if disputed else ""
    words = SCREENS[exclusion.question]
    return Judged(
        key=f"exclusion_{exclusion.question}",
        label=f"Exclusion ruled out: {label(exclusion.question).lower()}",
        result=Result.UNKNOWN if disputed else said.result,
        sentence=said.sentence + more,
        evidence=said.evidence,
        missing=(f"whether the payer still excludes it where {words}",) if disputed else said.missing,
        disputed=disputed,
        sources=(exclusion.source, *exclusion.disputed_by),
    )


def _protocol(card: PolicyCard, sheet: EvidenceSheet) -> Judged:
    listed = [PROTOCOLS[one.protocol] for one in card.investigational]
    asked = f"The policy calls investigational, or does not cover: {', '.join(listed)}."
    planned = sheet.protocol
    if planned is None:
        result, told = Result.UNKNOWN, "Which protocol is planned is not on the sheet."
    else:
        is_listed = planned in {one.protocol for one in card.investigational}
        result = Result.NOT_MET if is_listed else Result.MET
        told = f"Planned is {PROTOCOLS[planned]}."
    return Judged(
        key="protocol",
        label=label("protocol"),
        result=result,
        sentence=f"{asked} {told}",
        evidence=("protocol",) if planned else (),
        missing=() if planned else ("which protocol is planned",),
        sources=tuple(dict.fromkeys(one.source for one in card.investigational)),
    )


def wanted(card: PolicyCard, purpose: Purpose) -> tuple[str, ...]:
    """What the payer will want to see: what the criteria rest on, then what it says of papers itself."""
    asked = [reading.asks for one in card.criteria if purpose in one.purposes for reading in one.readings]
    return (*joined(tuple(_papers(asks)) for asks in asked), *(paper.text for paper in card.papers))


def _papers(asks: Asks) -> Iterator[str]:
    match asks:
        case AnyOf():
            for part in asks.parts:
                yield from _papers(part)
        case Trials(role=TrialRole.ANTIDEPRESSANT):
            yield "Each antidepressant with class, dose, first and last day, how it worked and why it was stopped."
        case Trials():
            yield "Each augmentation agent with dose, first and last day, and how it worked."
        case Severity():
            yield "The depression scale itself, with score and day."
        case Psychotherapy():
            yield "Psychotherapy: kind, therapist, first and last day."
        case PriorResponse():
            yield "The earlier course: days, and the score before and after it."
        case Improvement():
            yield "The same depression scale before the course and since, with scores and days."
        case Prescriber():
            yield "The order, signed by whoever may order it."
        case _:
            return


def caveats(card: PolicyCard, on: date) -> tuple[str, ...]:
    """What weakens the card itself: how we know it, its age, its first day, and what our copy lacks."""
    found = [f"How we know: {STATUSES[card.status_of_entry]}; read on {day_words(card.read_on)}."]
    if card.review_by < on:
        found.append(f"The card should have been read again by {day_words(card.review_by)}.")
    if card.effective_from is None:
        found.append("From which day this text holds is not stated.")
    elif not card.certain_on(on):
        found.append(
            f"Sources disagree on whether this text holds before {day_words(card.certain_from or on)}."
        )
    if len({one.stand for one in card.stance}) > 1:
        found.append("Public sources disagree on what the policy says of the service.")
    if any(one.stand is Stand.WITH_CRITERIA for one in card.stance):
        found.append("A self-funded plan may exclude it whatever the policy says: ask for a plan exclusion.")
    found += [f"Not stated in our copy: {words}." for words in card.unknowns]
    return tuple(found)


def inputs_missing(sheet: EvidenceSheet, service_line: str, name: str) -> tuple[str, ...]:
    """What only the psychiatrist can say and has not; the program never says it in their place."""
    found = []
    decision = sheet.decision(service_line)
    if decision is None:
        found.append(f"The psychiatrist's decision on the medical necessity of {name} is missing.")
    elif decision.decision is Decision.PENDING:
        found.append(f"The psychiatrist's decision on the medical necessity of {name} is pending.")
    if not sheet.diagnoses:
        found.append("The psychiatrist's diagnosis is missing.")
    if sheet.trials_complete is not Reply.YES:
        found.append("Nobody has said that the list of drug trials is complete.")
    if not sheet.ordering.npi:
        found.append("Who orders the treatment is missing.")
    return tuple(found)
