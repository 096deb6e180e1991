"""An answer that comes when the question was asked again: one result is stored, whichever comes first."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete, func, update

from payers.simulator.server import Simulator
from tests.house import wait_for
from tests.verify.steps.conftest import rows, run_all, verification
from tests.verify.steps.test_reread import add_practice
from tests.verify.web.conftest import submission
from verify import steps
from verify.intake.submission import Submission
from verify.steps import Work
from verify.store.tables import exchanges, facts, inquiries, jobs, payer_accounts

#: The first answer takes this many seconds, the second none.
LATE = 2


@pytest.fixture
def payer() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


def submitted(work: Work, payer: Simulator, *, deadline_seconds: float) -> tuple[str, Any]:
    """A verification with one question about a member whose first answer is late; the others are left out."""
    practice_id = add_practice(work, payer)
    with work.engine.begin() as connection:
        connection.execute(update(payer_accounts).values(total_deadline_seconds=deadline_seconds))
    asked = Submission.model_validate(submission(coverage={"member_id": f"LATE{LATE}-100200"}))
    made = steps.accept(work, asked, practice_id=practice_id, actor="system").verification_id
    [receiving] = rows(work, jobs, step="receive", state="queued")
    steps.run(work, receiving.id)
    # After this one the payer is asked nothing further.
    [kept] = rows(work, inquiries, service_type="MH")
    others = [job for job in rows(work, jobs, step="ask") if job.subject_id != kept.id]
    [only] = rows(work, jobs, step="ask", subject_id=kept.id)
    with work.engine.begin() as connection:
        for table, ids in ((jobs, "id"), (inquiries, "subject_id")):
            named = [getattr(each, ids) for each in others]
            connection.execute(delete(table).where(table.c.id.in_(named)))
    return made, only


def outcomes(work: Work, inquiry_id: str) -> list[str]:
    return [row.outcome for row in rows(work, exchanges, inquiry_id=inquiry_id)]


def test_an_answer_after_the_deadline_is_not_heard_and_the_second_one_is_the_result(
    work: Work, payer: Simulator
) -> None:
    made, job = submitted(work, payer, deadline_seconds=1)
    steps.run(work, job.id)
    [asked] = rows(work, inquiries, id=job.subject_id)
    assert (asked.state, asked.outcome_code) == ("unavailable", "timeout")
    with work.engine.begin() as connection:
        connection.execute(update(jobs).where(jobs.c.id == job.id).values(not_before=func.now()))
    steps.run(work, job.id)
    wait_for(lambda: all(each.answered_at for each in payer.questions()) or None, 10, "the late answer")
    run_all(work)
    [answered] = rows(work, inquiries, id=job.subject_id)
    assert (answered.state, answered.attempt) == ("answered", 2)
    assert outcomes(work, job.subject_id) == ["timeout", "answered"]
    assert sources(work, made) == {answered.exchange_id}


def test_of_two_answers_to_two_workers_one_is_the_result_and_the_late_one_is_evidence(
    work: Work, payer: Simulator
) -> None:
    made, job = submitted(work, payer, deadline_seconds=20)
    slow = threading.Thread(target=steps.run, args=(work, job.id))
    slow.start()
    wait_for(lambda: payer.questions() or None, 10, "the first question")
    # As if its worker had been frozen until its lease ran out.
    with work.engine.begin() as connection:
        ended = func.clock_timestamp()
        connection.execute(update(jobs).where(jobs.c.id == job.id).values(lease_until=ended, due_at=ended))
    time.sleep(0.05)
    assert steps.run(work, job.id)
    [early] = rows(work, inquiries, id=job.subject_id)
    assert early.state == "answered"
    slow.join(20)
    run_all(work)
    [after] = rows(work, inquiries, id=job.subject_id)
    assert (after.exchange_id, after.answered_at) == (early.exchange_id, early.answered_at)
    assert outcomes(work, job.subject_id) == ["superseded", "answered"]
    [late, _] = rows(work, exchanges, inquiry_id=job.subject_id)
    assert late.response_sealed is not None, "what came late is kept as evidence"
    assert sources(work, made) == {early.exchange_id}


def sources(work: Work, made: str) -> set[str]:
    assert verification(work, made).coverage_status == "active"
    return {row.document["source"]["reference"] for row in rows(work, facts, verification_id=made)}
