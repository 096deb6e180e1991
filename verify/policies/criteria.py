"""One criterion held against the evidence sheet: a function for each kind."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

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
    Trials,
)
from verify.findings.finding import day_words
from verify.policies.asking import asked, ways
from verify.policies.evidence import Evidence
from verify.policies.history import judge_prior_response, judge_psychotherapy
from verify.policies.improvement import judge_improvement
from verify.policies.judged import Result, Said, any_of, joined, listed
from verify.policies.sheet import Reply, Score
from verify.policies.trials import judge_trials
from verify.policies.wording import CREDENTIALS, SCREENS


def judge_asks(asks: Asks, evidence: Evidence) -> Said:
    """What one reading of a criterion comes to."""
    match asks:
        case Age():
            return _age(asks, evidence)
        case Diagnosis():
            return _diagnosis(asks, evidence)
        case Trials():
            return judge_trials(asks, evidence.sheet, evidence.on, evidence.drugs)
        case Severity():
            return _severity(asks, evidence)
        case Psychotherapy():
            return judge_psychotherapy(asks, evidence)
        case Answered():
            return _answered(asks, evidence)
        case PriorResponse():
            return judge_prior_response(asks, evidence)
        case Improvement():
            return judge_improvement(asks, evidence)
        case Prescriber():
            return _prescriber(asks, evidence)
        case AnyOf():
            return _any_of(asks, evidence)


def age_on(born: date, day: date) -> int:
    """In whole years; who was born on February 29 is a year older on March 1."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _age(asks: Age, evidence: Evidence) -> Said:
    question = asked(asks)
    if evidence.born is None:
        return Said(
            result=Result.UNKNOWN,
            sentence=f"{question} The birth date is not known.",
            missing=("the birth date",),
        )
    years = age_on(evidence.born, evidence.on)
    told = f"{question} The patient is {years}"
    if years >= asks.min:
        return Said(result=Result.MET, sentence=f"{told}.", evidence=("birth_date",))
    if asks.open_from is not None and years >= asks.open_from:
        return Said(
            result=Result.UNKNOWN,
            sentence=f"{told}: {asks.open_note}.",
            evidence=("birth_date",),
            missing=("the payer's rules for this age",),
        )
    return Said(result=Result.NOT_MET, sentence=f"{told}.", evidence=("birth_date",))


def _diagnosis(asks: Diagnosis, evidence: Evidence) -> Said:
    question = asked(asks)
    codes = [one.code for one in evidence.sheet.diagnoses]
    fitting = [at for at, code in enumerate(codes) if is_under(code, asks.any_of)]
    if fitting:
        told = listed([codes[at] for at in fitting])
        return Said(
            result=Result.MET,
            sentence=f"{question} On the sheet: {told}.",
            evidence=tuple(f"diagnoses/{at}" for at in fitting),
        )
    if not codes:
        return Said(
            result=Result.UNKNOWN,
            sentence=f"{question} No diagnosis is on the sheet.",
            missing=("the diagnosis, as the psychiatrist codes it",),
        )
    return Said(
        result=Result.NOT_MET,
        sentence=f"{question} On the sheet: {listed(codes)}. Ask the psychiatrist; a code is never changed here.",
        evidence=tuple(f"diagnoses/{at}" for at in range(len(codes))),
    )


def is_under(code: str, families: Sequence[str]) -> bool:
    """Whether a code is one of these, or lies under one of them."""
    return any(
        code == family or (code.startswith(family) and ("." in family or code[len(family)] == "."))
        for family in families
    )


