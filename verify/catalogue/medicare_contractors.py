"""Medicare contractors: who decides locally, by the state of the place of treatment."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import cache
from importlib.resources import files

import msgspec

from verify.catalogue.document import Document
from verify.catalogue.states import US_STATES

FILE = "medicare_contractors.toml"


class Contractor(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    key: str
    name: str
    states: tuple[str, ...]
    #: Where a state alone does not tell.
    note: str = ""


class Contractors(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Each state once. Raises ValueError for one that is none, or stands twice."""

    read_on: date
    review_by: date
    source: str
    contractors: tuple[Contractor, ...]

    def __post_init__(self) -> None:
        if not self.source.strip():
            raise ValueError("source is empty")
        counts = Counter(state for one in self.contractors for state in one.states)
        for state, count in counts.items():
            if state not in US_STATES or count > 1:
                raise ValueError(f"{state!r} is no state, or stands twice")

    def of_state(self, state: str) -> Contractor | None:
        """Whose the state is; None for one that is not on the list."""
        return next((one for one in self.contractors if state in one.states), None)


@cache
def load_contractors() -> Contractors:
    """Raises CatalogueError naming file, line and reason."""
    return read_contractors((files("verify.catalogue") / FILE).read_text(encoding="utf-8"))


def read_contractors(text: str) -> Contractors:
    """Raises CatalogueError naming file, line and reason."""
    return Document(FILE, text.encode()).read(Contractors)
