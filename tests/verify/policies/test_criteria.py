"""Each kind of criterion: met, not met and unknown, with the evidence it used and what is missing."""

from datetime import date
from typing import Any

import pytest

from tests.verify.policies.sheets import evidence, trial
from verify.catalogue.criteria import (
    Age,
    Answered,
    AnyOf,
    Asks,
    Credential,
    Diagnosis,
    Prescriber,
    PriorResponse,
    Psychotherapy,
    Scale,
    Screen,
    Severity,
    Threshold,
    Treatment,
    TrialRole,
    Trials,
)
from verify.policies.criteria import age_on, is_under, judge_asks
from verify.policies.judged import Result, Said

MET, NOT_MET, UNKNOWN = Result.MET, Result.NOT_MET, Result.UNKNOWN


def judged(asks: Asks, **fields: Any) -> Said:
    return judge_asks(asks, evidence(**fields))


# --- age ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "expected", "told"),
    [
        (date(2008, 11, 30), MET, "The patient is 18."),
        (date(2008, 12, 1), UNKNOWN, "The patient is 17: case by case."),
        (date(2011, 11, 30), UNKNOWN, "The patient is 15: case by case."),
        (date(2011, 12, 1), NOT_MET, "The patient is 14."),
    ],
)
def test_age_is_counted_on_the_day_and_between_ages_other_rules_decide(
    born: date, expected: Result, told: str
) -> None:
    said = judged(Age(min=18, open_from=15, open_note="case by case"), born=born)
    assert said.result is expected
    assert said.sentence == f"The policy asks for an age of at least 18. {told}"
    assert said.evidence == ("birth_date",)
    assert said.missing == (("the payer's rules for this age",) if expected is UNKNOWN else ())


def test_without_open_ages_who_is_too_young_is_too_young() -> None:
    assert judged(Age(min=18), born=date(2009, 11, 30)).result is NOT_MET


def test_without_a_birth_date_the_age_is_unknown() -> None:
    said = judged(Age(min=18), born=None)
    assert (said.result, said.missing, said.evidence) == (UNKNOWN, ("the birth date",), ())
    assert said.sentence.endswith("The birth date is not known.")


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
        (date(1984, 3, 12), date(2026, 3, 12), 42),
        (date(1984, 3, 12), date(2026, 3, 11), 41),
    ],
)
def test_a_year_is_completed_on_the_birthday(born: date, day: date, years: int) -> None:
    assert age_on(born, day) == years


# --- diagnosis ----------------------------------------------------------------------------------------------

SEVERE = Diagnosis(any_of=("F32.2", "F33.2"))


def codes(*found: str) -> dict[str, Any]:
    return {"diagnoses": [{"code": code} for code in found]}


def test_a_diagnosis_asked_for_is_met_with_its_place() -> None:
    said = judged(SEVERE, **codes("F41.1", "F33.2"))
    assert (said.result, said.evidence, said.missing) == (MET, ("diagnoses/1",), ())
    assert said.sentence == "The policy asks for F32.2 or F33.2. On the sheet: F33.2."


def test_another_diagnosis_is_not_met_and_never_changed() -> None:
    said = judged(SEVERE, **codes("F32.1", "F41.1"))
    assert (said.result, said.evidence) == (NOT_MET, ("diagnoses/0", "diagnoses/1"))
    assert said.sentence.endswith(
        "On the sheet: F32.1 and F41.1. Ask the psychiatrist; a code is never changed here."
    )


def test_no_diagnosis_is_unknown() -> None:
    said = judged(SEVERE)
    assert (said.result, said.missing) == (UNKNOWN, ("the diagnosis, as the psychiatrist codes it",))


@pytest.mark.parametrize(
    ("code", "families", "under"),
    [
        ("F33.2", ["F33.2"], True),
        ("F33.2", ["F33"], True),
        ("F33.41", ["F33.4"], True),
        ("F33", ["F33"], True),
        ("F33.2", ["F32", "F42"], False),
        ("F33", ["F33.2"], False),
        ("G40.909", ["G40"], True),
        ("F332", ["F33"], False),
    ],
)
def test_a_code_lies_under_its_family(code: str, families: list[str], under: bool) -> None:
    assert is_under(code, families) is under


