"""What every rule has in common: evidence, how well it stands, what is old or disputed, and the words of a question."""

from datetime import date

import msgspec
import pytest

from tests.verify.findings.known import (
    CODES,
    DAY,
    LINES,
    NO,
    NOW,
    ON,
    SILENT,
    TMS,
    UNKNOWN,
    VALUE,
    YES,
    Service,
    asked,
    course,
    fact,
    finding,
    judged,
    plan,
    told,
)
from verify.facts import FactName, Known, Level, SourceKind, Status, Step, StepState, Tier, Trail
from verify.findings import How, Question, cases_of, judge
from verify.findings.finding import day_of, note_of, number_of, word_of

OLD = "This is out of date and must be asked again."
DISPUTED = "Sources disagree on this; ask which is right."

EVERYTHING = (
    f"is coverage active on {DAY}, are {CODES} covered, is authorization required, "
    "what do deductible, copay and coinsurance come to, and are we in network?"
)


def by_portal(one):
    return msgspec.structs.replace(
        one, source=msgspec.structs.replace(one.source, kind=SourceKind.PORTAL, reference="p")
    )


# --- what is old, what is disputed ----------------------------------------------------------------------------


def test_what_is_old_is_said_and_asked_again():
    verdict = told("referral", fact("referral", NO, expired=True))
    assert verdict.finding.sentence == f"The payer states that no referral is needed for {TMS}. {OLD}"
    assert verdict.finding.status is Status.STATED
    assert verdict.questions == (
        Question(
            fact=FactName.REFERRAL,
            service_line="tms",
            text=f"Is a referral needed for {CODES}, and from whom?",
            how=How.PHONE,
            script="payer",
            line=4,
        ),
    )


def test_what_was_never_settled_is_not_called_old():
    verdict = told("referral", fact("referral", UNKNOWN, expired=True))
    assert OLD not in verdict.finding.sentence
    assert [question.fact for question in verdict.questions] == ["referral"]


def test_what_sources_dispute_after_a_call_is_asked_in_writing():
    called, portal = fact("referral", NO), by_portal(fact("referral", YES))
    verdict = told("referral", called, portal)
    assert verdict.finding.sentence == f"The payer states that no referral is needed for {TMS}. {DISPUTED}"
    assert verdict.finding.status is Status.AMBIGUOUS
    assert verdict.finding.facts == (called.key, portal.key)
    (question,) = verdict.questions
    assert question.how is How.LETTER
    assert question.text == (
        f"In writing, because sources disagree: Is a referral needed for {CODES}, and from whom?"
    )


def test_only_what_is_disputed_is_asked_in_writing():
    """The copay is disputed, the deductible merely open: one letter, one question on the phone."""
    facts = [
        fact("copay", VALUE, {"cents": 30_00, "per": "visit"}),
        by_portal(fact("copay", VALUE, {"cents": 40_00, "per": "visit"})),
    ]
    by_fact = {question.fact: question for question in told("cost_share", *facts).questions}
    assert {name: question.how for name, question in by_fact.items()} == {
        "copay": How.LETTER,
        "deductible_applies": How.PHONE,
    }
    assert by_fact[FactName.DEDUCTIBLE_APPLIES].text == f"Does the deductible apply to {CODES}?"


def test_what_is_old_and_disputed_elsewhere_is_said_of_both():
    facts = [
        fact("covered", YES),
        by_portal(fact("covered", NO)),
        fact("authorization", YES, expired=True),
    ]
    found = told("covered", *facts)
    assert found.finding.sentence.endswith(f"neither is a promise of payment. {DISPUTED} {OLD}")
    assert [question.fact for question in found.questions] == ["covered", "authorization"]


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ([], Status.NOT_STATED),
        ([fact("covered", SILENT)], Status.NOT_STATED),
        ([fact("covered", YES)], Status.STATED),
        ([fact("covered", UNKNOWN)], Status.STATED),
        ([fact("covered", UNKNOWN, status=Status.AMBIGUOUS)], Status.AMBIGUOUS),
        ([fact("covered", YES, status=Status.DERIVED)], Status.DERIVED),
        ([fact("covered", YES), fact("authorization", YES, status=Status.DERIVED)], Status.DERIVED),
        ([fact("covered", YES, status=Status.DERIVED), fact("authorization", YES)], Status.DERIVED),
    ],
)
def test_a_conclusion_stands_no_better_than_the_facts_that_speak(facts, status):
    assert finding("covered", *facts).status is status


