"""Is there a limit on visits?"""

from __future__ import annotations

from verify.facts import FactName, Known, Standing
from verify.findings.finding import Case, Verdict

RULE = "visit_limits"


def visit_limits(case: Case) -> Verdict:
    """limited, unlimited (said so), unknown or not_stated. A limit may be shared with other services."""
    known = case.look_up(FactName.LIMITS)
    match known.standing:
        case Standing.VALUE:
            sentence = f"The payer states a limit: {_words(known)}. Ask what counts toward it."
            return case.verdict(RULE, "limited", sentence, [known])
        case Standing.NO:
            sentence = f"The payer states no visit limit for {case.line.label}."
            return case.verdict(RULE, "unlimited", sentence, [known])
        case Standing.UNKNOWN:
            sentence = "Whether there is a visit limit cannot be told from the payer's answer."
            return case.verdict(RULE, "unknown", sentence, [known], ask=[FactName.LIMITS])
        case _:
            sentence = f"Whether there is a visit limit for {case.codes} is not stated."
            return case.verdict(RULE, "not_stated", sentence, [known], ask=[FactName.LIMITS])


def _words(known: Known) -> str:
    limits = known.fact.value if known.fact else None
    return "; ".join(_limit_words(limit) for limit in limits) if isinstance(limits, list) else ""


def _limit_words(limit: dict[str, object]) -> str:
    """As "20 visits per year, 12 left", of what was said of it."""
    quantity = f"{limit.get('quantity') or 'a number of'} {limit.get('unit') or 'visits'}"
    per = f" per {limit['period']}" if limit.get("period") else ""
    left = f", {limit['remaining']} left" if limit.get("remaining") is not None else ""
    return f"{quantity}{per}{left}"
