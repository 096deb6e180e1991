"""The estimate in words: why a line costs what it costs, and amounts as people read them."""

from __future__ import annotations

from datetime import date

from verify.affordability.course import Line, Outcome, Posting

NOT_PAID_FOR = {
    Outcome.NOT_COVERED: "not covered: the whole price",
    Outcome.VISITS_SPENT: "visit limit spent: the whole price",
    Outcome.SELF_PAY: "self-pay: no claim is filed",
    Outcome.LEFT_OUT: "not expected to take place",
}


def dollars(cents: int) -> str:
    """12345 as $123.45."""
    return f"{'-' if cents < 0 else ''}${abs(cents) // 100:,}.{abs(cents) % 100:02}"


def day_words(day: date) -> str:
    """Dec 7, 2026."""
    return f"{day:%b} {day.day}, {day.year}"


def percent(basis_points: int) -> str:
    """2000 as 20 %, 1250 as 12.5 %."""
    return f"{basis_points / 100:g} %"


def why(line: Line | None, posting: Posting) -> str:
    """What makes up the patient's part of a line, in the order the plan reckons it."""
    if line is None or posting.outcome is not Outcome.COVERED:
        parts = [NOT_PAID_FOR[posting.outcome]]
    else:
        parts = _shares(line, posting) or ["the plan pays all of it"]
    return "; ".join(parts + _above_and_help(posting))


def _shares(line: Line, posting: Posting) -> list[str]:
    parts = []
    if posting.deductible:
        parts.append(f"deductible {dollars(posting.deductible)}")
    if posting.copay:
        parts.append(f"copay {dollars(posting.copay)}")
    if posting.coinsurance:
        parts.append(f"coinsurance {dollars(posting.coinsurance)} ({percent(line.rule.coinsurance_bp)})")
    if posting.capped:
        parts.append(f"cap: the out-of-pocket maximum takes off {dollars(posting.capped)}")
    return parts


def _above_and_help(posting: Posting) -> list[str]:
    parts = []
    if posting.balance:
        parts.append(f"balance bill {dollars(posting.balance)} above the allowed amount")
    if posting.second:
        parts.append(f"the second coverage takes off {dollars(posting.second)}")
    if posting.cards:
        parts.append(f"savings pay {dollars(posting.cards)}")
    return parts
