"""Limits by year, each with its source; what is not verified says so."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec


class FigureName(StrEnum):
    ACA_MAXIMUM_SELF = "aca_maximum_self"
    ACA_MAXIMUM_FAMILY = "aca_maximum_family"
    HDHP_DEDUCTIBLE_SELF = "hdhp_deductible_self"
    HDHP_DEDUCTIBLE_FAMILY = "hdhp_deductible_family"
    HDHP_MAXIMUM_SELF = "hdhp_maximum_self"
    HDHP_MAXIMUM_FAMILY = "hdhp_maximum_family"
    HSA_CONTRIBUTION_SELF = "hsa_contribution_self"
    HSA_CONTRIBUTION_FAMILY = "hsa_contribution_family"
    PART_B_DEDUCTIBLE = "part_b_deductible"
    PART_D_MAXIMUM = "part_d_maximum"
    POVERTY_ONE_PERSON = "poverty_one_person"
    POVERTY_EACH_FURTHER_PERSON = "poverty_each_further_person"


class Figure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A limit in one year, in cents. `verified` is false until a person has confirmed it."""

    year: int
    cents: int
    source: str
    verified: bool


class _Figures(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    name: FigureName
    read_on: date
    years: tuple[Figure, ...]


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    figures: tuple[_Figures, ...]


class YearlyLimitsError(Exception):
    """The data file cannot be used; the message names the file and the reason."""


@dataclass(frozen=True, slots=True)
class YearlyLimits:
    """Every figure by name and year."""

    figures: Mapping[tuple[FigureName, int], Figure]

    def find(self, name: FigureName, year: int) -> Figure | None:
        """The figure of that very year; None where it is not known. No other year's stands in for it."""
        return self.figures.get((name, year))


@cache
def load() -> YearlyLimits:
    """The limits this program comes with. Raises YearlyLimitsError."""
    return read(files("verify.affordability") / "yearly_limits.toml")


def read(file: Traversable) -> YearlyLimits:
    """The limits in a TOML file. Raises YearlyLimitsError naming file and reason."""
    try:
        found = msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), _File)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise YearlyLimitsError(f"{file.name}: {error}") from error
    figures: dict[tuple[FigureName, int], Figure] = {}
    for group in found.figures:
        for figure in group.years:
            key = (group.name, figure.year)
            if key in figures or figure.cents < 1 or not figure.source.strip():
                raise YearlyLimitsError(
                    f"{file.name}: {group.name} {figure.year} stands twice, is not above zero or has no source"
                )
            figures[key] = figure
    return YearlyLimits(figures)
