"""From the form of a call to the fact, to what is still asked, and to what the finding says."""

from dataclasses import dataclass
from typing import Any

import pytest

from tests.verify.findings.known import (
    LINES,
    NO,
    NOW,
    ON,
    VALUE,
    YES,
    asked,
    course,
    fact,
    filled,
    finding,
    judged,
)
from verify.facts import (
    About,
    Fact,
    FactName,
    FieldKind,
    Level,
    SourceKind,
    Standing,
    Tier,
    UnreadableAnswers,
    facts_from_call,
)
from verify.findings import How, Question, cases_of
from verify.followup import call_script
from verify.followup.call import look_up_script

REQUIRED = fact("authorization", YES)
FROM_PHARMACY = fact("drug_benefit", VALUE, "pharmacy", line="spravato_medical")


@dataclass(frozen=True)
class Said:
    """A fact as it is typed: of which line, on which call, and what it is then."""

    fact: str
    field: str
    typed: str
    standing: Standing
    value: object
    #: The name of the fact that brings it into the call.
    beside: str = ""
    line: str = "tms"
    call: str = "payer"
    about: About | None = None
    known: tuple[Fact, ...] = ()

    @property
    def is_of_plan(self) -> bool:
        return "." not in self.field


def of_line(line: str, **more: Any) -> About:
    return About(service_line=line, tier=Tier.IN_NETWORK, **more)


OF_PLAN = About(service_type="30", tier=Tier.ANY)
FAMILY = of_line("tms", level=Level.FAMILY)

WANTED = [
    Said("funding", "funding", "self-funded", VALUE, "self_funded", about=OF_PLAN),
    Said("funding", "funding", "Insured", VALUE, "insured", line="ketamine_iv", about=OF_PLAN),
    Said("usual_units", "tms.usual_units", "36", VALUE, 36, about=of_line("tms"), known=(REQUIRED,)),
    Said(
        "observation_payable",
        "spravato_medical.observation_payable",
        "yes, by 99417",
        YES,
        "by 99417",
        line="spravato_medical",
        about=of_line("spravato_medical"),
    ),
    Said(
        "observation_payable",
        "spravato_medical.observation_payable",
        "no",
        NO,
        None,
        line="spravato_medical",
        about=of_line("spravato_medical"),
    ),
    Said(
        "accumulator_program",
        "spravato_medical.accumulator_program",
        "alternative funding",
        VALUE,
        "alternative_funding",
        line="spravato_medical",
        call="pharmacy",
        about=of_line("spravato_medical"),
    ),
]
OPTIONAL = [
    Said(
        "credential_accepted",
        "tms.credential_accepted",
        "no",
        NO,
        None,
        beside="provider_in_network",
        about=of_line("tms"),
    ),
    Said(
        "behavioral_deductible",
        "tms.behavioral_deductible",
        "yes",
        YES,
        None,
        beside="deductible_applies",
        about=of_line("tms"),
    ),
    Said(
        "out_of_pocket_remaining",
        "tms.family_out_of_pocket_left",
        "4,000",
        VALUE,
        4000_00,
        beside="out_of_pocket_remaining",
        about=FAMILY,
    ),
]


def form(said: Said, *names: str) -> dict[str, Any]:
    """The script of a call about these facts."""
    service_line = "" if said.is_of_plan else said.line
    questions = [
        Question(fact=FactName(name), service_line=service_line, text="?", how=How.PHONE) for name in names
    ]
    return call_script(questions, cases_of(said.known, [LINES[said.line]], ON, now=NOW), key=said.call)


def heard(script: dict[str, Any], **typed: str) -> list[Fact]:
    """What is typed into it; `__` stands for the point in a field's name."""
    answers = {name.replace("__", "."): word for name, word in typed.items()}
    return facts_from_call(
        answers, script=script, call_id="exc_call", by="usr_1", obtained_at=NOW, call_reference="I-4411"
    )


def is_open(said: Said, *facts: Fact) -> tuple[bool, bool]:
    """Whether its field is open in the worksheet, and whether it is asked."""
    made = judged(*said.known, *facts, line=said.line)
    (found,) = made.completeness
    lacking = {item.name for item in found.items if not item.is_known}
    return said.field in lacking, said.fact in {question.fact for question in made.questions}