def test_a_question_about_the_plan_is_put_in_its_words():
    (question,) = told("plan_year").questions
    assert question == Question(
        fact=FactName.PLAN_YEAR_BEGINS,
        service_line="",
        text="On which day does the plan year start, when deductible and maximum begin anew?",
        how=How.PHONE,
        script="payer",
        line=2,
    )


def test_a_question_names_the_treatment_and_the_day():
    (question,) = told("active_coverage").questions
    assert question.text == f"Is coverage for {TMS} active on {DAY}?"


def test_a_single_code_is_read_out_alone():
    (case,) = cases_of([], [LINES["tms"]], ON, now=NOW)
    one = msgspec.structs.replace(case.line, codes=case.line.codes[:1])
    (alone,) = cases_of([], [one], ON, now=NOW)
    assert (case.codes, alone.codes) == (CODES, "90867")


# --- another company that holds the benefit -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "sentence", "text"),
    [
        (
            {"name": "EXAMPLE", "phone": "8005550100"},
            f"{TMS} is administered by EXAMPLE (phone 8005550100), not by the payer on the card.",
            f"The benefit is held by EXAMPLE. Ask there (phone 8005550100): {EVERYTHING}",
        ),
        (
            {"name": None, "phone": None},
            f"{TMS} is administered by another company, not by the payer on the card.",
            f"The benefit is held by the administrator. Ask there: {EVERYTHING}",
        ),
    ],
)
def test_whoever_administers_is_asked_everything_at_once(value, sentence, text):
    verdict = told("administrator", fact("administrator", YES, value))
    assert verdict.finding.sentence == sentence
    assert verdict.questions == (
        Question(
            fact=FactName.ADMINISTRATOR, service_line="tms", text=text, how=How.SECOND_INQUIRY, script="payer"
        ),
    )


def test_an_administrator_that_sources_dispute_is_still_one_question():
    said = fact("administrator", YES, {"name": "EXAMPLE"})
    verdict = told("administrator", said, by_portal(fact("administrator", NO)))
    assert verdict.finding.sentence.endswith(f"not by the payer on the card. {DISPUTED}")
    assert [(question.fact, question.how) for question in verdict.questions] == [
        ("administrator", How.SECOND_INQUIRY)
    ]


def test_an_administrator_that_has_answered_is_not_asked_again():
    said = fact("administrator", YES, {"name": "EXAMPLE"})
    answered = Step(
        number=1,
        domain="behavioral",
        reason="carve_out",
        from_payer="payer_card",
        to_payer="payer_bh",
        state=StepState.ANSWERED,
    )
    made = judged(said, trail=Trail(payer="payer_card", steps=(answered,)))
    (found,) = [one for one in made.findings if one.rule == "administrator"]
    assert found.conclusion == "other_company"
    assert found.sentence == (
        f"{TMS} is administered by EXAMPLE, not by the payer on the card. It was asked, and answered."
    )
    assert found.facts == (said.key,)
    assert "administrator" not in {question.fact for question in made.questions}


# --- a premium, an office visit, and other words that are easily lost -----------------------------------------


def test_in_part_everything_open_is_asked():
    some = [fact("in_network", NO, domain="medical")]
    assert [question.fact for question in told("network", *some).questions] == [
        "in_network",
        "processed_under",
    ]
    all_said = [*some, fact("in_network", YES, domain="behavioral")]
    assert [question.fact for question in told("network", *all_said).questions] == ["processed_under"]
    drug = [
        fact("in_network", NO, line="spravato_medical", domain="medical", codes="drug"),
        fact("in_network", YES, line="spravato_medical", domain="behavioral", codes="visit"),
    ]
    verdict = told("network", *drug, line="spravato_medical")
    assert [question.fact for question in verdict.questions] == ["out_of_network"]


