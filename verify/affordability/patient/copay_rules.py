"""How deductible and copay go together: which comes first, what a copay counts toward, how often it is due."""

from __future__ import annotations

from typing import Any

from verify.affordability.case import CaseAnswer, CaseRule
from verify.affordability.ledger import CopayBasis, Order
from verify.affordability.patient.subject import Open, Subject, has_settled, is_certain, values_of
from verify.facts import FactName, Known, Standing

#: Keys of a CaseRule.
Keys = dict[str, Any]


def deductible_rule(subject: Subject, share: Keys) -> tuple[Keys, list[Open]]:
    """Whether it applies, and whether it comes before the copay.

    Where nobody said so it is expected to apply to a coinsurance, and not to a copay alone.
    """
    known, said = subject.known(FactName.DEDUCTIBLE_APPLIES), subject.known(FactName.DEDUCTIBLE_FIRST)
    if has_settled(known, Standing.NO):
        return _keys(_DOES_NOT_APPLY), []
    applies, with_copay = has_settled(known, Standing.YES), share["copay_cents"] > 0
    stated = [order for standing, order in _ORDERS.items() if has_settled(said, standing)]
    orders = stated or (list(_APPLIES) if with_copay else [Order.DEDUCTIBLE_FIRST])
    first, *rest = (_APPLIES[order] for order in orders)
    answers = [first, *rest] if applies else [_DOES_NOT_APPLY, first, *rest]
    copay_alone = with_copay and share["coinsurance_bp"] == 0
    expected = first if applies or not copay_alone else _DOES_NOT_APPLY
    if len(answers) == 1:
        return _keys(expected), []
    how = f"call the plan: does the deductible apply to {subject.code_words}, and before or after a copay?"
    if applies:
        fact = "the deductible before or after the copay"
        return _keys(expected), [subject.open(FactName.DEDUCTIBLE_FIRST, fact, how, answers, expected.answer)]
    also = FactName.DEDUCTIBLE_FIRST if rest else None
    opened = subject.open(
        FactName.DEDUCTIBLE_APPLIES, "does the deductible apply?", how, answers, expected.answer, also=also
    )
    return _keys(expected), [opened]


_DOES_NOT_APPLY = CaseAnswer(answer="it does not apply", rule=CaseRule(deductible_applies=False))
_APPLIES = {
    order: CaseAnswer(answer=words, rule=CaseRule(deductible_applies=True, order=order))
    for order, words in {
        Order.DEDUCTIBLE_FIRST: "it comes first",
        Order.COPAY_FIRST: "the copay comes first",
    }.items()
}
#: Is the deductible due before the copay?
_ORDERS = {Standing.YES: Order.DEDUCTIBLE_FIRST, Standing.NO: Order.COPAY_FIRST}


def _keys(answer: CaseAnswer) -> Keys:
    assert answer.rule is not None
    return {name: getattr(answer.rule, name) for name in answer.rule.model_fields_set}


def counting(subject: Subject) -> Keys:
    """What a copay counts toward, where somebody said so; else as usual, toward the maximum alone."""
    return {
        key: has_settled(known, Standing.YES)
        for name, key in _COUNTS.items()
        if (known := subject.known(name)).settled
    }


_COUNTS = {
    FactName.COPAY_TO_DEDUCTIBLE: "copay_counts_deductible",
    FactName.COPAY_TO_OUT_OF_POCKET: "copay_counts_oop",
}


def copay_basis(subject: Subject, share: Keys) -> tuple[Keys, list[Open]]:
    """Once a visit, once a day whatever is given, or for each service; it matters where a day has several."""
    known = subject.known(FactName.COPAY)
    said = next((value for value in values_of(known) if isinstance(value, dict)), {})
    per = said.get("per")
    visit = CaseRule(copay_basis=CopayBasis.DAY, copay_group=subject.line.key)
    chosen = {
        "day": CaseRule(copay_basis=CopayBasis.DAY, copay_group=None),
        "service": CaseRule(copay_basis=CopayBasis.SERVICE),
    }.get(str(per), visit)
    keys = {name: getattr(chosen, name) for name in chosen.model_fields_set}
    if per in ("visit", "day", "service") or not subject.several_a_day or not share["copay_cents"]:
        return keys, []
    answers = [
        CaseAnswer(answer="once a visit", rule=visit),
        CaseAnswer(answer="for each service", rule=CaseRule(copay_basis=CopayBasis.SERVICE)),
    ]
    how = f"call the plan: is the copay for {subject.code_words} due per visit, per day or per service?"
    return keys, [subject.open(FactName.COPAY, "how often the copay is due", how, answers)]


def said_beside(subject: Subject, share: Keys) -> list[Known]:
    """What was said of how deductible and copay go together, as far as the rule goes by it."""
    applies = subject.known(FactName.DEDUCTIBLE_APPLIES)
    of_copay = (FactName.DEDUCTIBLE_FIRST, *_COUNTS) if share["copay_cents"] else ()
    settled = [known for known in map(subject.known, of_copay) if known.settled]
    return [applies, *settled] if is_certain(applies) else settled
