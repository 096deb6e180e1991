"""What is handed in is checked at the border, and what was wrong is said without repeating it."""

from typing import Any

import pytest
from pydantic import ValidationError

from verify.intake.submission import Submission


def handed_in(**changes: Any) -> dict[str, Any]:
    """A submission an invented coordinator might send; `patient` and `coverage` are put over its own."""
    made: dict[str, Any] = {
        "patient": {"last_name": "Example", "first_name": "Ada", "birth_date": "1988-04-02"},
        "coverage": {"payer": "invented", "member_id": "INV700100"},
        "service_lines": ["tms"],
        "date_of_service": "2026-12-01",
    }
    for name, value in changes.items():
        made[name] = {**made[name], **value} if isinstance(value, dict) else value
    return made


def refused(**changes: Any) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        Submission.model_validate(handed_in(**changes))
    return caught.value


def places(error: ValidationError) -> list[str]:
    return ["/".join(map(str, each["loc"])) for each in error.errors()]


def test_an_ordinary_submission_has_all_that_is_needed_to_ask() -> None:
    made = Submission.model_validate(handed_in())
    assert made.missing() == []
    assert (made.reason, made.priority, made.coverage.rank) == ("new", "standard", 1)


@pytest.mark.parametrize(
    ("change", "missing"),
    [
        ({"coverage": {"payer": ""}}, "payer"),
        ({"coverage": {"member_id": " "}}, "member_id"),
        ({"patient": {"birth_date": None}}, "birth_date"),
    ],
)
def test_what_must_be_known_before_asking_may_be_missing_and_is_named(
    change: dict[str, Any], missing: str
) -> None:
    assert Submission.model_validate(handed_in(**change)).missing() == [missing]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"patient": {"nickname": "Addie"}}, "patient/nickname"),
        ({"coverage": {"plan": "PPO"}}, "coverage/plan"),
        ({"notes": "urgent"}, "notes"),
        ({"patient": {"last_name": " "}}, "patient/last_name"),
        ({"service_lines": []}, "service_lines"),
        ({"service_lines": ["acupuncture"]}, "service_lines"),
        ({"date_of_service": "2026-13-01"}, "date_of_service"),
        ({"patient": {"birth_date": "1899-12-31"}}, "patient/birth_date"),
        ({"priority": "soon"}, "priority"),
        ({"provider_npi": "12345"}, "provider_npi"),
    ],
)
def test_what_cannot_be_used_is_named_by_its_field(change: dict[str, Any], place: str) -> None:
    assert places(refused(**change)) == [place]


def test_a_birth_after_the_visit_is_refused() -> None:
    assert "birth date is after" in str(refused(patient={"birth_date": "2026-12-02"}))


def test_an_unknown_treatment_lists_the_known_ones() -> None:
    assert "ketamine_iv" in str(refused(service_lines=["acupuncture"]))


def test_no_error_and_no_repr_repeats_what_was_handed_in() -> None:
    marked = {"last_name": "MARKEDNAME", "first_name": "MARKEDNAME", "birth_date": "MARKEDNAME"}
    error = refused(patient=marked, coverage={"member_id": {"MARKEDNAME": 1}}, service_lines=["MARKEDNAME"])
    assert "MARKEDNAME" not in str(error)
    assert "Example" not in repr(Submission.model_validate(handed_in()))
    assert "INV700100" not in repr(Submission.model_validate(handed_in()))


def test_a_treatment_named_twice_is_asked_once() -> None:
    assert Submission.model_validate(handed_in(service_lines=["tms", "tms"])).service_lines == ["tms"]


@pytest.mark.parametrize("letter", ["\x00", "\n", "\x7f"])
@pytest.mark.parametrize("field", ["last_name", "first_name", "phone", "external_id"])
def test_control_characters_are_refused_in_every_field(field: str, letter: str) -> None:
    assert places(refused(patient={field: f"A{letter}B"})) == [f"patient/{field}"]


@pytest.mark.parametrize("day", ["0001-01-01", "1999-12-31", "9999-12-31"])
def test_a_date_of_service_out_of_reach_is_refused(day: str) -> None:
    assert "date_of_service" in places(refused(date_of_service=day))