# --- severity -----------------------------------------------------------------------------------------------

PHQ_OR_MADRS = Severity(any_of=(Threshold(scale=Scale.PHQ_9, min=15), Threshold(scale=Scale.MADRS, min=28)))


def scores(*found: tuple[str, int, str]) -> dict[str, Any]:
    return {"scores": [{"scale": scale, "points": points, "on": on} for scale, points, on in found]}


@pytest.mark.parametrize(
    ("found", "expected", "places"),
    [
        ([("PHQ-9", 15, "2026-11-01")], MET, ("scores/0",)),
        ([("PHQ-9", 14, "2026-11-01")], NOT_MET, ("scores/0",)),
        # The newest of each scale counts, in whichever order it was typed.
        ([("PHQ-9", 14, "2026-11-01"), ("PHQ-9", 22, "2026-03-01")], NOT_MET, ("scores/0",)),
        ([("PHQ-9", 22, "2026-03-01"), ("PHQ-9", 14, "2026-11-01")], NOT_MET, ("scores/1",)),
        ([("PHQ-9", 14, "2026-11-01"), ("MADRS", 28, "2026-11-02")], MET, ("scores/1",)),
        ([("PHQ-9", 14, "2026-11-01"), ("MADRS", 27, "2026-11-02")], NOT_MET, ("scores/0", "scores/1")),
        ([("PHQ-9", 14, "2026-11-01"), ("PHQ-9", 22, "2026-11-30")], MET, ("scores/1",)),
        # Scored after the day: not known on it.
        ([("PHQ-9", 14, "2026-11-01"), ("PHQ-9", 22, "2026-12-01")], NOT_MET, ("scores/0",)),
    ],
)
def test_the_newest_score_of_any_scale_asked_for_settles_it(
    found: list[tuple[str, int, str]], expected: Result, places: tuple[str, ...]
) -> None:
    said = judged(PHQ_OR_MADRS, **scores(*found))
    assert (said.result, said.evidence, said.missing) == (expected, places, ())


def test_the_sentence_names_every_score_it_rests_on() -> None:
    said = judged(PHQ_OR_MADRS, **scores(("PHQ-9", 14, "2026-11-01"), ("MADRS", 30, "2026-11-02")))
    assert said.sentence == (
        "The policy asks for PHQ-9 of at least 15 or MADRS of at least 28. "
        "On the sheet: PHQ-9 14 on November 1, 2026 and MADRS 30 on November 2, 2026."
    )


def test_no_score_or_one_on_another_scale_is_unknown() -> None:
    for found in ([], [("BDI", 40, "2026-11-01")], [("PHQ-9", 20, "2026-12-24")]):
        said = judged(PHQ_OR_MADRS, **scores(*found))
        assert said.result is UNKNOWN
        assert said.missing == ("a score on PHQ-9 or MADRS, with its day",)
        assert said.evidence == ()


def test_any_score_will_do_where_the_policy_asks_for_no_height() -> None:
    asks = Severity(any_of=(Threshold(scale=Scale.PHQ_9),))
    said = judged(asks, **scores(("PHQ-9", 2, "2026-11-01")))
    assert said.result is MET
    assert said.sentence.startswith("The policy asks for PHQ-9. ")


def test_a_height_that_our_copy_does_not_state_leaves_it_unknown() -> None:
    asks = Severity(any_of=(Threshold(scale=Scale.PHQ_9),), not_stated=("the score",))
    said = judged(asks, **scores(("PHQ-9", 24, "2026-11-01")))
    assert (said.result, said.evidence) == (UNKNOWN, ("scores/0",))
    assert said.missing == ("the score from which the payer counts it",)


# --- psychotherapy ------------------------------------------------------------------------------------------


def therapies(*found: dict[str, Any], complete: str = "not_asked") -> dict[str, Any]:
    return {"therapies": list(found), "therapies_complete": complete}


