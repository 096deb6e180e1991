"""Which drug trials count: every condition of a policy is met, not met or open, and open is never no."""

from datetime import date
from typing import Any

import pytest

from tests.verify.policies.sheets import DRUGS, ON, sheet, trial
from verify.catalogue.criteria import TrialRole, Trials
from verify.policies.judged import Result, Said
from verify.policies.trials import fewest_classes, judge_trials, months_before, most_classes

MET, NOT_MET, UNKNOWN = Result.MET, Result.NOT_MET, Result.UNKNOWN


def judged(asks: Trials, *trials: dict[str, Any], complete: str = "yes") -> Said:
    return judge_trials(asks, sheet(trials=trials, trials_complete=complete), ON, DRUGS)


def result(asks: Trials, *trials: dict[str, Any], complete: str = "yes") -> Result:
    return judged(asks, *trials, complete=complete).result


ONE = Trials(min=1)
TWO = Trials(min=2)
TWO_CLASSES = Trials(min=2, classes=2)


# --- how many -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asks", "drugs", "expected"),
    [
        (ONE, ["sertraline"], MET),
        (TWO, ["sertraline"], NOT_MET),
        (TWO, ["sertraline", "escitalopram"], MET),
        (TWO, ["sertraline", "Zoloft"], NOT_MET),
        (TWO, [], NOT_MET),
        (TWO_CLASSES, ["sertraline", "escitalopram"], NOT_MET),
        (TWO_CLASSES, ["sertraline", "venlafaxine"], MET),
        (TWO_CLASSES, ["sertraline", "escitalopram", "bupropion"], MET),
        # Texts put vilazodone into the class of sertraline and into one of its own.
        (TWO_CLASSES, ["sertraline", "vilazodone"], UNKNOWN),
        (TWO_CLASSES, ["venlafaxine", "vilazodone"], MET),
        (TWO_CLASSES, ["sertraline", "larkspurine"], UNKNOWN),
        (TWO_CLASSES, ["larkspurine", "meadowine"], UNKNOWN),
        (TWO_CLASSES, ["vilazodone", "larkspurine"], UNKNOWN),
        (TWO_CLASSES, ["sertraline", "venlafaxine", "larkspurine"], MET),
    ],
)
def test_so_many_different_drugs_from_so_many_classes_must_have_failed(
    asks: Trials, drugs: list[str], expected: Result
) -> None:
    assert result(asks, *(trial(drug) for drug in drugs)) is expected


@pytest.mark.parametrize("complete", ["no", "unknown", "not_asked"])
def test_what_is_missing_from_a_list_that_may_go_on_is_unknown(complete: str) -> None:
    said = judged(TWO, trial(), complete=complete)
    assert said.result is UNKNOWN
    assert said.missing == (
        "1 more antidepressant that failed",
        "whether every antidepressant that was tried is on the sheet",
    )
    assert judged(TWO, trial(), trial("venlafaxine"), complete=complete).result is MET


def test_a_complete_list_that_falls_short_is_not_met_and_says_what_is_lacking() -> None:
    said = judged(Trials(min=3), trial())
    assert said.result is NOT_MET
    assert said.missing == ("2 more antidepressants that failed",)
    assert said.evidence == ("trials/0",)


def test_nothing_more_is_missing_where_it_is_met() -> None:
    said = judged(ONE, trial(), trial("venlafaxine", outcome="unknown"), complete="not_asked")
    assert (said.result, said.missing, said.evidence) == (MET, (), ("trials/0",))


def test_augmentation_is_counted_by_itself() -> None:
    asks = Trials(min=1, role=TrialRole.AUGMENTATION)
    assert result(asks, trial()) is NOT_MET
    assert result(asks, trial("aripiprazole", role="augmentation")) is MET
    assert result(ONE, trial("aripiprazole", role="augmentation")) is NOT_MET


def test_which_class_a_drug_is_counted_in_is_asked_only_where_classes_matter() -> None:
    words = "vilazodone: which class the payer counts it in"
    assert judged(TWO_CLASSES, trial(), trial("vilazodone")).missing == (words,)
    assert words not in judged(Trials(min=3), trial(), trial("vilazodone"), complete="no").missing


