"""Drug classes: which antidepressant belongs to which, as dated, sourced data."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache, cached_property
from importlib.resources import files

import msgspec

from verify.catalogue.document import Document
from verify.catalogue.policy_card import plain

FILE = "drug_classes.toml"


class Drug(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: str
    brands: tuple[str, ...] = ()


class DrugClass(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key: str
    label: str
    drugs: tuple[Drug, ...]

    def __post_init__(self) -> None:
        if not self.key.strip() or not self.label.strip() or not self.drugs:
            raise ValueError("a class has a key, a label and drugs")


class DrugClasses(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, dict=True):
    """The classes with their drugs; a drug may stand in two where texts differ."""

    read_on: date
    review_by: date
    source: str
    classes: tuple[DrugClass, ...]

    def __post_init__(self) -> None:
        if not self.source.strip():
            raise ValueError("source is empty")
        keys = [one.key for one in self.classes]
        if len(keys) != len(set(keys)):
            raise ValueError("a class stands twice")

    def of(self, drug: str) -> frozenset[str]:
        """Keys of the classes a drug may belong to, by generic or brand name; empty for one we do not know."""
        return self._by_name.get(plain(drug), frozenset())

    def generic(self, drug: str) -> str:
        """The generic name behind a brand; a name we do not know stays as it is."""
        return self._generic.get(plain(drug), plain(drug))

    @property
    def names(self) -> list[str]:
        """Generic names in alphabetical order, for suggestions."""
        return sorted(set(self._generic.values()))

    @cached_property
    def _by_name(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for one in self.classes:
            for drug in one.drugs:
                for name in (drug.name, *drug.brands):
                    found.setdefault(plain(name), set()).add(one.key)
        return {name: frozenset(keys) for name, keys in found.items()}

    @cached_property
    def _generic(self) -> Mapping[str, str]:
        return {
            plain(name): drug.name
            for one in self.classes
            for drug in one.drugs
            for name in (drug.name, *drug.brands)
        }


@cache
def load_drug_classes() -> DrugClasses:
    """Raises CatalogueError naming file, line and reason."""
    return read_drug_classes((files("verify.catalogue") / FILE).read_text(encoding="utf-8"))


def read_drug_classes(text: str) -> DrugClasses:
    """Raises CatalogueError naming file, line and reason."""
    return Document(FILE, text.encode()).read(DrugClasses)
