"""The turnstile: what is let out reaches the payer evenly, and who waits in vain comes back in time."""

import time
from collections.abc import Iterator

import pytest
import redis

from payers.account import Account, AccountId
from payers.limits import Limits, Outcome, Reason
from verify.steps.turn import PATIENCE_SECONDS, SWEEP_SECONDS, Turnstile
from verify.verification import Lane

ACCOUNT = Account(id=AccountId("a1"), name="Payer", adapter="x", requests_per_second=1.0, max_in_flight=1)


@pytest.fixture
def turnstile(valkey_url: str) -> Iterator[Turnstile]:
    with redis.Redis.from_url(valkey_url) as client:
        yield Turnstile(Limits(client), processes=1)


def next_due(valkey: redis.Redis) -> bytes | None:
    return valkey.get("limits:{a1}:tat")


def test_a_question_in_time_leaves_with_the_moment_it_has(
    turnstile: Turnstile, valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    # However slow the machine is just now.
    monkeypatch.setattr("verify.steps.turn.LATE_SECONDS", 60.0)
    assert turnstile.enter(ACCOUNT, "t1", Lane.STANDARD) is None
    due = next_due(valkey)
    turnstile.depart(ACCOUNT, "t1")
    assert next_due(valkey) == due


def test_a_question_that_missed_its_moment_takes_another(turnstile: Turnstile, valkey: redis.Redis) -> None:
    assert turnstile.enter(ACCOUNT, "t1", Lane.STANDARD) is None
    due = next_due(valkey)
    time.sleep(0.3)
    turnstile.depart(ACCOUNT, "t1")
    assert next_due(valkey) != due
    wait = turnstile.enter(ACCOUNT, "t2", Lane.STANDARD, patience_seconds=0)
    assert wait is not None
    assert wait.reason is Reason.IN_FLIGHT, "it kept its place"


def test_who_has_no_patience_left_comes_back_a_sweep_early(turnstile: Turnstile) -> None:
    assert turnstile.enter(ACCOUNT, "t1", Lane.STANDARD) is None
    turnstile.leave(ACCOUNT, "t1", Outcome.ANSWERED, retry_after_seconds=PATIENCE_SECONDS + 50)
    wait = turnstile.enter(ACCOUNT, "t2", Lane.STANDARD)
    assert wait is not None
    assert wait.seconds <= PATIENCE_SECONDS + 50 - SWEEP_SECONDS


def test_without_the_shared_count_a_question_leaves_all_the_same(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with redis.Redis(unix_socket_path=str(tmp_path_factory.mktemp("gone") / "valkey.sock")) as nowhere:
        alone = Turnstile(Limits(nowhere), processes=1)
        assert alone.enter(ACCOUNT, "t1", Lane.STANDARD) is None
        time.sleep(0.3)
        alone.depart(ACCOUNT, "t1")
        alone.leave(ACCOUNT, "t1", Outcome.ANSWERED)
