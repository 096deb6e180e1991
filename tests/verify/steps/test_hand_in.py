"""A batch is handed in once, whatever goes wrong; what cannot go out with it is asked by itself."""

from typing import Any

import pytest
from sqlalchemy import func

from payers.limits import Outcome as Learned
from tests.house import House
from tests.night_batches import asked, batches, go_on, item_of, items
from tests.payers.raw_server import RawServer
from tests.verify.steps.conftest import rows, set_rows
from tests.verify.steps.night import (
    add_second_way,
    change_account,
    do,
    gathered,
    handed_in,
    newest,
    options_of,
    outcomes,
    practice_id,
    proceed,
    spoil_key,
    states,
    still_house,
)
from tests.verify.steps.test_nightly import lease_runs_out
from verify.asking import batches as rules
from verify.steps import hand_in, people
from verify.steps.batch_call import LeaseLost
from verify.store import jobs as queue
from verify.store.tables import exchanges, follow_ups, inquiries, jobs, payer_accounts
from verify.store.tables_batches import payer_batches as batch_rows
from verify.verification import JobId

__all__ = ["practice_id", "still_house"]

ALWAYS = [{"from": "00:00", "to": "00:00", "zone": "UTC"}]


def test_a_batch_whose_receipt_was_lost_is_found_by_its_name_and_handed_in_once(
    still_house: House, practice_id: str
) -> None:
    made, _ = gathered(still_house, practice_id, "ACT1", "ACT2")
    # A worker takes it as far as the source, and dies before it can say so.
    with pytest.MonkeyPatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(hand_in, "_note_taken", _die)
        proceed(still_house, practice_id)
    assert newest(still_house, practice_id).state == "submitting"
    lease_runs_out(still_house)
    proceed(still_house, practice_id)
    again = newest(still_house, practice_id)
    assert (again.state, again.their_id) == ("submitted", "")
    proceed(still_house, practice_id)
    found = newest(still_house, practice_id)
    assert (found.state, bool(found.their_id)) == ("done", True)
    together, alone = asked(still_house, practice_id)
    assert (len(together), set(together.values()), alone) == (4, {1}, {})
    assert [entry.outcome for entry in still_house.simulator.questions()].count("batch") == 1
    assert outcomes(still_house, made[0]) == ["answered"] * 2


def _die(*_: Any, **__: Any) -> None:
    raise SystemExit("killed")


def test_a_batch_that_cannot_be_found_yet_is_looked_for_again(still_house: House, practice_id: str) -> None:
    still_house.simulator.batches.item_seconds = 3600
    _, batch = handed_in(still_house, practice_id, "ACT1")
    set_rows(still_house.work, batch_rows, {"their_id": ""}, id=batch.id)
    proceed(still_house, practice_id)
    again = newest(still_house, practice_id)
    assert (again.state, again.their_id, again.tries) == ("submitted", "", 1)


def test_a_source_that_is_away_is_tried_again_under_the_same_name(
    still_house: House, practice_id: str
) -> None:
    gathered(still_house, practice_id, "ACT1")
    right = options_of(still_house, practice_id)
    change_account(still_house, practice_id, options={**right, "batch_url": "http://127.0.0.1:9/nobody"})
    proceed(still_house, practice_id)
    waiting = newest(still_house, practice_id)
    assert (waiting.state, waiting.code, waiting.tries) == ("submitting", "connect", 1)
    (job,) = rows(still_house.work, jobs, step="hand_in")
    assert job.not_before > still_house.work.now()
    change_account(still_house, practice_id, options=right)
    proceed(still_house, practice_id)
    proceed(still_house, practice_id)
    assert newest(still_house, practice_id).state == "done"


def test_a_receipt_that_cannot_be_read_may_be_of_a_batch_that_was_taken(
    still_house: House, practice_id: str
) -> None:
    (made,), batch = gathered(still_house, practice_id, "ACT1")
    right = options_of(still_house, practice_id)
    with RawServer(lambda talk: talk.read_request() and talk.answer(b"<html>Sign in</html>")) as proxy:
        change_account(still_house, practice_id, options={**right, "batch_url": proxy.url})
        proceed(still_house, practice_id)
    waiting = newest(still_house, practice_id)
    assert (waiting.state, waiting.code) == ("submitting", "not_json")
    assert items(still_house, batch.id) == {"out": 2}
    change_account(still_house, practice_id, options=right)
    proceed(still_house, practice_id)
    proceed(still_house, practice_id)
    assert states(still_house, made) == {"answered"}
    together, alone = asked(still_house, practice_id)
    assert (set(together.values()), alone) == ({1}, {})