def test_a_note_stands_beside_a_yes_alone():
    """An ambiguous answer keeps its candidates; they are no note."""
    unclear = fact("limits_shared", UNKNOWN, "with therapy")
    limits = fact("limits", VALUE, [{"quantity": "20"}])
    assert "(with therapy)" not in finding("visit_limits", limits, unclear).sentence


@pytest.mark.parametrize("value", ["20", 20, None, ["20 visits"]])
def test_a_limit_in_an_unheard_of_shape_is_still_a_limit(value):
    said = fact("limits", VALUE, value if value is not None else {})
    found = finding("visit_limits", said, planned=course(3))
    assert found.conclusion == "limited"
    assert "limits" in asked(said, planned=course(3))


@pytest.mark.parametrize("value", ["EXAMPLE", {"name": "EXAMPLE"}, None])
def test_other_insurance_in_an_unheard_of_shape_is_still_named(value):
    said = plan("other_payer", YES, value)
    assert finding("other_coverage", said).sentence == (
        "Other coverage is named: another payer. Settle which pays first."
    )


# --- the line of the worklist ---------------------------------------------------------------------------------


def test_the_worklists_line_has_the_plans_days_and_the_administrator():
    summary = judged(
        plan("plan_name", VALUE, "CHOICE"),
        plan("plan_begin", VALUE, "2026-01-01"),
        plan("plan_end", VALUE, "2026-12-31"),
        fact("administrator", YES, {"name": "EXAMPLE"}),
        fact("active", YES),
        fact("authorization", YES),
        fact("out_of_pocket_remaining", VALUE, 5_00),
    ).summary
    assert (summary.plan_name, summary.plan_begins_on, summary.plan_ends_on) == (
        "CHOICE",
        date(2026, 1, 1),
        date(2026, 12, 31),
    )
    assert (summary.coverage_status, summary.authorization, summary.administered_by) == (
        "active",
        "required",
        "EXAMPLE",
    )
    assert summary.out_of_pocket_remaining_cents == 5_00


@pytest.mark.parametrize("name", ["plan_begin", "plan_end"])
def test_a_day_of_the_plan_that_is_old_or_disputed_is_not_in_the_worklist(name):
    def of(*facts):
        summary = judged(*facts).summary
        return summary.plan_begins_on or summary.plan_ends_on

    said = plan(name, VALUE, "2026-06-01")
    assert of(said) == date(2026, 6, 1)
    assert of(plan(name, VALUE, "2026-06-01", expired=True)) is None
    assert of(said, by_portal(plan(name, VALUE, "2026-07-01"))) is None
    assert of(plan(name, UNKNOWN, ["2026-06-01", "2026-07-01"], status=Status.AMBIGUOUS)) is None


def test_an_amount_that_sources_dispute_is_not_in_the_worklist():
    one = fact("deductible_remaining", VALUE, 100_00)
    assert judged(one).summary.deductible_remaining_cents == 100_00
    other = by_portal(fact("deductible_remaining", VALUE, 200_00))
    assert judged(one, other).summary.deductible_remaining_cents is None
    share = fact("coinsurance", VALUE, 2000)
    assert judged(share).summary.coinsurance_bp == 2000
    assert judged(share, by_portal(fact("coinsurance", VALUE, 3000))).summary.coinsurance_bp is None
    copay = fact("copay", VALUE, {"cents": 30_00, "per": "visit"})
    disputed = by_portal(fact("copay", VALUE, {"cents": 40_00, "per": "visit"}))
    assert judged(copay).summary.copay_cents == 30_00
    assert judged(copay, disputed).summary.copay_cents is None


