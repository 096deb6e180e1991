"""Under which benefit is the drug: does the planned way of getting it fit?"""

from __future__ import annotations

from verify.catalogue import BenefitDomain
from verify.facts import FactName, Standing
from verify.findings.finding import Case, Verdict, word_of
from verify.worksheet import Treatment, treatment_of

RULE = "drug_benefit"


def drug_benefit(case: Case) -> Verdict | None:
    """fits, other_benefit, unknown or not_stated; nothing for a line that gives no esketamine."""
    if treatment_of(case.line) is not Treatment.ESKETAMINE:
        return None
    known = case.look_up_line(FactName.DRUG_BENEFIT)
    said = word_of(known)
    if known.standing is Standing.UNKNOWN:
        sentence = "The payer cannot say whether the drug is under the medical or the pharmacy benefit."
        return case.verdict(RULE, "unknown", sentence, [known], ask=[FactName.DRUG_BENEFIT])
    if not said:
        sentence = "Whether the drug is under the medical or the pharmacy benefit is not stated."
        return case.verdict(RULE, "not_stated", sentence, [known], ask=[FactName.DRUG_BENEFIT])
    planned = "pharmacy" if case.line.benefit_domain is BenefitDomain.PHARMACY else "medical"
    if said in ("either", planned):
        under = "under either benefit" if said == "either" else f"under the {said} benefit"
        sentence = f"The payer states that the drug is {under}; {case.line.label} fits."
        return case.verdict(RULE, "fits", sentence, [known])
    sentence = (
        f"The payer states that the drug is under the {said} benefit, and {case.line.label} is planned: "
        "a drug that was bought for another benefit is not paid."
    )
    return case.verdict(RULE, "other_benefit", sentence, [known])
