"""Which of a patient's drug trials count for a policy, and whether they are enough."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from verify.catalogue.criteria import Trials
from verify.catalogue.drug_classes import DrugClasses
from verify.policies.asking import DRUGS, asked
from verify.policies.judged import Result, Said, all_of, counted, joined, listed
from verify.policies.sheet import EvidenceSheet, Outcome, Reply, Trial

TELLING = {
    Result.MET: ("counts", "count"),
    Result.UNKNOWN: ("is open", "are open"),
    Result.NOT_MET: ("does not count", "do not count"),
}


class Counted(NamedTuple):
    """One trial: whether it counts, and what is not known of it."""

    place: str
    drug: str
    result: Result
    missing: tuple[str, ...]


def judge_trials(asks: Trials, sheet: EvidenceSheet, on: date, drugs: DrugClasses) -> Said:
    """Whether enough different drugs failed, from enough classes.

    The list is taken as all there is only where it says so.
    """
    found = [
        Counted(f"trials/{at}", drugs.generic(trial.drug), *_counts(trial, asks, on))
        for at, trial in enumerate(sheet.trials)
        if trial.role is asks.role
    ]
    sure = [one for one in found if one.result is Result.MET]
    possible = [one for one in found if one.result is not Result.NOT_MET]
    result = _result(asks, _drugs(sure), _drugs(possible), drugs, sheet.trials_complete)
    missing = () if result is Result.MET else _missing(asks, found, sheet.trials_complete, drugs)
    return Said(
        result=result,
        sentence=f"{asked(asks)} {_told(asks, found, sheet.trials_complete)}",
        evidence=tuple(one.place for one in (sure if result is Result.MET else found)),
        missing=missing,
    )


def _result(
    asks: Trials, sure: Sequence[str], possible: Sequence[str], drugs: DrugClasses, complete: Reply
) -> Result:
    if len(sure) >= asks.min and fewest_classes(sure, drugs) >= asks.classes:
        return Result.MET
    enough = len(possible) >= asks.min and most_classes(possible, drugs) >= asks.classes
    return Result.UNKNOWN if enough or complete is not Reply.YES else Result.NOT_MET


def _drugs(found: Iterable[Counted]) -> list[str]:
    """The same drug twice is one drug."""
    return list(dict.fromkeys(one.drug for one in found))


def fewest_classes(names: Iterable[str], drugs: DrugClasses) -> int:
    """How many classes the drugs come from at the least, where a drug's class is not known or in two texts."""
    certain, open_ = _classes(names, drugs)
    # One we know nothing of may be of a class that is there already, if there is any.
    apart = any(classes.isdisjoint(certain) for classes in open_ if classes or not certain)
    return len(certain) + apart


def most_classes(names: Iterable[str], drugs: DrugClasses) -> int:
    """How many classes they come from at the most."""
    certain, open_ = _classes(names, drugs)
    return len(certain) + sum(1 for classes in open_ if not classes or not classes <= certain)


def _classes(names: Iterable[str], drugs: DrugClasses) -> tuple[set[str], list[frozenset[str]]]:
    """The classes that are certain, and those of drugs with none or several."""
    of_each = [drugs.of(name) for name in names]
    certain = {key for classes in of_each if len(classes) == 1 for key in classes}
    return certain, [classes for classes in of_each if len(classes) != 1]


def _counts(trial: Trial, asks: Trials, on: date) -> tuple[Result, tuple[str, ...]]:
    """Whether a trial counts as failed for this policy, and what is missing to tell."""
    checks = [
        _failed(trial, asks),
        _episode(trial, asks),
        _recent(trial, asks, on),
    ]
    if trial.outcome is not Outcome.NOT_TOLERATED:
        checks += [_long_enough(trial, asks, on), _taken(trial, asks)]
    return all_of(result for result, _ in checks), joined(missing for _, missing in checks)


_Check = tuple[Result, tuple[str, ...]]
_YES: _Check = (Result.MET, ())
_NO: _Check = (Result.NOT_MET, ())


def _open(trial: Trial, what: str) -> _Check:
    return Result.UNKNOWN, (f"{trial.drug}: {what}",)


def _failed(trial: Trial, asks: Trials) -> _Check:
    match trial.outcome:
        case Outcome.UNKNOWN:
            return _open(trial, "how it worked")
        case Outcome.RESPONSE | Outcome.REMISSION:
            return _NO
        case Outcome.NOT_TOLERATED:
            if asks.intolerance_counts is None:
                return _open(trial, "whether the payer counts a drug that was not tolerated")
            return _YES if asks.intolerance_counts else _NO
        case Outcome.NO_RESPONSE | Outcome.PARTIAL_RESPONSE:
            return _not_better(trial, asks.most_percent_better)


def _not_better(trial: Trial, most: int | None) -> _Check:
    if most is None:
        return _YES
    if trial.percent_better is not None:
        return _YES if trial.percent_better <= most else _NO
    return _YES if trial.outcome is Outcome.NO_RESPONSE else _open(trial, "by how many percent it helped")


def _episode(trial: Trial, asks: Trials) -> _Check:
    if not asks.this_episode or trial.this_episode is Reply.YES:
        return _YES
    return _NO if trial.this_episode is Reply.NO else _open(trial, "whether it was in the present episode")


def _recent(trial: Trial, asks: Trials, on: date) -> _Check:
    if asks.within_months is None:
        return _YES
    last = trial.last_day(on)
    if last is None:
        return _open(trial, "when it was stopped")
    return _YES if last >= months_before(on, asks.within_months) else _NO


def _long_enough(trial: Trial, asks: Trials, on: date) -> _Check:
    if asks.min_weeks is None:
        return _YES
    weeks = trial.weeks_until(on)
    if weeks is None:
        return _open(trial, "how many weeks it was taken")
    return _YES if weeks >= asks.min_weeks else _NO


def _taken(trial: Trial, asks: Trials) -> _Check:
    if asks.min_adherence_percent is None:
        return _YES
    if trial.adherence_percent is None:
        return _open(trial, "how regularly it was taken")
    return _YES if trial.adherence_percent >= asks.min_adherence_percent else _NO


def months_before(day: date, months: int) -> date:
    """So many months earlier; the last of the month where the day does not exist there."""
    count = day.year * 12 + day.month - 1 - months
    year, month = divmod(count, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def _missing(asks: Trials, found: Sequence[Counted], complete: Reply, drugs: DrugClasses) -> tuple[str, ...]:
    what = DRUGS[asks.role]
    open_ = joined(one.missing for one in found if one.result is Result.UNKNOWN)
    possible = [one.drug for one in found if one.result is not Result.NOT_MET]
    unclear = tuple(
        f"{drug}: which class the payer counts it in"
        for drug in dict.fromkeys(possible)
        if asks.classes > 1 and len(drugs.of(drug)) != 1
    )
    more = () if complete is Reply.YES else (f"whether every {what} that was tried is on the sheet",)
    short = asks.min - len(dict.fromkeys(possible))
    lacking = (f"{counted(short, f'more {what}')} that failed",) if short > 0 else ()
    return (*open_, *unclear, *lacking, *more)


def _told(asks: Trials, found: Sequence[Counted], complete: Reply) -> str:
    if not found:
        what = DRUGS[asks.role]
        return f"No {what} is on the sheet." + (
            "" if complete is Reply.YES else " Nobody said that none was tried."
        )
    told = []
    for result, (one_does, more_do) in TELLING.items():
        names = _drugs(one for one in found if one.result is result)
        if names:
            told.append(f"{counted(len(names), one_does, more_do)} ({listed(names)})")
    return f"Of those on the sheet {listed(told)}."
