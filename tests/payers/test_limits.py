"""Limits of one account, on a real Valkey, from many threads."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import pytest
import redis

from payers.account import AccountId
from payers.limits import RESERVE, Admitted, Limits, LimitsUnavailable, LocalShare, Outcome, Reason, Wait
from verify.servers.valkey import Valkey

PAYER = AccountId("payer-1")
OTHER = AccountId("payer-2")
numbers = count()


@pytest.fixture
def limits(valkey_url: str) -> Iterator[Limits]:
    with redis.Redis.from_url(valkey_url) as client:
        yield Limits(client, failures_to_open=3, window_seconds=5, probe_seconds=0.2)


def call() -> str:
    """A token not used before, in any thread."""
    return f"call-{next(numbers)}"


def ask(limits: Limits | LocalShare, token: str | None = None, **changes: Any) -> Admitted | Wait:
    """Admission under limits that do not matter, except for those given."""
    given = {"max_in_flight": 1000, "per_second": 1e6, "lease_seconds": 30, "urgent": False} | changes
    account = given.pop("account", PAYER)
    return limits.admit(account, token or call(), **given)


def fail(limits: Limits, times: int) -> None:
    for _ in range(times):
        token = call()
        assert ask(limits, token) == Admitted()
        limits.release(PAYER, token, Outcome.UNAVAILABLE)


def reason(answer: Admitted | Wait) -> Reason | None:
    return answer.reason if isinstance(answer, Wait) else None


def hammer(work: Callable[[], float | None], *, threads: int, seconds: float) -> list[float]:
    """The moments at which `work` was let through, of all threads."""
    moments: list[float] = []
    end = time.monotonic() + seconds

    def run() -> None:
        while time.monotonic() < end:
            if (moment := work()) is not None:
                moments.append(moment)

    with ThreadPoolExecutor(threads) as pool:
        for job in [pool.submit(run) for _ in range(threads)]:
            job.result()
    return sorted(moments)


# Rate


@pytest.mark.parametrize("burst", [1, 5])
def test_no_window_admits_more_than_rate_times_time_plus_burst(
    limits: Limits, valkey_url: str, burst: int
) -> None:
    """Each admission's moment is Redis's own: the lease's end less the lease."""
    rate, seconds, lease = 100, 1.5, 60
    hammer(
        lambda: 0.0 if ask(limits, per_second=rate, burst=burst, lease_seconds=lease) == Admitted() else None,
        threads=8,
        seconds=seconds,
    )
    with redis.Redis.from_url(valkey_url) as client:
        flights = client.zrange("limits:{payer-1}:flights", 0, -1, withscores=True)
    moments = [int(score) - lease * 1_000_000 for _, score in flights]
    for first in range(len(moments)):
        for last in range(first, len(moments)):
            window = moments[last] - moments[first]
            assert last - first + 1 <= rate * window / 1_000_000 + burst
    assert len(moments) >= 0.3 * rate * seconds, "the limit must also be used, however crowded the machine"


def test_a_refusal_says_when_to_come_back(limits: Limits) -> None:
    assert ask(limits, per_second=4) == Admitted()
    wait = ask(limits, per_second=4)
    assert isinstance(wait, Wait)
    assert wait.reason is Reason.RATE
    time.sleep(wait.seconds)
    assert ask(limits, per_second=4) == Admitted()


def test_many_that_wait_are_told_different_moments(limits: Limits) -> None:
    assert ask(limits, per_second=10) == Admitted()
    waits = [
        wait.seconds for wait in (ask(limits, per_second=10) for _ in range(10)) if isinstance(wait, Wait)
    ]
    gaps = [later - earlier for earlier, later in pairwise(waits)]
    assert len(waits) == 10
    assert all(0.05 < gap <= 0.1 * (1 + RESERVE) for gap in gaps), gaps


def test_no_moment_is_kept_for_those_who_will_not_come(limits: Limits) -> None:
    assert ask(limits, per_second=4) == Admitted()
    for _ in range(10):
        assert reason(ask(limits, per_second=4, patience_seconds=0)) is Reason.RATE
    wait = ask(limits, per_second=4)
    assert isinstance(wait, Wait)
    assert wait.seconds <= 0.25 * (1 + RESERVE)


def test_a_call_that_missed_its_moment_keeps_its_place_and_takes_another(limits: Limits) -> None:
    assert ask(limits, per_second=4) == Admitted()
    assert limits.state(PAYER).in_flight == 1
    while wait := limits.another_moment(PAYER, per_second=4):
        assert wait <= 0.25 * (1 + RESERVE)
        time.sleep(wait)
    assert limits.state(PAYER).in_flight == 1
    assert reason(ask(limits, per_second=4)) is Reason.RATE, "the second moment is used up too"


