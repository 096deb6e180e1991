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
from verify.facts.merging import Known, Merged, merge
from verify.facts.plan import facts_from_member

__all__ = [
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
    "Tier",
    "UnreadableAnswers",
    "expiry",
    "facts_from_answers",
    "facts_from_call",
    "facts_from_member",
    "merge",
]