def test_what_is_said_of_a_kind_of_service_is_not_in_the_worklist_of_a_treatment_decided_by_code():
    general = fact("coinsurance", VALUE, 2000, types="MH")
    assert judged(general).summary.coinsurance_bp is None
    assert judged(general, line="psychotherapy").summary.coinsurance_bp == 2000


# --- what each treatment is judged from -----------------------------------------------------------------------


def test_each_treatment_has_its_own_course_and_the_others_beside_it():
    tms, therapy = course(36), course(10)
    cases = cases_of(
        [],
        [LINES["tms"], LINES["psychotherapy"]],
        ON,
        now=NOW,
        courses={"tms": tms, "psychotherapy": therapy},
    )
    assert [(case.course, list(case.others)) for case in cases] == [(tms, [therapy]), (therapy, [tms])]
    (alone,) = cases_of([], [LINES["tms"]], ON, now=NOW)
    assert (alone.course.sessions, list(alone.others)) == ((), [])
    assert (alone.illness, alone.on_file) == (None, "")


def test_of_two_treatments_the_clinics_record_stands_beside_its_own():
    lines = [LINES["tms"], LINES["psychotherapy"]]
    made = judge([], lines, ON, now=NOW, on_file={"psychotherapy": "waiting"})
    said = {one.service_line: one.sentence for one in made.findings if one.rule == "authorization"}
    assert "A request is with the payer." in said["psychotherapy"]
    assert "A request is with the payer." not in said["tms"]


def test_a_fact_out_of_network_or_of_the_family_answers_no_question_of_the_person_in_network():
    for one in (
        fact("deductible_remaining", VALUE, 5_00, tier=Tier.OUT_OF_NETWORK),
        fact("deductible_remaining", VALUE, 5_00, level=Level.FAMILY),
    ):
        assert finding("deductible", one).conclusion == "not_stated"


def test_two_treatments_ask_of_the_plan_once_and_of_themselves_each():
    made = judge([], [LINES["tms"], LINES["psychotherapy"]], ON, now=NOW)
    asked_of = [(one.fact, one.service_line) for one in made.questions]
    assert asked_of.count((FactName.PLAN_NAME, "")) == 1
    assert {line for name, line in asked_of if name is FactName.COVERED} == {"tms", "psychotherapy"}
    assert [one.service_line for one in made.completeness] == ["tms", "psychotherapy"]


# --- in general, and of the treatment itself ------------------------------------------------------------------

GENERAL_COPAY = fact("copay", VALUE, {"cents": 30_00, "per": "visit"}, types="MH")


@pytest.mark.parametrize(
    ("rule", "one", "status"),
    [
        ("authorization", fact("authorization", YES, types="MH"), Status.DERIVED),
        ("authorization", fact("authorization", NO, types="MH"), Status.DERIVED),
        ("authorization", fact("authorization", YES), Status.STATED),
        ("authorization", fact("authorization", NO), Status.STATED),
        ("cost_share", GENERAL_COPAY, Status.DERIVED),
        ("cost_share", fact("copay", VALUE, {"cents": 30_00, "per": "visit"}), Status.STATED),
        ("covered", fact("covered", NO, types="MH"), Status.DERIVED),
        ("covered", fact("covered", NO), Status.STATED),
        ("high_deductible", plan("plan_name", VALUE, "CHOICE HSA"), Status.DERIVED),
        ("high_deductible", plan("high_deductible", YES), Status.STATED),
    ],
)
def test_what_was_said_in_general_is_derived_for_the_treatment(rule, one, status):
    assert told(rule, one).finding.status is status


# --- what is named beside a no, or in a shape nobody has heard of ----------------------------------------------


def test_a_company_named_beside_a_no_holds_nothing():
    said = fact("administrator", NO, {"name": "EXAMPLE"})
    assert judged(said).summary.administered_by is None
    pharmacy = [
        fact("buy_and_bill", NO, line="spravato_medical"),
        fact("rems_pharmacy", NO, {"name": "EXAMPLE"}, line="spravato_medical"),
    ]
    assert (
        "which one is not stated" in told("buy_and_bill", *pharmacy, line="spravato_medical").finding.sentence
    )


