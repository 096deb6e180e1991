"""Is another payer named, which may have to pay first?"""

from __future__ import annotations

import msgspec

from verify.facts import FactName, Known, Standing
from verify.findings.finding import Case, Verdict

RULE = "other_coverage"


def other_coverage(case: Case) -> Verdict:
    """other_payer, none, unknown or not_stated; about the plan as a whole."""
    made = _judge(case, case.look_up_plan(FactName.OTHER_PAYER))
    return Verdict(
        msgspec.structs.replace(made.finding, service_line=""),
        tuple(msgspec.structs.replace(question, service_line="") for question in made.questions),
    )


def _judge(case: Case, known: Known) -> Verdict:
    match known.standing:
        case Standing.YES:
            sentence = f"Other coverage is named: {_names(known)}. Settle which pays first."
            return case.verdict(RULE, "other_payer", sentence, [known])
        case Standing.NO:
            return case.verdict(RULE, "none", "The payer states that no other insurance is on file.", [known])
        case Standing.UNKNOWN:
            sentence = "The payer cannot say whether other insurance is on file."
            return case.verdict(RULE, "unknown", sentence, [known], ask=[FactName.OTHER_PAYER])
        case _:
            sentence = "Whether other insurance is on file is not stated."
            return case.verdict(RULE, "not_stated", sentence, [known], ask=[FactName.OTHER_PAYER])


def _names(known: Known) -> str:
    payers = known.fact.value if known.fact else None
    named = payers if isinstance(payers, list) else []
    words = []
    for payer in named:
        order = f" ({payer['order']})" if payer.get("order") else ""
        words.append(f"{payer.get('name') or 'another payer'}{order}")
    return ", ".join(words) or "another payer"