def _severity(asks: Severity, evidence: Evidence) -> Said:
    question = asked(asks)
    newest = _newest_scores(asks, evidence)
    if not newest:
        names = listed([one.scale.value for one in asks.any_of], "or")
        return Said(
            result=Result.UNKNOWN,
            sentence=f"{question} No such score is on the sheet.",
            missing=(f"a score on {names}, with its day",),
        )
    results = {
        place: _reaches(score, threshold, stated=not asks.not_stated)
        for place, (score, threshold) in newest.items()
    }
    result = any_of(results.values())
    told = listed(
        [f"{score.scale.value} {score.points} on {day_words(score.on)}" for score, _ in newest.values()]
    )
    missing = ("the score from which the payer counts it",) if result is Result.UNKNOWN else ()
    return Said(
        result=result,
        sentence=f"{question} On the sheet: {told}.",
        evidence=tuple(place for place, one in results.items() if one is result),
        missing=missing,
    )


def _newest_scores(asks: Severity, evidence: Evidence) -> dict[str, tuple[Score, Threshold]]:
    """The newest score on each scale asked for; what was scored after the day is not known on it."""
    found: dict[str, tuple[Score, Threshold]] = {}
    for threshold in asks.any_of:
        scores = [
            (score.on, at)
            for at, score in enumerate(evidence.sheet.scores)
            if score.scale is threshold.scale and score.on <= evidence.on
        ]
        if scores:
            _, at = max(scores)
            found[f"scores/{at}"] = (evidence.sheet.scores[at], threshold)
    return found


def _reaches(score: Score, threshold: Threshold, *, stated: bool) -> Result:
    """Where our copy does not state from which score it counts, a score on record settles nothing."""
    if threshold.min is None:
        return Result.MET if stated else Result.UNKNOWN
    return Result.MET if score.points >= threshold.min else Result.NOT_MET


def _answered(asks: Answered, evidence: Evidence) -> Said:
    words, question = SCREENS[asks.question], asked(asks)
    reply = evidence.sheet.reply(asks.question)
    coded = [
        at for at, one in enumerate(evidence.sheet.diagnoses) if asks.codes and is_under(one.code, asks.codes)
    ]
    places = (f"answers/{asks.question}", *(f"diagnoses/{at}" for at in coded))
    if coded and reply is Reply.NO:
        codes = listed([evidence.sheet.diagnoses[at].code for at in coded])
        return Said(
            result=Result.UNKNOWN,
            sentence=f"{question} The sheet says no and has {codes}; ask the psychiatrist which is right.",
            evidence=places,
            missing=(f"whether {words}",),
        )
    if coded or reply in (Reply.YES, Reply.NO):
        is_so = bool(coded) or reply is Reply.YES
        return Said(
            result=Result.MET if is_so is asks.wanted else Result.NOT_MET,
            sentence=f"{question} The sheet says {'yes' if is_so else 'no'}.",
            evidence=places if reply is not Reply.NOT_ASKED else places[1:],
        )
    told = "It was asked and is not known." if reply is Reply.UNKNOWN else "It was not asked."
    return Said(result=Result.UNKNOWN, sentence=f"{question} {told}", missing=(f"whether {words}",))


def _prescriber(asks: Prescriber, evidence: Evidence) -> Said:
    question = asked(asks)
    credential = evidence.sheet.ordering.credential
    if credential is None:
        return Said(
            result=Result.UNKNOWN,
            sentence=f"{question} Who orders it is not on the sheet.",
            missing=("who orders it, with the credential",),
        )
    return Said(
        result=Result.MET if credential in asks.credentials else Result.NOT_MET,
        sentence=f"{question} It is ordered by {CREDENTIALS[credential]}.",
        evidence=("ordering",),
    )


def _any_of(asks: AnyOf, evidence: Evidence) -> Said:
    """The ways that are as good as the whole: where one is met, what the others lack is of no interest."""
    parts = [judge_asks(part, evidence) for part in asks.parts]
    result = any_of(part.result for part in parts)
    counting = [part for part in parts if part.result is result]
    told = " Or: ".join(part.sentence for part in (counting if result is Result.MET else parts))
    return Said(
        result=result,
        sentence=f"{ways(asks)} {told}",
        evidence=joined(part.evidence for part in counting),
        missing=joined(part.missing for part in counting),
    )
