"""Each answer of a batch is stored once, in whatever order and however often it comes; what never comes is asked again."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.house import House
from tests.night_batches import asked, go_on, item_of, items
from tests.verify.steps.conftest import rows, set_rows
from tests.verify.steps.night import (
    add_second_way,
    change_account,
    do,
    gathered,
    handed_in,
    newest,
    outcomes,
    practice_id,
    proceed,
    spoil_key,
    states,
    still_house,
)
from verify import steps
from verify.asking import batches as rules
from verify.steps import collect, people
from verify.steps.question import trace_of
from verify.store import jobs as queue
from verify.store import payer_batches
from verify.store.jobs import MAX_ATTEMPTS
from verify.store.tables import events, exchanges, follow_ups, jobs, payers
from verify.store.tables_batches import payer_batch_items
from verify.store.tables_batches import payer_batches as batch_rows
from verify.verification import InquiryState, JobId

__all__ = ["practice_id", "still_house"]


def test_answers_are_stored_as_they_come_and_the_rest_is_waited_for(
    still_house: House, practice_id: str
) -> None:
    still_house.simulator.batches.retry_seconds = 3600
    made, _ = handed_in(still_house, practice_id, "ACT1", "H5031")
    proceed(still_house, practice_id)
    assert states(still_house, made[0]) == {"answered"}
    assert states(still_house, made[1]) == {"asking"}
    waiting = newest(still_house, practice_id)
    assert (waiting.state, waiting.finished) == ("submitted", 2)
    asked_before = _pages(still_house)
    proceed(still_house, practice_id)
    assert _pages(still_house) == asked_before, "nothing came since: there is nothing to collect"
    (job,) = rows(still_house.work, jobs, step="collect")
    assert job.not_before - still_house.work.now() > rules.STEPS[1], "it is looked at less and less often"


def _pages(built: House) -> int:
    return [entry.outcome for entry in built.simulator.questions()].count("batch_page")


def test_a_payer_its_source_never_reached_is_asked_again_by_itself(
    still_house: House, practice_id: str
) -> None:
    (made,), _ = handed_in(still_house, practice_id, "H5031")
    proceed(still_house, practice_id)
    assert newest(still_house, practice_id).state == "done"
    first, _ = still_house.inquiries(item_of(still_house, made).recheck_id)
    assert (first.state, first.outcome_code, first.attempt) == ("unavailable", "aaa_42", 1)
    (waiting,) = [row for row in rows(still_house.work, jobs, subject_id=first.id) if row.state == "queued"]
    assert (waiting.step, waiting.not_before) == ("ask", first.ask_again_at)


def test_what_a_finished_batch_does_not_bring_is_looked_for_twice(
    still_house: House, practice_id: str
) -> None:
    made, batch = handed_in(still_house, practice_id, "DROP1", "ACT2")
    proceed(still_house, practice_id)
    assert newest(still_house, practice_id).state == "collecting"
    assert items(still_house, batch.id) == {"out": 2, "ended": 2}
    go_on(still_house, practice_id)
    do(still_house, "collect")
    assert newest(still_house, practice_id).state == "done"
    assert items(still_house, batch.id) == {"returned": 2, "ended": 2}
    assert outcomes(still_house, made[0]) == ["lost", "lost"]


def test_whom_an_answer_leads_to_is_asked_in_the_next_batch(still_house: House, practice_id: str) -> None:
    still_house.add_companies(practice_id)
    (made,), first = handed_in(still_house, practice_id, "CRV1")
    proceed(still_house, practice_id)
    second = newest(still_house, practice_id)
    assert (second.id != first.id, second.state) == (True, "gathering")
    further = [row for row in still_house.inquiries(item_of(still_house, made).recheck_id) if row.hop]
    assert {row.state for row in further} == {"planned"}
    assert second.gathered == len(further) > 0
    proceed(still_house, practice_id)
    proceed(still_house, practice_id)
    assert states(still_house, made) == {"answered"}
    assert item_of(still_house, made).state == "answered"


def test_a_refused_question_the_payers_data_mend_goes_out_again_with_the_next_batch(
    still_house: House, practice_id: str
) -> None:
    quirks = {"may_repair": ["plain_member_id"], "source": "its handbook", "read_on": "2026-11-02"}
    set_rows(still_house.work, payers, {"quirks": quirks}, practice_id=practice_id, code="bluehollow")
    (made,), first = handed_in(still_house, practice_id, "HYP-0001")
    proceed(still_house, practice_id)
    second = newest(still_house, practice_id)
    assert (second.id != first.id, second.gathered) == (True, 1)
    for _ in range(4):
        proceed(still_house, practice_id)
    assert item_of(still_house, made).state == "answered"
    assert "HYP0001" in {each["subscriber"]["memberId"] for each in still_house.simulator.batches.questions()}


def test_the_answer_for_a_cancelled_verification_is_evidence_and_nothing_else(
    still_house: House, practice_id: str
) -> None:
    (made,), _ = handed_in(still_house, practice_id, "ACT1")
    user = still_house.add_user(practice_id)
    recheck = item_of(still_house, made).recheck_id
    people.cancel(still_house.work, recheck, practice_id, user)
    proceed(still_house, practice_id)
    assert newest(still_house, practice_id).state == "done"
    assert states(still_house, made) == {"asking"}
    assert outcomes(still_house, made) == ["superseded"] * 2
    kept = [
        row
        for each in still_house.inquiries(recheck)
        for row in rows(still_house.work, exchanges, inquiry_id=each.id)
    ]
    assert all(row.response_sealed and row.cents == 25 for row in kept)
    assert rows(still_house.work, jobs, step="judge") == []


def test_a_question_given_back_that_nobody_waits_for_any_more_is_not_asked(
    still_house: House, practice_id: str
) -> None:
    made, batch = handed_in(still_house, practice_id, "ACT1", "ACT2")
    user = still_house.add_user(practice_id)
    corrected, cancelled = (item_of(still_house, each).recheck_id for each in made)
    people.complete_information(
        still_house.work, corrected, practice_id, user, coverage={"member_id": "MIN1"}
    )
    people.cancel(still_house.work, cancelled, practice_id, user)
    with still_house.work.engine.begin() as connection:
        payer_batches.fail(connection, batch.id, "timeout")
    do(still_house)
    _, alone = asked(still_house, practice_id)
    assert alone == {}
    assert newest(still_house, practice_id).gathered == 2, "the corrected questions alone"
    returned = rows(still_house.work, jobs, round=batch.id)
    assert {(job.step, job.state) for job in returned} == {("ask", "done")}


def test_what_is_asked_is_kept_as_it_was_handed_in_and_removed_with_the_answer(
    still_house: House, practice_id: str
) -> None:
    handed_in(still_house, practice_id, "ACT1")
    out = rows_of_items(still_house)
    seals = still_house.work.seals(practice_id)
    questions = [payer_batches.question_of(row, seals) for row in out]
    assert {question.member_id for question in questions} == {"ACT1"}
    assert {question.trace for question in questions} == {trace_of(row.inquiry_id) for row in out}
    assert all(b"ACT1" not in row.question_sealed for row in out)
    proceed(still_house, practice_id)
    assert {row.question_sealed for row in rows_of_items(still_house)} == {None}


def rows_of_items(built: House) -> list[Any]:
    with built.work.engine.connect() as connection:
        return list(connection.execute(select(payer_batch_items).order_by(payer_batch_items.c.inquiry_id)))


def test_two_workers_that_collect_the_same_batch_store_each_answer_once(
    still_house: House, practice_id: str
) -> None:
    (made,), batch = handed_in(still_house, practice_id, "ACT1")
    go_on(still_house, practice_id)
    with still_house.work.engine.begin() as connection:
        (job,) = rows(still_house.work, jobs, step="collect")
        claim = queue.claim(connection, JobId(job.id), lease_seconds=30)
        assert claim is not None
        early, late = (collect._opened(still_house.work, connection, claim, batch) for _ in range(2))
    for each in (early, late):
        collect._collect(each)
        assert each.items == {}
    assert outcomes(still_house, made) == ["answered"] * 2
    told = Counter(_timeline(still_house, made))
    assert (told["handed_in"], told["inquiry_answered"]) == (2, 2)


def _timeline(built: House, made: str) -> list[str]:
    return [row.what for row in rows(built.work, events, verification_id=item_of(built, made).recheck_id)]


def test_a_worker_that_lost_its_lease_leaves_the_batch_to_the_other(
    still_house: House, practice_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed_in(still_house, practice_id, "ACT1")
    still_house.simulator.batches.refuse_looks(503)

    def taken_over(*arguments: Any, **named: Any) -> Any:
        set_rows(still_house.work, jobs, {"token": "lease_of_another"}, step="collect")
        return real(*arguments, **named)

    real = collect._come_back
    monkeypatch.setattr(collect, "_come_back", taken_over)
    proceed(still_house, practice_id)
    (job,) = rows(still_house.work, jobs, step="collect")
    assert (job.state, job.token) == ("leased", "lease_of_another")
    assert newest(still_house, practice_id).tries == 0


def test_credentials_refused_while_it_is_out_send_those_on_another_way_who_have_one(
    still_house: House, practice_id: str
) -> None:
    (made,), batch = handed_in(still_house, practice_id, "ACT1")
    second = add_second_way(still_house, practice_id)
    spoil_key(still_house, practice_id)
    proceed(still_house, practice_id)
    assert items(still_house, batch.id) == {"returned": 2}
    assert {row.account_id for row in still_house.inquiries(item_of(still_house, made).recheck_id)} == {
        second
    }
    assert states(still_house, made) == {"answered"}
    assert outcomes(still_house, made) == ["unauthorized", "answered", "unauthorized", "answered"]


def test_answers_that_are_paid_for_wait_until_the_account_is_mended(
    still_house: House, practice_id: str
) -> None:
    (made,), batch = handed_in(still_house, practice_id, "ACT1")
    right = spoil_key(still_house, practice_id)
    proceed(still_house, practice_id)
    assert items(still_house, batch.id) == {"out": 2}
    (job,) = rows(still_house.work, jobs, step="collect")
    assert job.not_before > still_house.work.now()
    change_account(still_house, practice_id, secrets_sealed=right)
    (task,) = rows(still_house.work, follow_ups, state="open", kind="mend_account")
    steps.close_follow_up(
        still_house.work, task.id, practice_id, still_house.add_user(practice_id), outcome="mended"
    )
    do(still_house)
    assert newest(still_house, practice_id).state == "done"
    assert states(still_house, made) == {"answered"}
    together, alone = asked(still_house, practice_id)
    assert (set(together.values()), alone) == ({1}, {})


def test_a_batch_its_source_has_given_up_long_ago_is_asked_one_by_one(
    still_house: House, practice_id: str
) -> None:
    still_house.simulator.batches.item_seconds = 1e6
    (made,), batch = handed_in(still_house, practice_id, "ACT1")
    long_ago = func.now() - timedelta(hours=8) - rules.MARGIN
    set_rows(still_house.work, batch_rows, {"submitted_at": long_ago}, id=batch.id)
    proceed(still_house, practice_id)
    failed = newest(still_house, practice_id)
    assert (failed.state, failed.code) == ("failed", "timeout")
    assert states(still_house, made) == {"answered"}


def test_an_answer_that_cannot_be_stored_does_not_hold_back_the_others(
    still_house: House, practice_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, batch = handed_in(still_house, practice_id, "ACT1", "ACT2")
    broken = {row.id for row in still_house.inquiries(item_of(still_house, made[0]).recheck_id)}

    def stumble(work: Any, batch: Any, item: Any, said: Any) -> None:
        if item.inquiry_id in broken:
            raise ZeroDivisionError
        real(work, batch, item, said)

    real = collect.end
    monkeypatch.setattr(collect, "end", stumble)
    go_on(still_house, practice_id)
    do(still_house)
    assert items(still_house, batch.id) == {"ended": 2, "out": 2}
    (job,) = rows(still_house.work, jobs, step="collect")
    assert (job.state, job.attempt) == ("queued", 1), "it counts: a fault of ours must not go on for ever"


@pytest.mark.parametrize("step", ["hand_in", "collect"])
def test_a_batch_whose_job_is_poison_gives_its_questions_back(
    still_house: House, practice_id: str, step: str
) -> None:
    begin = gathered if step == "hand_in" else handed_in
    (made,), _ = begin(still_house, practice_id, "ACT1")
    set_rows(still_house.work, jobs, {"attempt": MAX_ATTEMPTS}, step=step)
    steps.sweep(still_house.work)
    do(still_house)
    failed = newest(still_house, practice_id)
    assert (failed.state, failed.code) == ("failed", "poison")
    assert states(still_house, made) == {InquiryState.ANSWERED.value}
