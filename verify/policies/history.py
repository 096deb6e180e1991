"""What was tried before beside drugs, held against a criterion: psychotherapy, and earlier courses."""

from __future__ import annotations

from datetime import date, timedelta

from verify.catalogue.criteria import PriorResponse, Psychotherapy
from verify.policies.asking import asked
from verify.policies.evidence import Evidence
from verify.policies.judged import Result, Said, all_of, any_of, counted, joined, listed
from verify.policies.sheet import EvidenceSheet, Prior, Reply, Therapy
from verify.policies.trials import months_before
from verify.policies.wording import TREATMENTS


def judge_psychotherapy(asks: Psychotherapy, evidence: Evidence) -> Said:
    sheet = evidence.sheet
    question = asked(asks)
    of_each = [_therapy(one, asks, evidence.on) for one in sheet.therapies]
    result = any_of(found for found, _ in of_each)
    if result is Result.NOT_MET and sheet.therapies_complete is not Reply.YES:
        result = Result.UNKNOWN
    places = tuple(f"therapies/{at}" for at, (found, _) in enumerate(of_each) if found is result)
    kinds = listed([one.kind for one in sheet.therapies])
    told = f"On the sheet: {kinds}." if kinds else _no_therapy(sheet)
    missing = joined(words for found, words in of_each if found is Result.UNKNOWN)
    if result is Result.UNKNOWN and not missing:
        missing = ("psychotherapy: which kind, from when to when",)
    return Said(
        result=result,
        sentence=f"{question} {told}",
        evidence=places,
        missing=missing if result is Result.UNKNOWN else (),
    )


def _no_therapy(sheet: EvidenceSheet) -> str:
    if sheet.therapies_complete is Reply.YES:
        return "None was tried."
    return "None is on the sheet. Nobody said that none was tried."


def _therapy(one: Therapy, asks: Psychotherapy, on: date) -> tuple[Result, tuple[str, ...]]:
    results, missing = [Result.MET], []
    if asks.min_weeks is not None:
        weeks = one.weeks_until(on)
        results.append(_at_least(weeks, asks.min_weeks))
        missing += [] if weeks is not None else [f"{one.kind}: how many weeks it lasted"]
    if asks.within_months is not None:
        last = on if one.ongoing else one.ended_on
        earliest = months_before(on, asks.within_months)
        results.append(Result.UNKNOWN if last is None else Result.MET if last >= earliest else Result.NOT_MET)
        missing += [] if last is not None else [f"{one.kind}: when it ended"]
    return all_of(results), tuple(missing)


def _at_least(number: int | None, least: int) -> Result:
    if number is None:
        return Result.UNKNOWN
    return Result.MET if number >= least else Result.NOT_MET


def judge_prior_response(asks: PriorResponse, evidence: Evidence) -> Said:
    name = TREATMENTS[asks.treatment]
    found = [
        (f"priors/{at}", *_helped(one, asks, evidence.on))
        for at, one in enumerate(evidence.sheet.priors)
        if one.treatment is asks.treatment
    ]
    result = any_of(result for _, result, _ in found)
    if result is Result.NOT_MET and not found and evidence.sheet.priors_complete is not Reply.YES:
        result = Result.UNKNOWN
    missing = joined(words for _, one, words in found if one is Result.UNKNOWN)
    if not found:
        missing = (f"whether there was an earlier course of {name}, and how it worked",)
    return Said(
        result=result,
        sentence=f"{asked(asks)} {_courses_told(len(found), name)}",
        evidence=tuple(place for place, one, _ in found if one is result),
        missing=missing if result is Result.UNKNOWN else (),
    )


def _courses_told(count: int, name: str) -> str:
    return (
        f"{counted(count, 'earlier course')} of {name} on the sheet." if count else f"No {name} on the sheet."
    )


def _helped(one: Prior, asks: PriorResponse, on: date) -> tuple[Result, tuple[str, ...]]:
    name = TREATMENTS[asks.treatment]
    results, missing = [], []
    better = one.percent_better
    results.append(_at_least(better, asks.percent if asks.or_equal else asks.percent + 1))
    missing += [] if better is not None else [f"{name}: by how many percent it helped"]
    if asks.kept_months is not None:
        results.append(_at_least(one.kept_months, asks.kept_months))
        missing += [] if one.kept_months is not None else [f"{name}: how long the response held"]
    if asks.after_days is not None:
        last = one.ended_on
        results.append(
            Result.UNKNOWN
            if last is None
            else Result.MET
            if last + timedelta(days=asks.after_days) <= on
            else Result.NOT_MET
        )
        missing += [] if last is not None else [f"{name}: the day of the last session"]
    return all_of(results), tuple(missing)
