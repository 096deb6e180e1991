"""Each answer of the evidence sheet decides the criterion that asks for it, on a card that is shipped."""

from typing import Any

import pytest

from tests.verify.policies.sheets import ON, evidence, trial
from tests.verify.policies.test_evaluation import CARDS, card
from verify.catalogue.criteria import Answered, AnyOf, Asks, Screen
from verify.catalogue.policy_card import PolicyCard
from verify.policies import Judged, Result, evaluate
from verify.policies.wording import SCREENS

MET, NOT_MET, UNKNOWN = Result.MET, Result.NOT_MET, Result.UNKNOWN

#: Card, criterion, the answer it turns on, and how the criterion is told.
ASKED_FOR = [
    (
        "evicore_spravato",
        "pdmp",
        "pdmp_checked",
        "asks that the prescription monitoring program was checked",
    ),
    ("cigna_spravato", "pdmp", "pdmp_checked", "asks that the prescription monitoring program was checked"),
    (
        "evicore_spravato",
        "oral_antidepressant",
        "oral_antidepressant",
        "asks that an oral antidepressant is taken beside it",
    ),
    ("hcsc_spravato", "rems_site", "rems_site", "asks that the site is certified in the Spravato REMS"),
    ("uhc_tms", "trained", "tms_trained", "asks that whoever orders it is trained in TMS"),
    ("medicare_noridian_je_tms", "trained", "tms_trained", "asks that whoever orders it is trained in TMS"),
    ("aetna_tms", "device", "device_cleared", "asks that the device is cleared for this use"),
    ("uhc_tms", "device", "device_cleared", "asks that the device is cleared for this use"),
    ("qualchoice_tms", "ect", "ect_weighed", "asks that ECT was tried, or there is a reason against it"),
]
#: Card and the answer that excludes.
EXCLUDING = [
    ("hcsc_tms", "seizure_disorder", "excludes it where there is a seizure disorder"),
    ("medicare_noridian_je_tms", "seizure_disorder", "excludes it where there is a seizure disorder"),
    (
        "aetna_tms",
        "implant_near_coil",
        "excludes it where a magnetic-sensitive implant lies within 30 cm of the coil",
    ),
    # No card we ship asks for it: one of nobody's does.
    ("larkspur_tms", "pregnancy", "excludes it where the patient is pregnant"),
]
LARKSPUR = card(exclusions=[{"question": "pregnancy", "source": "a"}])
REPLIES = [
    ("yes", "The sheet says yes."),
    ("no", "The sheet says no."),
    ("unknown", "It was asked and is not known."),
    ("not_asked", "It was not asked."),
]


def of(key: str) -> PolicyCard:
    return LARKSPUR if key == LARKSPUR.key else CARDS[key]


def judged(key: str, criterion: str, **fields: Any) -> Judged:
    (found,) = [one for one in evaluate(of(key), evidence(**fields)).criteria if one.key == criterion]
    return found


@pytest.mark.parametrize(("reply", "told"), REPLIES)
@pytest.mark.parametrize(("key", "criterion", "question", "asks"), ASKED_FOR)
def test_what_a_policy_asks_for_is_met_by_a_yes_alone(
    key: str, criterion: str, question: str, asks: str, reply: str, told: str
) -> None:
    found = judged(key, criterion, answers={question: reply})
    assert found.result is {"yes": MET, "no": NOT_MET}.get(reply, UNKNOWN)
    assert found.sentence == f"The policy {asks}. {told}"
    assert found.evidence == ((f"answers/{question}",) if reply in ("yes", "no") else ())
    assert found.missing == ((f"whether {SCREENS[Screen(question)]}",) if found.result is UNKNOWN else ())


@pytest.mark.parametrize(("reply", "told"), REPLIES)
@pytest.mark.parametrize(("key", "question", "asks"), EXCLUDING)
def test_what_excludes_is_met_by_a_no_alone(
    key: str, question: str, asks: str, reply: str, told: str
) -> None:
    found = judged(key, f"exclusion_{question}", answers={question: reply})
    assert found.result is {"no": MET, "yes": NOT_MET}.get(reply, UNKNOWN)
    assert found.sentence == f"The policy {asks}. {told}"
    assert found.evidence == ((f"answers/{question}",) if reply in ("yes", "no") else ())
    assert found.missing == ((f"whether {SCREENS[Screen(question)]}",) if found.result is UNKNOWN else ())


@pytest.mark.parametrize(
    ("reply", "expected"), [("yes", MET), ("no", NOT_MET), ("unknown", UNKNOWN), ("not_asked", UNKNOWN)]
)
def test_a_candidate_for_ect_is_one_way_of_several(reply: str, expected: Result) -> None:
    nothing_else = {"trials_complete": "yes", "priors_complete": "yes"}
    found = judged("bcbs_mp170_tms", "trials", answers={"ect_candidate": reply}, **nothing_else)
    assert found.result is expected
    if expected is MET:
        assert found.sentence == (
            "One of 3 ways is enough. The policy asks that the patient is a candidate for ECT. The sheet says yes."
        )
        assert found.evidence == ("answers/ect_candidate",)
    assert found.missing == (("whether the patient is a candidate for ECT",) if expected is UNKNOWN else ())


def test_who_is_no_candidate_for_ect_may_come_in_by_another_way() -> None:
    tried = [trial("sertraline"), trial("venlafaxine")]
    found = judged("bcbs_mp170_tms", "trials", answers={"ect_candidate": "no"}, trials=tried)
    assert (found.result, found.evidence) == (MET, ("trials/0", "trials/1"))


def test_a_code_of_epilepsy_speaks_for_seizures_nobody_answered() -> None:
    found = judged("hcsc_tms", "exclusion_seizure_disorder", diagnoses=[{"code": "G40.909"}])
    assert (found.result, found.evidence) == (NOT_MET, ("diagnoses/0",))


def test_every_answer_of_the_sheet_moves_the_cards_that_ask_for_it_and_no_other() -> None:
    """From not asked to yes and to no; what is told there is told of no other question."""
    for key, each in {**CARDS, LARKSPUR.key: LARKSPUR}.items():
        silent = results(each, {})
        asked = questions_of(each)
        for question in Screen:
            moved = {
                one
                for reply in ("yes", "no")
                for one, said in results(each, {question: reply}).items()
                if said != silent[one]
            }
            assert bool(moved) is (question in asked), (key, question)


def results(of: PolicyCard, answers: dict[Screen, str]) -> dict[str, str]:
    return {one.key: one.sentence for one in evaluate(of, evidence(answers=answers, on=ON)).criteria}


def questions_of(of: PolicyCard) -> set[Screen]:
    asks = [reading.asks for one in of.criteria if "initial" in one.purposes for reading in one.readings]
    return {one.question for one in of.exclusions} | {each for one in asks for each in questions_in(one)}


def questions_in(asks: Asks) -> set[Screen]:
    match asks:
        case Answered():
            return {asks.question}
        case AnyOf():
            return {each for part in asks.parts for each in questions_in(part)}
        case _:
            return set()
