"""Unit: what one unit of a code counts, and how many a session has."""

from __future__ import annotations

import msgspec


class _Unit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="per"):
    """`per` says which of the kinds below it is."""


class PerSession(_Unit, frozen=True, tag="session"):
    """One a session, however long it takes."""


class PerMilligram(_Unit, frozen=True, tag="milligram"):
    """As many as milligrams are given."""


class PerDose(_Unit, frozen=True, tag="dose"):
    """One for a dose within these bounds, both in milligrams; none for another."""

    above_mg: int = 0
    up_to_mg: int | None = None


class PerTime(_Unit, frozen=True, tag="time"):
    """One from so many minutes on, up to and including so many; and one more for each further stretch."""

    from_minutes: int
    up_to_minutes: int | None = None
    each_further_minutes: int | None = None


Unit = PerSession | PerMilligram | PerDose | PerTime


def needs_dose(unit: Unit) -> bool:
    """Whether its units cannot be told without the dose."""
    return isinstance(unit, PerMilligram) or (isinstance(unit, PerDose) and unit != PerDose())


def units_of(unit: Unit, *, dose_mg: int | None, minutes: int | None) -> int | None:
    """How many units a session has, 0 where the code does not fit it; None: not known without dose or time."""
    match unit:
        case PerSession():
            return 1
        case PerMilligram():
            return dose_mg
        case PerDose():
            return _by_dose(unit, dose_mg)
        case PerTime():
            return None if minutes is None else _by_time(unit, minutes)


def _by_dose(unit: PerDose, dose_mg: int | None) -> int | None:
    if dose_mg is None:
        return None if needs_dose(unit) else 1
    return int(unit.above_mg < dose_mg and (unit.up_to_mg is None or dose_mg <= unit.up_to_mg))


def _by_time(unit: PerTime, minutes: int) -> int:
    if minutes < unit.from_minutes or (unit.up_to_minutes is not None and minutes > unit.up_to_minutes):
        return 0
    further = unit.each_further_minutes
    return 1 + (minutes - unit.from_minutes) // further if further else 1
