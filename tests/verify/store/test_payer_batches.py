"""Joining a batch: whoever comes at the same time, none is lost and no batch holds too many."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from tests.house import House, house
from tests.night_batches import add_batch_clinic, batches
from verify import steps
from verify.store import inquiries as asking
from verify.store import payer_batches
from verify.store.tables import inquiries, jobs
from verify.store.tables_batches import payer_batch_items

QUESTIONS = 40
MOST = 12


@pytest.fixture
def still_house(postgres_url: str, valkey_url: str, tmp_path: Path) -> Iterator[House]:
    with house(tmp_path / "data", postgres_url, valkey_url) as built:
        yield built


@pytest.fixture
def questions(still_house: House) -> list[Any]:
    """Questions that are planned and not asked."""
    practice_id = add_batch_clinic(still_house)
    for number in range(QUESTIONS // 2):
        made = still_house.submit(practice_id, f"ACT{number}", patient={"first_name": f"J{number}"})
        (job,) = still_house.rows(jobs, subject_id=made)
        steps.run(still_house.work, job.id)
    return list(still_house.rows(inquiries, practice_id=practice_id))


def join(built: House, question: Any, most: int = MOST) -> str:
    with built.work.engine.begin() as connection:
        return payer_batches.join(
            connection,
            question,
            account_id=question.account_id,
            options={"leave_out": ["sex"]},
            closes_at=datetime(2026, 11, 24, 2, tzinfo=UTC),
            most=most,
        )


def test_many_at_once_fill_one_batch_after_the_other(still_house: House, questions: list[Any]) -> None:
    with ThreadPoolExecutor(8) as threads:
        joined = Counter(threads.map(lambda question: join(still_house, question), questions))
    found = batches(still_house, questions[0].practice_id)
    assert {row.id: row.gathered for row in found} == joined
    assert sorted(joined.values()) == [4, 12, 12, 12]
    assert sorted(row.state for row in found) == ["gathering", "submitting", "submitting", "submitting"]
    assert all((row.closed_at is None) == (row.state == "gathering") for row in found)
    handing_in = still_house.rows(jobs, step="hand_in")
    assert sorted(row.subject_id for row in handing_in) == sorted(joined), "each has one job"


def test_a_question_is_in_a_batch_once(still_house: House, questions: list[Any]) -> None:
    join(still_house, questions[0])
    with pytest.raises(IntegrityError):
        join(still_house, questions[0])
    (batch,) = batches(still_house, questions[0].practice_id)
    assert batch.gathered == 1
    with still_house.work.engine.connect() as connection:
        assert payer_batches.was_in_one(connection, questions[0].id)
        assert not payer_batches.was_in_one(connection, questions[1].id)


def test_only_what_is_open_is_given_back_and_only_once(still_house: House, questions: list[Any]) -> None:
    first, second = questions[:2]
    for each in (first, second):
        join(still_house, each)
    with still_house.work.engine.begin() as connection:
        (batch,) = connection.execute(select(payer_batches.batches)).all()
        connection.execute(
            update(payer_batch_items).where(payer_batch_items.c.inquiry_id == second.id).values(state="ended")
        )
        both = [first.id, second.id]
        assert payer_batches.give_back(connection, batch, both, code="lost") == 1
        assert payer_batches.give_back(connection, batch, both, code="lost") == 0
    (job,) = still_house.rows(jobs, round=batch.id)
    assert (job.step, job.subject_id, job.lane) == ("ask", first.id, "nightly")


def test_an_exchange_that_ended_is_not_ended_again(still_house: House, questions: list[Any]) -> None:
    """The table would refuse it, and with it everything else that is given back."""
    question = questions[0]
    join(still_house, question)
    seals = still_house.work.seals(question.practice_id)
    with still_house.work.engine.begin() as connection:
        (batch,) = connection.execute(select(payer_batches.batches)).all()
        exchange_id = asking.begin(connection, question, "T1", account_id=question.account_id, cents=25)
        (item,) = payer_batches.items_of(connection, batch.id, payer_batches.ItemState.WAITING)
        connection.execute(update(payer_batch_items).values(state="out", exchange_id=exchange_id))
        asking.complete_exchange(connection, seals, exchange_id, None, outcome="superseded")
        assert payer_batches.give_back(connection, batch, [item.inquiry_id], code="lost") == 1
