"""The policy cards, read from their files and checked; each fault with its file, line and reason."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import combinations
from typing import NamedTuple

from verify.catalogue.document import CatalogueError, Document, Fault
from verify.catalogue.policy_card import PolicyCard, overlap
from verify.catalogue.shelf import load


class Shelf(NamedTuple):
    """The cards that can be used, in the order of their keys, and why others cannot."""

    cards: tuple[PolicyCard, ...]
    faults: tuple[Fault, ...]


@cache
def load_cards() -> tuple[PolicyCard, ...]:
    """The cards this program comes with. Raises CatalogueError naming file, line and reason."""
    shelf = examine_cards()
    if shelf.faults:
        raise CatalogueError(shelf.faults)
    return shelf.cards


def examine_cards() -> Shelf:
    """The cards this program comes with, and their faults."""
    return read_cards(files("verify.catalogue") / "policy_cards", load().service_lines)


def read_cards(folder: Traversable, service_lines: Collection[str]) -> Shelf:
    """The cards of a folder, one TOML file each, named by its key, for service lines that there are."""
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    documents: dict[str, Document] = {}
    cards: list[PolicyCard] = []
    faults: list[Fault] = []
    for name in names:
        try:
            documents[name] = Document(name, (folder / name).read_bytes())
            cards.append(_card(documents[name], service_lines))
        except CatalogueError as error:
            faults += error.faults
    faults += _overlaps(cards, documents)
    return Shelf(tuple(cards), tuple(faults))


def past_review(cards: Iterable[PolicyCard], today: date) -> list[PolicyCard]:
    """Those that should have been read again by now, the longest overdue first."""
    return sorted((card for card in cards if card.review_by < today), key=lambda card: card.review_by)


def _card(document: Document, service_lines: Collection[str]) -> PolicyCard:
    card = document.read(PolicyCard)
    if document.name != f"{card.key}.toml":
        reason = f"its key is {card.key!r}, which belongs in {card.key}.toml"
        raise CatalogueError([document.fault(("key",), reason)])
    for key in card.service_lines:
        if key not in service_lines:
            reason = f"{key!r} is no service line of the catalogue"
            raise CatalogueError([document.fault(("service_lines",), reason)])
    return card


def _overlaps(cards: Iterable[PolicyCard], documents: Mapping[str, Document]) -> list[Fault]:
    return [
        documents[f"{other.key}.toml"].fault(
            ("effective_from",), f"holds on the same days as {one.key}.toml for the same payer"
        )
        for one, other in combinations(cards, 2)
        if overlap(one, other)
    ]
