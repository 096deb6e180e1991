"""The evidence sheet: what may be handed in, and that nothing of it shows in errors or reprs."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from tests.verify.policies.sheets import ON, sheet
from verify.catalogue.criteria import Screen
from verify.policies import EvidenceSheet, Reply
from verify.policies.sheet import Decision


def test_an_empty_sheet_was_asked_nothing() -> None:
    empty = EvidenceSheet()
    assert {empty.reply(question) for question in Screen} == {Reply.NOT_ASKED}
    assert (empty.decision("tms"), empty.crisis_at(), empty.protocol) == (None, None, None)
    assert EvidenceSheet.model_validate_json(empty.model_dump_json()) == empty


@pytest.mark.parametrize(
    ("fields", "place", "reason"),
    [
        ({"weight": 1}, ("weight",), "Extra inputs"),
        ({"diagnoses": [{"code": "depressed"}]}, ("diagnoses", 0, "code"), "pattern"),
        ({"diagnoses": [{"code": "F33.2"}] * 61}, ("diagnoses",), "60"),
        ({"scores": [{"scale": "PHQ-9", "points": 28, "on": "2026-11-01"}]}, ("scores", 0), "at most 27"),
        (
            {"scores": [{"scale": "PHQ-9", "points": -1, "on": "2026-11-01"}]},
            ("scores", 0, "points"),
            "greater",
        ),
        ({"scores": [{"scale": "GAD-7", "points": 1, "on": "2026-11-01"}]}, ("scores", 0, "scale"), "Input"),
        ({"scores": [{"scale": "BDI", "points": 1, "on": "1066-11-01"}]}, ("scores", 0, "on"), "1900"),
        ({"trials": [{"drug": " "}]}, ("trials", 0, "drug"), "at least 1"),
        (
            {"trials": [{"drug": "x", "started_on": "2026-02-01", "ended_on": "2026-01-31"}]},
            ("trials", 0),
            "ends before it begins",
        ),
        (
            {"trials": [{"drug": "x", "ongoing": True, "ended_on": "2026-01-31"}]},
            ("trials", 0),
            "goes on has no last day",
        ),
        ({"trials": [{"drug": "x", "adherence_percent": 101}]}, ("trials", 0, "adherence_percent"), "100"),
        ({"answers": {"weather": "yes"}}, ("answers", "weather", "[key]"), "Input"),
        ({"answers": {"psychosis": "maybe"}}, ("answers", "psychosis"), "Input"),
        (
            {"necessity": [{"service_line": "tms", "decision": "necessary", "by": "Dr. Larkspur"}]},
            ("necessity", 0),
            "who made it and on which day",
        ),
        (
            {"necessity": [{"service_line": "tms", "decision": "not_necessary", "on": "2026-11-01"}]},
            ("necessity", 0),
            "who made it and on which day",
        ),
        (
            {"necessity": [{"service_line": "tms", "decision": "pending"}] * 2},
            (),
            "one decision for a service line",
        ),
        ({"crisis": {"by": "Dr. Larkspur", "at": "2026-11-01T09:00:00"}}, ("crisis", "at"), "timezone"),
        ({"ordering": {"npi": "12"}}, ("ordering", "npi"), "pattern"),
    ],
)
def test_what_cannot_be_is_refused_by_its_place(
    fields: dict[str, Any], place: tuple[str | int, ...], reason: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        sheet(**fields)
    (error,) = caught.value.errors()
    assert error["loc"] == place
    assert reason in error["msg"]
    assert "Larkspur" not in str(caught.value)


def test_a_decision_is_found_by_its_service_line() -> None:
    decisions = [
        {"service_line": "tms", "decision": "necessary", "by": "Dr. Larkspur", "on": "2026-11-01"},
        {"service_line": "ketamine_iv", "decision": "pending"},
    ]
    held = sheet(necessity=decisions)
    found = held.decision("ketamine_iv")
    assert found is not None
    assert found.decision is Decision.PENDING


def test_a_crisis_has_its_moment() -> None:
    held = sheet(crisis={"by": "Dr. Larkspur", "at": "2026-11-28T15:00:00Z"})
    assert held.crisis_at() == datetime(2026, 11, 28, 15, tzinfo=UTC)


def test_codes_are_written_alike_however_they_were_typed() -> None:
    assert sheet(diagnoses=[{"code": " f33.2 "}]).diagnoses[0].code == "F33.2"


def test_no_repr_shows_a_value() -> None:
    held = sheet(
        diagnoses=[{"code": "F33.2"}],
        trials=[{"drug": "sertraline", "stopped_because": "MARKED"}],
        crisis={"by": "MARKED", "at": "2026-11-28T15:00:00Z"},
    )
    for shown in (repr(held), str(held), repr(held.trials), repr(held.crisis), f"{held.diagnoses}"):
        assert not {"MARKED", "sertraline", "F33.2"} & set(shown.replace("'", " ").split())
        assert "MARKED" not in shown
        assert "F33" not in shown


@pytest.mark.parametrize(
    ("span", "weeks"),
    [
        ({"started_on": "2026-11-02"}, None),
        ({"ended_on": "2026-11-02", "weeks": 3}, 3),
        ({"started_on": "2026-11-02", "ended_on": "2026-11-15"}, 1),
        ({"started_on": "2026-11-02", "ended_on": "2026-11-16", "weeks": 9}, 2),
        ({"started_on": "2026-11-02", "ongoing": True}, 4),
        ({"started_on": "2026-12-24", "ongoing": True}, 0),
    ],
)
def test_weeks_are_counted_from_the_days_where_they_are_known(
    span: dict[str, Any], weeks: int | None
) -> None:
    held = sheet(trials=[{"drug": "x", **span}], therapies=[{"kind": "x", **span}])
    assert held.trials[0].weeks_until(ON) == held.therapies[0].weeks_until(ON) == weeks
