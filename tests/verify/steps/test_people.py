"""What people do, and what must not be left standing after it."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.verify.steps.conftest import rows, run_all, set_rows, verification
from tests.verify.typed_answers import all_typed
from tests.verify.web.conftest import Practice
from verify import steps
from verify.steps import Call, Work
from verify.store import evidence, verifications
from verify.store.tables import facts, findings, follow_ups, inquiries, questions
from verify.store.tables import verifications as table

Submit = Callable[..., str]
#: The typed call says that one is required, and nobody has recorded any.
REQUEST = "Request the authorization for Transcranial magnetic stimulation (TMS)"


def call(work: Work, verification_id: str, practice: Practice) -> None:
    """Answers every question of the script."""
    task = rows(work, follow_ups, verification_id=verification_id, state="open")[0]
    said = all_typed(task.script)
    ended = datetime.now(UTC)
    typed = Call(said, "REF-1", "Dana", ended - timedelta(minutes=9), ended)
    steps.record_call(work, task.id, practice.id, "system", typed)
    run_all(work)


def test_nothing_judged_of_the_old_data_stands_beside_corrected_data(
    work: Work, practice: Practice, submit: Submit
) -> None:
    made = submit()
    run_all(work)
    call(work, made, practice)
    assert verification(work, made).coverage_status == "active"
    steps.complete_information(work, made, practice.id, "system", coverage={"member_id": "BHX777"})
    row = verification(work, made)
    assert (row.state, row.coverage_status, row.copay_cents) == ("ready", None, None)
    assert rows(work, findings, verification_id=made) == []
    assert rows(work, questions, verification_id=made, closed_at=None) == []
    assert rows(work, follow_ups, verification_id=made, state="open") == []
    assert rows(work, facts, verification_id=made), "what was learned is kept as evidence"


def test_gaps_closed_after_signing_are_signed_as_verified(
    work: Work, practice: Practice, submit: Submit
) -> None:
    made = submit()
    run_all(work)
    assert steps.sign_off(work, made, practice.id, "system") == "verified_with_gaps"
    with pytest.raises(steps.NotAllowed):
        steps.sign_off(work, made, practice.id, "system")
    call(work, made, practice)
    assert rows(work, questions, verification_id=made, closed_at=None) == []
    titles = {task.title for task in rows(work, follow_ups, verification_id=made, state="open")}
    assert titles == {"Review and sign off", REQUEST}
    assert steps.sign_off(work, made, practice.id, "system") == "verified"


@pytest.mark.parametrize("settles", [True, False])
def test_a_call_to_another_company_leaves_the_payers_question_waiting(
    work: Work, practice: Practice, submit: Submit, settles: bool
) -> None:
    made = submit()
    run_all(work)
    task = rows(work, follow_ups, verification_id=made, state="open")[0]
    script = {**task.script, "settles": settles}
    with work.engine.begin() as connection:
        connection.execute(follow_ups.update().where(follow_ups.c.id == task.id).values(script=script))
    waiting = {row.id for row in rows(work, inquiries, verification_id=made, state="pending")}
    assert waiting
    call(work, made, practice)
    left = {row.id for row in rows(work, inquiries, verification_id=made, state="pending")}
    assert left == (set() if settles else waiting)


@pytest.mark.parametrize("act", ["close", "call"])
def test_a_task_and_a_step_at_the_same_verification_wait_in_line(
    work: Work, practice: Practice, submit: Submit, act: str
) -> None:
    """A step holds the verification and closes its tasks; who works a task must not hold that first."""
    made = submit()
    run_all(work)
    task = rows(work, follow_ups, verification_id=made, state="open")[0]
    name = next(field["name"] for field in task.script["fields"] if field["kind"] == "yes_no")
    now = datetime.now(UTC)
    came_of_it: list[object] = []

    def person() -> None:
        try:
            if act == "close":
                steps.close_follow_up(work, task.id, practice.id, "system", outcome="")
            else:
                typed = Call({name: "yes"}, "REF", "Dana", now, now)
                steps.record_call(work, task.id, practice.id, "system", typed)
        except steps.NotAllowed as refused:
            came_of_it.append(refused)

    thread = threading.Thread(target=person)
    with work.engine.begin() as connection:
        row: Any = verifications.lock(connection, made)
        thread.start()
        wait_until_somebody_waits(work)
        evidence.drop_follow_ups(connection, row)
    thread.join(10)
    assert [str(refused) for refused in came_of_it] == ["cancelled"]


def test_a_call_saved_while_its_task_goes_over_to_a_recheck_is_the_rechecks(
    work: Work, practice: Practice, submit: Submit
) -> None:
    made, again = submit(), submit(patient={"first_name": "Odette"})
    run_all(work)
    set_rows(work, table, {"rechecks_id": made}, id=again)
    # The re-check asks for nothing yet: the task is the older one's.
    set_rows(work, follow_ups, {"state": "cancelled", "dedupe_key": "over"}, verification_id=again)
    thread = threading.Thread(target=call, args=(work, made, practice))
    with work.engine.begin() as connection:
        before: Any = verifications.lock(connection, made)
        thread.start()
        wait_until_somebody_waits(work)
        after: Any = verifications.lock(connection, again)
        verifications.supersede(connection, before, after)
        evidence.move_follow_ups(connection, before, after)
    thread.join(20)
    assert not thread.is_alive()
    assert rows(work, facts, verification_id=made) == []
    assert {row.name for row in rows(work, facts, verification_id=again)} >= {"active", "copay"}
    assert verification(work, again).coverage_status == "active"


def wait_until_somebody_waits(work: Work) -> None:
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    for _ in range(200):
        with work.engine.connect() as connection:
            if connection.execute(waiting).scalar_one():
                return
        time.sleep(0.02)
    raise AssertionError("nobody waits")
