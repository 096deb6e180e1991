"""May the clinic buy the drug and bill it?"""

from __future__ import annotations

from verify.catalogue import BenefitDomain
from verify.facts import FactName, Known, Standing
from verify.findings.finding import Case, Verdict, word_of
from verify.worksheet import Treatment, treatment_of

RULE = "buy_and_bill"


def buy_and_bill(case: Case) -> Verdict | None:
    """may_buy, must_not_buy, not_needed, unknown or not_stated; nothing for a line that gives no esketamine.

    A gate: a drug that was bought without the right to bill it is written off.
    """
    if treatment_of(case.line) is not Treatment.ESKETAMINE:
        return None
    known = case.look_up_line(FactName.BUY_AND_BILL)
    benefit = case.look_up_line(FactName.DRUG_BENEFIT)
    pharmacy = word_of(benefit) == "pharmacy" or case.line.benefit_domain is BenefitDomain.PHARMACY
    if known.standing is Standing.NO or (pharmacy and known.standing is not Standing.YES):
        return _from_pharmacy(case, known if known.fact else benefit)
    match known.standing:
        case Standing.YES:
            sentence = "By the clinic's contract the drug may be bought and billed."
            return case.verdict(RULE, "may_buy", sentence, [known])
        case Standing.UNKNOWN:
            sentence = "Whether the clinic may buy and bill the drug could not be told; do not buy it before."
            return case.verdict(RULE, "unknown", sentence, [known], ask=[FactName.BUY_AND_BILL])
        case _:
            sentence = "Whether the clinic may buy and bill the drug is not stated; do not buy it before."
            return case.verdict(RULE, "not_stated", sentence, [known], ask=[FactName.BUY_AND_BILL])


def _from_pharmacy(case: Case, deciding: Known) -> Verdict:
    pharmacy = case.look_up_line(FactName.REMS_PHARMACY)
    value = pharmacy.fact.value if pharmacy.fact and pharmacy.standing is Standing.YES else None
    name = value.get("name") if isinstance(value, dict) else None
    ask = [] if pharmacy.settled else [FactName.REMS_PHARMACY]
    where = (
        f"It comes from {name}." if name else "It comes from a certified pharmacy; which one is not stated."
    )
    sentence = f"The drug is not to be bought by the clinic. {where}"
    return case.verdict(RULE, "must_not_buy", sentence, [deciding, pharmacy], ask=ask)