CBT = {"kind": "cognitive", "started_on": "2026-01-05", "ended_on": "2026-03-02"}


def test_any_psychotherapy_on_the_sheet_is_a_trial_of_it() -> None:
    said = judged(Psychotherapy(), **therapies({"kind": "cognitive"}))
    assert (said.result, said.evidence, said.missing) == (MET, ("therapies/0",), ())
    assert said.sentence == "The policy asks for a trial of psychotherapy. On the sheet: cognitive."


@pytest.mark.parametrize(
    ("complete", "expected", "told"),
    [
        ("yes", NOT_MET, "None was tried."),
        ("no", UNKNOWN, "None is on the sheet. Nobody said that none was tried."),
        ("not_asked", UNKNOWN, "None is on the sheet. Nobody said that none was tried."),
    ],
)
def test_no_psychotherapy_is_a_no_only_where_somebody_said_so(
    complete: str, expected: Result, told: str
) -> None:
    said = judged(Psychotherapy(), **therapies(complete=complete))
    assert said.result is expected
    assert said.sentence.endswith(told)
    wanted = ("psychotherapy: which kind, from when to when",) if expected is UNKNOWN else ()
    assert said.missing == wanted


@pytest.mark.parametrize(
    ("asks", "change", "expected", "missing"),
    [
        (Psychotherapy(min_weeks=8), {}, MET, ()),
        (Psychotherapy(min_weeks=9), {}, NOT_MET, ()),
        (
            Psychotherapy(min_weeks=8),
            {"ended_on": None},
            UNKNOWN,
            ("cognitive: how many weeks it lasted",),
        ),
        (Psychotherapy(min_weeks=8), {"ended_on": None, "weeks": 8}, MET, ()),
        (Psychotherapy(min_weeks=47), {"ended_on": None, "ongoing": True}, MET, ()),
        (Psychotherapy(min_weeks=48), {"ended_on": None, "ongoing": True}, NOT_MET, ()),
        (Psychotherapy(within_months=9), {}, MET, ()),
        (Psychotherapy(within_months=8), {}, NOT_MET, ()),
        (Psychotherapy(within_months=1), {"ended_on": None, "ongoing": True}, MET, ()),
        (Psychotherapy(within_months=1), {"ended_on": None}, UNKNOWN, ("cognitive: when it ended",)),
        (Psychotherapy(min_weeks=9, within_months=1), {"ended_on": "2026-03-02"}, NOT_MET, ()),
    ],
)
def test_psychotherapy_is_held_against_its_length_and_its_end(
    asks: Psychotherapy, change: dict[str, Any], expected: Result, missing: tuple[str, ...]
) -> None:
    said = judged(asks, **therapies({**CBT, **change}, complete="yes"))
    assert (said.result, said.missing) == (expected, missing)
    assert said.evidence == ("therapies/0",)


def test_only_the_therapies_that_settle_it_are_its_evidence() -> None:
    short = {**CBT, "ended_on": "2026-01-12"}
    said = judged(Psychotherapy(min_weeks=8), **therapies(short, CBT))
    assert (said.result, said.evidence) == (MET, ("therapies/1",))


def test_too_short_a_therapy_is_unknown_while_there_may_be_another() -> None:
    said = judged(Psychotherapy(min_weeks=20), **therapies(CBT))
    assert said.result is UNKNOWN
    assert said.missing == ("psychotherapy: which kind, from when to when",)


def test_the_sentence_of_psychotherapy_tells_length_and_time() -> None:
    said = judged(Psychotherapy(min_weeks=1, within_months=12), **therapies(CBT))
    assert said.sentence.startswith(
        "The policy asks for a trial of psychotherapy of at least 1 week in the last 12 months. "
    )


# --- questions ----------------------------------------------------------------------------------------------

EXCLUDED = Answered(question=Screen.PSYCHOSIS, wanted=False, codes=("F32.3",))
CONFIRMED = Answered(question=Screen.PSYCHIATRIST_CONFIRMED, wanted=True)


