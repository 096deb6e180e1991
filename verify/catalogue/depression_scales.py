"""Depression scales: from how many points on each counts as severe, as dated, sourced data."""

from __future__ import annotations

from datetime import date
from functools import cache
from importlib.resources import files

import msgspec

from verify.catalogue.criteria import MOST_POINTS, Scale
from verify.catalogue.document import Document

FILE = "depression_scales.toml"


class Mark(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The points of one scale from which, and up to which, all texts agree."""

    scale: Scale
    severe_from: int
    below_severe_until: int

    def __post_init__(self) -> None:
        if not 0 <= self.below_severe_until < self.severe_from <= MOST_POINTS[self.scale]:
            raise ValueError(f"the points of {self.scale} do not rise, or are more than it has")


class DepressionScales(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Each scale at most once. Raises ValueError for one that stands twice."""

    read_on: date
    review_by: date
    source: str
    scales: tuple[Mark, ...]

    def __post_init__(self) -> None:
        if not self.source.strip():
            raise ValueError("source is empty")
        names = [one.scale for one in self.scales]
        if len(names) != len(set(names)):
            raise ValueError("a scale stands twice")

    def is_severe(self, scale: Scale, points: int) -> bool | None:
        """None where texts differ about these points, or the scale is not on the list."""
        mark = next((one for one in self.scales if one.scale is scale), None)
        if mark is None or mark.below_severe_until < points < mark.severe_from:
            return None
        return points >= mark.severe_from


@cache
def load_depression_scales() -> DepressionScales:
    """Raises CatalogueError naming file, line and reason."""
    return read_depression_scales((files("verify.catalogue") / FILE).read_text(encoding="utf-8"))


def read_depression_scales(text: str) -> DepressionScales:
    """Raises CatalogueError naming file, line and reason."""
    return Document(FILE, text.encode()).read(DepressionScales)
