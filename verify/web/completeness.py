"""How complete a verification is, for its page: a figure, what is missing, what stands for each field."""

from collections.abc import Sequence
from typing import NamedTuple

from verify.findings import Completeness, Item
from verify.findings.completeness import REFERENCE
from verify.web import words

STANDINGS = {
    "yes": "yes",
    "no": "no",
    "value": "known",
    "unknown": "they could not say",
    "not_stated": "not stated",
    "not_asked": "not asked",
}
NEEDS = {"minimum": "needed", "wanted": "wanted"}
SECTIONS = {
    "C": "The plan",
    "D": "Who holds what",
    "E": "Eligibility and network",
    "F": "What the patient pays",
    "G": "Limits",
    "H": "Authorization",
    "J": "Spravato",
    "K": "Ketamine and out of network",
}


class ItemSaid(NamedTuple):
    label: str
    standing: str
    confidence: str
    need: str
    #: good, warn or empty
    tone: str


class Filled(NamedTuple):
    """One line's worksheet."""

    service_line: str
    percent: int
    known: int
    needed: int
    usable: bool
    confidence: str
    missing: list[str]
    sections: dict[str, list[ItemSaid]]


def filled_in(found: Sequence[Completeness]) -> list[Filled]:
    return [_filled(one) for one in found]


def _filled(found: Completeness) -> Filled:
    labels = {item.name: item.label.rstrip("?") for item in found.items}
    sections: dict[str, list[ItemSaid]] = {}
    for item in found.items:
        sections.setdefault(SECTIONS.get(item.section, item.section), []).append(_said(item))
    return Filled(
        service_line=found.service_line,
        percent=found.percent,
        known=found.known,
        needed=found.needed,
        usable=found.usable,
        confidence=found.confidence.value,
        missing=[
            "the reference number of a call" if name == REFERENCE else labels.get(name, words.plain(name))
            for name in found.missing
        ],
        sections=sections,
    )


def _said(item: Item) -> ItemSaid:
    return ItemSaid(
        label=item.label,
        standing=standing_words(item),
        confidence=item.confidence.value if item.is_known and not item.covered_by else "",
        need=NEEDS.get(item.need.value, item.need.value),
        tone="good" if item.is_known else "warn" if item.need.value == "minimum" else "",
    )


def standing_words(item: Item) -> str:
    """Never more than was said: yes, no, known, they could not say, not stated, not asked."""
    if item.covered_by:
        return "not needed: another field says it"
    said = STANDINGS[item.standing.value]
    if item.disputed:
        return f"{said}, sources disagree"
    return f"{said}, out of date" if item.stale else said
