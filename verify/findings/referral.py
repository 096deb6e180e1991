"""Is a referral needed?"""

from __future__ import annotations

from verify.facts import FactName, Standing
from verify.findings.finding import Case, Verdict, note_of

RULE = "referral"


def referral(case: Case) -> Verdict:
    """needed, not_needed, unknown or not_stated."""
    known = case.look_up_line(FactName.REFERRAL)
    match known.standing:
        case Standing.YES:
            from_whom = f": {note}" if (note := note_of(known)) else "; ask from whom"
            sentence = f"The payer states that a referral is needed for {case.line.label}{from_whom}."
            return case.verdict(RULE, "needed", sentence, [known])
        case Standing.NO:
            sentence = f"The payer states that no referral is needed for {case.line.label}."
            return case.verdict(RULE, "not_needed", sentence, [known])
        case Standing.UNKNOWN:
            sentence = f"The payer cannot say whether a referral is needed for {case.codes}."
            return case.verdict(RULE, "unknown", sentence, [known], ask=[FactName.REFERRAL])
        case _:
            sentence = f"Whether a referral is needed for {case.codes} is not stated."
            return case.verdict(RULE, "not_stated", sentence, [known], ask=[FactName.REFERRAL])
