"""Dollars, percents, days and counts as people type them, read strictly; errors say what is wanted."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

#: 1200, 1,200, $1,200.00: thousands are grouped rightly or not at all, cents have two digits.
AMOUNT = re.compile(r"\$?(\d{1,7}|\d{1,3}(,\d{3}){1,2})(\.\d\d)?", re.ASCII)
PERCENT = re.compile(r"(\d{1,3}(?:\.\d\d?)?) ?%?", re.ASCII)
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
COUNT = re.compile(r"\d{1,4}", re.ASCII)


def cents(text: str) -> int:
    """$1,200.50 as 120050. Raises ValueError."""
    if not AMOUNT.fullmatch(text):
        raise ValueError("must be dollars, as 1200 or $1,200.00")
    return int(Decimal(text.removeprefix("$").replace(",", "")) * 100)


def basis_points(text: str) -> int:
    """12.5 % as 1250. Raises ValueError."""
    found = PERCENT.fullmatch(text)
    if not found:
        raise ValueError("must be a percentage, as 20 or 12.5 %")
    points = int(Decimal(found[1]) * 100)
    if points > 10_000:
        raise ValueError("must not be above 100 %")
    return points


def day(text: str) -> date:
    """Raises ValueError."""
    if not DAY.fullmatch(text):
        raise ValueError("must be a date as YYYY-MM-DD")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("is no day of the calendar") from None


def count(text: str, most: int) -> int:
    """A whole number from 1 to `most`. Raises ValueError."""
    if not COUNT.fullmatch(text) or not 1 <= int(text) <= most:
        raise ValueError(f"must be a whole number from 1 to {most}")
    return int(text)
