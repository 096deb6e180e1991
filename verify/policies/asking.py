"""What a criterion asks, in one sentence; nothing of any patient in it."""

from __future__ import annotations

from verify.catalogue.criteria import (
    Age,
    Answered,
    AnyOf,
    Asks,
    Diagnosis,
    Improvement,
    Prescriber,
    PriorResponse,
    Psychotherapy,
    Severity,
    Threshold,
    TrialRole,
    Trials,
)
from verify.policies.judged import counted, listed
from verify.policies.wording import CREDENTIALS, SCREENS, TREATMENTS

DRUGS = {TrialRole.ANTIDEPRESSANT: "antidepressant", TrialRole.AUGMENTATION: "augmentation agent"}


def asked(asks: Asks) -> str:
    """ "The policy asks for F32.2 or F33.2." """
    match asks:
        case Age():
            return f"The policy asks for an age of at least {asks.min}."
        case Diagnosis():
            return f"The policy asks for {listed(asks.any_of, 'or')}."
        case Trials():
            return _trials(asks)
        case Severity():
            return f"The policy asks for {listed([_threshold(one) for one in asks.any_of], 'or')}."
        case Psychotherapy():
            return _psychotherapy(asks)
        case Answered(wanted=True):
            return f"The policy asks that {SCREENS[asks.question]}."
        case Answered():
            return f"The policy excludes it where {SCREENS[asks.question]}."
        case PriorResponse():
            return _prior_response(asks)
        case Improvement():
            more = "at least" if asks.or_equal else "more than"
            return f"The policy asks that a depression scale is {more} {asks.percent} % better than before the course."
        case Prescriber():
            whom = listed([CREDENTIALS[one] for one in asks.credentials], "or")
            return f"The policy asks that it is ordered by {whom}."
        case AnyOf():
            return f"{ways(asks)} {' Or: '.join(asked(part) for part in asks.parts)}"


def ways(asks: AnyOf) -> str:
    return f"One of {len(asks.parts)} ways is enough."


def _trials(asks: Trials) -> str:
    parts = [f"The policy asks for {counted(asks.min, f'failed {DRUGS[asks.role]}')}"]
    if asks.classes > 1:
        parts.append(f"from {asks.classes} classes")
    if asks.min_weeks is not None:
        parts.append(f"for at least {counted(asks.min_weeks, 'week')} each")
    if asks.min_adherence_percent is not None:
        parts.append(f"taken {asks.min_adherence_percent} % of the time")
    if asks.most_percent_better is not None:
        parts.append(f"with at most {asks.most_percent_better} % improvement")
    if asks.this_episode:
        parts.append("in the present episode")
    if asks.within_months is not None:
        parts.append(f"in the last {asks.within_months} months")
    return " ".join(parts) + "."


def _threshold(one: Threshold) -> str:
    return one.scale.value if one.min is None else f"{one.scale.value} of at least {one.min}"


def _psychotherapy(asks: Psychotherapy) -> str:
    told = "The policy asks for a trial of psychotherapy"
    told += f" of at least {counted(asks.min_weeks, 'week')}" if asks.min_weeks else ""
    return told + (f" in the last {asks.within_months} months." if asks.within_months else ".")


def _prior_response(asks: PriorResponse) -> str:
    more = "at least" if asks.or_equal else "more than"
    told = f"The policy asks that an earlier course of {TREATMENTS[asks.treatment]} helped by {more} {asks.percent} %"
    if asks.kept_months is not None:
        told += f" and that this held for {counted(asks.kept_months, 'month')}"
    if asks.after_days is not None:
        told += f", at least {counted(asks.after_days, 'day')} ago"
    return f"{told}."
