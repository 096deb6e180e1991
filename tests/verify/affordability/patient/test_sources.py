"""What facts say, and how well they carry a rule: amounts as payers send them, and the weakest source of several."""

from datetime import date

import msgspec
import pytest

from tests.verify.affordability.patient.test_course_cost import NO, SILENT, UNKNOWN, VALUE, YES, fact
from verify.affordability.case import MOST_CENTS
from verify.affordability.patient.plan_rules import basis_points, copay_cents
from verify.affordability.patient.subject import day_of, is_certain, source_of, values_of
from verify.facts import Known, SourceKind, Status


def known(kind=SourceKind.CALL, standing=YES, value=None, *, status=None, rivals=(), stale=False):
    made = fact("copay", standing, value)
    made = msgspec.structs.replace(made, source=msgspec.structs.replace(made.source, kind=kind))
    made = made if status is None else msgspec.structs.replace(made, status=status)
    return Known(fact=made, rivals=tuple(rivals), stale=stale)


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        (SourceKind.CALL, "phone"),
        (SourceKind.LETTER, "phone"),
        (SourceKind.CONTRACT, "contract"),
        (SourceKind.X12_271, "271"),
        (SourceKind.PAYER_JSON, "271"),
        (SourceKind.PORTAL, "271"),
        (SourceKind.POLICY_CARD, "assumed"),
    ],
)
def test_a_rule_is_as_good_as_where_it_is_from(kind, source):
    assert source_of([known(kind)]) == source


def test_of_several_sources_the_weakest_carries_the_rule_and_silence_carries_none():
    call, contract, electronic = map(known, (SourceKind.CALL, SourceKind.CONTRACT, SourceKind.X12_271))
    assert source_of([call, contract]) == "contract"
    assert source_of([electronic, contract, call]) == "271"
    assert source_of([electronic, known(SourceKind.POLICY_CARD), call]) == "assumed"
    assert source_of([Known(), call, known(SourceKind.X12_271, SILENT)]) == "phone"
    assert (
        source_of([known(SourceKind.X12_271, SILENT)]) == source_of([Known()]) == source_of([]) == "assumed"
    )


def test_what_is_old_disputed_or_ambiguous_is_an_assumption_and_what_was_derived_is_electronic_at_best():
    assert source_of([known(stale=True)]) == "assumed"
    assert source_of([known(rivals=[fact("copay", NO)])]) == "assumed"
    assert source_of([known(standing=UNKNOWN, value=[5])]) == "assumed"
    assert source_of([known(status=Status.DERIVED)]) == "271"
    assert source_of([known(SourceKind.POLICY_CARD, status=Status.DERIVED)]) == "assumed"


def test_what_is_said_is_the_winners_value_then_its_rivals_each_once():
    rivals = [
        fact("copay", VALUE, 5),
        fact("copay", VALUE, 7),
        fact("copay", UNKNOWN, [7, 9]),
        fact("copay", YES),
    ]
    assert values_of(known(standing=VALUE, value=5, rivals=rivals)) == [5, 7, 9]
    assert values_of(known(standing=UNKNOWN, value="5")) == []
    assert values_of(Known()) == []


def test_a_day_is_known_where_one_is_stated_and_nobody_disagrees():
    stated = known(standing=VALUE, value="2026-12-15")
    assert day_of(stated) == date(2026, 12, 15)
    assert (
        day_of(known(standing=VALUE, value="2026-12-15", rivals=[fact("copay", VALUE, "2026-12-16")])) is None
    )
    assert day_of(known(standing=UNKNOWN, value=["2026-12-15"])) is None
    assert day_of(known(standing=VALUE, value=5)) is None
    assert day_of(Known()) is None


def test_one_value_is_certain_however_old_and_two_are_not():
    assert is_certain(known(standing=VALUE, value=5, stale=True))
    assert not is_certain(known(standing=VALUE, value=5, rivals=[fact("copay", VALUE, 7)]))
    assert not is_certain(known(standing=UNKNOWN, value=[5]))
    assert not is_certain(Known())


@pytest.mark.parametrize(
    ("value", "cents"),
    [
        ({"cents": 40_00, "per": "visit"}, 40_00),
        ({"amount": "40.00"}, 40_00),
        ({"cents": None, "amount": "30"}, 30_00),
        ("25.50", 25_50),
        ({"cents": MOST_CENTS + 1}, MOST_CENTS),
        ("900000000", MOST_CENTS),
        ({"amount": "x"}, None),
        ({}, None),
        ([], None),
        (None, None),
    ],
)
def test_a_copay_is_read_as_a_fact_or_as_a_payer_sends_it(value, cents):
    assert copay_cents(value) == cents


@pytest.mark.parametrize(
    ("value", "points"),
    [
        (2000, 2000),
        (".2", 2000),
        ({"percent": ".4"}, 4000),
        ("20", None),
        ({"amount": ".2"}, None),
        (None, None),
    ],
)
def test_a_coinsurance_is_read_as_a_fact_or_as_a_payer_sends_it(value, points):
    assert basis_points(value) == points
