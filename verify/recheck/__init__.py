"""Whom to ask again tonight and why, and what a second answer changes; pure."""

from verify.recheck.changes import (
    HEAVIEST_FIRST,
    BasisPoints,
    Cents,
    Change,
    ChangeKind,
    Day,
    Said,
    Weight,
    Word,
    changes_between,
    is_confirmation,
)
from verify.recheck.rules import Checked, Rule, last_visit_on, longest_course, rules_due, visit_to_ask_about
from verify.recheck.slots import Slots, begins_at, slots_due
from verify.recheck.snapshot import Snapshot, snapshot
from verify.recheck.task import change_task
from verify.recheck.wording import (
    BATCH_WORDS,
    RULE_WORDS,
    WEIGHT_WORDS,
    cause_words,
    change_words,
    said_words,
)

__all__ = [
    "BATCH_WORDS",
    "HEAVIEST_FIRST",
    "RULE_WORDS",
    "WEIGHT_WORDS",
    "BasisPoints",
    "Cents",
    "Change",
    "ChangeKind",
    "Checked",
    "Day",
    "Rule",
    "Said",
    "Slots",
    "Snapshot",
    "Weight",
    "Word",
    "begins_at",
    "cause_words",
    "change_task",
    "change_words",
    "changes_between",
    "is_confirmation",
    "last_visit_on",
    "longest_course",
    "rules_due",
    "said_words",
    "slots_due",
    "snapshot",
    "visit_to_ask_about",
]
