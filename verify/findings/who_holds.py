"""Who holds what: the companies named on the trail, which of them were asked, and what that leaves open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from verify.facts import FactName, Step, StepState, WhyNot
from verify.findings.finding import Case, How, Question, Verdict

RULE = "who_holds"

DOMAINS: Mapping[str, str] = {
    "plan": "The whole plan",
    "medical": "The medical benefits",
    "behavioral": "The behavioral benefits",
    "pharmacy": "The pharmacy benefits",
    "utilization": "The review of care",
    "": "Some of the benefits",
}
REASONS: Mapping[str, str] = {
    "medicare_advantage": ", a Medicare Advantage plan",
    "managed_care": ", a managed care plan",
}
WHY_NOT: Mapping[WhyNot, str] = {
    WhyNot.UNKNOWN_COMPANY: "it is not asked electronically: no payer of ours goes by its name or ID",
    WhyNot.LOOP: "it was asked already",
    WhyNot.TOO_FAR: "it is not asked: the trail had passed enough companies",
    WhyNot.NO_MEMBER_ID: "it is not asked: the patient's member ID there is not known",
    WhyNot.NOT_NEEDED: "nothing planned is paid from them",
}
#: Reasons that leave something to ask by phone.
OPEN = frozenset({WhyNot.UNKNOWN_COMPANY, WhyNot.TOO_FAR, WhyNot.NO_MEMBER_ID})


def who_holds(case: Case) -> Verdict:
    """another_company, or not_stated; about the plan as a whole.

    No answer names a company for everything, and most leave a carve-out out: silence is never "the payer itself".
    """
    made = _judge(case, [step for step in case.trail.steps if step.reason != "other_payer"])
    return Verdict(msgspec.structs.replace(made.finding, service_line=""), made.questions)


def _judge(case: Case, steps: Sequence[Step]) -> Verdict:
    known = [found for (name, _), found in case.merged.known.items() if name is FactName.HELD_BY]
    if not steps:
        sentence = (
            "No other company is named for any of the benefits; most payers leave it out where there is one."
        )
        return case.verdict(RULE, "not_stated", sentence, [])
    sentence = " ".join(_said(step) for step in steps)
    made = case.verdict(RULE, "another_company", sentence, known)
    question = _question(case, steps)
    return Verdict(made.finding, (question,) if question else ())


def _said(step: Step) -> str:
    named = f"{DOMAINS[step.domain]} are held by" if step.domain != "plan" else "The whole plan is held by"
    if step.domain == "utilization":
        named = "Care is reviewed by"
    return f"{named} {step.name or 'another company'}{REASONS.get(step.reason, '')}; {_came_of(step)}."


def _came_of(step: Step) -> str:
    match step.state:
        case StepState.ANSWERED:
            return "it was asked and answered"
        case StepState.ASKING:
            return "it is being asked"
        case StepState.UNANSWERED:
            return "it was asked and gave no answer that can be used"
        case StepState.NOT_FOLLOWED:
            return WHY_NOT[step.why] if step.why else "it is not asked"


def _question(case: Case, steps: Sequence[Step]) -> Question | None:
    """What to ask the companies nobody could be asked for; a line's own administrator has its own question."""
    silent = [step for step in steps if _leaves_open(step) and step.domain != "behavioral"]
    if not silent:
        return None
    return Question(
        fact=FactName.HELD_BY,
        service_line="",
        text=" ".join(_to_ask(case, step) for step in silent),
        how=How.SECOND_INQUIRY,
    )


def _leaves_open(step: Step) -> bool:
    return step.state is StepState.UNANSWERED or step.why in OPEN


def _to_ask(case: Case, step: Step) -> str:
    reached = f" (phone {step.phone})" if step.phone else ""
    if step.domain == "utilization":
        return f"Ask {step.name or 'the reviewer'}{reached} how authorization for {case.codes} is requested, and with which papers."
    return f"Ask {step.name or 'the company'}{reached}: {case.everything_to_ask}"
