"""The trail: which companies were asked one after the other, and who speaks for which benefits."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from verify.facts.fact import Fact
from verify.facts.names import NETWORK_KINDS, PLAN_WIDE, PROGRAMMES, FactName


class StepState(StrEnum):
    """What came of one hop."""

    ASKING = "asking"
    ANSWERED = "answered"
    #: It refused the question, does not answer electronically, or what it said cannot be read.
    UNANSWERED = "unanswered"
    #: Not asked: `why` says the reason.
    NOT_FOLLOWED = "not_followed"


class WhyNot(StrEnum):
    """Why a company that was named is not asked electronically."""

    #: Nobody of ours goes by its name or id, or several do.
    UNKNOWN_COMPANY = "unknown_company"
    #: It was asked already, further up the trail.
    LOOP = "loop"
    #: The trail has passed enough companies.
    TOO_FAR = "too_far"
    #: Another payer's own member id is needed, and nobody gave it.
    NO_MEMBER_ID = "no_member_id"
    #: Nothing planned is paid from the benefits it holds.
    NOT_NEEDED = "not_needed"


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One company that an answer named. Ids are those of our payers; `name` is the company's, as the answer has it."""

    number: int
    #: plan, medical, behavioral, pharmacy, utilization; empty where the answer does not say.
    domain: str
    #: carve_out, medicare_advantage, managed_care, other_payer
    reason: str
    from_payer: str
    state: StepState
    name: str = ""
    phone: str = ""
    #: Of another payer: primary, secondary, tertiary.
    order: str = ""
    to_payer: str = ""
    why: WhyNot | None = None


class Trail(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From the payer on the card, step by step."""

    payer: str = ""
    payer_name: str = ""
    steps: tuple[Step, ...] = ()

    def speaker(self, domain: str) -> str:
        """The payer whose answers count for these benefits: the last one on the way that answered."""
        at, passed = self.payer, {self.payer}
        while (step := self._on(at, domain)) is not None and step.to_payer not in passed:
            at = step.to_payer
            passed.add(at)
        return at

    def holder(self, domain: str) -> Step | None:
        """The last company on the way that is named for these benefits, whether it answered or not."""
        at, passed, last = self.payer, {self.payer}, None
        while (step := self._named(at, domain)) is not None and step.to_payer not in passed:
            last = step
            if not step.to_payer:
                break
            at = step.to_payer
            passed.add(at)
        return last

    def _on(self, payer: str, domain: str) -> Step | None:
        return next((step for step in self._leading(payer, domain) if step.state is StepState.ANSWERED), None)

    def _named(self, payer: str, domain: str) -> Step | None:
        return next(iter(self._leading(payer, domain)), None)

    def _leading(self, payer: str, domain: str) -> Iterable[Step]:
        """Steps that lead on from a payer; who holds the plan as a whole comes before who holds a part."""
        held = [step for step in self.steps if step.from_payer == payer and step.reason != "other_payer"]
        yield from (step for step in held if step.domain == "plan")
        yield from (step for step in held if step.domain == domain)


#: Nobody was asked but the payer on the card, or nobody knows.
NO_TRAIL = Trail()

#: Said by whoever was asked, and true of the patient whoever speaks for a benefit.
_OF_ALL = frozenset({FactName.HELD_BY, FactName.OTHER_PAYER, FactName.ADMINISTRATOR})


#: Of a payer that holds the membership while another company holds the benefit.
_OF_MEMBERSHIP = PLAN_WIDE | {FactName.ACTIVE}


def speaking_for(facts: Iterable[Fact], trail: Trail, domain: str) -> list[Fact]:
    """The facts that count for benefits of one domain: those of whoever holds them, and what people learned.

    What the others on the trail say of a benefit they do not hold stays evidence and decides nothing; while its
    holder has not answered, what it costs is not stated. Of the plan's name and dates the payer on the card is
    heard where the holder says nothing, and of its kind where the holder tells only how its network works: a
    Medicare Advantage plan is a PPO as well.
    """
    known = list(facts)
    speaker, holder = trail.speaker(domain), trail.holder(domain)
    is_heard = holder is None or holder.to_payer == speaker
    kept = [fact for fact in known if _counts(fact, speaker) and (is_heard or _holds(fact, speaker))]
    if speaker == trail.payer:
        return kept
    is_programme = any(_is_kind(fact, PROGRAMMES) and fact.source.payer == trail.payer for fact in known)
    if is_programme:
        kept = [fact for fact in kept if fact.source.payer != speaker or not _is_kind(fact, NETWORK_KINDS)]
    said = {
        fact.name for fact in kept if fact.settled and not (is_programme and _is_kind(fact, NETWORK_KINDS))
    }
    return kept + [
        fact
        for fact in known
        if fact.source.payer == trail.payer and fact.name in PLAN_WIDE - _OF_ALL - said and fact.settled
    ]


def _counts(fact: Fact, speaker: str) -> bool:
    return fact.source.payer in ("", speaker) or not speaker or fact.name in _OF_ALL


def _is_kind(fact: Fact, kinds: frozenset[str]) -> bool:
    return fact.name is FactName.PRODUCT and fact.settled and fact.value in kinds


def _holds(fact: Fact, speaker: str) -> bool:
    """What still counts of a speaker while somebody else holds the benefit."""
    return fact.source.payer != speaker or fact.name in _OF_ALL | _OF_MEMBERSHIP
