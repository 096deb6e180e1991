"""Whom to ask what, in which order, by which way, and when to stop; pure."""

from verify.asking.batches import (
    MOST_GATHERED,
    closes_at,
    next_try,
    tried_in_vain,
    waited_in_vain,
)
from verify.asking.freshness import day_to_ask, fresh_since
from verify.asking.hops import MOST_HOPS, Heard, Hop, Known, hops, is_worth_finding, step_of
from verify.asking.questions import MOST_QUESTIONS, further, is_silent, lines_held, opening
from verify.asking.repairs import (
    DATE_REASONS,
    MOST_TRIES,
    PATIENT_REASONS,
    WORDS,
    Asked,
    Changes,
    Repair,
    RepairKind,
    suggestions,
)
from verify.asking.routes import (
    MAINTENANCE,
    OUTAGE,
    PHONE,
    Route,
    after_failure,
    awaiting_enrollment,
    to_try,
    usable,
)

__all__ = [
    "DATE_REASONS",
    "MAINTENANCE",
    "MOST_GATHERED",
    "MOST_HOPS",
    "MOST_QUESTIONS",
    "MOST_TRIES",
    "OUTAGE",
    "PATIENT_REASONS",
    "PHONE",
    "WORDS",
    "Asked",
    "Changes",
    "Heard",
    "Hop",
    "Known",
    "Repair",
    "RepairKind",
    "Route",
    "after_failure",
    "awaiting_enrollment",
    "closes_at",
    "day_to_ask",
    "fresh_since",
    "further",
    "hops",
    "is_silent",
    "is_worth_finding",
    "lines_held",
    "next_try",
    "opening",
    "step_of",
    "suggestions",
    "to_try",
    "tried_in_vain",
    "usable",
    "waited_in_vain",
]
