"""The record of an authorization: what may be handed in, and that nothing of it shows."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from tests.verify.authorizations.records import authorization
from verify.authorizations import HOLDING, WAITING, Authorization, Status


@pytest.mark.parametrize(
    ("fields", "place", "reason"),
    [
        ({"patient": "x"}, ("patient",), "Extra inputs"),
        ({"status": "approved"}, ("status",), "Input"),
        ({"payer": " "}, ("payer",), "at least 1"),
        ({"ends_on": "2026-11-29"}, (), "ends before it begins"),
        ({"status": "not_needed"}, (), "its source and the day of it"),
        ({"status": "not_needed", "source": "call R1"}, (), "its source and the day of it"),
        ({"status": "not_needed", "source_on": "2026-11-01"}, (), "its source and the day of it"),
        ({"granted": [{"codes": []}]}, ("granted", 0, "codes"), "at least 1"),
        ({"granted": [{"codes": ["TMS"]}]}, ("granted", 0, "codes", 0), "pattern"),
        ({"granted": [{"codes": ["90868"], "units": -1}]}, ("granted", 0, "units"), "greater"),
        ({"granted": [{"codes": ["90868"], "used": 3}]}, ("granted", 0), "its day, and the day its count"),
        (
            {"granted": [{"codes": ["90868"], "used_as_of": "2026-11-01"}]},
            ("granted", 0),
            "its day, and the day its count",
        ),
        ({"granted": [{"codes": ["90868"]}, {"codes": ["90867", "90868"]}]}, (), "in two groups of units"),
        (
            {"frequencies": [{"codes": ["90868"], "most": 0, "per": "day"}]},
            ("frequencies", 0, "most"),
            "greater",
        ),
        (
            {"frequencies": [{"codes": ["90868"], "most": 1, "per": "year"}]},
            ("frequencies", 0, "per"),
            "Input",
        ),
        ({"rendering_npi": "123"}, ("rendering_npi",), "pattern"),
        ({"tax_id": "123"}, ("tax_id",), "pattern"),
        ({"requested_at": "2026-11-01T09:00"}, ("requested_at",), "timezone"),
        (
            {"requested_at": "2026-11-02T09:00:00Z", "decided_at": "2026-11-01T09:00:00Z"},
            (),
            "decided before it was requested",
        ),
    ],
)
def test_what_cannot_be_is_refused_by_its_place(
    fields: dict[str, Any], place: tuple[str | int, ...], reason: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        authorization(**fields)
    (error,) = caught.value.errors()
    assert error["loc"] == place
    assert reason in error["msg"]
    assert "A1" not in str(caught.value)


def test_a_not_needed_has_its_source_and_day() -> None:
    held = authorization(status="not_needed", source="call R1", source_on="2026-11-01")
    assert held.status is Status.NOT_NEEDED


def test_codes_are_written_alike_and_listed() -> None:
    held = authorization(granted=[{"codes": [" j0013"]}, {"codes": ["0889t", "99214"]}])
    assert held.codes == ["J0013", "0889T", "99214"]


def test_the_record_survives_being_written_down() -> None:
    held = authorization(
        requested_at="2026-11-02T09:00:00-05:00", frequencies=[{"codes": ["90868"], "most": 1, "per": "day"}]
    )
    assert Authorization.model_validate_json(held.model_dump_json()) == held


def test_no_repr_shows_a_value() -> None:
    held = authorization(diagnosis="F33.2", said_by="MARKED")
    assert (repr(held), repr(held.granted)) == ("Authorization()", "[Granted()]")
    assert "A1" not in str(held)


@pytest.mark.parametrize(
    ("change", "waits"),
    [
        ({"status": "submitted"}, True),
        ({"status": "appeal"}, True),
        ({"status": "submitted", "decided_at": "2026-11-03T09:00:00Z"}, False),
        ({"status": "drafting"}, False),
        ({"status": "granted"}, False),
    ],
)
def test_a_request_waits_while_the_payer_has_not_decided(change: dict[str, Any], waits: bool) -> None:
    asked = datetime(2026, 11, 2, 9, tzinfo=UTC)
    held = authorization(requested_at=asked, **change)
    assert held.asked_at() == (asked if waits else None)


def test_times_are_told_on_the_practices_clock() -> None:
    zone = ZoneInfo("America/Los_Angeles")
    held = authorization(requested_at="2026-11-02T03:00:00Z").in_zone(zone)
    assert held.requested_at is not None
    assert held.requested_at.date().isoformat() == "2026-11-01"
    assert held.decided_at is None


def test_no_status_both_holds_and_waits() -> None:
    assert HOLDING.isdisjoint(WAITING)