@pytest.mark.parametrize("said", WANTED, ids=lambda said: f"{said.line}-{said.fact}-{said.typed}")
def test_what_is_wanted_is_asked_until_it_is_typed_into_the_calls_form(said: Said):
    assert is_open(said) == (True, True)
    script = form(said, said.fact)
    assert len(script["lines"]) > 2, "between the reference and the reading back somebody asks for it"
    (made,) = heard(script, **{said.field.replace(".", "__"): said.typed})
    assert (made.name, made.about) == (said.fact, said.about)
    assert (made.standing, made.value) == (said.standing, said.value)
    assert made.source.kind is SourceKind.CALL
    assert is_open(said, made) == (False, False)
    before, after = (filled(*said.known, *more, line=said.line) for more in ((), (made,)))
    assert (after.known, after.needed) == (before.known + 1, before.needed)


@pytest.mark.parametrize("said", WANTED, ids=lambda said: f"{said.line}-{said.fact}-{said.typed}")
def test_whoever_could_not_say_is_asked_again(said: Said):
    (made,) = heard(form(said, said.fact), **{said.field.replace(".", "__"): "unknown"})
    assert (made.standing, made.value) == (Standing.UNKNOWN, None)
    assert is_open(said, made) == (True, True)


@pytest.mark.parametrize("said", OPTIONAL, ids=lambda said: said.field)
def test_what_is_optional_has_a_place_in_the_call_and_nobody_is_sent_after_it(said: Said):
    assert is_open(said)[0] is False
    script = form(said, said.beside)
    (made,) = heard(script, **{said.field.replace(".", "__"): said.typed})
    assert (made.name, made.about) == (said.fact, said.about)
    assert (made.standing, made.value) == (said.standing, said.value)
    before, after = filled(), filled(made)
    assert (after.known, after.needed) == (before.known, before.needed)


def test_what_is_usually_granted_is_asked_where_authorization_is_required_alone():
    names = {item.name for item in filled(fact("authorization", NO)).items}
    assert "tms.usual_units" not in names
    with pytest.raises(UnreadableAnswers):
        heard(form(WANTED[2], "usual_units"), tms__usual_units="about 36")


def test_how_a_plan_is_funded_is_not_asked_for_a_visit():
    assert "funding" not in {item.fact for item in filled(line="psychotherapy").items}
    with pytest.raises(UnreadableAnswers) as caught:
        heard(form(WANTED[0], "funding"), funding="by the union")
    assert caught.value.problems == {"funding": "one of insured, self funded"}


@pytest.mark.parametrize("word", ["none", "accumulator", "maximizer", "alternative funding"])
def test_what_becomes_of_the_manufacturers_help_is_asked_of_whoever_holds_the_pharmacy_benefit(word: str):
    said = WANTED[-1]
    (question,) = [one for one in judged(line=said.line).questions if one.fact == said.fact]
    assert (question.script, question.line, question.how) == ("pharmacy", 5, How.PHONE)
    (made,) = heard(form(said, said.fact), spravato_medical__accumulator_program=word)
    assert made.value == word.replace(" ", "_")
    assert said.fact not in {item.fact for item in filled().items}


# --- the pharmacy card --------------------------------------------------------------------------------------


def test_the_pharmacy_cards_numbers_are_asked_of_the_patient_where_a_pharmacy_bills_the_drug():
    assert "pharmacy_routing" not in {item.name for item in filled(line="spravato_medical").items}
    made = judged(FROM_PHARMACY, line="spravato_medical")
    (question,) = [one for one in made.questions if one.fact == "pharmacy_routing"]
    assert (question.how, question.service_line) == (How.PATIENT, "")
    cases = cases_of([FROM_PHARMACY], [LINES["spravato_medical"]], ON, now=NOW)
    (field,) = look_up_script([question], cases, SourceKind.PATIENT)["fields"]
    assert (field["name"], field["kind"]) == ("pharmacy_routing", FieldKind.TEXT)
    (told,) = facts_from_call(
        {"pharmacy_routing": "BIN 999999, PCN TEST, group EXAMPLE"},
        script={"fields": [field]},
        call_id="exc_1",
        by="usr_1",
        obtained_at=NOW,
        kind=SourceKind.CARD,
    )
    assert (told.about, told.value) == (OF_PLAN, "BIN 999999, PCN TEST, group EXAMPLE")
    known = {item.name: item for item in filled(FROM_PHARMACY, told, line="spravato_medical").items}
    assert known["pharmacy_routing"].is_known
    assert known["pharmacy_routing"].confidence == "C", "printed once, and not taken back"