def test_being_late_is_forgiven_by_the_reserve_and_no_further(limits: Limits, valkey: redis.Redis) -> None:
    """The next call is due one step after the moment that was due, however little late this one came."""
    a_little, long_ago = 0.0, 60.0
    for late, forgiven in ((a_little, 0.0), (long_ago, RESERVE)):
        now = redis_now(valkey)
        valkey.set("limits:{payer-1}:tat", int((now - late) * 1_000_000))
        assert ask(limits, per_second=1) == Admitted()
        due = int(valkey.get("limits:{payer-1}:tat")) / 1_000_000
        assert 1 + RESERVE - forgiven - 0.001 <= due - now <= 1 + RESERVE + 5


def redis_now(client: redis.Redis) -> float:
    seconds, microseconds = client.time()
    return float(seconds + microseconds / 1_000_000)


def test_nobody_is_told_to_wait_for_long_however_many_wait(limits: Limits) -> None:
    waits = [ask(limits, per_second=10) for _ in range(200)]
    assert max(wait.seconds for wait in waits if isinstance(wait, Wait)) <= 5.0


def test_waiting_as_told_does_not_starve_the_rate(limits: Limits) -> None:
    def patient() -> float | None:
        token = call()
        while isinstance(wait := ask(limits, token, per_second=50), Wait):
            time.sleep(wait.seconds)
        limits.release(PAYER, token, Outcome.ANSWERED)
        return time.monotonic()

    # Of about 100. Callers told the same moment would get a handful; how near to 100 is no test's matter.
    assert len(hammer(patient, threads=16, seconds=2.0)) >= 40


def test_accounts_do_not_share_their_limits(limits: Limits) -> None:
    assert ask(limits, per_second=0.1) == Admitted()
    assert reason(ask(limits, per_second=0.1)) is Reason.RATE
    assert ask(limits, per_second=0.1, account=OTHER) == Admitted()


def test_the_payers_own_retry_after_holds_for_everybody(limits: Limits) -> None:
    assert ask(limits, "throttled") == Admitted()
    limits.release(PAYER, "throttled", Outcome.ANSWERED, retry_after_seconds=0.3)
    wait = ask(limits)
    assert isinstance(wait, Wait)
    assert 0.2 < wait.seconds <= 0.3
    paused_until = limits.state(PAYER).paused_until
    assert paused_until
    assert abs(paused_until - datetime.now(UTC)) < timedelta(seconds=1)
    time.sleep(wait.seconds + 0.01)
    assert ask(limits) == Admitted()


def test_a_clock_set_back_does_not_stop_the_payer_for_hours(limits: Limits, valkey: redis.Redis) -> None:
    in_two_hours = int((time.time() + 7200) * 1_000_000)
    valkey.set("limits:{payer-1}:tat", in_two_hours)
    wait = ask(limits, per_second=10)
    assert isinstance(wait, Wait)
    assert wait.seconds <= 0.1 * (1 + RESERVE)


# In flight


def test_never_more_in_flight_than_allowed_from_many_threads(limits: Limits) -> None:
    lock, now_in_flight, most = threading.Lock(), 0, 0

    def work() -> float | None:
        nonlocal now_in_flight, most
        token = call()
        if ask(limits, token, max_in_flight=3) != Admitted():
            return None
        with lock:
            now_in_flight += 1
            most = max(most, now_in_flight)
        time.sleep(0.002)
        with lock:
            now_in_flight -= 1
        limits.release(PAYER, token, Outcome.ANSWERED)
        return time.monotonic()

    assert len(hammer(work, threads=8, seconds=1.0)) > 50
    assert most == 3
    assert limits.state(PAYER).in_flight == 0


def test_the_place_of_a_killed_worker_comes_back_when_its_lease_ends(limits: Limits) -> None:
    assert ask(limits, max_in_flight=1, lease_seconds=0.2) == Admitted()
    wait = ask(limits, max_in_flight=1)
    assert isinstance(wait, Wait)
    assert wait.reason is Reason.IN_FLIGHT
    assert wait.seconds <= 0.2
    time.sleep(0.21)
    assert ask(limits, max_in_flight=1) == Admitted()


def test_the_same_call_is_admitted_once_however_often_it_asks(limits: Limits) -> None:
    for _ in range(3):
        assert ask(limits, "same", per_second=0.1, max_in_flight=1) == Admitted()
    assert limits.state(PAYER).in_flight == 1


# Urgent