@pytest.mark.parametrize("value", ["EXAMPLE", ["EXAMPLE"], {"name": 7, "phone": 8005550100}, {}])
def test_an_administrator_in_an_unheard_of_shape_is_still_another_company(value):
    said = fact("administrator", YES, value)
    assert told("administrator", said).finding.sentence == (
        f"{TMS} is administered by another company, not by the payer on the card."
    )
    assert judged(said).summary.administered_by is None


def test_a_copay_that_is_not_clear_says_nothing_of_several_services():
    """Its candidates are kept with it, and none of them is the copay."""
    unclear = fact("copay", UNKNOWN, {"cents": 30_00, "per": None})
    share = fact("coinsurance", VALUE, 2000)
    planned = course(2, services=[Service("90868"), Service("99214")])
    assert told("cost_share", unclear, share, planned=planned).finding.sentence == (
        "The patient pays coinsurance of 20 %."
    )


READ = [
    (number_of, VALUE, 5, 5),
    (number_of, VALUE, "5", None),
    (number_of, UNKNOWN, 5, None),
    (word_of, VALUE, "medical", "medical"),
    (word_of, VALUE, 5, ""),
    (word_of, UNKNOWN, "medical", ""),
    (note_of, YES, "with therapy", "with therapy"),
    (note_of, YES, ["with therapy"], ""),
    (note_of, UNKNOWN, "with therapy", ""),
    (day_of, VALUE, "2026-01-31", date(2026, 1, 31)),
    (day_of, UNKNOWN, "2026-01-31", None),
]


@pytest.mark.parametrize(("read", "standing", "value", "expected"), READ)
def test_a_value_is_read_only_where_it_is_one(read, standing, value, expected):
    assert read(Known(fact("copay", standing, value))) == expected
    assert not read(Known())


def test_other_insurance_is_asked_of_the_plan_once():
    (question,) = told("other_coverage").questions
    assert (question.fact, question.service_line) == ("other_payer", "")
    both = judge([], [LINES["tms"], LINES["psychotherapy"]], ON, now=NOW).questions
    assert [one.service_line for one in both if one.fact == "other_payer"] == [""]


def test_a_plans_name_that_is_not_clear_hints_at_nothing():
    unclear = plan("plan_name", UNKNOWN, "CHOICE HSA")
    assert told("high_deductible", unclear).finding.conclusion == "not_stated"


@pytest.mark.parametrize(("standing", "value"), [(UNKNOWN, "CHOICE"), (VALUE, 7), (VALUE, ["CHOICE"])])
def test_a_plans_name_that_is_none_is_not_in_the_worklist(standing, value):
    assert judged(plan("plan_name", standing, value)).summary.plan_name is None


def test_each_treatment_is_judged_from_what_the_holder_of_its_benefits_says():
    def from_payer(cents, payer):
        said = plan("deductible_remaining", VALUE, cents, kind=SourceKind.X12_271)
        return msgspec.structs.replace(
            said, source=msgspec.structs.replace(said.source, payer=payer, reference=payer)
        )

    carved_out = Step(
        number=1,
        domain="behavioral",
        reason="carve_out",
        from_payer="payer_card",
        to_payer="payer_bh",
        state=StepState.ANSWERED,
    )
    made = judge(
        [from_payer(100_00, "payer_card"), from_payer(900_00, "payer_bh")],
        [LINES["psychotherapy"], LINES["spravato_medical"]],
        ON,
        now=NOW,
        trail=Trail(payer="payer_card", steps=(carved_out,)),
    )
    said = {one.service_line: one.sentence for one in made.findings if one.rule == "deductible"}
    assert said["psychotherapy"].startswith("$900.00 deductible is left")
    assert said["spravato_medical"].startswith("$100.00 deductible is left")
