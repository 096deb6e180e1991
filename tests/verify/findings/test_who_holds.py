"""The finding about who holds what, and the question it leaves."""

from datetime import UTC, date, datetime

import msgspec
import pytest

from verify.catalogue import load
from verify.facts import (
    About,
    Fact,
    FactName,
    Source,
    SourceKind,
    Standing,
    Status,
    Step,
    StepState,
    Trail,
    WhyNot,
)
from verify.findings import How, judge
from verify.findings.who_holds import DOMAINS, WHY_NOT

LINE = load().service_lines["tms"]


def step(domain="plan", state=StepState.ANSWERED, *, reason="medicare_advantage", why=None, name="EXAMPLE"):
    return Step(
        number=1,
        domain=domain,
        reason=reason,
        from_payer="payer_card",
        to_payer="payer_2",
        state=state,
        name=name,
        phone="8005550155",
        why=why,
    )


def judged(*steps):
    trail = Trail(payer="payer_card", payer_name="Blue Hollow", steps=steps)
    made = judge([], [LINE], date(2026, 12, 1), trail=trail, now=datetime(2026, 11, 28, tzinfo=UTC))
    (finding,) = [each for each in made.findings if each.rule == "who_holds"]
    return finding, [each for each in made.questions if each.fact is FactName.HELD_BY]


def test_silence_is_not_the_payer_itself():
    finding, questions = judged()
    assert (finding.conclusion, finding.service_line) == ("not_stated", "")
    assert finding.sentence == (
        "No other company is named for any of the benefits; most payers leave it out where there is one."
    )
    assert questions == []


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (StepState.ANSWERED, "asked and answered"),
        (StepState.ASKING, "being asked"),
        (StepState.UNANSWERED, "no answer that can be used"),
    ],
)
def test_each_company_is_told_with_what_came_of_asking_it(state, words):
    finding, questions = judged(step(state=state))
    assert finding.conclusion == "another_company"
    assert "EXAMPLE, a Medicare Advantage plan" in finding.sentence
    assert words in finding.sentence
    assert bool(questions) is (state is StepState.UNANSWERED)


@pytest.mark.parametrize("why", WhyNot)
def test_why_a_company_was_not_asked_is_said_and_asked_by_phone_where_it_matters(why):
    finding, questions = judged(step(state=StepState.NOT_FOLLOWED, why=why))
    assert WHY_NOT[why] in finding.sentence
    wanted = why in {WhyNot.UNKNOWN_COMPANY, WhyNot.TOO_FAR, WhyNot.NO_MEMBER_ID}
    assert bool(questions) is wanted
    if wanted:
        (question,) = questions
        assert question.how is How.SECOND_INQUIRY
        assert all(part in question.text for part in ("EXAMPLE", "8005550155", "90868", "authorization"))


def test_a_reviewer_is_asked_how_to_send_an_authorization():
    _, questions = judged(
        step("utilization", StepState.NOT_FOLLOWED, reason="carve_out", why=WhyNot.UNKNOWN_COMPANY)
    )
    assert "how authorization for 90867" in questions[0].text


def test_a_lines_own_administrator_is_left_to_the_lines_own_question():
    _, questions = judged(
        step("behavioral", StepState.NOT_FOLLOWED, reason="carve_out", why=WhyNot.UNKNOWN_COMPANY)
    )
    assert questions == []


def test_other_insurance_is_another_rules_matter():
    finding, _ = judged(step(reason="other_payer"))
    assert finding.conclusion == "not_stated"


def test_a_company_without_a_name_is_still_one():
    finding, _ = judged(step("pharmacy", StepState.ANSWERED, reason="carve_out", name=""))
    assert f"{DOMAINS['pharmacy']} are held by another company" in finding.sentence