def test_while_an_urgent_one_waits_nobody_else_is_admitted(limits: Limits) -> None:
    assert ask(limits, "nightly-1", max_in_flight=1) == Admitted()
    assert reason(ask(limits, "urgent", max_in_flight=1, urgent=True)) is Reason.IN_FLIGHT
    limits.release(PAYER, "nightly-1", Outcome.ANSWERED)
    assert isinstance(ask(limits, "nightly-2", max_in_flight=1), Wait)
    assert ask(limits, "urgent", max_in_flight=1, urgent=True) == Admitted()


def test_the_urgent_one_goes_first_against_many_that_hammer(limits: Limits) -> None:
    given = {"max_in_flight": 2, "per_second": 50}
    stop = threading.Event()
    admitted_while_waiting: list[str] = []
    waiting = threading.Event()

    def nightly(name: int) -> None:
        for number in count():
            if stop.is_set():
                return
            token = f"nightly-{name}-{number}"
            if ask(limits, token, **given) == Admitted():
                if waiting.is_set():
                    admitted_while_waiting.append(token)
                time.sleep(0.05)
                limits.release(PAYER, token, Outcome.ANSWERED)

    threads = [threading.Thread(target=nightly, args=[name]) for name in range(6)]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    try:
        for number in range(5):
            while isinstance(wait := ask(limits, f"urgent-{number}", urgent=True, **given), Wait):
                waiting.set()
                time.sleep(min(wait.seconds, 0.01))
            waiting.clear()
            limits.release(PAYER, f"urgent-{number}", Outcome.ANSWERED)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    # One may have been let in between the refusal of the urgent one and our noting it.
    assert len(admitted_while_waiting) <= 5


def test_an_urgent_one_that_never_comes_back_stops_nobody_for_long(
    limits: Limits, valkey: redis.Redis
) -> None:
    assert ask(limits, "first", max_in_flight=1) == Admitted()
    assert isinstance(ask(limits, "gone", max_in_flight=1, urgent=True), Wait)
    limits.release(PAYER, "first", Outcome.ANSWERED)
    assert isinstance(ask(limits, max_in_flight=1), Wait)
    assert 0 < valkey.pttl("limits:{payer-1}:urgent") <= 5000
    deadline = time.monotonic() + 5
    while isinstance(ask(limits, "patient", max_in_flight=1), Wait):
        assert time.monotonic() < deadline
        time.sleep(0.1)


# Circuit


def test_the_circuit_opens_after_failures_in_a_row_and_says_since_when(limits: Limits) -> None:
    fail(limits, 2)
    assert limits.state(PAYER).open_since is None
    fail(limits, 1)
    state = limits.state(PAYER)
    assert state.open_since
    assert abs(state.open_since - datetime.now(UTC)) < timedelta(seconds=1)
    assert state.failures == 3
    assert reason(ask(limits)) is Reason.CIRCUIT


def test_an_answer_in_between_starts_the_count_again(limits: Limits) -> None:
    fail(limits, 2)
    assert ask(limits, "answered") == Admitted()
    limits.release(PAYER, "answered", Outcome.ANSWERED)
    fail(limits, 2)
    assert limits.state(PAYER).open_since is None


def test_failures_far_apart_do_not_open_the_circuit(valkey: redis.Redis) -> None:
    limits = Limits(valkey, failures_to_open=2, window_seconds=0.1)
    fail(limits, 1)
    time.sleep(0.12)
    fail(limits, 1)
    assert limits.state(PAYER).open_since is None


def test_a_call_that_was_never_made_says_nothing_about_the_payer(limits: Limits) -> None:
    fail(limits, 2)
    assert ask(limits, "unsent") == Admitted()
    limits.release(PAYER, "unsent", Outcome.NOT_ASKED)
    fail(limits, 1)
    assert limits.state(PAYER).open_since


def test_an_outcome_said_twice_counts_once(limits: Limits) -> None:
    assert ask(limits, "once") == Admitted()
    for _ in range(5):
        limits.release(PAYER, "once", Outcome.UNAVAILABLE)
    assert limits.state(PAYER).failures == 1


def test_an_open_circuit_lets_one_probe_through_and_closes_on_its_answer(limits: Limits) -> None:
    fail(limits, 3)
    time.sleep(0.21)
    answers = [ask(limits, f"probe-{number}") for number in range(10)]
    assert answers.count(Admitted()) == 1
    assert {reason(answer) for answer in answers[1:]} == {Reason.CIRCUIT}
    limits.release(PAYER, "probe-0", Outcome.ANSWERED)
    assert limits.state(PAYER).open_since is None
    assert ask(limits) == Admitted()


