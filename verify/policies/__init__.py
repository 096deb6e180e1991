"""Policy cards held against a patient's evidence: met, not met or unknown; pure."""

from verify.policies.choosing import Chosen, Wanted, choose
from verify.policies.criteria import age_on
from verify.policies.evaluation import (
    AuthorizationSaid,
    Evaluation,
    authorization_said,
    caveats,
    evaluate,
    inputs_missing,
    purpose_of,
    wanted,
)
from verify.policies.evidence import Evidence
from verify.policies.findings import policy_findings
from verify.policies.illness import illness_of
from verify.policies.judged import Judged, Result
from verify.policies.kind_of_coverage import program_of
from verify.policies.sheet import EvidenceSheet, Reply

__all__ = [
    "AuthorizationSaid",
    "Chosen",
    "Evaluation",
    "Evidence",
    "EvidenceSheet",
    "Judged",
    "Reply",
    "Result",
    "Wanted",
    "age_on",
    "authorization_said",
    "caveats",
    "choose",
    "evaluate",
    "illness_of",
    "inputs_missing",
    "policy_findings",
    "program_of",
    "purpose_of",
    "wanted",
]
