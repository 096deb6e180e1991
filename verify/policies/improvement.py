"""How a course that runs has helped so far, held against a criterion: the same scale before it and since."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from verify.catalogue.criteria import Improvement, Scale
from verify.findings.finding import day_words
from verify.policies.asking import asked
from verify.policies.evidence import Evidence
from verify.policies.judged import Result, Said, any_of, joined, listed
from verify.policies.sheet import Score


class Pair(NamedTuple):
    """The newest score up to the first session, and the newest since, on one scale; with their places."""

    before: tuple[Score, str]
    since: tuple[Score, str]


def judge_improvement(asks: Improvement, evidence: Evidence) -> Said:
    """Met where any scale shows it; unknown where none was filled in both before and since."""
    question = asked(asks)
    if evidence.began is None:
        return Said(
            result=Result.UNKNOWN,
            sentence=f"{question} No course is known to run.",
            missing=("the day of the first session",),
        )
    pairs = list(_pairs(evidence, evidence.began))
    if not pairs:
        return Said(
            result=Result.UNKNOWN,
            sentence=f"{question} No scale is on the sheet from before {day_words(evidence.began)} and from since.",
            missing=("a score from before the first session and one from since, on the same scale",),
        )
    results = [_better(asks, pair) for pair in pairs]
    result = any_of(results)
    told = listed([_told(pair) for pair in pairs])
    return Said(
        result=result,
        sentence=f"{question} On the sheet: {told}.",
        evidence=joined(
            (pair.before[1], pair.since[1]) for pair, one in zip(pairs, results, strict=True) if one is result
        ),
    )


def _pairs(evidence: Evidence, began: date) -> Iterator[Pair]:
    for scale in Scale:
        scores = [
            (score, f"scores/{at}")
            for at, score in enumerate(evidence.sheet.scores)
            if score.scale is scale and score.on <= evidence.on
        ]
        before = [one for one in scores if one[0].on <= began and one[0].points]
        since = [one for one in scores if one[0].on > began]
        if before and since:
            yield Pair(max(before, key=_day), max(since, key=_day))


def _day(one: tuple[Score, str]) -> date:
    return one[0].on


def _better(asks: Improvement, pair: Pair) -> Result:
    """In whole points, so that nothing is rounded in anybody's favor."""
    before, since = pair.before[0].points, pair.since[0].points
    gained, wanted = (before - since) * 100, asks.percent * before
    return Result.MET if gained > wanted or (asks.or_equal and gained == wanted) else Result.NOT_MET


def _told(pair: Pair) -> str:
    """ "PHQ-9 20 on November 2, 2026, and 14 on November 27, 2026"."""
    before, since = pair.before[0], pair.since[0]
    return (
        f"{before.scale.value} {before.points} on {day_words(before.on)}, "
        f"and {since.points} on {day_words(since.on)}"
    )
