"""The policy cards, read from their files and checked; each fault with its file, line and reason."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterable
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import combinations
from typing import NamedTuple

import msgspec

from verify.catalogue.policy_card import PolicyCard, overlap
from verify.catalogue.shelf import CatalogueError, load
from verify.catalogue.toml_lines import line_of, path_of

_SYNTAX = re.compile(r"\s*\(at line (\d+), column \d+\)")
_PLACE = re.compile(r" - at `(\$[^`]*)`")
_UNKNOWN_FIELD = re.compile(r"unknown field `(\w+)`")
_PART = re.compile(r"(\w+): ")


class Fault(NamedTuple):
    """What is wrong with a file, and where."""

    file: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.reason}"


class Shelf(NamedTuple):
    """The cards that can be used, in the order of their keys, and why others cannot."""

    cards: tuple[PolicyCard, ...]
    faults: tuple[Fault, ...]


@cache
def load_cards() -> tuple[PolicyCard, ...]:
    """The cards this program comes with. Raises CatalogueError naming file, line and reason."""
    shelf = examine_cards()
    if shelf.faults:
        raise CatalogueError("; ".join(map(str, shelf.faults)))
    return shelf.cards


def examine_cards() -> Shelf:
    """The cards this program comes with, and their faults."""
    return read_cards(files("verify.catalogue") / "policy_cards", load().service_lines)


def read_cards(folder: Traversable, service_lines: Collection[str]) -> Shelf:
    """The cards of a folder, one TOML file each, named by its key, for service lines that there are."""
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    texts: dict[str, str] = {}
    cards: list[PolicyCard] = []
    faults: list[Fault] = []
    for name in names:
        try:
            texts[name] = (folder / name).read_text(encoding="utf-8")
            cards.append(_card(name, texts[name], service_lines))
        except UnicodeDecodeError:
            faults.append(Fault(name, 1, "is no UTF-8 text"))
        except _Faulty as error:
            faults.append(error.fault)
    faults += _overlaps(cards, texts)
    return Shelf(tuple(cards), tuple(faults))


def past_review(cards: Iterable[PolicyCard], today: date) -> list[PolicyCard]:
    """Those that should have been read again by now, the longest overdue first."""
    return sorted((card for card in cards if card.review_by < today), key=lambda card: card.review_by)


class _Faulty(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def _card(name: str, text: str, service_lines: Collection[str]) -> PolicyCard:
    try:
        card = msgspec.convert(tomllib.loads(text), PolicyCard)
    except tomllib.TOMLDecodeError as error:
        at = _SYNTAX.search(str(error))
        line = int(at[1]) if at else len(text.splitlines())
        raise _Faulty(Fault(name, line, _SYNTAX.sub("", str(error)))) from None
    except msgspec.ValidationError as error:
        raise _Faulty(_invalid(name, text, str(error))) from None
    if name != f"{card.key}.toml":
        reason = f"its key is {card.key!r}, which belongs in {card.key}.toml"
        raise _Faulty(Fault(name, line_of(text, ("key",)), reason))
    for key in card.service_lines:
        if key not in service_lines:
            reason = f"{key!r} is no service line of the catalogue"
            raise _Faulty(Fault(name, line_of(text, ("service_lines",)), reason))
    return card


def _invalid(name: str, text: str, message: str) -> Fault:
    """A message of msgspec, or of a part's own check, with the line it is about."""
    place = _PLACE.search(message)
    reason = _PLACE.sub("", message)
    path = path_of(place[1]) if place else ()
    if more := _UNKNOWN_FIELD.search(reason) or _PART.match(reason):
        path = (*path, more[1])
    return Fault(name, line_of(text, path), reason)


def _overlaps(cards: Iterable[PolicyCard], texts: dict[str, str]) -> list[Fault]:
    found = []
    for one, other in combinations(cards, 2):
        if overlap(one, other):
            name = f"{other.key}.toml"
            line = line_of(texts[name], ("effective_from",))
            found.append(Fault(name, line, f"holds on the same days as {one.key}.toml for the same payer"))
    return found
