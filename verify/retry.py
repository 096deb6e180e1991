"""After an error: ask again when, or stop; pure.

Durations are seconds. The clock, the attempt and the jitter are handed in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from verify.verification import Lane

MINUTE = 60
HOUR = 60 * MINUTE

#: A request must not be sent again sooner after its original transmission.
#: Source: CAQH CORE 153 rule v1.1.0, section 6 (reply within 60 s, no retransmission before 90 s).
CORE_SECONDS_BEFORE_RESEND = 90

#: A payer that asks for more patience than a day gets a phone call as well.
LONGEST_RETRY_AFTER_SECONDS = 24 * HOUR

#: Nothing reached the payer, so CORE's 90 s do not apply. Source: our own choice, for a blink of the network.
NOTHING_SENT_STEPS = (30, 2 * MINUTE)

#: HTTP 429 without Retry-After: one minute, doubling. Source: RFC 6585 section 4 names no schedule; our own.
TOO_MANY_FIRST_SECONDS = MINUTE
TOO_MANY_LONGEST_SECONDS = HOUR

#: Leases a job may use up without finishing before it is a person's task.
LEASES_BEFORE_POISON = 5

#: The codes of `payers.errors.Unavailable`. Any other code is not mended by asking again.
PASSING_CODES = frozenset(
    {
        "connect",
        "timeout",
        "dropped",
        "truncated",
        "http_429",
        "http_5xx",
        "receiver_fault",
        "aaa_42",
        "aaa_80",
        "refused_connection",
        "too_large",
    }
)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Waits after the first, second … failure, the last one repeating, until patience ends."""

    steps: tuple[int, ...]
    #: Counted from the first send; then a person calls.
    patience: int
    source: str


#: An urgent question has an answer or a caller within the same business day.
SCHEDULES: Mapping[Lane, Schedule] = {
    Lane.URGENT: Schedule(
        steps=(2 * MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE),
        patience=2 * HOUR,
        source="our own: leaves a working afternoon for the call",
    ),
    Lane.STANDARD: Schedule(
        steps=(15 * MINUTE, HOUR, 4 * HOUR),
        patience=24 * HOUR,
        source="clinic practice; Sohar's documentation escalates a silent payer after 24 h",
    ),
    Lane.NIGHTLY: Schedule(
        steps=(15 * MINUTE, HOUR, 4 * HOUR),
        patience=24 * HOUR,
        source="as standard: only the queue differs",
    ),
}


class StopReason(StrEnum):
    #: The payer has been away for too long: a person calls.
    PATIENCE_SPENT = "patience_spent"
    #: The payer names a time that an urgent question cannot wait for.
    WAIT_TOO_LONG = "wait_too_long"
    #: The question, the account or the reader must be mended first.
    NOT_PASSING = "not_passing"


@dataclass(frozen=True, slots=True)
class AskAgain:
    at: datetime


@dataclass(frozen=True, slots=True)
class Stop:
    reason: StopReason


def decide(
    *,
    failure_code: str,
    retry_after_seconds: float | None,
    attempt: int,
    first_asked_at: datetime,
    now: datetime,
    lane: Lane,
    sent: bool,
    another_way: bool = False,
    jitter: float = 0.0,
) -> AskAgain | Stop:
    """When to ask the same question again, or why not.

    `attempt` counts the tries made, 1 after the first failure. With `another_way` to the payer the next try goes
    through that, as soon as a repeat may come. `jitter` from 0 to 1 lengthens a wait of
    ours by up to a tenth, never one the payer named. Raises ValueError for an attempt below 1 or a
    jitter outside 0 to 1.
    """
    if attempt < 1 or not 0 <= jitter <= 1:
        raise ValueError("attempt counts from 1, jitter from 0 to 1")
    if failure_code not in PASSING_CODES:
        return Stop(StopReason.NOT_PASSING)
    patience_ends = first_asked_at + timedelta(seconds=SCHEDULES[lane].patience)
    if now >= patience_ends:
        return Stop(StopReason.PATIENCE_SPENT)
    wait = 0.0 if another_way else _named_wait(retry_after_seconds, attempt)
    if wait is None:
        wait = _own_wait(failure_code, attempt, lane, sent) * (1 + jitter / 10)
    at = now + timedelta(seconds=wait)
    if sent:
        at = max(at, first_asked_at + timedelta(seconds=CORE_SECONDS_BEFORE_RESEND))
    if lane is Lane.URGENT and at > patience_ends:
        return Stop(StopReason.WAIT_TOO_LONG)
    return AskAgain(at)


def poison(attempts: int) -> bool:
    """Whether a job has used up its leases without finishing and is a person's task now."""
    return attempts >= LEASES_BEFORE_POISON


def _named_wait(retry_after_seconds: float | None, attempt: int) -> float | None:
    """The payer's own wait, at most a day; "0" over and over is lengthened so that it ends."""
    if retry_after_seconds is None or math.isnan(retry_after_seconds):
        return None
    at_least = min((1 << min(attempt - 1, 12)), TOO_MANY_LONGEST_SECONDS)
    return min(max(retry_after_seconds, at_least), LONGEST_RETRY_AFTER_SECONDS)


def _own_wait(failure_code: str, attempt: int, lane: Lane, sent: bool) -> float:
    if failure_code == "http_429":
        return min(TOO_MANY_FIRST_SECONDS * (1 << min(attempt - 1, 12)), TOO_MANY_LONGEST_SECONDS)
    steps = SCHEDULES[lane].steps
    if not sent:
        steps = (*NOTHING_SENT_STEPS, *steps)
    return steps[min(attempt, len(steps)) - 1]