NAMED = {"reason": "carve_out", "name": "EXAMPLE"}


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (
            step("plan", StepState.ANSWERED),
            "The whole plan is held by EXAMPLE, a Medicare Advantage plan; it was asked and answered.",
        ),
        (
            step("plan", StepState.ASKING, reason="managed_care"),
            "The whole plan is held by EXAMPLE, a managed care plan; it is being asked.",
        ),
        (
            step("medical", StepState.UNANSWERED, **NAMED),
            "The medical benefits are held by EXAMPLE; it was asked and gave no answer that can be used.",
        ),
        (
            step("behavioral", StepState.NOT_FOLLOWED, why=WhyNot.LOOP, **NAMED),
            "The behavioral benefits are held by EXAMPLE; it was asked already.",
        ),
        (
            step("pharmacy", StepState.NOT_FOLLOWED, why=WhyNot.NOT_NEEDED, **NAMED),
            "The pharmacy benefits are held by EXAMPLE; nothing planned is paid from them.",
        ),
        (
            step("utilization", StepState.NOT_FOLLOWED, why=WhyNot.UNKNOWN_COMPANY, **NAMED),
            "Care is reviewed by EXAMPLE; it is not asked electronically: no payer of ours goes by its name or ID.",
        ),
        (
            step("", StepState.NOT_FOLLOWED, why=WhyNot.TOO_FAR, **NAMED),
            "Some of the benefits are held by EXAMPLE; it is not asked: the trail had passed enough companies.",
        ),
        (
            step("plan", StepState.NOT_FOLLOWED, why=WhyNot.NO_MEMBER_ID, reason="carve_out", name=""),
            "The whole plan is held by another company; it is not asked: the patient's member ID there is not known.",
        ),
        (
            step("plan", StepState.NOT_FOLLOWED, **NAMED),
            "The whole plan is held by EXAMPLE; it is not asked.",
        ),
    ],
)
def test_who_holds_what_is_told_in_these_words(told, sentence):
    assert judged(told)[0].sentence == sentence


def test_several_companies_are_told_one_after_the_other():
    finding, questions = judged(
        step("medical", StepState.UNANSWERED, reason="carve_out", name="ONE"),
        step("pharmacy", StepState.UNANSWERED, reason="carve_out", name="TWO"),
    )
    assert finding.sentence == (
        "The medical benefits are held by ONE; it was asked and gave no answer that can be used. "
        "The pharmacy benefits are held by TWO; it was asked and gave no answer that can be used."
    )
    (question,) = questions
    assert question.service_line == ""
    assert (
        question.text == f"Ask ONE (phone 8005550155): {EVERYTHING} Ask TWO (phone 8005550155): {EVERYTHING}"
    )


EVERYTHING = (
    "is coverage active on December 1, 2026, are 90867, 90868 and 90869 covered, is authorization required, "
    "what do deductible, copay and coinsurance come to, and are we in network?"
)
REVIEWED = "how authorization for 90867, 90868 and 90869 is requested, and with which papers."


@pytest.mark.parametrize(
    ("domain", "name", "phone", "text"),
    [
        ("plan", "EXAMPLE", "8005550155", f"Ask EXAMPLE (phone 8005550155): {EVERYTHING}"),
        ("plan", "", "", f"Ask the company: {EVERYTHING}"),
        ("utilization", "EXAMPLE", "8005550155", f"Ask EXAMPLE (phone 8005550155) {REVIEWED}"),
        ("utilization", "", "", f"Ask the reviewer {REVIEWED}"),
    ],
)
def test_a_company_that_was_not_heard_is_asked_in_these_words(domain, name, phone, text):
    unheard = msgspec.structs.replace(
        step(domain, StepState.UNANSWERED, reason="carve_out", name=name), phone=phone
    )
    (question,) = judged(unheard)[1]
    assert question.text == text


def test_the_facts_behind_it_are_those_that_name_a_holder():
    source = Source(
        kind=SourceKind.X12_271, reference="r", by="x", obtained_at=datetime(2026, 11, 28, tzinfo=UTC)
    )
    held, other = (
        Fact(
            name=name,
            about=About(domain="pharmacy"),
            standing=Standing.YES,
            status=Status.STATED,
            value={"name": "EXAMPLE"},
            source=source,
        )
        for name in (FactName.HELD_BY, FactName.ADMINISTRATOR)
    )
    trail = Trail(payer="payer_card", steps=(step("pharmacy", reason="carve_out"),))
    made = judge(
        [held, other], [LINE], date(2026, 12, 1), trail=trail, now=datetime(2026, 11, 28, tzinfo=UTC)
    )
    (finding,) = [each for each in made.findings if each.rule == "who_holds"]
    assert finding.facts == (held.key,)
