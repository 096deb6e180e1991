from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.retry import PASSING_CODES, SCHEDULES, AskAgain, Stop, StopReason, decide, poison
from verify.verification import Lane

FIRST = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


def after(
    seconds: float, *, code="timeout", attempt=1, lane=Lane.STANDARD, sent=True, retry_after=None, jitter=0.0
):
    return decide(
        failure_code=code,
        retry_after_seconds=retry_after,
        attempt=attempt,
        first_asked_at=FIRST,
        now=FIRST + timedelta(seconds=seconds),
        lane=lane,
        sent=sent,
        jitter=jitter,
    )


def waited(decision, seconds: float) -> float:
    assert isinstance(decision, AskAgain)
    return (decision.at - FIRST).total_seconds() - seconds


@pytest.mark.parametrize(("attempt", "minutes"), [(1, 15), (2, 60), (3, 240), (4, 240), (7, 240)])
def test_a_payer_that_is_down_is_asked_after_15_minutes_1_hour_4_hours_and_every_4_hours(attempt, minutes):
    assert waited(after(60, attempt=attempt), 60) == minutes * 60


@pytest.mark.parametrize(
    ("attempt", "seconds"),
    [(1, 30), (2, 120), (3, 15 * 60), (4, 60 * 60), (5, 4 * 60 * 60), (9, 4 * 60 * 60)],
)
def test_when_nothing_was_sent_the_first_tries_come_sooner(attempt, seconds):
    assert waited(after(5, code="connect", attempt=attempt, sent=False), 5) == seconds


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 60), (2, 120), (3, 240), (7, 3600), (40, 3600)])
def test_too_many_requests_waits_a_minute_and_doubles_up_to_an_hour(attempt, seconds):
    assert waited(after(100, code="http_429", attempt=attempt), 100) == seconds


@pytest.mark.parametrize(("attempt", "minutes"), [(1, 2), (2, 5), (3, 15), (4, 30), (5, 30)])
def test_an_urgent_question_is_asked_again_in_shorter_steps(attempt, minutes):
    assert waited(after(30, attempt=attempt, lane=Lane.URGENT), 30) == minutes * 60


def test_what_was_sent_is_not_sent_again_before_90_seconds():
    assert after(1, code="http_429") == AskAgain(FIRST + timedelta(seconds=90))
    assert after(1, retry_after=5) == AskAgain(FIRST + timedelta(seconds=90))
    assert after(1, retry_after=5, sent=False) == AskAgain(FIRST + timedelta(seconds=6))


@pytest.mark.parametrize("code", ["http_429", "http_5xx", "timeout"])
def test_the_payers_own_wait_is_kept_to_the_second(code):
    assert waited(after(100, code=code, retry_after=137, jitter=1.0), 100) == 137


@pytest.mark.parametrize("retry_after", [25 * 3600, float("inf")])
def test_the_payers_own_wait_ends_after_a_day(retry_after):
    assert waited(after(100, retry_after=retry_after), 100) == 24 * 3600


@pytest.mark.parametrize("retry_after", [0, -5])
def test_a_wait_of_nothing_is_lengthened_with_each_try(retry_after):
    waits = [waited(after(200, retry_after=retry_after, attempt=n), 200) for n in (1, 2, 5, 30)]
    assert waits == [1, 2, 16, 3600]


def test_a_wait_that_is_no_number_is_ignored():
    assert after(100, retry_after=float("nan")) == after(100)


def test_a_payer_away_for_a_day_is_called():
    assert isinstance(after(24 * 3600 - 1, attempt=9), AskAgain)
    assert after(24 * 3600, attempt=9) == Stop(StopReason.PATIENCE_SPENT)


def test_an_urgent_question_goes_to_a_person_the_same_day():
    assert after(2 * 3600, attempt=6, lane=Lane.URGENT) == Stop(StopReason.PATIENCE_SPENT)
    assert after(10, retry_after=3 * 3600, lane=Lane.URGENT) == Stop(StopReason.WAIT_TOO_LONG)
    assert isinstance(after(10, retry_after=3 * 3600), AskAgain)


@pytest.mark.parametrize(
    "code", ["aaa", "x999", "ta1", "envelope", "http_4xx", "unauthorized", "not_x12", "call_needed"]
)
def test_what_a_person_must_mend_is_not_asked_again(code):
    assert after(60, code=code) == Stop(StopReason.NOT_PASSING)


@pytest.mark.parametrize("code", sorted(PASSING_CODES))
@pytest.mark.parametrize("lane", Lane)
def test_every_passing_failure_is_asked_again_in_every_lane(code, lane):
    assert isinstance(after(10, code=code, lane=lane), AskAgain)


def test_jitter_lengthens_our_own_waits_by_up_to_a_tenth():
    assert waited(after(60, jitter=1.0), 60) == 990
    assert waited(after(60, jitter=0.5), 60) == 945


@pytest.mark.parametrize("wrong", [{"attempt": 0}, {"jitter": -0.1}, {"jitter": 1.1}])
def test_a_count_or_jitter_out_of_range_is_refused(wrong):
    with pytest.raises(ValueError, match="attempt counts from 1"):
        after(60, **wrong)


@given(
    seconds=st.floats(0, 30 * 3600),
    code=st.sampled_from(sorted(PASSING_CODES)),
    attempt=st.integers(1, 10_000),
    lane=st.sampled_from(Lane),
    retry_after=st.none() | st.floats(allow_nan=True),
    jitter=st.floats(0, 1),
)
def test_no_decision_breaks_the_90_seconds_or_looks_back(seconds, code, attempt, lane, retry_after, jitter):
    decision = after(seconds, code=code, attempt=attempt, lane=lane, retry_after=retry_after, jitter=jitter)
    if isinstance(decision, AskAgain):
        assert decision.at > FIRST + timedelta(seconds=seconds)
        assert decision.at >= FIRST + timedelta(seconds=90)


def test_every_lane_has_a_schedule_that_never_shortens_and_names_its_source():
    assert set(SCHEDULES) == set(Lane)
    for schedule in SCHEDULES.values():
        assert list(schedule.steps) == sorted(schedule.steps)
        assert schedule.source


def test_a_job_that_used_up_five_leases_is_a_persons_task():
    assert not poison(4)
    assert poison(5)
    assert poison(6)
