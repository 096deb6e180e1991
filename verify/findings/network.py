"""Is the clinic in network for these codes?"""

from __future__ import annotations

from verify.facts import FactName, Standing
from verify.findings.finding import Case, Verdict

RULE = "network"


def network(case: Case) -> Verdict:
    """in_network, out_of_network, unknown or not_stated. EB12 is the benefit's tier and never read here."""
    known = case.look_up_line(FactName.IN_NETWORK)
    match known.standing:
        case Standing.YES:
            sentence = f"The payer states that we are in network for {case.line.label}."
            return case.verdict(RULE, "in_network", sentence, [known])
        case Standing.NO:
            sentence = f"The payer states that we are out of network for {case.line.label}."
            return case.verdict(RULE, "out_of_network", sentence, [known])
        case Standing.UNKNOWN:
            sentence = f"The payer cannot say whether we are in network for {case.codes}."
            return case.verdict(RULE, "unknown", sentence, [known], ask=[FactName.IN_NETWORK])
        case _:
            sentence = (
                f"Whether we are in network for {case.codes} is not stated; an electronic answer never says."
            )
            return case.verdict(RULE, "not_stated", sentence, [known], ask=[FactName.IN_NETWORK])
