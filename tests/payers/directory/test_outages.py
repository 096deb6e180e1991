"""Outages are read leniently; one that does not say its end is on, one that says it is over is not."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payers.directory import Outage, Problem, outage_of, read_outages

NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)
SAID: dict[str, Any] = {
    "imnPayerId": "BHHP1",
    "payerName": "Blue Hollow Health Plan",
    "transactionType": "Eligibility",
    "payerProductStandinFlag": "Yes",
    "standinReason": "Payer Maintenance",
    "intermittentPayerOutage": "Yes",
    "additionalPayerIds": ["00540", ""],
    "issueStartDate": "2026-03-02",
}


def read(*rows: object) -> list[Outage | Problem]:
    return list(read_outages(json.dumps({"data": rows, "page": 1}).encode()))


def only(**changes: Any) -> Outage:
    [outage] = read(SAID | changes)
    assert isinstance(outage, Outage)
    return outage


def outage(**changes: Any) -> Outage:
    return Outage(**({"their_id": "P1", "name": "Alder"} | changes))


def test_an_outage_is_read_as_it_is_described():
    assert only() == Outage(
        their_id="BHHP1",
        name="Blue Hollow Health Plan",
        other_ids=("00540",),
        transaction="Eligibility",
        starts_at=datetime(2026, 3, 2, tzinfo=UTC),
        ends_at=None,
        intermittent=True,
        reason="Payer Maintenance",
    )


def test_unknown_fields_and_those_of_another_kind_are_left_out():
    odd = only(newField={"a": 1}, transactionType=None, additionalPayerIds="00540", intermittentPayerOutage=1)
    assert (odd.transaction, odd.other_ids, odd.intermittent) == ("", ("00540",), None)


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("2026-03-02T15:00:00Z", NOW),
        ("2026-03-02T09:00:00-06:00", NOW),
        ("2026-03-02T09:00:00", NOW),
        ("2026-03-02 09:00", NOW),
        ("2026-03-02", datetime(2026, 3, 2, 6, tzinfo=UTC)),
        ("soon", None),
        ("", None),
        (None, None),
        ("0001-01-01T00:00:00+14:00", None),
    ],
)
def test_times_are_aware_whatever_form_they_come_in(said: str | None, moment: datetime | None):
    data = json.dumps({"outages": [SAID | {"startDateTime": said, "issueStartDate": None}]}).encode()
    [found] = read_outages(data, ZoneInfo("America/Chicago"))
    assert isinstance(found, Outage)
    assert found.starts_at == moment


def test_an_end_that_is_a_day_is_the_end_of_that_day():
    assert only(endDateTime="2026-03-02").ends_at == datetime(2026, 3, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "is_on"),
    [
        (outage(), True),
        (outage(starts_at=NOW), True),
        (outage(starts_at=NOW + HOUR), False),
        (outage(ends_at=NOW + HOUR), True),
        (outage(ends_at=NOW), False),
        (outage(starts_at=NOW - HOUR, ends_at=NOW + HOUR), True),
        (outage(passes=True), False),
    ],
)
def test_an_outage_is_on_between_its_beginning_and_its_end(told: Outage, is_on: bool):
    assert told.is_on(NOW) is is_on


@pytest.mark.parametrize(
    ("changes", "passes"),
    [
        ({}, False),
        ({"payerProductStandinFlag": "No"}, True),
        ({"payerProductStandinFlag": None}, False),
        ({"activeStatus": "Active"}, True),
        ({"activeStatus": "Inactive"}, False),
        ({"activeStatus": "Unknown"}, False),
    ],
)
def test_a_payer_that_passes_after_all_is_no_outage(changes: dict[str, Any], passes: bool):
    assert only(**changes).passes is passes


@pytest.mark.parametrize(
    ("payer_id", "found"), [("BHHP1", True), ("bhhp1", True), ("00540", True), ("BHHP", False), ("", False)]
)
def test_an_outage_is_found_by_any_of_the_payers_ids(payer_id: str, found: bool):
    assert (outage_of([only()], payer_id, NOW) is not None) is found


@pytest.mark.parametrize(
    ("transaction", "found"),
    [("Eligibility", True), ("eligibility", True), ("", True), ("Claim Status", False)],
)
def test_an_outage_of_something_else_is_not_ours(transaction: str, found: bool):
    assert (outage_of([outage(transaction=transaction)], "P1", NOW) is not None) is found


def test_a_whole_outage_comes_before_one_that_comes_and_goes():
    partly, wholly, unsaid = outage(intermittent=True), outage(intermittent=False), outage()
    assert outage_of([partly, wholly], "P1", NOW) is wholly
    assert outage_of([partly, unsaid], "P1", NOW) is unsaid
    assert outage_of([partly], "P1", NOW) is partly
    assert outage_of([], "P1", NOW) is None


def test_a_row_that_names_nobody_is_told_and_passed_over():
    found = read({"standinReason": "x"}, SAID, 5)
    assert found[0] == Problem(1, "neither a payer id nor a name")
    assert isinstance(found[1], Outage)
    assert found[2] == Problem(3, "this is no outage")


@given(st.binary(max_size=100))
def test_whatever_the_bytes_reading_them_ends_in_outages_and_problems(data: bytes):
    assert all(isinstance(each, Outage | Problem) for each in read_outages(data))
