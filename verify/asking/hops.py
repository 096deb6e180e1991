"""Hops: which company an answer leads to next, and why one that is named is not asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from payers.reading import Holder
from verify.asking.questions import lines_held
from verify.catalogue import ServiceLine
from verify.facts import Step, StepState, WhyNot
from verify.verification import InquiryState

#: Companies that are asked after the payer on the card. Medicare, its Advantage plan, that plan's behavioral
#: administrator, and one to spare.
MOST_HOPS = 3

#: Holders of these are asked only where something planned is paid from them; of the plan as a whole, always.
PARTS = frozenset({"behavioral", "pharmacy", "medical"})
#: Who decides whether care is needed, and a company for benefits nobody names, are asked by phone.
BY_PHONE_ONLY = frozenset({"utilization", ""})


class Heard(NamedTuple):
    """One answer, and the companies it names."""

    inquiry_id: str
    payer: str
    #: How far along the trail it was asked.
    hop: int
    #: The payers on the way to it, itself among them.
    passed: frozenset[str]
    holders: Sequence[Holder]


class Known(NamedTuple):
    """A company as we know it: a payer of ours, and the patient's member id there where another policy gives it."""

    payer: str
    member_id: str = ""


class Hop(NamedTuple):
    """One company to ask next."""

    holder: Holder
    from_inquiry_id: str
    from_payer: str
    number: int
    #: None: nobody of ours is known by its id or name.
    known: Known | None
    why_not: WhyNot | None

    @property
    def to_payer(self) -> str:
        return self.known.payer if self.known else ""


def hops(heard: Sequence[Heard], lines: Sequence[ServiceLine], known: Mapping[Holder, Known]) -> list[Hop]:
    """Every company named by the answers, each once a place on the trail, with whether it is to be asked.

    `known` are the companies that are payers of ours. What was asked of them already stays on the list, so
    that the trail can be drawn from it.
    """
    found: dict[tuple[str, str, str], Hop] = {}
    for answer in heard:
        for holder in answer.holders:
            hop = _hop(answer, holder, lines, known.get(holder))
            place = (answer.payer, holder.domain, hop.to_payer or holder.company_id or holder.name.casefold())
            found.setdefault(place, hop)
    return list(found.values())


def _hop(answer: Heard, holder: Holder, lines: Sequence[ServiceLine], known: Known | None) -> Hop:
    why_not = _why_not(answer, holder, lines, known)
    return Hop(holder, answer.inquiry_id, answer.payer, answer.hop + 1, known, why_not)


def _why_not(
    answer: Heard, holder: Holder, lines: Sequence[ServiceLine], known: Known | None
) -> WhyNot | None:
    if holder.domain in PARTS and not lines_held(lines, holder.domain):
        return WhyNot.NOT_NEEDED
    if known is None or holder.domain in BY_PHONE_ONLY:
        return WhyNot.UNKNOWN_COMPANY
    if known.payer in answer.passed:
        return WhyNot.LOOP
    if holder.reason == "other_payer" and not (holder.member_id or known.member_id):
        return WhyNot.NO_MEMBER_ID
    return WhyNot.TOO_FAR if answer.hop >= MOST_HOPS else None


def is_worth_finding(hop: Hop) -> bool:
    """Whether the company would be asked, were it a payer of ours."""
    holder = hop.holder
    return (
        hop.why_not is WhyNot.UNKNOWN_COMPANY
        and hop.known is None
        and holder.domain not in BY_PHONE_ONLY
        and (holder.reason != "other_payer" or bool(holder.member_id))
        and hop.number <= MOST_HOPS
    )


#: An inquiry's state -> what came of the hop it made.
CAME_OF: Mapping[InquiryState, StepState] = {
    InquiryState.PLANNED: StepState.ASKING,
    InquiryState.ASKING: StepState.ASKING,
    InquiryState.UNAVAILABLE: StepState.ASKING,
    InquiryState.ANSWERED: StepState.ANSWERED,
    InquiryState.REJECTED: StepState.UNANSWERED,
    InquiryState.PENDING: StepState.UNANSWERED,
    InquiryState.UNKNOWN: StepState.UNANSWERED,
}


def step_of(hop: Hop, states: Sequence[InquiryState]) -> Step:
    """The hop as a step of the trail; `states` are those of the questions asked there."""
    holder = hop.holder
    came = {CAME_OF[state] for state in states}
    if StepState.ANSWERED in came:
        state = StepState.ANSWERED
    elif StepState.ASKING in came or (hop.why_not is None and not came):
        state = StepState.ASKING
    else:
        state = StepState.UNANSWERED if came else StepState.NOT_FOLLOWED
    return Step(
        number=hop.number,
        domain=holder.domain,
        reason=holder.reason,
        from_payer=hop.from_payer,
        to_payer=hop.to_payer,
        name=holder.name,
        phone=holder.phone,
        order=holder.order,
        state=state,
        why=hop.why_not if state is StepState.NOT_FOLLOWED else None,
    )