@pytest.mark.parametrize(
    ("drugs", "fewest", "most"),
    [
        ([], 0, 0),
        (["sertraline"], 1, 1),
        (["sertraline", "venlafaxine", "duloxetine"], 2, 2),
        (["vilazodone"], 1, 1),
        (["sertraline", "vilazodone"], 1, 2),
        (["sertraline", "vortioxetine", "vilazodone"], 2, 2),
        (["bupropion", "vilazodone"], 2, 2),
        (["larkspurine"], 1, 1),
        (["larkspurine", "meadowine"], 1, 2),
        (["sertraline", "larkspurine"], 1, 2),
        (["bupropion", "vilazodone", "larkspurine"], 2, 3),
        (["vilazodone", "larkspurine"], 1, 2),
    ],
)
def test_classes_are_counted_at_the_least_and_at_the_most(drugs: list[str], fewest: int, most: int) -> None:
    assert (fewest_classes(drugs, DRUGS), most_classes(drugs, DRUGS)) == (fewest, most)


# --- which count --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asks", "change", "expected", "missing"),
    [
        (ONE, {"outcome": "no_response"}, MET, ""),
        (ONE, {"outcome": "partial_response"}, MET, ""),
        (ONE, {"outcome": "response"}, NOT_MET, ""),
        (ONE, {"outcome": "remission"}, NOT_MET, ""),
        (ONE, {"outcome": "unknown"}, UNKNOWN, "sertraline: how it worked"),
        # Improvement that still counts as not enough.
        (Trials(min=1, most_percent_better=25), {"percent_better": 25}, MET, ""),
        (Trials(min=1, most_percent_better=25), {"percent_better": 26}, NOT_MET, ""),
        (Trials(min=1, most_percent_better=25), {}, MET, ""),
        (
            Trials(min=1, most_percent_better=25),
            {"outcome": "partial_response"},
            UNKNOWN,
            "sertraline: by how many percent it helped",
        ),
        (
            Trials(min=1, most_percent_better=25),
            {"outcome": "partial_response", "percent_better": 20},
            MET,
            "",
        ),
        # Not tolerated.
        (Trials(min=1, intolerance_counts=True), {"outcome": "not_tolerated"}, MET, ""),
        (Trials(min=1, intolerance_counts=False), {"outcome": "not_tolerated"}, NOT_MET, ""),
        (
            ONE,
            {"outcome": "not_tolerated"},
            UNKNOWN,
            "sertraline: whether the payer counts a drug that was not tolerated",
        ),
        (
            Trials(min=1, intolerance_counts=True, min_weeks=8, min_adherence_percent=80),
            {"outcome": "not_tolerated", "ended_on": "2026-03-05", "adherence_percent": 10},
            MET,
            "",
        ),
        # How long.
        (Trials(min=1, min_weeks=12), {}, MET, ""),
        (Trials(min=1, min_weeks=13), {}, NOT_MET, ""),
        (Trials(min=1, min_weeks=12), {"ended_on": "2026-05-23"}, NOT_MET, ""),
        (
            Trials(min=1, min_weeks=8),
            {"ended_on": None},
            UNKNOWN,
            "sertraline: how many weeks it was taken",
        ),
        (Trials(min=1, min_weeks=8), {"started_on": None, "weeks": 8}, MET, ""),
        (Trials(min=1, min_weeks=8), {"started_on": None, "weeks": 7}, NOT_MET, ""),
        (Trials(min=1, min_weeks=39), {"ended_on": None, "ongoing": True}, MET, ""),
        (Trials(min=1, min_weeks=40), {"ended_on": None, "ongoing": True}, NOT_MET, ""),
        # How regularly.
        (Trials(min=1, min_adherence_percent=90), {}, MET, ""),
        (Trials(min=1, min_adherence_percent=91), {}, NOT_MET, ""),
        (
            Trials(min=1, min_adherence_percent=80),
            {"adherence_percent": None},
            UNKNOWN,
            "sertraline: how regularly it was taken",
        ),
        # Which episode.
        (Trials(min=1, this_episode=True), {}, MET, ""),
        (Trials(min=1, this_episode=True), {"this_episode": "no"}, NOT_MET, ""),
        (
            Trials(min=1, this_episode=True),
            {"this_episode": "unknown"},
            UNKNOWN,
            "sertraline: whether it was in the present episode",
        ),
        (
            Trials(min=1, this_episode=True),
            {"this_episode": "not_asked"},
            UNKNOWN,
            "sertraline: whether it was in the present episode",
        ),
        (ONE, {"this_episode": "no"}, MET, ""),
        # How long ago.
        (Trials(min=1, within_months=6), {"ended_on": "2026-05-30"}, MET, ""),
        (Trials(min=1, within_months=6), {"ended_on": "2026-05-29"}, NOT_MET, ""),
        (Trials(min=1, within_months=1), {"ended_on": None, "ongoing": True}, MET, ""),
        (
            Trials(min=1, within_months=6),
            {"ended_on": None},
            UNKNOWN,
            "sertraline: when it was stopped",
        ),
        # A no settles it, whatever else is open.
        (
            Trials(min=1, this_episode=True, min_adherence_percent=80),
            {"this_episode": "no", "adherence_percent": None},
            NOT_MET,
            "",
        ),
    ],
)
def test_a_trial_counts_by_every_condition_of_the_policy(
    asks: Trials, change: dict[str, Any], expected: Result, missing: str
) -> None:
    said = judged(asks, trial(**change))
    assert said.result is expected
    if expected is UNKNOWN:
        assert said.missing == (missing,)


