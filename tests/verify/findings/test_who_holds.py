"""The finding about who holds what, and the question it leaves."""

from datetime import UTC, date, datetime

import pytest

from verify.catalogue import load
from verify.facts import FactName, Step, StepState, Trail, WhyNot
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
