"""Batches: when enough questions were gathered, when to look for the answers, and when to stop waiting; pure."""

from __future__ import annotations

from datetime import datetime, timedelta

#: Questions of one batch. One job ends all its answers, some 40 ms each: under a minute, and the next batch is on its
#: way meanwhile. Source: our own; Stedi takes 10,000.
MOST_GATHERED = 1_000
#: A batch is closed when nothing joined it for so long. Source: our own: the questions of a night follow each other
#: within seconds, and half a minute is nothing to what a batch takes.
QUIET = timedelta(seconds=30)
#: A batch that never is quiet is closed after this. Source: our own.
LONGEST_GATHERING = timedelta(minutes=10)

#: Between one look and the next, and between one try to hand in and the next; the last repeats.
#: Source: our own. Stedi says nothing of how often (as of 2026-09); a look is one small request.
STEPS = (timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=5), timedelta(minutes=10))
#: A source that asks for more patience than this is looked at all the same. Source: our own.
LONGEST_NAMED = timedelta(hours=1)
#: What could not be handed in by then is asked one by one. Source: our own: a night has hours, and other ways.
TRIED_FOR = timedelta(hours=2)
#: The source has given up every payer by then; an hour more is for its own lateness. Source: our own.
MARGIN = timedelta(hours=1)


def closes_at(began_at: datetime, joined_at: datetime, gathered: int) -> datetime:
    """When a batch takes no more questions; `joined_at` is when the last one came."""
    if gathered >= MOST_GATHERED:
        return joined_at
    return min(joined_at + QUIET, began_at + LONGEST_GATHERING)


def next_try(now: datetime, times: int, named_seconds: float | None = None) -> datetime:
    """When to look, or to hand in, again after so many times; never before the source's own wait is over."""
    named = min(timedelta(seconds=named_seconds or 0.0), LONGEST_NAMED)
    return now + max(STEPS[min(times, len(STEPS)) - 1], named)


def tried_in_vain(closed_at: datetime, now: datetime) -> bool:
    """Whether a batch that could not be handed in is given up."""
    return now >= closed_at + TRIED_FOR


def waited_in_vain(handed_in_at: datetime, now: datetime, *, longest_hours: int) -> bool:
    """Whether nothing more will come of a batch whose source tries for so many hours."""
    return now >= handed_in_at + timedelta(hours=longest_hours) + MARGIN
