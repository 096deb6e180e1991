"""Every fact has a shape, and the shape is what its values are."""

import pytest

from verify.facts import PLAN_WIDE, FactName, FieldKind
from verify.facts.names import LASTING, MOVING, WORDED


@pytest.mark.parametrize("name", FactName)
def test_a_fact_is_its_own_word_with_a_shape(name: FactName):
    assert FactName(name.value) is name
    assert name == name.value
    assert isinstance(name.kind, FieldKind)
    assert bool(name.choices) == (name.kind is FieldKind.WORD)
    assert len(set(name.choices)) == len(name.choices)
    assert all(choice == choice.lower() and " " not in choice for choice in name.choices)


def test_every_shape_is_used():
    assert {name.kind for name in FactName} == set(FieldKind)


def test_what_is_worded_is_free_text_alone():
    assert {name.kind for name in WORDED} == {FieldKind.TEXT, FieldKind.YES_NOTE}
    assert {FactName.PLAN_NAME, FactName.LIMITS_SHARED} <= WORDED
    assert FactName.DRUG_CODE not in WORDED


def test_the_groups_do_not_overlap():
    assert not PLAN_WIDE & MOVING
    assert not PLAN_WIDE & LASTING
    assert not MOVING & LASTING
    assert FactName.PLAN_YEAR_BEGINS in PLAN_WIDE
    assert FactName.CLAIMS_IN_PROCESS in MOVING
