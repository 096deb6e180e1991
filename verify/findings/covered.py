"""Is the service a covered benefit?"""

from __future__ import annotations

from verify.facts import FactName, Standing
from verify.findings.finding import Case, Verdict

RULE = "covered"


def covered(case: Case) -> Verdict:
    """covered, excluded, reported_not_covered, unknown or not_stated.

    Only what was said of this very line says that it is covered: no service type stands for TMS or ketamine.
    A service type reported as not covered (EB01 I) often means that another company holds it.
    """
    known = case.look_up_line(FactName.COVERED)
    general = case.look_up(FactName.COVERED)
    if known.standing is Standing.NOT_ASKED and general.standing is Standing.NO:
        sentence = (
            "The payer reports this kind of service as no benefit of the plan; "
            "another company may hold it, so ask before telling the patient."
        )
        ask = [FactName.COVERED, FactName.ADMINISTRATOR]
        return case.verdict(RULE, "reported_not_covered", sentence, [general], ask=ask, derived=True)
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