def test_everything_that_is_open_about_a_trial_is_named() -> None:
    asks = Trials(min=1, min_weeks=6, min_adherence_percent=80)
    said = judged(asks, trial(ended_on=None, adherence_percent=None, outcome="unknown"))
    assert said.missing == (
        "sertraline: how it worked",
        "sertraline: how many weeks it was taken",
        "sertraline: how regularly it was taken",
    )


def test_what_is_open_about_a_trial_that_does_not_count_is_of_no_interest() -> None:
    asks = Trials(min=1, this_episode=True, min_adherence_percent=80)
    said = judged(asks, trial(this_episode="no", adherence_percent=None), complete="no")
    assert said.missing == (
        "1 more antidepressant that failed",
        "whether every antidepressant that was tried is on the sheet",
    )


def test_the_class_of_a_drug_that_does_not_count_is_of_no_interest() -> None:
    said = judged(TWO_CLASSES, trial("vilazodone", outcome="remission"), trial(), complete="no")
    assert "vilazodone: which class the payer counts it in" not in said.missing


def test_a_trial_that_began_after_the_day_has_no_weeks_yet() -> None:
    said = judged(Trials(min=1, min_weeks=1), trial(started_on="2026-12-20", ended_on=None, ongoing=True))
    assert said.result is NOT_MET


# --- words --------------------------------------------------------------------------------------------------


def test_the_sentence_tells_what_is_asked_and_what_is_there() -> None:
    asks = Trials(
        min=2,
        classes=2,
        min_weeks=6,
        min_adherence_percent=80,
        most_percent_better=25,
        this_episode=True,
        within_months=60,
    )
    said = judged(
        asks, trial(), trial("venlafaxine", adherence_percent=None), trial("bupropion", outcome="remission")
    )
    assert said.sentence == (
        "The policy asks for 2 failed antidepressants from 2 classes for at least 6 weeks each taken 80 % of the "
        "time with at most 25 % improvement in the present episode in the last 60 months. Of those on the sheet "
        "1 counts (sertraline), 1 is open (venlafaxine) and 1 does not count (bupropion)."
    )
    assert said.evidence == ("trials/0", "trials/1", "trials/2")


def test_the_sentence_of_a_single_trial_says_no_more_than_is_asked() -> None:
    said = judged(Trials(min=1, min_weeks=1), trial(), trial("venlafaxine"))
    assert said.sentence == (
        "The policy asks for 1 failed antidepressant for at least 1 week each. "
        "Of those on the sheet 2 count (sertraline and venlafaxine)."
    )


def test_several_open_and_several_that_do_not_count_are_told_as_several() -> None:
    trials = [trial(drug, outcome="unknown") for drug in ("sertraline", "venlafaxine")]
    trials += [trial(drug, outcome="remission") for drug in ("bupropion", "phenelzine")]
    assert judged(ONE, *trials).sentence.endswith(
        "Of those on the sheet 2 are open (sertraline and venlafaxine) and 2 do not count (bupropion and phenelzine)."
    )


@pytest.mark.parametrize(
    ("complete", "told"),
    [
        ("yes", "No antidepressant is on the sheet."),
        ("not_asked", "No antidepressant is on the sheet. Nobody said that none was tried."),
    ],
)
def test_an_empty_list_says_whether_anybody_asked(complete: str, told: str) -> None:
    assert judged(ONE, complete=complete).sentence.endswith(f"antidepressant. {told}")


@pytest.mark.parametrize(
    ("day", "months", "earlier"),
    [
        (date(2026, 11, 30), 6, date(2026, 5, 30)),
        (date(2026, 11, 30), 9, date(2026, 2, 28)),
        (date(2028, 11, 30), 9, date(2028, 2, 29)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 12, 31), 1, date(2026, 11, 30)),
        (date(2026, 5, 31), 60, date(2021, 5, 31)),
    ],
)
def test_so_many_months_before_is_a_day_that_exists(day: date, months: int, earlier: date) -> None:
    assert months_before(day, months) == earlier
