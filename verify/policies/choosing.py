"""Which policy card answers for a payer, a service and a day; or that none does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import msgspec

from verify.catalogue.medicare_contractors import Contractor, Contractors
from verify.catalogue.policy_card import PolicyCard, Program, plain
from verify.policies.judged import listed
from verify.policies.wording import PROGRAMS

NO_CARD = "There is no policy card: what the payer's written policy says is not stated."
#: Source: clinic practice, not verified.
AT_THE_LEAST = (
    "A Medicare Advantage plan follows the local determination of its area at the least and may ask for "
    "authorization besides."
)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a card is looked for by."""

    service_line: str
    on: date
    #: The payer's code, name and aliases.
    payer: tuple[str, ...]
    #: Who administers the benefit, where that is another company.
    administrator: tuple[str, ...] = ()
    #: The kind of coverage; None: not known.
    program: Program | None = None
    #: Of the place of treatment, never of the patient's home; empty: not known.
    state: str = ""


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """The card that answers, or None and why; and what is to be kept in mind with it."""

    card: PolicyCard | None
    sentence: str
    caveats: tuple[str, ...] = ()


def choose(wanted: Wanted, cards: Iterable[PolicyCard], contractors: Contractors) -> Chosen:
    """The administrator's card before the payer's: who administers a benefit decides by its own policy."""
    on_the_day = [
        card for card in cards if wanted.service_line in card.service_lines and card.valid_on(wanted.on)
    ]
    contractor = contractors.of_state(wanted.state)
    for names in (wanted.administrator, wanted.payer):
        found = [card for card in on_the_day if _is_of(card, names) and _fits(card, wanted, contractor)]
        if len(found) > 1:
            keys = listed(sorted(card.key for card in found))
            return Chosen(
                card=None,
                sentence=f"More than one policy card fits ({keys}): which kind of coverage it is must be known first.",
            )
        if found:
            return _of(found[0], wanted, contractor)
    if wanted.program is Program.MEDICARE_ADVANTAGE:
        return _of_the_area(on_the_day, wanted, contractor)
    return Chosen(card=None, sentence=_why_none(on_the_day, wanted, contractor))


def _is_of(card: PolicyCard, names: Sequence[str]) -> bool:
    """By a whole name: part of one may be another plan of the same company."""
    return not {plain(name) for name in card.names}.isdisjoint(plain(name) for name in names if name.strip())


def _fits(card: PolicyCard, wanted: Wanted, contractor: Contractor | None) -> bool:
    program = wanted.program is None or not card.programs or wanted.program in card.programs
    state = not wanted.state or not card.states or wanted.state in card.states
    local = not card.contractor or (contractor is not None and contractor.key == card.contractor)
    return program and state and local


def _of(card: PolicyCard, wanted: Wanted, contractor: Contractor | None) -> Chosen:
    caveats = []
    if card.programs and wanted.program is None and Program.MEDICARE not in card.programs:
        kinds = listed([PROGRAMS[one] for one in card.programs])
        caveats.append(f"The card is for {kinds}; which kind of coverage this is was not said.")
    if card.states and not wanted.state:
        caveats.append(
            f"The card is for {listed(card.states)}; the state of the place of treatment is not known."
        )
    if card.contractor and contractor is not None and contractor.note:
        caveats.append(contractor.note)
    return Chosen(card=card, sentence=f"Policy card: {card.title}.", caveats=tuple(caveats))


def _of_the_area(cards: Sequence[PolicyCard], wanted: Wanted, contractor: Contractor | None) -> Chosen:
    """A Medicare Advantage plan without a card of its own: the local determination it follows at the least."""
    local = [card for card in cards if contractor is not None and card.contractor == contractor.key]
    if len(local) != 1:
        return Chosen(card=None, sentence=_why_none(cards, wanted, contractor))
    card = local[0]
    return Chosen(
        card=card,
        sentence=f"The plan has no policy card of its own; the local determination of its area is {card.title}.",
        caveats=(AT_THE_LEAST,),
    )


def _why_none(cards: Sequence[PolicyCard], wanted: Wanted, contractor: Contractor | None) -> str:
    """Where a card only lacks the state to be found by, that is said."""
    local = [
        card
        for card in cards
        if card.contractor
        and (
            _is_of(card, (*wanted.administrator, *wanted.payer))
            or wanted.program is Program.MEDICARE_ADVANTAGE
        )
    ]
    if local and contractor is None:
        return f"{NO_CARD} The state of the place of treatment decides which Medicare contractor answers."
    return NO_CARD
