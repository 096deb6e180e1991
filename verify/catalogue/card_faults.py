"""Where a policy card contradicts itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import combinations
from typing import TYPE_CHECKING

from verify.catalogue.states import US_STATES

if TYPE_CHECKING:
    from verify.catalogue.policy_card import AuthorizationRule, PolicyCard


def faults(card: PolicyCard) -> Iterator[str]:
    """Everything that contradicts itself, in words that begin with the part."""
    if not all(map(str.strip, (card.key, card.title, *card.names))) or not card.names:
        yield "key, title and names are needed"
    if not card.sources:
        yield "sources: there is none"
    if not card.service_lines:
        yield "service_lines: there is none"
    if card.review_by <= card.read_on:
        yield "review_by: must lie after read_on"
    yield from (f"states: {state!r} is no state" for state in card.states if state not in US_STATES)
    yield from _date_faults(card)
    yield from _citation_faults(card)
    twice = [key for key, count in Counter(part.key for part in card.criteria).items() if count > 1]
    yield from (f"criteria: {key} stands twice; give it two readings" for key in twice)
    yield from _rule_faults(card.authorization)


def _date_faults(card: PolicyCard) -> Iterator[str]:
    first, last = card.effective_from, card.effective_until
    if first is not None and last is not None and last < first:
        yield "effective_until: lies before effective_from"
    if card.certain_from is not None and (first is None or card.certain_from <= first):
        yield "certain_from: lies after effective_from"


def _citation_faults(card: PolicyCard) -> Iterator[str]:
    known = [source.key for source in card.sources]
    for key in {key for key in known if known.count(key) > 1}:
        yield f"sources: {key} stands twice"
    for part, key in _citations(card):
        if key not in known:
            yield f"{part}: {key!r} is none of the sources"


def _citations(card: PolicyCard) -> Iterator[tuple[str, str]]:
    """Which part cites which source."""
    for name in (
        "stance",
        "authorization",
        "exclusions",
        "investigational",
        "units",
        "lengths",
        "caps",
        "papers",
        "notes",
    ):
        yield from ((name, part.source) for part in getattr(card, name))
    yield from (("criteria", reading.source) for one in card.criteria for reading in one.readings)
    yield from (("exclusions", key) for one in card.exclusions for key in one.disputed_by)


def _rule_faults(rules: tuple[AuthorizationRule, ...]) -> Iterator[str]:
    """One source says one thing for one network status on one day."""
    for one, other in combinations(rules, 2):
        begins = max(one.valid_from or date.min, other.valid_from or date.min)
        ends = min(one.valid_until or date.max, other.valid_until or date.max)
        same = one.source == other.source and one.network is other.network
        if same and begins <= ends:
            yield f"authorization: two rules of {one.source!r} for network {one.network} overlap"
