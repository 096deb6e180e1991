"""Fact, merging, conflicts, expiry; pure."""

from verify.facts.answers import facts_from_answers
from verify.facts.by_code import stands_alone
from verify.facts.calls import facts_from_call
from verify.facts.confidence import Confidence, confidence, weakest
from verify.facts.fact import (
    ELECTRONIC,
    WHOLE_PLAN,
    About,
    Fact,
    Level,
    Source,
    SourceKind,
    Standing,
    Status,
    Tier,
    expiry,
)
from verify.facts.form import FormField, UnreadableAnswers, facts_from_form, withdrawal
from verify.facts.holders import facts_from_holders
from verify.facts.merging import Known, Merged, in_force, merge
from verify.facts.names import PLAN_WIDE, FactName, FieldKind
from verify.facts.network import network_of_line
from verify.facts.plan import facts_from_member
from verify.facts.trail import NO_TRAIL, Step, StepState, Trail, WhyNot, speaking_for

__all__ = [
    "ELECTRONIC",
    "NO_TRAIL",
    "PLAN_WIDE",
    "WHOLE_PLAN",
    "About",
    "Confidence",
    "Fact",
    "FactName",
    "FieldKind",
    "FormField",
    "Known",
    "Level",
    "Merged",
    "Source",
    "SourceKind",
    "Standing",
    "Status",
    "Step",
    "StepState",
    "Tier",
    "Trail",
    "UnreadableAnswers",
    "WhyNot",
    "confidence",
    "expiry",
    "facts_from_answers",
    "facts_from_call",
    "facts_from_form",
    "facts_from_holders",
    "facts_from_member",
    "in_force",
    "merge",
    "network_of_line",
    "speaking_for",
    "stands_alone",
    "weakest",
    "withdrawal",
]
