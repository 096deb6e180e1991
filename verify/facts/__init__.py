"""Fact, merging, conflicts, expiry; pure."""

from verify.facts.answers import facts_from_answers
from verify.facts.calls import CallField, FieldKind, UnreadableAnswers, facts_from_call
from verify.facts.fact import (
    PLAN_WIDE,
    WHOLE_PLAN,
    About,
    Fact,
    FactName,
    Level,
    Source,
    SourceKind,
    Standing,
    Status,
    Tier,
    expiry,
)
from verify.facts.holders import facts_from_holders
from verify.facts.merging import Known, Merged, merge
from verify.facts.plan import facts_from_member
from verify.facts.trail import NO_TRAIL, Step, StepState, Trail, WhyNot, speaking_for

__all__ = [
    "NO_TRAIL",
    "PLAN_WIDE",
    "WHOLE_PLAN",
    "About",
    "CallField",
    "Fact",
    "FactName",
    "FieldKind",
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
    "expiry",
    "facts_from_answers",
    "facts_from_call",
    "facts_from_holders",
    "facts_from_member",
    "merge",
    "speaking_for",
]