# --- the family's maximum -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "field", "rule", "words"),
    [
        (
            "out_of_pocket_remaining",
            "out_of_pocket_left",
            "out_of_pocket",
            "$1,000.00 out-of-pocket maximum is left. For the family $4,000.00 is left.",
        ),
        (
            "deductible_remaining",
            "deductible_left",
            "deductible",
            "$1,000.00 deductible is left. For the family $4,000.00 is left.",
        ),
    ],
)
def test_what_is_left_for_the_family_is_told_beside_the_persons(name, field, rule, words):
    said = Said(name, f"tms.{field}", "", VALUE, None)
    typed = {f"tms__{field}": "1000", f"tms__family_{field}": "4000"}
    person, family = sorted(heard(form(said, name), **typed), key=lambda made: made.value)
    assert (person.about.level, family.about.level) == (Level.PERSON, Level.FAMILY)
    found = finding(rule, person, family)
    assert found.sentence == words
    assert found.facts == (person.key, family.key)


@pytest.mark.parametrize(
    ("more", "is_told"),
    [
        ({}, True),
        ({"types": "30"}, True),
        ({"types": "30", "tier": Tier.ANY}, True),
        ({"types": "MH"}, True),
        ({"expired": True}, False),
        ({"tier": Tier.OUT_OF_NETWORK}, False),
    ],
)
def test_of_the_family_only_what_holds_is_told(more, is_told):
    family = fact("out_of_pocket_remaining", VALUE, 4000_00, level=Level.FAMILY, **more)
    found = finding("out_of_pocket", family)
    assert ("For the family $4,000.00 is left." in found.sentence) == is_told
    assert (family.key in found.facts) == is_told


def test_of_the_family_nothing_is_told_that_sources_dispute():
    said = [
        fact("out_of_pocket_remaining", VALUE, cents, level=Level.FAMILY, kind=kind)
        for cents, kind in ((4000_00, SourceKind.CALL), (3500_00, SourceKind.PORTAL))
    ]
    assert "family" not in finding("out_of_pocket", *said).sentence


def test_the_familys_maximum_is_kept_apart_from_the_persons():
    said = Said("out_of_pocket_remaining", "tms.out_of_pocket_left", "", VALUE, None)
    (family,) = heard(form(said, said.fact), tms__family_out_of_pocket_left="4000")
    assert "tms.out_of_pocket_left" in filled(family).missing
    assert judged(family).summary.out_of_pocket_remaining_cents is None


# --- for life -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "sessions", "conclusion", "words"),
    [
        ("36 per lifetime, 30 left", 36, "short", "36 visits per lifetime, 30 left."),
        ("72 per lifetime, 36 left", 36, "enough", "72 visits per lifetime, 36 left."),
        ("1 session per lifetime", 2, "short", "1 session per lifetime."),
        ("60 sessions / lifetime", 36, "limited", "60 sessions per lifetime."),
    ],
)
def test_a_limit_for_life_is_held_against_the_course(typed, sessions, conclusion, words):
    said = Said("limits", "tms.limits", typed, VALUE, None)
    (limit,) = heard(form(said, "limits"), tms__limits=typed)
    assert limit.value[0]["period"] == "lifetime"
    found = finding("visit_limits", limit, planned=course(sessions))
    assert found.conclusion == conclusion
    assert found.sentence.startswith(f"The payer states a limit: {words}")
    assert ("limits" in asked(limit, planned=course(sessions))) == ("left" not in typed)