def test_a_failed_probe_leaves_the_circuit_open_until_the_next(limits: Limits) -> None:
    fail(limits, 3)
    opened = limits.state(PAYER).open_since
    for _ in range(2):
        time.sleep(0.21)
        assert ask(limits, "probe") == Admitted()
        limits.release(PAYER, "probe", Outcome.UNAVAILABLE)
        wait = ask(limits)
        assert isinstance(wait, Wait)
        assert wait.reason is Reason.CIRCUIT
        assert wait.seconds <= 0.2
    assert limits.state(PAYER).open_since == opened


def test_no_second_probe_while_the_first_still_hangs(limits: Limits) -> None:
    fail(limits, 3)
    time.sleep(0.21)
    assert ask(limits, "hanging", lease_seconds=0.6) == Admitted()
    time.sleep(0.25)
    assert reason(ask(limits)) is Reason.CIRCUIT
    time.sleep(0.4)
    assert ask(limits) == Admitted()


def test_an_urgent_one_refused_by_the_circuit_blocks_nobody(limits: Limits, valkey: redis.Redis) -> None:
    fail(limits, 3)
    assert reason(ask(limits, urgent=True)) is Reason.CIRCUIT
    assert not valkey.exists("limits:{payer-1}:urgent")


# Redis away


def test_nothing_stays_in_redis_for_ever(limits: Limits, valkey: redis.Redis) -> None:
    fail(limits, 1)
    ask(limits, max_in_flight=1)
    ask(limits, max_in_flight=1, urgent=True)
    assert valkey.keys("*")
    assert all(valkey.pttl(key) > 0 for key in valkey.keys("*"))


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Valkey]:
    """A Valkey to stop and to fill."""
    server = Valkey(tmp_path / "valkey")
    server.start()
    yield server
    server.stop()


def test_redis_away_is_one_clear_error(own_server: Valkey) -> None:
    with redis.Redis.from_url(own_server.url, socket_timeout=1) as client:
        limits = Limits(client)
        assert ask(limits) == Admitted()
        own_server.stop()
        for attempt in (lambda: ask(limits), lambda: limits.release(PAYER, "x", Outcome.ANSWERED)):
            with pytest.raises(LimitsUnavailable):
                attempt()
        own_server.start()
        assert ask(limits) == Admitted()


def test_a_redis_that_takes_no_writes_is_the_same_error(own_server: Valkey) -> None:
    with redis.Redis.from_url(own_server.url) as client:
        client.config_set("min-replicas-to-write", 1)
        with pytest.raises(LimitsUnavailable):
            ask(Limits(client))


def test_a_full_redis_still_limits(own_server: Valkey) -> None:
    """The queue may fill it up; the few bytes of a limit always fit."""
    with redis.Redis.from_url(own_server.url) as client:
        client.config_set("maxmemory", 1)
        limits = Limits(client)
        assert ask(limits, max_in_flight=1) == Admitted()
        assert reason(ask(limits, max_in_flight=1)) is Reason.IN_FLIGHT


def test_a_local_share_is_a_part_of_the_rate() -> None:
    share = LocalShare(processes=4)
    moments = hammer(
        lambda: time.monotonic() if ask(share, per_second=200) == Admitted() else None, threads=4, seconds=1.0
    )
    assert 30 <= len(moments) <= 51


def test_a_local_share_is_a_part_of_the_places_and_at_least_one() -> None:
    share = LocalShare(processes=4)
    for _ in range(2):
        assert ask(share, max_in_flight=8) == Admitted()
        time.sleep(0.001)
    assert reason(ask(share, max_in_flight=8)) is Reason.IN_FLIGHT
    assert share.state(PAYER).in_flight == 2
    assert ask(share, max_in_flight=1, account=OTHER) == Admitted()
    assert reason(ask(share, max_in_flight=1, account=OTHER)) is Reason.IN_FLIGHT


def test_a_local_share_honours_leases_and_retry_after() -> None:
    share = LocalShare(processes=1)
    assert ask(share, max_in_flight=1, lease_seconds=0.05) == Admitted()
    time.sleep(0.06)
    assert ask(share, "second", max_in_flight=1) == Admitted()
    share.release(PAYER, "second", Outcome.ANSWERED, retry_after_seconds=0.1)
    assert reason(ask(share, max_in_flight=1)) is Reason.RATE
    time.sleep(0.11)
    assert ask(share, max_in_flight=1) == Admitted()


@pytest.mark.parametrize(
    "wrong", [{"max_in_flight": 0}, {"per_second": 0}, {"lease_seconds": 0}, {"burst": 0}]
)
def test_limits_that_mean_nothing_are_refused(limits: Limits, wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must be positive"):
        ask(limits, **wrong)
    with pytest.raises(ValueError, match="must be positive"):
        ask(LocalShare(processes=1), **wrong)