@pytest.mark.parametrize(
    ("asks", "reply", "expected"),
    [
        (EXCLUDED, "no", MET),
        (EXCLUDED, "yes", NOT_MET),
        (EXCLUDED, "unknown", UNKNOWN),
        (EXCLUDED, None, UNKNOWN),
        (CONFIRMED, "yes", MET),
        (CONFIRMED, "no", NOT_MET),
        (CONFIRMED, "unknown", UNKNOWN),
        (CONFIRMED, None, UNKNOWN),
    ],
)
def test_yes_no_unknown_and_not_asked_are_four_answers(
    asks: Answered, reply: str | None, expected: Result
) -> None:
    said = judged(asks, answers={asks.question: reply} if reply else {})
    assert said.result is expected
    assert said.evidence == (() if expected is UNKNOWN else (f"answers/{asks.question}",))
    told = {
        "yes": "The sheet says yes.",
        "no": "The sheet says no.",
        "unknown": "It was asked and is not known.",
        None: "It was not asked.",
    }
    assert said.sentence.endswith(told[reply])
    assert bool(said.missing) is (expected is UNKNOWN)


def test_the_sentence_tells_what_is_asked_for_from_what_excludes() -> None:
    assert judged(CONFIRMED).sentence.startswith(
        "The policy asks that a psychiatrist confirmed the diagnosis."
    )
    assert judged(EXCLUDED).sentence.startswith("The policy excludes it where there are psychotic symptoms.")
    assert judged(EXCLUDED).missing == ("whether there are psychotic symptoms",)


def test_a_diagnosis_speaks_for_a_yes_nobody_answered() -> None:
    said = judged(EXCLUDED, **codes("F33.2", "F32.3"))
    assert (said.result, said.evidence) == (NOT_MET, ("diagnoses/1",))
    said = judged(EXCLUDED, answers={"psychosis": "yes"}, **codes("F32.3"))
    assert (said.result, said.evidence) == (NOT_MET, ("answers/psychosis", "diagnoses/0"))


def test_an_answer_that_a_diagnosis_contradicts_is_unknown() -> None:
    said = judged(EXCLUDED, answers={"psychosis": "no"}, **codes("F32.3"))
    assert said.result is UNKNOWN
    assert said.sentence.endswith("The sheet says no and has F32.3; ask the psychiatrist which is right.")
    assert said.evidence == ("answers/psychosis", "diagnoses/0")
    assert said.missing == ("whether there are psychotic symptoms",)


def test_a_question_without_codes_is_not_settled_by_diagnoses() -> None:
    asks = Answered(question=Screen.PSYCHOSIS, wanted=False)
    assert judged(asks, **codes("F32.3")).result is UNKNOWN


# --- earlier treatment --------------------------------------------------------------------------------------

HELPED = PriorResponse(treatment=Treatment.TMS, percent=50)


def priors(*found: dict[str, Any], complete: str = "not_asked") -> dict[str, Any]:
    return {"priors": list(found), "priors_complete": complete}


@pytest.mark.parametrize(
    ("asks", "prior", "expected", "missing"),
    [
        (HELPED, {"percent_better": 51}, MET, ()),
        (HELPED, {"percent_better": 50}, NOT_MET, ()),
        (PriorResponse(treatment=Treatment.TMS, percent=50, or_equal=True), {"percent_better": 50}, MET, ()),
        (
            PriorResponse(treatment=Treatment.TMS, percent=50, or_equal=True),
            {"percent_better": 49},
            NOT_MET,
            (),
        ),
        (HELPED, {}, UNKNOWN, ("TMS: by how many percent it helped",)),
        (
            PriorResponse(treatment=Treatment.TMS, percent=50, kept_months=2),
            {"percent_better": 60, "kept_months": 2},
            MET,
            (),
        ),
        (
            PriorResponse(treatment=Treatment.TMS, percent=50, kept_months=2),
            {"percent_better": 60, "kept_months": 1},
            NOT_MET,
            (),
        ),
        (
            PriorResponse(treatment=Treatment.TMS, percent=50, kept_months=2),
            {"percent_better": 60},
            UNKNOWN,
            ("TMS: how long the response held",),
        ),
        (
            PriorResponse(treatment=Treatment.TMS, percent=50, after_days=90),
            {"percent_better": 60, "ended_on": "2026-09-01"},
            MET,
            (),
        ),
        (
            PriorResponse(treatment=Treatment.TMS, percent=50, after_days=90),
            {"percent_better": 60, "ended_on": "2026-09-02"},
            NOT_MET,
            (),
        ),
        (
            PriorResponse(treatment=Treatment.TMS, percent=50, after_days=90),
            {"percent_better": 60},
            UNKNOWN,
            ("TMS: the day of the last session",),
        ),
    ],
)
def test_an_earlier_course_is_held_against_how_it_helped_and_when(
    asks: PriorResponse, prior: dict[str, Any], expected: Result, missing: tuple[str, ...]
) -> None:
    said = judged(asks, **priors({"treatment": "tms", **prior}))
    assert (said.result, said.missing, said.evidence) == (expected, missing, ("priors/0",))