def test_what_cannot_be_handed_in_for_hours_is_asked_one_by_one(still_house: House, practice_id: str) -> None:
    (made,), batch = gathered(still_house, practice_id, "ACT1")
    right = options_of(still_house, practice_id)
    change_account(still_house, practice_id, options={**right, "batch_url": "http://127.0.0.1:9/nobody"})
    proceed(still_house, practice_id)
    set_rows(still_house.work, batch_rows, {"closed_at": func.now() - rules.TRIED_FOR}, id=batch.id)
    proceed(still_house, practice_id)
    assert (newest(still_house, practice_id).state, newest(still_house, practice_id).code) == (
        "failed",
        "connect",
    )
    assert states(still_house, made) == {"answered"}
    assert outcomes(still_house, made) == ["connect", "answered", "connect", "answered"]
    cents = [row.cents for row in rows(still_house.work, exchanges) if row.outcome == "connect"]
    assert cents == [None, None], "what never got there is not charged for"


def test_a_batch_refused_as_a_whole_gives_its_questions_back(still_house: House, practice_id: str) -> None:
    (made,), batch = gathered(still_house, practice_id, "ACT1")
    right = options_of(still_house, practice_id)
    change_account(still_house, practice_id, options={**right, "batch_url": "/no/such/door"})
    proceed(still_house, practice_id)
    failed = newest(still_house, practice_id)
    assert (failed.state, failed.code) == ("failed", "http_4xx")
    assert items(still_house, batch.id) == {"returned": 2}
    assert states(still_house, made) == {"answered"}
    assert len(batches(still_house, practice_id)) == 1, "a question is gathered once"


def test_an_account_that_asks_in_batches_no_more_asks_one_by_one(
    still_house: House, practice_id: str
) -> None:
    (made,), _ = gathered(still_house, practice_id, "ACT1")
    change_account(still_house, practice_id, options={})
    proceed(still_house, practice_id)
    assert newest(still_house, practice_id).code == "no_batches"
    assert states(still_house, made) == {"answered"}
    assert rows(still_house.work, payer_accounts, adapter="stedi_json")[0].paused_code is None


def test_refused_credentials_pause_the_account_and_the_questions_take_another_way(
    still_house: House, practice_id: str
) -> None:
    (made,), _ = gathered(still_house, practice_id, "ACT1")
    second = add_second_way(still_house, practice_id)
    spoil_key(still_house, practice_id)
    proceed(still_house, practice_id)
    assert newest(still_house, practice_id).code == "unauthorized"
    assert rows(still_house.work, payer_accounts, adapter="stedi_json")[0].paused_code == "unauthorized"
    assert states(still_house, made) == {"answered"}
    assert {row.account_id for row in still_house.inquiries(item_of(still_house, made).recheck_id)} == {
        second
    }
    tasks = rows(still_house.work, follow_ups, state="open", kind="mend_account")
    assert len(tasks) == 1


def test_what_nobody_waits_for_any_more_does_not_go_out(still_house: House, practice_id: str) -> None:
    made, batch = gathered(still_house, practice_id, "ACT1", "ACT2", "ACT3")
    user = still_house.add_user(practice_id)
    people.cancel(still_house.work, item_of(still_house, made[0]).recheck_id, practice_id, user)
    people.complete_information(
        still_house.work,
        item_of(still_house, made[1]).recheck_id,
        practice_id,
        user,
        coverage={"member_id": "MIN2"},
    )
    do(still_house, "receive", "ask")
    proceed(still_house, practice_id)
    sent = {row["subscriber"]["memberId"] for row in still_house.simulator.batches.questions()}
    assert sent == {"MIN2", "ACT3"}, "corrected data go out in the same batch, the older ones do not"
    assert items(still_house, batch.id) == {"dropped": 4, "out": 4}


