"""Words for rules and changes, the same on pages, at the terminal and in tasks."""

from __future__ import annotations

from collections.abc import Mapping

from verify.findings.finding import day_words, dollars, percent
from verify.followup.refusals import refusal
from verify.recheck.changes import BasisPoints, Cents, Change, ChangeKind, Day, Said, Weight, Word
from verify.recheck.rules import Rule

TITLES: Mapping[ChangeKind, str] = {
    ChangeKind.COVERAGE_ENDED: "Coverage ended",
    ChangeKind.COVERAGE_UNCONFIRMED: "Coverage is no longer confirmed",
    ChangeKind.COVERAGE_RESTORED: "Coverage is active again",
    ChangeKind.PAYER: "The payer changed",
    ChangeKind.ADMINISTRATOR: "The administrator changed",
    ChangeKind.OTHER_PAYER: "Other payers on file changed",
    ChangeKind.AUTHORIZATION_NEEDED: "Authorization is needed now",
    ChangeKind.AUTHORIZATION: "Authorization is said otherwise",
    ChangeKind.PLAN_ENDS: "The plan's end changed",
    ChangeKind.DEDUCTIBLE_RESET: "The deductible started anew",
    ChangeKind.DEDUCTIBLE_RAISED: "More of the deductible is left",
    ChangeKind.DEDUCTIBLE_MET: "The deductible is met",
    ChangeKind.DEDUCTIBLE_LEFT: "Deductible left",
    ChangeKind.OUT_OF_POCKET_RESET: "The out-of-pocket maximum started anew",
    ChangeKind.OUT_OF_POCKET_RAISED: "More is left of the out-of-pocket maximum",
    ChangeKind.OUT_OF_POCKET_MET: "The out-of-pocket maximum is met",
    ChangeKind.OUT_OF_POCKET_LEFT: "Out-of-pocket left",
    ChangeKind.COPAY: "The copay changed",
    ChangeKind.COINSURANCE: "The coinsurance changed",
    ChangeKind.PLAN_NAME: "The plan changed",
}

RULE_WORDS: Mapping[Rule, str] = {
    Rule.UNANSWERED: "the payer has not answered yet",
    Rule.FIRST_VISIT: "the first visit is near",
    Rule.COURSE: "the course runs, and a week has passed",
    Rule.EXPIRES: "what was verified expires",
    Rule.MONTH: "a new month began",
    Rule.PLAN_YEAR: "sessions lie in a new plan year",
    Rule.PLAN_END: "the plan ends",
    Rule.AUTHORIZATION: "an authorization runs out",
}

WEIGHT_WORDS: Mapping[Weight, str] = {
    Weight.STOPS: "Look before the visit",
    Weight.COSTS: "The patient pays otherwise",
    Weight.ASKS: "Not stated any more",
    Weight.ROUTINE: "As expected",
}

#: How far a batch of the night's questions is.
BATCH_WORDS: Mapping[str, str] = {
    "gathering": "being gathered",
    "submitting": "being handed in",
    "submitted": "handed in",
    "collecting": "answered, but for the last",
    "done": "done",
    "failed": "given up, asked one by one",
}

#: Why a re-check got no answer; `aaa_…` is a payer's reject reason.
CAUSE_WORDS: Mapping[str, str] = {
    "cancelled": "cancelled by a person",
    "step_failed": "a step failed; the log names the error",
    "call_needed": "this payer is asked by phone",
    "missing_member_id": "the member ID is missing",
    "missing_payer": "the payer is not known",
    "missing_birth_date": "the birth date is missing",
    "connect": "the payer could not be reached",
    "timeout": "the payer did not answer in time",
    "dropped": "the payer broke off",
    "truncated": "the payer's answer was cut off",
    "http_429": "the payer asked us to slow down, for too long",
    "http_5xx": "the payer's server failed",
    "wrong_person": "the answer was about somebody else",
    "unwritable": "the question cannot be written down as the payer wants it",
    "unknown": "the answer could not be read",
}
REFUSED = "aaa_"

NOT_STATED = "not stated"


def cause_words(code: str) -> str:
    """Why somebody could not be asked."""
    if code.startswith(REFUSED):
        return f"the payer refused: {refusal(code.removeprefix(REFUSED)).means}"
    return CAUSE_WORDS.get(code, code.replace("_", " "))


def said_words(said: Said | None) -> str:
    """ "$30.00", "20 %", "December 31, 2026", "not required"."""
    match said:
        case None:
            return NOT_STATED
        case Cents(cents):
            return dollars(cents)
        case BasisPoints(points):
            return percent(points)
        case Day(on):
            return day_words(on)
        case Word(text):
            return text.replace("_", " ")


def change_words(change: Change) -> str:
    """ "The copay changed: $30.00, now $45.00"."""
    return f"{TITLES[change.kind]}: {said_words(change.was)}, now {said_words(change.now)}"
