"""Money and percentages as payers write them, in cents and basis points."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation


def cents_of(dollars: object) -> int | None:
    """Whole cents of an amount as sent; None where it is no amount of money."""
    amount = _decimal(dollars)
    if amount is None or amount < 0 or amount * 100 % 1:
        return None
    return int(amount * 100)


def basis_points_of(share: object) -> int | None:
    """Basis points of a share between 0 and 1 as sent (".2" is 2000); None for anything else."""
    fraction = _decimal(share)
    if fraction is None or not 0 <= fraction <= 1:
        return None
    return int((fraction * 10_000).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _decimal(text: object) -> Decimal | None:
    if not isinstance(text, str):
        return None
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**9 else None