@pytest.mark.parametrize(
    ("complete", "expected"), [("yes", NOT_MET), ("no", UNKNOWN), ("not_asked", UNKNOWN)]
)
def test_no_earlier_course_is_a_no_only_where_somebody_said_so(complete: str, expected: Result) -> None:
    said = judged(HELPED, **priors({"treatment": "ect", "percent_better": 80}, complete=complete))
    assert (said.result, said.evidence) == (expected, ())
    assert said.sentence.endswith("No TMS on the sheet.")
    wanted = ("whether there was an earlier course of TMS, and how it worked",)
    assert said.missing == (wanted if expected is UNKNOWN else ())


def test_one_course_that_helped_is_enough() -> None:
    found = [{"treatment": "tms", "percent_better": 10}, {"treatment": "tms", "percent_better": 70}]
    said = judged(HELPED, **priors(*found))
    assert (said.result, said.evidence) == (MET, ("priors/1",))
    assert said.sentence == (
        "The policy asks that an earlier course of TMS helped by more than 50 %. 2 earlier courses of TMS on the sheet."
    )


def test_the_sentence_of_an_earlier_response_tells_all_that_is_asked() -> None:
    asks = PriorResponse(
        treatment=Treatment.ESKETAMINE, percent=50, or_equal=True, kept_months=1, after_days=90
    )
    assert judged(asks).sentence.startswith(
        "The policy asks that an earlier course of esketamine (Spravato) helped by at least 50 % and that this held "
        "for 1 month, at least 90 days ago. "
    )


# --- who orders it ------------------------------------------------------------------------------------------

BY_PSYCHIATRIST = Prescriber(credentials=(Credential.PSYCHIATRIST, Credential.PSYCHIATRIC_APRN))


@pytest.mark.parametrize(
    ("credential", "expected"),
    [("psychiatrist", MET), ("psychiatric_aprn", MET), ("other_physician", NOT_MET), ("other", NOT_MET)],
)
def test_who_orders_it_must_have_a_credential_asked_for(credential: str, expected: Result) -> None:
    said = judged(BY_PSYCHIATRIST, ordering={"credential": credential})
    assert (said.result, said.evidence, said.missing) == (expected, ("ordering",), ())
    assert said.sentence.startswith(
        "The policy asks that it is ordered by a psychiatrist or a psychiatric nurse practitioner. It is ordered by "
    )


def test_who_orders_it_may_not_be_known() -> None:
    said = judged(BY_PSYCHIATRIST, ordering={"name": "Dr. Larkspur"})
    assert (said.result, said.missing) == (UNKNOWN, ("who orders it, with the credential",))


# --- one of several ways ------------------------------------------------------------------------------------

EITHER = AnyOf(parts=(Trials(min=1), Psychotherapy(min_weeks=8)))


def test_one_way_that_is_met_is_enough_and_alone_is_told() -> None:
    said = judged(EITHER, trials=[trial()])
    assert (said.result, said.evidence, said.missing) == (MET, ("trials/0",), ())
    assert said.sentence == (
        "One of 2 ways is enough. The policy asks for 1 failed antidepressant. "
        "Of those on the sheet 1 counts (sertraline)."
    )


