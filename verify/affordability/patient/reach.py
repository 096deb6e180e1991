"""How many questions can be reckoned with at once, and which keep their expected answer instead."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from verify.affordability.case import Case, CaseUnknown
from verify.affordability.estimate import estimate
from verify.affordability.staleness import stale_unknowns

#: Combinations of answers reckoned for a page.
MOST_COMBINATIONS = 2048


def within_reach(case: Case, unknowns: list[CaseUnknown]) -> tuple[Case, list[CaseUnknown]]:
    """The case with no more combinations than are reckoned for a page, and the questions settled for it.

    Those that move the total least by themselves keep their expected answer. What the age of the
    accumulators leaves open counts too, and is never settled.
    """
    of_age = _combinations(stale_unknowns(case))
    if of_age * _combinations(unknowns) <= MOST_COMBINATIONS:
        return case.model_copy(update={"unknowns": unknowns}), []
    expected = [_settled(one) for one in unknowns]
    alone = [_moves(case, [*expected[:at], one, *expected[at + 1 :]]) for at, one in enumerate(unknowns)]
    kept, settled = list(unknowns), []
    for at in sorted(range(len(unknowns)), key=alone.__getitem__):
        if of_age * _combinations(kept) <= MOST_COMBINATIONS:
            break
        kept[at] = expected[at]
        settled.append(unknowns[at])
    return case.model_copy(update={"unknowns": kept}), settled


def expected_answer(unknown: CaseUnknown) -> str:
    return unknown.expected or unknown.answers[0].answer


def _settled(unknown: CaseUnknown) -> CaseUnknown:
    """With its expected answer alone."""
    answer = next(one for one in unknown.answers if one.answer == expected_answer(unknown))
    return unknown.model_copy(update={"answers": [answer]})


def _moves(case: Case, unknowns: list[CaseUnknown]) -> int:
    found = estimate(case.model_copy(update={"unknowns": unknowns}))
    return found.high_cents - found.low_cents


def _combinations(unknowns: Iterable[CaseUnknown]) -> int:
    return prod(len(unknown.answers) for unknown in unknowns)
