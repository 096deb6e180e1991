"""How a course that runs has helped so far: the same scale before it and since, and nothing rounded."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verify.policies.sheets import ON, evidence
from verify.catalogue.criteria import Improvement
from verify.policies.criteria import judge_asks
from verify.policies.judged import Result, Said

MET, NOT_MET, UNKNOWN = Result.MET, Result.NOT_MET, Result.UNKNOWN
BEGAN = ON - timedelta(days=20)
#: As A57598 has it.
QUARTER = Improvement(percent=25, or_equal=True)


def score(points: int, days: int, scale: str = "PHQ-9") -> dict[str, Any]:
    """So many days after the first session."""
    return {"scale": scale, "points": points, "on": (BEGAN + timedelta(days=days)).isoformat()}


def judged(*scores: dict[str, Any], asks: Improvement = QUARTER, began: date | None = BEGAN) -> Said:
    return judge_asks(asks, evidence(began=began, scores=list(scores)))


@pytest.mark.parametrize(
    ("before", "since", "result"),
    [
        (20, 14, MET),
        (20, 15, MET),
        (20, 16, NOT_MET),
        (20, 20, NOT_MET),
        (20, 25, NOT_MET),
        (21, 16, NOT_MET),
    ],
)
def test_the_score_since_is_held_against_the_one_before(before: int, since: int, result: Result) -> None:
    said = judged(score(before, 0), score(since, 14))
    assert said.result is result
    assert said.evidence == ("scores/0", "scores/1")
    assert said.missing == ()


def test_more_than_takes_more_than_the_number_itself() -> None:
    more = Improvement(percent=25)
    assert judged(score(20, 0), score(15, 14), asks=more).result is NOT_MET
    assert judged(score(20, 0), score(14, 14), asks=more).result is MET
    assert "is more than 25 % better" in judged(score(20, 0), score(15, 14), asks=more).sentence


def test_the_newest_score_before_and_the_newest_since_count() -> None:
    said = judged(score(27, -90), score(20, 0), score(10, 5), score(19, 15), score(2, 21))
    assert said.result is NOT_MET, "what is scored after the day is not known on it"
    assert said.evidence == ("scores/1", "scores/3")
    assert "PHQ-9 20 on November 10, 2026, and 19 on November 25, 2026" in said.sentence


def test_one_scale_that_shows_it_is_enough_and_scales_are_not_mixed() -> None:
    both = [score(20, 0), score(19, 14), score(30, 0, "MADRS"), score(15, 14, "MADRS")]
    said = judged(*both)
    assert (said.result, said.evidence) == (MET, ("scores/2", "scores/3"))
    mixed = judged(score(40, 0, "MADRS"), score(10, 14))
    assert (mixed.result, mixed.evidence) == (UNKNOWN, ())


@pytest.mark.parametrize("scores", [[], [score(20, 0)], [score(14, 14)], [score(0, 0), score(0, 14)]])
def test_without_a_score_on_either_side_it_is_unknown(scores: list[dict[str, Any]]) -> None:
    said = judged(*scores)
    assert said.result is UNKNOWN
    assert said.missing == ("a score from before the first session and one from since, on the same scale",)


def test_without_a_course_that_runs_it_is_unknown() -> None:
    said = judged(score(20, 0), score(10, 14), began=None)
    assert (said.result, said.missing) == (UNKNOWN, ("the day of the first session",))


@given(st.integers(1, 27), st.integers(0, 27), st.integers(1, 100), st.booleans())
def test_it_agrees_with_the_fraction(before: int, since: int, percent: int, or_equal: bool) -> None:
    asks = Improvement(percent=percent, or_equal=or_equal)
    better = (before - since) / before * 100
    said = judged(score(before, 0), score(since, 14), asks=asks)
    if abs(better - percent) > 1e-9:
        assert (said.result is MET) is (better > percent)
    else:
        assert (said.result is MET) is or_equal


@pytest.mark.parametrize("percent", [0, 101])
def test_a_card_cannot_ask_for_what_cannot_be(percent: int) -> None:
    with pytest.raises(msgspec.ValidationError, match="percent"):
        msgspec.convert({"kind": "improvement", "percent": percent}, Improvement)
