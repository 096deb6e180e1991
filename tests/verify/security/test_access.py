"""An access row names who, what and which; it cannot hold a value."""

from typing import Any

import pytest

from verify.security.access import ACTIONS, Access, AccessOutcome, Action, InvalidAccess

ULID = "01JD4Z8Q6V3M5N7P9R1T2W4X6Y"
ROW: dict[str, Any] = {
    "practice_id": f"prc_{ULID}",
    "actor": f"usr_{ULID}",
    "action": Action.READ,
    "object_type": "patient",
    "object_id": f"pat_{ULID}",
    "fields": ("last_name", "member_id"),
    "reason": "payment",
    "request_id": f"req_{ULID}",
    "outcome": AccessOutcome.DENIED,
}


def test_a_full_row_and_a_short_one_are_accepted() -> None:
    assert Access(**ROW).outcome is AccessOutcome.DENIED
    short = Access(
        practice_id=ROW["practice_id"], actor="worker", action=Action.SEARCH, object_type="worklist"
    )
    assert (short.object_id, short.fields, short.outcome) == ("", (), "done")


def test_every_action_of_the_closed_set_can_be_recorded() -> None:
    assert {Access(**{**ROW, "action": action}).action for action in ACTIONS} == set(Action)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("practice_id", ""),
        ("actor", ""),
        ("actor", "someone"),
        ("actor", "ann@example.org"),
        ("action", "peek"),
        ("object_type", "Zzyzx Marker"),
        ("object_id", "W123456789"),
        ("fields", ("last_name=Zzyzx",)),
        ("fields", ("1980-02-29",)),
        ("reason", "Zzyzx asked for it"),
        ("request_id", "a b"),
        ("outcome", "maybe"),
    ],
)
def test_a_part_that_could_hold_a_value_is_refused_and_not_repeated(part: str, value: object) -> None:
    with pytest.raises(InvalidAccess) as refused:
        Access(**{**ROW, part: value})
    assert str(refused.value) == f"not fit for the access record: {part}"


def test_a_row_cannot_be_changed() -> None:
    with pytest.raises(AttributeError):
        Access(**ROW).actor = "system"  # type: ignore[misc]
