"""Is another payer named, which may have to pay first?"""

from __future__ import annotations

import msgspec

from verify.facts import FactName, Known, Standing
from verify.findings.finding import Case, Verdict, day_of, day_words, note_of

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
            sentence = f"Other coverage is named: {_names(known)}. Settle which pays first.{_order(case)}"
            return case.verdict(RULE, "other_payer", sentence, [known])
        case Standing.NO:
            sentence = f"The payer states that no other insurance is on file.{_order(case)}"
            return case.verdict(RULE, "none", sentence, [known])
        case Standing.UNKNOWN:
            sentence = "The payer cannot say whether other insurance is on file."
            return case.verdict(RULE, "unknown", sentence, [known], ask=[FactName.OTHER_PAYER])
        case _:
            sentence = "Whether other insurance is on file is not stated."
            return case.verdict(RULE, "not_stated", sentence, [known], ask=[FactName.OTHER_PAYER])


def _order(case: Case) -> str:
    """What is known of the order: when the payer last asked, Medicare, and whoever else is liable."""
    updated = day_of(case.look_up_plan(FactName.OTHER_PAYER_UPDATED))
    medicare = case.look_up_plan(FactName.MEDICARE_SECONDARY).standing
    liable = case.look_up_plan(FactName.OTHER_PARTY_LIABLE)
    said = [
        f" The payer last asked about it on {day_words(updated)}." if updated else "",
        " Medicare pays after the employer's plan." if medicare is Standing.YES else "",
        f" Somebody else is liable{f' ({note})' if (note := note_of(liable)) else ''}: the claim goes there first."
        if liable.standing is Standing.YES
        else "",
    ]
    return "".join(said)


def _names(known: Known) -> str:
    payers = known.fact.value if known.fact else None
    named = payers if isinstance(payers, list) else []
    words = []
    for payer in named:
        order = f" ({payer['order']})" if payer.get("order") else ""
        words.append(f"{payer.get('name') or 'another payer'}{order}")
    return ", ".join(words) or "another payer"
