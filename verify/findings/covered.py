"""Is the service a covered benefit?"""

from __future__ import annotations

from verify.facts import FactName, Standing
from verify.findings.finding import Case, Verdict

RULE = "covered"


def covered(case: Case) -> Verdict:
    """covered, excluded, unknown or not_stated. Only what was said of this very line counts.

    No service type stands for TMS or ketamine, and an active plan says nothing of what it covers.
    """
    known = case.look_up_line(FactName.COVERED)
    match known.standing:
        case Standing.YES:
            sentence = f"The payer states that {case.line.label} is a covered benefit; that is no promise of payment."
            return case.verdict(RULE, "covered", sentence, [known])
        case Standing.NO:
            return case.verdict(
                RULE, "excluded", f"The payer states that {case.line.label} is excluded.", [known]
            )
        case Standing.UNKNOWN:
            sentence = f"The payer cannot say whether {case.codes} are covered; look for its written policy."
            return case.verdict(RULE, "unknown", sentence, [known], ask=[FactName.COVERED])
        case _:
            sentence = f"Whether {case.codes} are covered is not stated."
            return case.verdict(RULE, "not_stated", sentence, [known], ask=[FactName.COVERED])