def test_while_no_way_is_met_and_one_is_open_it_is_open() -> None:
    said = judged(EITHER, trials_complete="yes", **therapies({**CBT, "ended_on": None}, complete="yes"))
    assert (said.result, said.evidence) == (UNKNOWN, ("therapies/0",))
    assert said.missing == ("cognitive: how many weeks it lasted",)
    assert " Or: The policy asks for a trial of psychotherapy" in said.sentence


def test_where_no_way_can_be_met_it_is_not_met() -> None:
    said = judged(EITHER, trials_complete="yes", **therapies(complete="yes"))
    assert said.result is NOT_MET


# --- the sentences, word for word -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asks", "fields", "told"),
    [
        (
            Age(min=18),
            {"born": None},
            "The policy asks for an age of at least 18. The birth date is not known.",
        ),
        (SEVERE, {}, "The policy asks for F32.2 or F33.2. No diagnosis is on the sheet."),
        (
            SEVERE,
            codes("F32.1"),
            "The policy asks for F32.2 or F33.2. On the sheet: F32.1. Ask the psychiatrist; a code is never changed here.",
        ),
        (
            PHQ_OR_MADRS,
            {},
            "The policy asks for PHQ-9 of at least 15 or MADRS of at least 28. No such score is on the sheet.",
        ),
        (CONFIRMED, {}, "The policy asks that a psychiatrist confirmed the diagnosis. It was not asked."),
        (
            CONFIRMED,
            {"answers": {CONFIRMED.question: "unknown"}},
            "The policy asks that a psychiatrist confirmed the diagnosis. It was asked and is not known.",
        ),
        (
            CONFIRMED,
            {"answers": {CONFIRMED.question: "yes"}},
            "The policy asks that a psychiatrist confirmed the diagnosis. The sheet says yes.",
        ),
        (
            EXCLUDED,
            {"answers": {"psychosis": "no"}, **codes("F32.3")},
            (
                "The policy excludes it where there are psychotic symptoms. The sheet says no and has F32.3; "
                "ask the psychiatrist which is right."
            ),
        ),
        (
            BY_PSYCHIATRIST,
            {"ordering": {"credential": "other"}},
            (
                "The policy asks that it is ordered by a psychiatrist or a psychiatric nurse practitioner. "
                "It is ordered by somebody else."
            ),
        ),
        (
            BY_PSYCHIATRIST,
            {},
            (
                "The policy asks that it is ordered by a psychiatrist or a psychiatric nurse practitioner. "
                "Who orders it is not on the sheet."
            ),
        ),
        (
            EITHER,
            {},
            (
                "One of 2 ways is enough. The policy asks for 1 failed antidepressant. No antidepressant is on the sheet. "
                "Nobody said that none was tried. Or: The policy asks for a trial of psychotherapy of at least 8 weeks. "
                "None is on the sheet. Nobody said that none was tried."
            ),
        ),
        (
            Psychotherapy(),
            therapies(complete="yes"),
            "The policy asks for a trial of psychotherapy. None was tried.",
        ),
        (
            HELPED,
            priors({"treatment": "tms"}),
            "The policy asks that an earlier course of TMS helped by more than 50 %. 1 earlier course of TMS on the sheet.",
        ),
        (
            HELPED,
            {},
            "The policy asks that an earlier course of TMS helped by more than 50 %. No TMS on the sheet.",
        ),
    ],
)
def test_a_sentence_says_what_is_asked_and_then_what_is_there(
    asks: Asks, fields: dict[str, Any], told: str
) -> None:
    assert judged(asks, **fields).sentence == told


def test_several_ways_are_asked_one_after_the_other() -> None:
    from verify.policies.asking import asked

    augmented = Trials(min=1, role=TrialRole.AUGMENTATION)
    assert asked(AnyOf(parts=(augmented, Psychotherapy()))) == (
        "One of 2 ways is enough. The policy asks for 1 failed augmentation agent. "
        "Or: The policy asks for a trial of psychotherapy."
    )
