"""Questions of a night wait for each other: which, with whom, and how long."""

from datetime import timedelta

import pytest
from sqlalchemy import func

from tests.house import House
from tests.night_batches import add_batch_clinic, batches, due, items
from tests.verify.steps.conftest import rows, set_rows
from tests.verify.steps.night import (
    do,
    gathered,
    newest,
    practice_id,
    proceed,
    states,
    still_house,
)
from verify import steps
from verify.asking import batches as rules
from verify.steps import gather as gathering
from verify.store import clinic
from verify.store.tables import coverages, exchanges, jobs

__all__ = ["practice_id", "still_house"]


def test_questions_wait_for_each_other_and_their_own_jobs_are_over(
    still_house: House, practice_id: str
) -> None:
    made, batch = gathered(still_house, practice_id, "ACT1", "ACT2")
    assert (batch.state, batch.gathered) == ("gathering", 4)
    assert items(still_house, batch.id) == {"waiting": 4}
    assert states(still_house, made[0]) == {"planned"}
    assert {row.state for row in rows(still_house.work, jobs, step="ask")} == {"done"}
    assert rows(still_house.work, exchanges) == []


def test_a_batch_in_which_somebody_joined_just_now_waits(still_house: House, practice_id: str) -> None:
    gathered(still_house, practice_id, "ACT1")
    set_rows(still_house.work, jobs, {"not_before": func.now()}, step="hand_in")
    do(still_house)
    assert newest(still_house, practice_id).state == "gathering"
    (job,) = rows(still_house.work, jobs, step="hand_in")
    assert (job.state, job.attempt) == ("queued", 0)
    assert timedelta(0) < job.not_before - still_house.work.now() <= rules.QUIET


def test_a_full_batch_goes_out_at_once_and_the_next_question_opens_another(
    still_house: House, practice_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gathering, "MOST_GATHERED", 4)
    due(still_house, practice_id, ["ACT1", "ACT2", "ACT3"])
    steps.start_night(still_house.work, practice_id, "system")
    do(still_house)
    first, second = batches(still_house, practice_id)
    assert (first.state, first.gathered) == ("submitted", 4)
    assert (second.state, second.gathered) == ("gathering", 2)


def test_an_account_that_does_not_want_it_is_asked_one_by_one(still_house: House) -> None:
    way = still_house.simulator.account("stedi_json")
    practice_id = add_batch_clinic(still_house, options={**way.options, "nightly_batch": False})
    (made,) = due(still_house, practice_id, ["ACT1"]).values()
    steps.start_night(still_house.work, practice_id, "system")
    do(still_house)
    assert not batches(still_house, practice_id)
    assert states(still_house, made) == {"answered"}


def test_what_somebody_waits_for_is_asked_one_by_one(still_house: House, practice_id: str) -> None:
    made = still_house.submit(practice_id, "ACT1")
    do(still_house)
    assert not batches(still_house, practice_id)
    assert {row.state for row in still_house.inquiries(made)} == {"answered"}


def test_payers_that_want_to_be_asked_otherwise_have_a_batch_of_their_own(
    still_house: House, practice_id: str
) -> None:
    with still_house.work.engine.begin() as connection:
        (account,) = [
            row
            for row in clinic.accounts(connection)
            if row.practice_id == practice_id and row.adapter != "phone"
        ]
        other = clinic.add_payer(
            connection,
            practice_id=practice_id,
            code="other",
            name="Other Plan",
            payer_id="BHHP1",
            account_id=account.id,
            quirks={"leave_out": ["sex"], "source": "its handbook", "read_on": "2026-11-02"},
        )
    made = list(due(still_house, practice_id, ["ACT1", "ACT2"]).values())
    row = still_house.verification(made[1])
    set_rows(still_house.work, coverages, {"payer_id": other}, id=row.coverage_id)
    steps.start_night(still_house.work, practice_id, "system")
    do(still_house)
    found = batches(still_house, practice_id)
    assert sorted((each.options == {}, each.gathered) for each in found) == [(False, 2), (True, 2)]
    proceed(still_house, practice_id)
    proceed(still_house, practice_id)
    assert {each.state for each in batches(still_house, practice_id)} == {"done"}
    assert states(still_house, made[1]) == {"answered"}
    sent = {row["subscriber"].get("gender") for row in still_house.simulator.batches.questions()}
    assert sent == {"F", None}, "each batch is written as its payers want it"
