"""A card held against a sheet: readings that disagree settle nothing, and no sentence promises anything."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import Any

import msgspec
import pytest

from tests.verify.policies.sheets import BORN, DRUGS, ON, evidence, sheet, trial
from verify.catalogue import load
from verify.catalogue.card_shelf import load_cards
from verify.catalogue.criteria import Purpose, Screen
from verify.catalogue.medicare_contractors import load_contractors
from verify.catalogue.policy_card import Network, PolicyCard, Protocol, Required
from verify.facts import Status
from verify.policies import (
    Chosen,
    Evaluation,
    Evidence,
    Judged,
    Result,
    Wanted,
    authorization_said,
    caveats,
    choose,
    evaluate,
    inputs_missing,
    policy_findings,
    purpose_of,
    wanted,
)
from verify.policies.evaluation import EARLIER
from verify.policies.judged import Said, all_of, any_of, counted, joined, listed
from verify.policies.wording import SCREENS, label

MET, NOT_MET, UNKNOWN = Result.MET, Result.NOT_MET, Result.UNKNOWN
CARDS = {card.key: card for card in load_cards()}
TMS = load().service_lines["tms"]


def card(**parts: Any) -> PolicyCard:
    """A card of an invented payer, with these parts."""
    return msgspec.convert(
        {
            "key": "larkspur_tms",
            "title": "Larkspur, policy 7",
            "names": ["Larkspur"],
            "service_lines": ["tms"],
            "status_of_entry": "second_hand",
            "read_on": date(2026, 11, 1),
            "review_by": date(2027, 2, 1),
            "effective_from": date(2026, 1, 1),
            "sources": [{"key": key, "title": key, "where": key} for key in ("a", "b")],
            "stance": [{"stand": "with_criteria", "note": "Noted.", "source": "a"}],
            **parts,
        },
        PolicyCard,
    )


def age(*ages: int, purposes: list[str] | None = None) -> dict[str, Any]:
    readings = [
        {"source": source, "asks": {"kind": "age", "min": least}}
        for source, least in zip("ab", ages, strict=False)
    ]
    found: dict[str, Any] = {"key": "age", "readings": readings}
    return {**found, "purposes": purposes} if purposes else found


def judged(of: PolicyCard, key: str, **fields: Any) -> Judged:
    (found,) = [one for one in evaluate(of, evidence(**fields)).criteria if one.key == key]
    return found


# --- readings -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "result", "disputed"),
    [
        (date(2000, 1, 1), MET, False),
        (date(2010, 1, 1), UNKNOWN, True),
        (date(2020, 1, 1), NOT_MET, False),
        (None, UNKNOWN, False),
    ],
)
def test_where_sources_disagree_it_is_unknown_unless_they_come_to_the_same(
    born: date | None, result: Result, disputed: bool
) -> None:
    found = judged(card(criteria=[age(15, 18)]), "age", born=born)
    assert (found.result, found.disputed, found.sources) == (result, disputed, ("a", "b"))
    assert ("Public sources disagree. a: " in found.sentence) is disputed
    if disputed:
        assert found.missing == ("which text of the policy holds on: age",)
        assert " b: The policy asks for an age of at least 18. The patient is 16." in found.sentence


def test_one_source_disputes_nothing() -> None:
    found = judged(card(criteria=[age(18)]), "age", born=None)
    assert (found.result, found.disputed, found.missing) == (UNKNOWN, False, ("the birth date",))


def test_nothing_is_missing_where_it_is_settled() -> None:
    assert judged(card(criteria=[age(15, 18)]), "age", born=date(2020, 1, 1)).missing == ()


def test_what_our_copy_does_not_state_is_told_beside_the_result() -> None:
    asks = {
        "kind": "any_of",
        "parts": [
            {"kind": "trials", "min": 1, "not_stated": ["how long"]},
            {"kind": "psychotherapy", "not_stated": ["which kind"]},
        ],
        "not_stated": ["which way comes first"],
    }
    of = card(criteria=[{"key": "trials", "readings": [{"source": "a", "asks": asks}]}])
    found = judged(of, "trials", trials=[trial()])
    assert found.result is MET
    assert found.not_stated == ("which way comes first", "how long", "which kind")


def test_criteria_are_those_of_the_purpose() -> None:
    of = card(criteria=[age(18), {**age(18, purposes=["retreatment"]), "key": "scale"}])
    keys = {
        purpose: [one.key for one in evaluate(of, evidence(), purpose=purpose).criteria]
        for purpose in Purpose
    }
    assert keys == {
        Purpose.INITIAL: ["age"],
        Purpose.RETREATMENT: ["age", "scale"],
        Purpose.RENEWAL: [],
    }


def test_a_renewal_the_card_is_silent_on_is_not_stated() -> None:
    of = card(criteria=[age(18)], lengths=[{"purpose": "renewal", "months": 6, "source": "a"}])
    found = evaluate(of, evidence(), purpose=Purpose.RENEWAL)
    assert (found.criteria, found.lengths) == ((), ("An authorization for a renewal runs 6 months.",))
    assert found.caveats[0] == "What the policy asks for a renewal is not stated in our copy; ask the payer."
    first = evaluate(of, evidence())
    assert (first.lengths, [words for words in first.caveats if "renewal" in words]) == ((), [])


@pytest.mark.parametrize("key", ["medicare_noridian_je_tms", "medicare_wps_tms"])
def test_medicare_goes_on_where_the_patient_is_a_quarter_better(key: str) -> None:
    began = ON - timedelta(days=20)
    scores = [
        {"scale": "PHQ-9", "points": points, "on": (began + timedelta(days=days)).isoformat()}
        for points, days in ((20, 0), (15, 18))
    ]
    found = evaluate(CARDS[key], evidence(began=began, scores=scores), purpose=Purpose.RENEWAL)
    results = {one.key: one.result for one in found.criteria}
    assert results["improvement"] is MET
    assert "trials" not in results
    assert not [words for words in found.caveats if "not stated in our copy; ask" in words]
    assert "The same depression scale before the course and since, with scores and days." in found.wanted
    assert "improvement" not in {one.key for one in evaluate(CARDS[key], evidence()).criteria}


# --- exclusions and protocols -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "disputed_by", "result"),
    [
        ("yes", [], NOT_MET),
        ("no", [], MET),
        ("yes", ["b"], UNKNOWN),
        ("no", ["b"], MET),
        ("unknown", ["b"], UNKNOWN),
    ],
)
def test_an_exclusion_that_a_source_dropped_is_disputed_only_where_it_would_exclude(
    reply: str, disputed_by: list[str], result: Result
) -> None:
    of = card(exclusions=[{"question": "psychosis", "source": "a", "disputed_by": disputed_by}])
    found = judged(of, "exclusion_psychosis", answers={"psychosis": reply})
    assert found.result is result
    assert found.disputed is (reply == "yes" and bool(disputed_by))
    assert found.sources == ("a", *disputed_by)
    assert found.label == "Exclusion ruled out: psychosis"
    if found.disputed:
        assert found.missing == ("whether the payer still excludes it where there are psychotic symptoms",)
        assert found.sentence.endswith("Public sources disagree on whether this still excludes.")


def test_a_diagnosis_may_exclude() -> None:
    of = card(exclusions=[{"question": "bipolar", "source": "a", "codes": ["F31"]}])
    assert judged(of, "exclusion_bipolar", diagnoses=[{"code": "F31.4"}]).result is NOT_MET


@pytest.mark.parametrize(("protocol", "result"), [("saint", NOT_MET), ("standard", MET), (None, UNKNOWN)])
def test_a_protocol_on_the_list_is_not_met_and_one_not_planned_yet_is_unknown(
    protocol: str | None, result: Result
) -> None:
    of = card(
        investigational=[{"protocol": "saint", "source": "a"}, {"protocol": "accelerated", "source": "a"}]
    )
    found = judged(of, "protocol", protocol=protocol)
    assert found.result is result
    assert found.sentence.startswith(
        "The policy calls investigational, or does not cover: SAINT, accelerated TMS. "
    )
    assert found.sources == ("a",)
    assert found.evidence == (("protocol",) if protocol else ())
    assert found.missing == (() if protocol else ("which protocol is planned",))


def test_a_card_without_a_list_says_nothing_of_protocols() -> None:
    assert evaluate(card(), evidence(protocol="saint")).criteria == ()


# --- the whole ----------------------------------------------------------------------------------------------


def test_an_evaluation_gathers_what_is_missing_of_what_is_unknown() -> None:
    of = card(criteria=[age(18)], exclusions=[{"question": "psychosis", "source": "a"}])
    found = evaluate(of, evidence(born=None))
    assert found.missing == ("the birth date", "whether there are psychotic symptoms")
    assert [found.count(result) for result in Result] == [0, 0, 2]
    assert (found.card, found.title, found.on) == ("larkspur_tms", "Larkspur, policy 7", ON)
    assert found.stance == ("The written policy sets criteria. Noted.",)


@pytest.mark.parametrize(
    ("line", "treatment", "purpose"),
    [
        ("tms", "tms", Purpose.RETREATMENT),
        ("tms", "ect", Purpose.INITIAL),
        ("spravato_medical", "esketamine", Purpose.RETREATMENT),
        ("ketamine_iv", "ketamine", Purpose.RETREATMENT),
        ("ketamine_iv", "esketamine", Purpose.INITIAL),
        ("psychotherapy", "tms", Purpose.INITIAL),
    ],
)
def test_an_earlier_course_of_the_same_treatment_makes_it_another(
    line: str, treatment: str, purpose: Purpose
) -> None:
    assert purpose_of(sheet(priors=[{"treatment": treatment}]), line) is purpose
    assert purpose_of(sheet(), line) is Purpose.INITIAL


def test_every_substance_of_the_catalogue_has_its_earlier_treatment() -> None:
    without = {"psychotherapy", "medication", "evaluation", "gratitude"}
    lines = {key.split("_")[0] for key in load().service_lines} - without
    assert lines <= set(EARLIER)


# --- authorization ------------------------------------------------------------------------------------------

RULES = [
    {"network": "in", "required": "no", "valid_from": date(2026, 3, 6), "source": "a", "note": "Contracted."},
    {"network": "in", "required": "yes", "valid_until": date(2026, 3, 5), "source": "a"},
    {"network": "out", "required": "yes", "source": "a"},
]


@pytest.mark.parametrize(
    ("on", "network", "required"),
    [
        (date(2026, 3, 5), Network.IN, Required.YES),
        (date(2026, 3, 6), Network.IN, Required.NO),
        (date(2026, 3, 6), Network.OUT, Required.YES),
        (date(2026, 3, 5), Network.ANY, Required.YES),
        (date(2026, 3, 6), Network.ANY, Required.NOT_STATED),
    ],
)
def test_authorization_follows_the_day_and_the_network(
    on: date, network: Network, required: Required
) -> None:
    assert authorization_said(card(authorization=RULES), on, network).required is required


def test_what_turns_on_the_network_is_open_while_that_is_not_known() -> None:
    said = authorization_said(card(authorization=RULES), ON, Network.ANY)
    assert said.disputed
    assert "whether the clinic is in network must be known first" in said.sentence
    assert said.sentence.endswith("Contracted.")


@pytest.mark.parametrize(("network", "words"), [("in", "in network"), ("out", "out of network")])
def test_what_is_said_for_one_network_alone_is_open_while_the_clinics_is_not_known(
    network: str, words: str
) -> None:
    of = card(authorization=[{"network": network, "required": "no", "source": "a", "note": "Noted."}])
    said = authorization_said(of, ON, Network.ANY)
    assert (said.required, said.disputed, said.sources) == (Required.NOT_STATED, False, ("a",))
    assert said.sentence == (
        f"The policy says it for a clinic {words} alone; whether ours is must be known first. Noted."
    )
    assert authorization_said(of, ON, Network(network)).required is Required.NO


def test_no_authorization_is_no_promise() -> None:
    said = authorization_said(card(authorization=RULES), ON, Network.IN)
    assert said.sentence == (
        "The policy says that authorization is not required for a clinic in network on November 30, 2026. "
        "Contracted. That is no promise of coverage or payment."
    )
    assert (said.disputed, said.sources) == (False, ("a",))
    said = authorization_said(card(authorization=RULES), ON, Network.OUT)
    assert said.sentence == (
        "The policy says that authorization is required for a clinic out of network on November 30, 2026."
    )


def test_sources_that_disagree_on_authorization_settle_nothing() -> None:
    rules = [
        {"network": "any", "required": "yes", "source": "a"},
        {"network": "any", "required": "no", "source": "b"},
    ]
    said = authorization_said(card(authorization=rules), ON, Network.IN)
    assert (said.required, said.disputed, said.sources) == (Required.NOT_STATED, True, ("a", "b"))
    assert "its sources disagree, so ask" in said.sentence


@pytest.mark.parametrize(
    "rules", [[], [{"network": "any", "required": "not_stated", "source": "a"}], RULES[:1]]
)
def test_a_card_that_is_silent_on_authorization_says_so(rules: list[dict[str, Any]]) -> None:
    said = authorization_said(card(authorization=rules), date(2026, 3, 5), Network.OUT)
    assert (said.required, said.disputed) == (Required.NOT_STATED, False)
    assert said.sentence == "Whether authorization is required is not stated on the policy card."


def test_one_source_that_is_silent_takes_nothing_from_another() -> None:
    rules = [
        {"network": "any", "required": "not_stated", "source": "b"},
        {"network": "any", "required": "yes", "source": "a"},
    ]
    assert authorization_said(card(authorization=rules), ON, Network.IN).required is Required.YES
    assert authorization_said(card(authorization=rules), ON, Network.IN).sentence.startswith(
        "The policy says that authorization is required for a clinic in network"
    )
    assert "for a clinic" not in authorization_said(card(authorization=rules), ON, Network.ANY).sentence


# --- what weakens a card, and what is wanted ----------------------------------------------------------------


def test_a_card_says_how_it_is_known_and_what_it_lacks() -> None:
    assert caveats(card(unknowns=["the units"]), ON) == (
        "How we know: second hand, from summaries of the policy; read on November 1, 2026.",
        "A self-funded plan may exclude it whatever the policy says: ask for a plan exclusion.",
        "Not stated in our copy: the units.",
    )


@pytest.mark.parametrize(
    ("parts", "on", "words"),
    [
        ({}, date(2027, 2, 1), None),
        ({}, date(2027, 2, 2), "The card should have been read again by February 1, 2027."),
        ({"effective_from": None}, ON, "From which day this text holds is not stated."),
        (
            {"certain_from": date(2026, 12, 1)},
            ON,
            "Sources disagree on whether this text holds before December 1, 2026.",
        ),
        ({"certain_from": date(2026, 11, 30)}, ON, None),
        (
            {
                "stance": [
                    {"stand": "not_covered", "note": "x", "source": "a"},
                    {"stand": "not_stated", "note": "y", "source": "b"},
                ]
            },
            ON,
            "Public sources disagree on what the policy says of the service.",
        ),
    ],
)
def test_age_first_day_and_disagreement_are_told(parts: dict[str, Any], on: date, words: str | None) -> None:
    found = caveats(card(**parts), on)
    if words is None:
        assert len(found) == 2
    else:
        assert words in found


def test_a_policy_without_criteria_needs_no_word_on_plan_exclusions() -> None:
    silent = card(stance=[{"stand": "not_stated", "note": "x", "source": "a"}])
    assert not [words for words in caveats(silent, ON) if "self-funded" in words]


def test_what_the_payer_wants_to_see_follows_the_criteria() -> None:
    kinds: list[dict[str, Any]] = [
        {"kind": "age", "min": 18},
        {"kind": "trials", "min": 1},
        {"kind": "trials", "min": 1, "role": "augmentation"},
        {"kind": "severity", "any_of": [{"scale": "BDI"}]},
        {"kind": "any_of", "parts": [{"kind": "psychotherapy"}, {"kind": "trials", "min": 2}]},
        {"kind": "prescriber", "credentials": ["psychiatrist"]},
    ]
    criteria = [
        {"key": f"k{at}", "readings": [{"source": "a", "asks": asks}]} for at, asks in enumerate(kinds)
    ]
    response = {"kind": "prior_response", "treatment": "tms", "percent": 50}
    again = {"key": "again", "readings": [{"source": "a", "asks": response}], "purposes": ["retreatment"]}
    of = card(criteria=[*criteria, again], papers=[{"text": "The form.", "source": "a"}])
    first = wanted(of, Purpose.INITIAL)
    assert [words.split()[0] for words in first] == [
        "Each",
        "Each",
        "The",
        "Psychotherapy:",
        "The",
        "The",
    ]
    assert (first[1], first[-1]) == (
        "Each augmentation agent with dose, first and last day, and how it worked.",
        "The form.",
    )
    assert "The earlier course: days, and the score before and after it." in wanted(of, Purpose.RETREATMENT)


# --- the psychiatrist's inputs ------------------------------------------------------------------------------

COMPLETE: dict[str, Any] = {
    "diagnoses": [{"code": "F33.2"}],
    "trials_complete": "yes",
    "ordering": {"npi": "1999999984"},
    "necessity": [{"service_line": "tms", "decision": "necessary", "by": "Dr. Larkspur", "on": "2026-11-01"}],
}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, None),
        ({"necessity": []}, "The psychiatrist's decision on the medical necessity of TMS is missing."),
        (
            {"necessity": [{"service_line": "ketamine_iv", "decision": "pending"}]},
            "The psychiatrist's decision on the medical necessity of TMS is missing.",
        ),
        (
            {"necessity": [{"service_line": "tms", "decision": "pending"}]},
            "The psychiatrist's decision on the medical necessity of TMS is pending.",
        ),
        ({"diagnoses": []}, "The psychiatrist's diagnosis is missing."),
        ({"trials_complete": "no"}, "Nobody has said that the list of drug trials is complete."),
        ({"ordering": {}}, "Who orders the treatment is missing."),
    ],
)
def test_what_only_people_can_say_is_missed_by_name(change: dict[str, Any], words: str | None) -> None:
    assert inputs_missing(sheet(**{**COMPLETE, **change}), "tms", "TMS") == ((words,) if words else ())


# --- findings -----------------------------------------------------------------------------------------------


def found(
    of: PolicyCard | None, network: Network = Network.ANY, **fields: Any
) -> dict[str, tuple[str, str, Status]]:
    chosen = Chosen(card=of, sentence="There is none.")
    return {
        one.rule: (one.conclusion, one.sentence, one.status)
        for one in policy_findings(chosen, evidence(**fields), TMS, network=network)
    }


def test_without_a_card_the_policy_is_not_stated() -> None:
    rules = found(None)
    assert rules["policy"] == ("no_card", "There is none.", Status.NOT_STATED)
    assert "policy_authorization" not in rules


@pytest.mark.parametrize(
    ("born", "conclusion", "counts"),
    [
        (BORN, "criteria_met", "2 of 2 criteria met on paper, 0 not met, 0 unknown"),
        (None, "criteria_open", "1 of 2 criteria met on paper, 0 not met, 1 unknown"),
        (date(2020, 1, 1), "criteria_not_met", "1 of 2 criteria met on paper, 1 not met, 0 unknown"),
    ],
)
def test_criteria_are_counted_and_the_payer_decides(born: date | None, conclusion: str, counts: str) -> None:
    of = card(criteria=[age(18)], exclusions=[{"question": "psychosis", "source": "a"}])
    said = found(of, born=born, answers={"psychosis": "no"})["policy"]
    assert said == (
        conclusion,
        f"Larkspur, policy 7: {counts}. The payer decides, and the policy card was read on November 1, 2026.",
        Status.DERIVED,
    )


def test_a_criterion_not_met_weighs_more_than_one_unknown() -> None:
    of = card(criteria=[age(18)], exclusions=[{"question": "psychosis", "source": "a"}])
    assert found(of, born=date(2020, 1, 1))["policy"][0] == "criteria_not_met"
    assert "1 criterion" not in found(of)["policy"][1]
    assert "0 of 1 criterion met" in found(card(criteria=[age(18)]), born=None)["policy"][1]


def test_a_policy_that_does_not_cover_it_is_told_with_the_day_it_was_read() -> None:
    refused = card(criteria=[age(18)], stance=[{"stand": "not_covered", "note": "x", "source": "a"}])
    assert found(refused)["policy"] == (
        "not_covered",
        "Larkspur, policy 7: the written policy does not cover it (read on November 1, 2026).",
        Status.DERIVED,
    )
    disputed = CARDS["uhc_ketamine"]
    assert found(disputed)["policy"][0] == "not_stated", "one source says otherwise"


def test_a_card_without_criteria_states_none() -> None:
    assert found(card())["policy"][0] == "not_stated"
    assert found(card())["policy"][2] is Status.NOT_STATED


@pytest.mark.parametrize(
    ("network", "conclusion", "status"),
    [
        (Network.IN, "not_required", Status.DERIVED),
        (Network.OUT, "required", Status.DERIVED),
        (Network.ANY, "unknown", Status.AMBIGUOUS),
    ],
)
def test_authorization_by_the_card_is_a_finding(network: Network, conclusion: str, status: Status) -> None:
    said = found(card(authorization=RULES), network)["policy_authorization"]
    assert (said[0], said[2]) == (conclusion, status)
    assert found(card(), network)["policy_authorization"][0::2] == ("not_stated", Status.NOT_STATED)


@pytest.mark.parametrize(
    ("necessity", "conclusion"),
    [
        ([], "missing"),
        ([{"service_line": "tms", "decision": "pending"}], "pending"),
        (COMPLETE["necessity"], "recorded"),
        ([{**COMPLETE["necessity"][0], "decision": "not_necessary"}], "recorded"),
    ],
)
def test_that_there_is_a_decision_is_a_finding_and_which_is_not(
    necessity: list[dict[str, Any]], conclusion: str
) -> None:
    for of in (card(), None):
        said = found(of, necessity=necessity)["medical_necessity"]
        assert said[0] == conclusion
        assert TMS.label in said[1]
    assert "not necessary" not in said[1]


def test_no_finding_holds_what_the_sheet_says_of_the_patient() -> None:
    """Findings are stored in clear and shown to everybody who may see the verification."""
    marked = {
        "trials": [trial("markedine")],
        "diagnoses": [{"code": "F99"}],
        "scores": [{"scale": "PHQ-9", "points": 19, "on": "2026-11-01"}],
        "therapies": [{"kind": "MARKED"}],
        "answers": {"psychosis": "yes"},
    }
    for of in CARDS.values():
        told = " ".join(
            one.sentence
            for line in load().service_lines.values()
            for one in policy_findings(Chosen(card=of, sentence=""), evidence(**marked), line)
        )
        assert not re.search(
            r"(?i)marked|F99|PHQ|\b19\b|psycho", told.replace("Psychotherapy", "").replace("psychiatrist", "")
        )


# --- no promise ---------------------------------------------------------------------------------------------

PROMISES = re.compile(
    r"(?i)\bapprov|will (?:be )?(?:cover|pa(?:y|id)|reimburs)|guarantee|(?<!no )promise|entitled|\bqualif|eligib|certainly"
)


def sheets() -> Iterator[Evidence]:
    """Nothing known; everything yes; everything no; and many in between."""
    yield evidence(born=None)
    replies = ("yes", "no", "unknown")
    outcomes = ("no_response", "partial_response", "response", "remission", "not_tolerated", "unknown")
    for reply, outcome, points in product(replies, outcomes, (0, 14, 27)):
        fields: dict[str, Any] = {
            "answers": dict.fromkeys(Screen, reply),
            "trials": [
                trial("sertraline", outcome=outcome),
                trial("vilazodone", outcome=outcome, ended_on=None, adherence_percent=None),
                trial("larkspurine", outcome=outcome, this_episode=reply),
                trial("aripiprazole", outcome=outcome, role="augmentation", weeks=3),
            ],
            "trials_complete": reply,
            "therapies": [{"kind": "cognitive"}] if points else [],
            "therapies_complete": reply,
            "scores": [
                {"scale": scale, "points": points, "on": "2026-11-01"} for scale in ("PHQ-9", "MADRS", "QIDS")
            ],
            "priors": [{"treatment": "tms", "percent_better": points * 3}] if points else [],
            "priors_complete": reply,
            "protocol": list(Protocol)[points % 5],
            "diagnoses": [{"code": code} for code in ("F33.2", "F32.3", "F31.4")[: points % 4]],
            "ordering": {"credential": "psychiatrist"} if reply == "yes" else {},
            "necessity": [{"service_line": "tms", "decision": "pending"}],
        }
        for born in (BORN, date(2010, 6, 1), date(2020, 1, 1)):
            yield Evidence(sheet(**fields), born, ON, DRUGS)


def texts(found_: Evaluation) -> Iterator[str]:
    for one in found_.criteria:
        yield from (one.label, one.sentence, *one.missing, *one.not_stated)
    yield from (
        *found_.stance,
        *found_.missing,
        *found_.wanted,
        *found_.caveats,
        found_.authorization.sentence,
    )


def test_no_sentence_it_can_say_promises_anything() -> None:
    said: set[str] = set()
    for held, of in product(sheets(), CARDS.values()):
        for purpose in Purpose:
            said.update(texts(evaluate(of, held, purpose=purpose)))
    for of, network, days in product(CARDS.values(), Network, range(0, 720, 30)):
        on = date(2025, 6, 1) + timedelta(days=days)
        said.add(authorization_said(of, on, network).sentence)
        said.update(caveats(of, on))
        held = replace(evidence(), on=on)
        said.update(
            one.sentence for one in policy_findings(Chosen(card=of, sentence=""), held, TMS, network=network)
        )
    said.update(inputs_missing(sheet(), "tms", "TMS"))
    for state, program in product(
        ("", "TX", "NY", "FL"), (None, "medicare", "medicare_advantage", "medicaid")
    ):
        for name in ("Medicare", "Aetna", "Nobody's", "New York Medicaid"):
            asked = msgspec.convert(
                {"service_line": "tms", "on": ON, "payer": [name], "state": state, "program": program}, Wanted
            )
            chosen = choose(asked, CARDS.values(), load_contractors())
            said.update((chosen.sentence, *chosen.caveats))
    assert len(said) > 500
    assert [words for words in sorted(said) if PROMISES.search(words)] == []


def test_no_repr_shows_the_sheets_contents() -> None:
    of = card(criteria=[age(18)])
    held = evidence(diagnoses=[{"code": "F33.2"}])
    shown = repr(held) + repr(evaluate(of, held)) + repr(evaluate(of, held).criteria)
    shown += repr(Said(result=MET, sentence="MARKED"))
    assert not re.search(r"F33|1984|42|MARKED|asks", shown)


# --- small words --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("found_", "all_", "any_"),
    [
        ([], MET, NOT_MET),
        ([MET, MET], MET, MET),
        ([MET, UNKNOWN], UNKNOWN, MET),
        ([MET, NOT_MET], NOT_MET, MET),
        ([UNKNOWN, NOT_MET], NOT_MET, UNKNOWN),
        ([NOT_MET, NOT_MET], NOT_MET, NOT_MET),
        ([UNKNOWN], UNKNOWN, UNKNOWN),
    ],
)
def test_three_values_join_by_all_and_by_any(found_: list[Result], all_: Result, any_: Result) -> None:
    assert (all_of(found_), any_of(found_)) == (all_, any_)


def test_words_are_listed_and_counted() -> None:
    assert [listed(words) for words in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert listed(["a", "b", "c"], "or") == "a, b or c"
    assert [counted(number, "week") for number in (0, 1, 2)] == ["0 weeks", "1 week", "2 weeks"]
    assert counted(2, "criterion", "criteria") == "2 criteria"
    assert joined([("a", "b"), ("b", "c"), ()]) == ("a", "b", "c")


def test_every_question_and_every_criterion_has_words_of_its_own() -> None:
    assert set(SCREENS) == set(Screen)
    keys = {one.key for of in CARDS.values() for one in of.criteria}
    assert [key for key in keys if label(key) == key] == []
    assert label("quite_new") == "Quite new"


# --- word for word ------------------------------------------------------------------------------------------


def test_disputes_are_told_in_full() -> None:
    assert judged(card(criteria=[age(15, 18)]), "age", born=date(2010, 1, 1)).sentence == (
        "Public sources disagree. a: The policy asks for an age of at least 15. The patient is 16. "
        "b: The policy asks for an age of at least 18. The patient is 16."
    )
    both = "The policy says both that authorization is required and that it is not"
    said = authorization_said(card(authorization=RULES), ON, Network.ANY).sentence
    assert said == f"{both}: whether the clinic is in network must be known first. Contracted."
    rules = [{"network": "any", "required": one, "source": key} for one, key in (("yes", "a"), ("no", "b"))]
    said = authorization_said(card(authorization=rules), ON, Network.ANY).sentence
    assert said == f"{both}: its sources disagree, so ask."


@pytest.mark.parametrize(
    ("protocol", "told"),
    [("saint", "Planned is SAINT."), (None, "Which protocol is planned is not on the sheet.")],
)
def test_the_protocol_is_told_in_full(protocol: str | None, told: str) -> None:
    of = card(investigational=[{"protocol": "saint", "source": "a"}])
    found_ = judged(of, "protocol", protocol=protocol)
    assert found_.sentence == f"The policy calls investigational, or does not cover: SAINT. {told}"
    assert (found_.label, found_.missing) == ("Protocol", () if protocol else ("which protocol is planned",))


def test_findings_are_told_in_full() -> None:
    needs = f"The psychiatrist's decision on the medical necessity of {TMS.label}"
    assert found(card())["policy"][1] == (
        "Larkspur, policy 7: the policy card names no criteria; what the policy asks is not stated."
    )
    assert found(card())["medical_necessity"][1] == f"{needs} is missing."
    pending = [{"service_line": "tms", "decision": "pending"}]
    assert found(card(), necessity=pending)["medical_necessity"][1:] == (
        f"{needs} is pending.",
        Status.STATED,
    )
    recorded = found(card(), necessity=COMPLETE["necessity"])["medical_necessity"]
    assert recorded[1:] == (f"{needs} is on the evidence sheet.", Status.STATED)
    assert found(None)["medical_necessity"][2] is Status.NOT_STATED


def test_results_are_the_words_the_api_gives() -> None:
    assert [result.value for result in Result] == ["met", "not_met", "unknown"]
