"""What is paid out of network, where that is what the patient has?"""

from __future__ import annotations

from verify.facts import FactName, Standing, network_of_line
from verify.findings.finding import Case, Verdict, note_of
from verify.worksheet import Treatment, treatment_of

RULE = "out_of_network"


def out_of_network(case: Case) -> Verdict | None:
    """paid, not_paid, unknown or not_stated; nothing where the clinic may be in network and the drug is not ketamine."""
    outside = network_of_line(case.merged, case.line.key).standing is Standing.NO
    if not outside and treatment_of(case.line) is not Treatment.RACEMIC_KETAMINE:
        return None
    known = case.look_up_line(FactName.OUT_OF_NETWORK)
    match known.standing:
        case Standing.YES:
            how = f" ({note})" if (note := note_of(known)) else ""
            method = case.look_up_line(FactName.OUT_OF_NETWORK_METHOD)
            ask = [] if method.settled else [FactName.OUT_OF_NETWORK_METHOD]
            sentence = f"The payer states that out-of-network benefits are paid for {case.line.label}{how}."
            return case.verdict(RULE, "paid", sentence, [known, method], ask=ask)
        case Standing.NO:
            sentence = f"The payer states that nothing is paid out of network for {case.line.label}."
            return case.verdict(RULE, "not_paid", sentence, [known])
        case Standing.UNKNOWN:
            sentence = f"The payer cannot say whether {case.codes} are paid out of network."
            return case.verdict(RULE, "unknown", sentence, [known], ask=[FactName.OUT_OF_NETWORK])
        case _:
            sentence = f"Whether {case.codes} are paid out of network is not stated."
            return case.verdict(RULE, "not_stated", sentence, [known], ask=[FactName.OUT_OF_NETWORK])
