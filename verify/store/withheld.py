"""Withheld: what was concluded from an evidence sheet, which a role that does not see the sheet is not shown.

The sentences name no diagnosis and no score; which of them stands there says as much: payers take few diagnoses
for a treatment, and a policy asks little else.
"""

from collections.abc import Mapping

from verify.findings.severity import RULE as SEVERITY
from verify.policies.findings import POLICY

#: Conclusions of a policy card that was held against the sheet.
CRITERIA = frozenset({"criteria_met", "criteria_open", "criteria_not_met"})
#: Events that tell what the psychiatrist said.
EVENTS = frozenset({"crisis_raised"})


def tells_of_sheet(rule: str, conclusion: str) -> bool:
    """Whether a finding of this rule with this conclusion was drawn from what is on the sheet."""
    return rule == SEVERITY or (rule == POLICY and conclusion in CRITERIA)


def shown_to_all(finding: Mapping[str, object]) -> bool:
    """Whether a stored finding is for everybody who may see the verification."""
    return not tells_of_sheet(str(finding["rule"]), str(finding["conclusion"]))
