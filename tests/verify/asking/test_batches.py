"""When a batch is closed, when it is looked at, and when nothing more is expected of it."""

from datetime import UTC, datetime, timedelta

import pytest

from verify.asking import MOST_GATHERED, closes_at, next_try, tried_in_vain, waited_in_vain
from verify.asking.batches import LONGEST_GATHERING, LONGEST_NAMED, MARGIN, QUIET, STEPS, TRIED_FOR

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)


def test_a_batch_closes_when_nobody_has_joined_for_a_while() -> None:
    assert closes_at(NOW, NOW, 1) == NOW + QUIET
    joined = NOW + timedelta(minutes=2)
    assert closes_at(NOW, joined, 40) == joined + QUIET


def test_a_batch_that_is_never_quiet_closes_all_the_same() -> None:
    late = NOW + LONGEST_GATHERING - timedelta(seconds=1)
    assert closes_at(NOW, late, 40) == NOW + LONGEST_GATHERING


def test_a_full_batch_closes_at_once() -> None:
    assert closes_at(NOW, NOW, MOST_GATHERED) == NOW
    assert closes_at(NOW, NOW, MOST_GATHERED - 1) > NOW


@pytest.mark.parametrize(("times", "minutes"), [(1, 1), (2, 2), (3, 5), (4, 10), (5, 10), (50, 10)])
def test_it_is_looked_at_less_and_less_often(times: int, minutes: int) -> None:
    assert next_try(NOW, times) == NOW + timedelta(minutes=minutes)


def test_a_wait_the_source_names_is_kept_where_it_is_longer() -> None:
    assert next_try(NOW, 1, 600.0) == NOW + timedelta(minutes=10)
    assert next_try(NOW, 1, 5.0) == NOW + STEPS[0]
    assert next_try(NOW, 1, 1e9) == NOW + LONGEST_NAMED


def test_what_cannot_be_handed_in_is_given_up_after_hours() -> None:
    assert not tried_in_vain(NOW, NOW + TRIED_FOR - timedelta(seconds=1))
    assert tried_in_vain(NOW, NOW + TRIED_FOR)


def test_a_batch_is_waited_for_as_long_as_its_source_tries_and_a_little_longer() -> None:
    end = NOW + timedelta(hours=8) + MARGIN
    assert not waited_in_vain(NOW, end - timedelta(seconds=1), longest_hours=8)
    assert waited_in_vain(NOW, end, longest_hours=8)
    assert not waited_in_vain(NOW, end, longest_hours=24)
