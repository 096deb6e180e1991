"""Freshness: an answer that need not be bought twice, and the day to ask about."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from payers.directory import Quirks
from verify.verification import Reason

#: How long the same question (payer, member, service type, day) is not asked again, by why it is asked.
#: A re-check wants news: only an answer of the same night serves it. Source: our own; vendors bill each check.
FRESH_FOR: Mapping[Reason, timedelta] = {
    Reason.NEW: timedelta(hours=24),
    Reason.CHANGE: timedelta(hours=24),
    Reason.RECHECK: timedelta(hours=6),
}


def fresh_since(reason: Reason, now: datetime) -> datetime:
    """An answer given since then answers again without a call."""
    return now - FRESH_FOR[reason]


def day_to_ask(on: date, today: date, quirks: Quirks) -> date:
    """The day of service, or today where the payer is known not to look so far ahead or back."""
    ahead, back = quirks.days_ahead, quirks.days_back
    too_far = ahead is not None and on > today + timedelta(days=ahead)
    too_old = back is not None and on < today - timedelta(days=back)
    return today if too_far or too_old else on