def test_a_batch_nobody_waits_for_is_not_handed_in(still_house: House, practice_id: str) -> None:
    (made,), _ = gathered(still_house, practice_id, "ACT1")
    user = still_house.add_user(practice_id)
    people.cancel(still_house.work, item_of(still_house, made).recheck_id, practice_id, user)
    proceed(still_house, practice_id)
    assert newest(still_house, practice_id).state == "done"
    assert still_house.simulator.batches.traces() == []


def test_a_question_whose_way_was_shut_meanwhile_goes_its_own(still_house: House, practice_id: str) -> None:
    (made,), batch = gathered(still_house, practice_id, "ACT1")
    change_account(still_house, practice_id, paused_code="unauthorized")
    proceed(still_house, practice_id)
    assert items(still_house, batch.id) == {"returned": 2}
    assert still_house.simulator.batches.traces() == []
    waiting = still_house.inquiries(item_of(still_house, made).recheck_id)
    assert {row.outcome_code for row in waiting} == {"unauthorized"}
    assert all(row.ask_again_at for row in waiting)


def test_a_question_that_cannot_be_put_together_does_not_hold_back_the_others(
    still_house: House, practice_id: str
) -> None:
    made, batch = gathered(still_house, practice_id, "ACT1", "ACT2")
    broken = still_house.inquiries(item_of(still_house, made[0]).recheck_id)[0]
    set_rows(still_house.work, inquiries, {"changes_sealed": b"no ciphertext"}, id=broken.id)
    go_on(still_house, practice_id)
    do(still_house, "hand_in")
    assert items(still_house, batch.id) == {"returned": 1, "out": 3}
    (job,) = [row for row in rows(still_house.work, jobs, subject_id=broken.id) if row.state == "queued"]
    assert job.step == "ask"


def test_in_the_hours_of_its_account_a_batch_is_neither_handed_in_nor_looked_at(
    still_house: House, practice_id: str
) -> None:
    gathered(still_house, practice_id, "ACT1")
    right = options_of(still_house, practice_id)
    change_account(still_house, practice_id, options={**right, "maintenance": ALWAYS})
    proceed(still_house, practice_id)
    assert newest(still_house, practice_id).state == "gathering"
    change_account(still_house, practice_id, options=right)
    proceed(still_house, practice_id)
    change_account(still_house, practice_id, options={**right, "maintenance": ALWAYS})
    asked_before = len(still_house.simulator.questions())
    proceed(still_house, practice_id)
    assert newest(still_house, practice_id).state == "submitted"
    assert len(still_house.simulator.questions()) == asked_before
    (job,) = rows(still_house.work, jobs, step="collect")
    assert job.not_before > still_house.work.now()


def test_a_worker_that_lost_its_lease_writes_nothing_out_a_second_time(
    still_house: House, practice_id: str
) -> None:
    _, batch = gathered(still_house, practice_id, "ACT1", "ACT2")
    go_on(still_house, practice_id)
    (job,) = rows(still_house.work, jobs, step="hand_in")
    claims = []
    for _ in range(2):
        with still_house.work.engine.begin() as connection:
            claims.append(queue.claim(connection, JobId(job.id), lease_seconds=0))
    late, now = claims
    assert late is not None
    assert now is not None
    with pytest.raises(LeaseLost):
        hand_in._write_out(still_house.work, late, batch)
    assert items(still_house, batch.id) == {"waiting": 4}
    hand_in.hand_in(still_house.work, now)
    hand_in.hand_in(still_house.work, late)
    assert items(still_house, batch.id) == {"out": 4}
    assert len(rows(still_house.work, exchanges)) == 4
    assert len(still_house.simulator.batches.traces()) == 4


def test_a_batch_waits_while_its_account_has_no_room(still_house: House, practice_id: str) -> None:
    gathered(still_house, practice_id, "ACT1")
    account = rows(still_house.work, payer_accounts, practice_id=practice_id, adapter="stedi_json")[0]
    limits = still_house.work.turnstile._shared
    for number in range(5):
        token = f"t{number}"
        limits.admit(account.id, token, max_in_flight=9, per_second=1e6, lease_seconds=60, urgent=False)
        limits.release(account.id, token, Learned.UNAVAILABLE)
    proceed(still_house, practice_id)
    waiting = newest(still_house, practice_id)
    assert (waiting.state, waiting.code) == ("submitting", "circuit")
    assert still_house.simulator.batches.traces() == []
