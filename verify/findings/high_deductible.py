"""Is it a high-deductible plan, where a quoted copay may hide the deductible?"""

from __future__ import annotations

import re

from verify.facts import FactName, Known, Standing
from verify.findings.finding import Case, Verdict

RULE = "high_deductible"
#: Words of plan names that hint at one. Source: our own.
HINT = re.compile(r"\b(HDHP|CDHP|HSA|H\.S\.A|HIGH[- ]DEDUCTIBLE|CONSUMER[- ]DIRECTED)\b", re.IGNORECASE)


def high_deductible(case: Case) -> Verdict:
    """high_deductible, not_high_deductible, looks_like, unknown or not_stated.

    A plan's name is a hint and no statement. Where it may be one and a copay was quoted, it is asked whether the
    deductible comes first: else the first sessions cost the whole price.
    """
    known, name = case.look_up_plan(FactName.HIGH_DEDUCTIBLE), case.look_up_plan(FactName.PLAN_NAME)
    match known.standing:
        case Standing.YES:
            sentence = "The payer states that it is a high-deductible plan." + _first(case)
            return case.verdict(RULE, "high_deductible", sentence, [known], ask=_ask(case))
        case Standing.NO:
            sentence = "The payer states that it is no high-deductible plan."
            return case.verdict(RULE, "not_high_deductible", sentence, [known])
    if _hints(name):
        sentence = "The plan's name looks like a high-deductible plan; nobody has said so." + _first(case)
        ask = [FactName.HIGH_DEDUCTIBLE, *_ask(case)]
        return case.verdict(RULE, "looks_like", sentence, [known, name], ask=ask, derived=True)
    if known.standing is Standing.UNKNOWN:
        sentence = "The payer cannot say whether it is a high-deductible plan."
        return case.verdict(RULE, "unknown", sentence, [known], ask=[FactName.HIGH_DEDUCTIBLE])
    sentence = "Whether it is a high-deductible plan is not stated."
    return case.verdict(RULE, "not_stated", sentence, [known], ask=[FactName.HIGH_DEDUCTIBLE])


def _hints(name: Known) -> bool:
    value = name.fact.value if name.fact and name.standing is Standing.VALUE else None
    return isinstance(value, str) and HINT.search(value) is not None


def _copay_hides_it(case: Case) -> bool:
    quoted = case.look_up(FactName.COPAY).standing is Standing.VALUE
    return quoted and not case.look_up(FactName.DEDUCTIBLE_APPLIES).settled


def _first(case: Case) -> str:
    return " A copay was quoted: ask whether the deductible is due first." if _copay_hides_it(case) else ""


def _ask(case: Case) -> list[FactName]:
    return [FactName.DEDUCTIBLE_APPLIES] if _copay_hides_it(case) else []
