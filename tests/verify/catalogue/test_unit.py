"""How many units of a code a session has, from its dose and its minutes."""

import pytest

from verify.catalogue import units_of
from verify.catalogue.unit import PerDose, PerMilligram, PerSession, PerTime, Unit, needs_dose

FIRST_HOUR = PerTime(from_minutes=16)
FURTHER = PerTime(from_minutes=91, each_further_minutes=60)
SHORT_THERAPY = PerTime(from_minutes=16, up_to_minutes=37)


@pytest.mark.parametrize(
    ("unit", "dose_mg", "minutes", "units"),
    [
        (PerSession(), None, None, 1),
        (PerMilligram(), 84, None, 84),
        (PerMilligram(), None, None, None),
        (PerDose(), None, None, 1),
        (PerDose(up_to_mg=56), 56, None, 1),
        (PerDose(up_to_mg=56), 57, None, 0),
        (PerDose(above_mg=56), 56, None, 0),
        (PerDose(above_mg=56), 57, None, 1),
        (PerDose(above_mg=56), None, None, None),
        (FIRST_HOUR, None, 15, 0),
        (FIRST_HOUR, None, 16, 1),
        (FIRST_HOUR, None, 300, 1),
        (FIRST_HOUR, None, None, None),
        (FURTHER, None, 90, 0),
        (FURTHER, None, 91, 1),
        (FURTHER, None, 150, 1),
        (FURTHER, None, 151, 2),
        (SHORT_THERAPY, None, 37, 1),
        (SHORT_THERAPY, None, 38, 0),
    ],
)
def test_units_follow_from_dose_and_time_and_are_unknown_without(
    unit: Unit, dose_mg: int | None, minutes: int | None, units: int | None
) -> None:
    assert units_of(unit, dose_mg=dose_mg, minutes=minutes) == units


def test_a_dose_is_needed_where_it_decides() -> None:
    assert [needs_dose(unit) for unit in (PerMilligram(), PerDose(up_to_mg=56))] == [True, True]
    assert [needs_dose(unit) for unit in (PerDose(), PerSession(), FIRST_HOUR)] == [False, False, False]
