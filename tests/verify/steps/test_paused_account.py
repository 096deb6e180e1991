"""A paused account: what was found paused as it was mended is asked now, and not a quarter of an hour later."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select, update

from tests.verify.web.conftest import Practice
from verify import steps
from verify.steps import Work, ask
from verify.store import clinic
from verify.store.tables import jobs, payer_accounts


@pytest.fixture
def question_job(work: Work, submit: Callable[..., str]) -> str:
    """A question that is due, by an account that is paused."""
    submit()
    with work.engine.begin() as connection:
        receiving = connection.execute(select(jobs.c.id).where(jobs.c.step == "receive")).scalar_one()
    steps.run(work, receiving)
    with work.engine.begin() as connection:
        connection.execute(update(payer_accounts).values(paused_code="unauthorized"))
        return str(connection.execute(select(jobs.c.id).where(jobs.c.step == "ask").limit(1)).scalar_one())


def is_due(work: Work, job_id: str) -> bool:
    with work.engine.connect() as connection:
        look = select(jobs.c.not_before <= func.now(), jobs.c.state).where(jobs.c.id == job_id)
        due, state = connection.execute(look).one()
        assert state == "queued", "it was not asked"
        return bool(due)


def test_it_waits_while_the_account_is_paused(work: Work, question_job: str) -> None:
    steps.run(work, question_job)
    assert not is_due(work, question_job)


def test_it_does_not_wait_for_an_account_mended_meanwhile(
    work: Work, practice: Practice, question_job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found_shut = ask._shut

    def mended_just_after(*arguments: Any) -> ask.Shut:
        shut = found_shut(*arguments)
        with work.engine.begin() as another:
            (account,) = clinic.accounts(another)
            clinic.resume_account(another, practice.id, account.id)
        return shut

    monkeypatch.setattr(ask, "_shut", mended_just_after)
    steps.run(work, question_job)
    assert is_due(work, question_job)
