"""Which company is asked next, and why one that is named is not."""

from typing import Any

import pytest

from payers.reading import Holder
from verify.asking import MOST_HOPS, Heard, Known, hops, is_worth_finding, step_of
from verify.catalogue import load
from verify.facts import StepState, WhyNot
from verify.verification import InquiryState

LINES = load().service_lines
TMS, KETAMINE = LINES["tms"], LINES["ketamine_iv"]
BEHAVIORAL = Holder(domain="behavioral", reason="carve_out", name="EXAMPLE BEHAVIORAL", company_id="EXBH1")
ADVANTAGE = Holder(domain="plan", reason="medicare_advantage", name="EXAMPLE ADVANTAGE", company_id="EXMA1")
OTHER = Holder(domain="plan", reason="other_payer", name="OTHER HEALTH", company_id="EXOT1", order="primary")


def heard(*holders: Holder, payer: str = "payer_card", hop: int = 0, passed: Any = ()) -> Heard:
    return Heard("inq_1", payer, hop, frozenset({payer, *passed}), holders)


def one(answer: Heard, known: dict[Holder, Known], lines: Any = (TMS,)) -> Any:
    (found,) = hops([answer], lines, known)
    return found


def test_a_carve_out_is_asked_where_a_line_is_paid_from_it():
    hop = one(heard(BEHAVIORAL), {BEHAVIORAL: Known("payer_bh")})
    assert (hop.to_payer, hop.number, hop.why_not) == ("payer_bh", 1, None)


def test_a_carve_out_of_benefits_nothing_is_paid_from_is_not_asked():
    hop = one(heard(BEHAVIORAL), {BEHAVIORAL: Known("payer_bh")}, lines=(KETAMINE,))
    assert hop.why_not is WhyNot.NOT_NEEDED


def test_whoever_holds_the_whole_plan_is_asked_whatever_the_line():
    assert one(heard(ADVANTAGE), {ADVANTAGE: Known("payer_ma")}, lines=(KETAMINE,)).why_not is None


def test_a_company_nobody_knows_is_a_persons_to_call():
    hop = one(heard(BEHAVIORAL), {})
    assert (hop.to_payer, hop.why_not) == ("", WhyNot.UNKNOWN_COMPANY)


@pytest.mark.parametrize("domain", ["utilization", ""])
def test_a_reviewer_or_a_company_for_nobody_knows_what_is_called(domain):
    holder = Holder(domain=domain, reason="carve_out", name="EXAMPLE REVIEW", company_id="EXUM1")
    assert one(heard(holder), {holder: Known("payer_um")}).why_not is WhyNot.UNKNOWN_COMPANY


def test_a_company_that_was_passed_is_not_asked_again():
    answer = heard(BEHAVIORAL, payer="payer_ma", hop=1, passed={"payer_bh"})
    assert one(answer, {BEHAVIORAL: Known("payer_bh")}).why_not is WhyNot.LOOP


def test_a_payer_that_names_itself_leads_nowhere():
    assert one(heard(BEHAVIORAL, payer="payer_bh"), {BEHAVIORAL: Known("payer_bh")}).why_not is WhyNot.LOOP


def test_the_trail_ends_after_three_companies():
    known = {BEHAVIORAL: Known("payer_bh")}
    assert one(heard(BEHAVIORAL, hop=MOST_HOPS - 1), known).why_not is None
    assert one(heard(BEHAVIORAL, hop=MOST_HOPS), known).why_not is WhyNot.TOO_FAR


def test_another_payer_is_asked_only_with_its_own_member_id():
    assert one(heard(OTHER), {OTHER: Known("payer_ot")}).why_not is WhyNot.NO_MEMBER_ID
    assert one(heard(OTHER), {OTHER: Known("payer_ot", "OTH1")}).why_not is None


def test_the_same_company_named_by_two_answers_is_one_hop():
    known = {BEHAVIORAL: Known("payer_bh")}
    assert len(hops([heard(BEHAVIORAL), heard(BEHAVIORAL)], [TMS], known)) == 1


S = InquiryState


@pytest.mark.parametrize(
    ("states", "came_of_it"),
    [
        ([], StepState.ASKING),
        ([S.PLANNED], StepState.ASKING),
        ([S.UNAVAILABLE, S.REJECTED], StepState.ASKING),
        ([S.REJECTED], StepState.UNANSWERED),
        ([S.PENDING], StepState.UNANSWERED),
        ([S.UNKNOWN], StepState.UNANSWERED),
        ([S.REJECTED, S.ANSWERED], StepState.ANSWERED),
    ],
)
def test_a_step_says_what_came_of_its_questions(states, came_of_it):
    step = step_of(one(heard(BEHAVIORAL), {BEHAVIORAL: Known("payer_bh")}), states)
    assert (step.state, step.why) == (came_of_it, None)


def test_a_step_that_was_not_taken_says_why():
    step = step_of(one(heard(BEHAVIORAL), {}), [])
    assert (step.state, step.why) == (StepState.NOT_FOLLOWED, WhyNot.UNKNOWN_COMPANY)


@pytest.mark.parametrize(
    ("holder", "hop", "worth"),
    [
        (BEHAVIORAL, 0, True),
        (ADVANTAGE, 0, True),
        (BEHAVIORAL, MOST_HOPS, False),
        (OTHER, 0, False),
        (Holder(domain="plan", reason="other_payer", company_id="EXOT1", member_id="W1"), 0, True),
        (Holder(domain="pharmacy", reason="carve_out", company_id="EXRX1"), 0, False),
        (Holder(domain="utilization", reason="carve_out", company_id="EXUM1"), 0, False),
        (Holder(domain="", reason="carve_out", company_id="EXUM1"), 0, False),
    ],
)
def test_a_company_is_looked_up_in_lists_only_where_it_would_be_asked(holder, hop, worth):
    assert is_worth_finding(one(heard(holder, hop=hop), {})) is worth


def test_a_company_that_is_ours_is_not_looked_up():
    assert not is_worth_finding(one(heard(BEHAVIORAL), {BEHAVIORAL: Known("payer_bh")}))
