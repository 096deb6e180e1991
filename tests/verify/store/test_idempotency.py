"""Idempotency keys: one piece of work per key, whoever comes at the same time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from verify.store import connect, idempotency
from verify.store.idempotency import Answer, KeyReused, StillRunning

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    made = connect(postgres_url)
    yield made
    made.dispose()


def begin(
    engine: Engine, *, caller: str = "user_1", body: bytes = b"body", now: datetime = NOW
) -> Answer | None:
    with engine.begin() as connection:
        return idempotency.begin(connection, caller, "key", body, now)


def finish(engine: Engine) -> None:
    with engine.begin() as connection:
        idempotency.finish(connection, "user_1", "key", Answer(202, b"sealed"))


def test_the_first_takes_the_key_and_the_next_gets_its_answer(engine: Engine) -> None:
    assert begin(engine) is None
    finish(engine)
    assert begin(engine) == Answer(202, b"sealed")


def test_another_body_is_refused_before_and_after_the_answer(engine: Engine) -> None:
    begin(engine)
    with pytest.raises(KeyReused):
        begin(engine, body=b"other")
    finish(engine)
    with pytest.raises(KeyReused):
        begin(engine, body=b"other")


def test_a_key_belongs_to_its_caller(engine: Engine) -> None:
    begin(engine)
    assert begin(engine, caller="user_2", body=b"other") is None


def test_while_the_first_works_the_others_are_told(engine: Engine) -> None:
    begin(engine)
    with pytest.raises(StillRunning):
        begin(engine)


def test_of_many_at_once_one_takes_the_key(engine: Engine) -> None:
    def attempt(_: int) -> bool:
        try:
            return begin(engine) is None
        except StillRunning:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(8))) == 1


def test_a_key_given_back_can_be_taken_again_and_an_answered_one_stays(engine: Engine) -> None:
    begin(engine)
    with engine.begin() as connection:
        idempotency.release(connection, "user_1", "key")
    assert begin(engine) is None
    finish(engine)
    with engine.begin() as connection:
        idempotency.release(connection, "user_1", "key")
    assert begin(engine) is not None


def test_a_key_whose_process_died_is_free_after_a_minute(engine: Engine) -> None:
    begin(engine)
    assert begin(engine, now=NOW + timedelta(seconds=61)) is None


def test_an_answer_is_kept_for_a_day(engine: Engine) -> None:
    begin(engine)
    finish(engine)
    assert begin(engine, now=NOW + timedelta(hours=24)) is not None
    assert begin(engine, now=NOW + timedelta(hours=25)) is None
