"""How long answers take, and that the same seed gives the same times."""

import pytest

from payers.simulator.latency import parse


@pytest.mark.parametrize("said", ["2", 2, 2.0])
def test_a_number_is_a_fixed_time(said: str | float):
    assert {parse(said).seconds(key) for key in "abc"} == {2.0}


def test_a_range_is_drawn_evenly_from_it():
    times = [parse("1-3").seconds(f"{n}") for n in range(500)]
    assert 1 <= min(times) < 1.1
    assert 2.9 < max(times) <= 3
    assert 1.9 < sum(times) / 500 < 2.1


def test_a_median_with_a_spread_is_lognormal():
    times = sorted(parse("2~0.5").seconds(f"{n}") for n in range(501))
    assert 1.8 < times[250] < 2.2
    assert times[475] > 3.5


def test_the_same_question_takes_the_same_time_whatever_came_before():
    latency = parse("1-3")
    assert latency.seconds("7 T1") == parse("1-3").seconds("7 T1")
    assert latency.seconds("7 T1") != latency.seconds("8 T1")


@pytest.mark.parametrize("said", ["", "fast", "-1", "3-1", "0~1", "1~-1", "1-", "nan"])
def test_anything_else_is_refused(said: str):
    with pytest.raises(ValueError):
        parse(said)
