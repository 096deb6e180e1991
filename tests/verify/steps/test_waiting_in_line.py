"""What a person saves beside a verification and a step of a re-check wait in line, and not for each other."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.verify.authorizations.records import authorization
from tests.verify.policies.sheets import sheet
from tests.verify.steps.conftest import run_all, verification
from tests.verify.steps.test_people import wait_until_somebody_waits
from tests.verify.web.conftest import Practice
from verify.steps import Work
from verify.steps.authorizations import add_authorization, change_authorization
from verify.steps.clinical import save_sheet
from verify.store import verifications

Submit = Callable[..., str]
Save = Callable[[Work, str, Practice], object]


def save_diagnosis(work: Work, made: str, practice: Practice) -> object:
    return save_sheet(work, made, practice.id, "user_1", sheet(diagnoses=[{"code": "F33.2"}]), after=0)


def raise_crisis(work: Work, made: str, practice: Practice) -> object:
    said = sheet(crisis={"by": "Dr. Imogen Vale", "at": datetime.now(UTC).isoformat()})
    return save_sheet(work, made, practice.id, "user_1", said, after=0)


def record(work: Work, made: str, practice: Practice) -> object:
    return add_authorization(work, made, practice.id, "user_1", authorization())


@pytest.mark.parametrize("save", [save_diagnosis, raise_crisis, record])
def test_the_newer_is_held_before_anything_of_the_older_is_touched(
    work: Work, practice: Practice, submit: Submit, save: Save
) -> None:
    older, newer = submit(), submit(coverage={"member_id": "BHX100200301"})
    run_all(work)
    _hold_both_meanwhile(work, older, newer, lambda: save(work, older, practice))


def test_the_same_holds_for_a_change_of_an_authorization(
    work: Work, practice: Practice, submit: Submit
) -> None:
    older, newer = submit(), submit(coverage={"member_id": "BHX100200301"})
    run_all(work)
    one = add_authorization(work, older, practice.id, "user_1", authorization())

    def change() -> object:
        return change_authorization(work, one, practice.id, "user_1", authorization(), after=1)

    _hold_both_meanwhile(work, older, newer, change)


def _hold_both_meanwhile(work: Work, older: str, newer: str, save: Callable[[], object]) -> None:
    """Holds the newer, as a step of a re-check does, and the older once somebody saves for the patient."""
    came_of_it: list[Any] = []

    def saving() -> None:
        try:
            came_of_it.append(save())
        except Exception as failure:  # noqa: BLE001  # whatever it was, the test tells it
            came_of_it.append(failure)

    thread = threading.Thread(target=saving)
    with work.engine.begin() as connection:
        verifications.lock(connection, newer)
        thread.start()
        wait_until_somebody_waits(work)
        verifications.lock(connection, older)
    thread.join(20)
    [came] = came_of_it
    assert not isinstance(came, Exception)
    assert verification(work, older).patient_id == verification(work, newer).patient_id
