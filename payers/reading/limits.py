"""How many visits, days or dollars the plan allows, and what is left of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation

import msgspec

from payers.benefits import Answer, Benefit
from payers.reading.codes import (
    ACTIVE,
    AGES,
    LIFETIME_REMAINING,
    PERIODS,
    QUANTITY_USED,
    REMAINING,
    UNITS,
    YEAR_TO_DATE,
)
from payers.reading.scope import narrowest

UNLIMITED = "H"
#: EB01 of lines in which a quantity is a limit.
LIMITING = frozenset({"F", "D", "CB", *ACTIVE})


class Count(msgspec.Struct, frozen=True):
    """One quantity of one line: `EB*F**MH*****VS*36~`, `HSD*VS*20***23*1~`, or dollars in EB07."""

    kind: str
    unit: str
    quantity: str
    period: str | None
    line: Benefit


def limits(lines: Sequence[Benefit], asked: Sequence[str], procedures: Sequence[str]) -> Answer:
    """[{"quantity", "unit", "period", "remaining"}] for what was asked, in document order.

    From EB01 F (and lines of description, basis or status with an HSD); EB01 H clears a limit: then
    the list is empty and stated. Remaining is the payer's, or total less used, derived. Two
    quantities for one unit and period are ambiguous (sheet 8.3, EB01 F and HSD).
    """
    scope, found = narrowest(lines, asked, procedures, _limits)
    if scope in ("", "office_visit"):
        return Answer(status="not_stated")
    segments = [line.segments[0] for line in found]
    own = scope in ("procedure", "service")
    if any(line.information_code == UNLIMITED for line in found):
        return Answer(status="stated" if own else "derived", value=[], segments=segments)
    values, status = _paired([count for line in found for count in counts(line)])
    return Answer(
        status=status if own or status == "ambiguous" else "derived", value=values, segments=segments
    )


def _limits(line: Benefit) -> bool:
    return line.information_code == UNLIMITED or any(True for _ in counts(line))


def counts(line: Benefit) -> Iterator[Count]:
    """The quantities a line limits by; ages (S7, S8) are none."""
    if line.information_code not in LIMITING:
        return
    if line.information_code == "F":
        if line.quantity is not None and line.quantity_qualifier not in AGES:
            yield _count(line, line.quantity_qualifier, line.quantity, line.period)
        elif line.amount is not None and line.amount.strip("0."):
            # A limit of 0 dollars is how payers hang a text on a line; "none at all" would be EB01 I.
            yield _count(line, "$", line.amount, line.period)
    for delivery in line.deliveries:
        if delivery.quantity is not None:
            yield _count(line, delivery.quantity_qualifier, delivery.quantity, delivery.period or line.period)


def _count(line: Benefit, qualifier: str | None, quantity: str, period: str | None) -> Count:
    used = qualifier == QUANTITY_USED or period == YEAR_TO_DATE
    kind = "used" if used else "remaining" if period in (REMAINING, LIFETIME_REMAINING) else "total"
    unit = "dollars" if qualifier == "$" else UNITS.get(qualifier or "", qualifier or "")
    return Count(kind, "" if qualifier == QUANTITY_USED else unit, quantity, period, line)


def _paired(found: list[Count]) -> tuple[list[dict[str, str | None]], str]:
    """Totals with what remains or is used of the same unit; the status of them all together."""
    by_unit: dict[str, list[Count]] = defaultdict(list)
    for count in found:
        by_unit[count.unit].append(count)
    if "" in by_unit and len(by_unit) == 2:
        # Quantity used (99) names no unit; where there is one unit only, it is of that.
        unnamed = by_unit.pop("")
        next(iter(by_unit.values())).extend(unnamed)
    values: list[dict[str, str | None]] = []
    statuses = {"stated"}
    for unit, counted in by_unit.items():
        made, status = _of_unit(unit, counted)
        values += made
        statuses.add(status)
    status = "ambiguous" if "ambiguous" in statuses else "derived" if "derived" in statuses else "stated"
    return values, status


def _of_unit(unit: str, counted: list[Count]) -> tuple[list[dict[str, str | None]], str]:
    totals = list(dict.fromkeys((c.quantity, c.period) for c in counted if c.kind == "total"))
    left = list(dict.fromkeys(c.quantity for c in counted if c.kind == "remaining"))
    used = list(dict.fromkeys(c.quantity for c in counted if c.kind == "used"))
    if not totals and not left:
        return [], "stated"
    remaining, status = left[0] if len(left) == 1 else None, "stated"
    if not left and len(totals) == 1 and len(used) == 1:
        remaining = _less(totals[0][0], used[0])
        status = "derived" if remaining is not None else "stated"
    periods = [period for _, period in totals]
    if len(set(periods)) < len(periods) or len(left) > 1 or (len(totals) > 1 and left):
        status, remaining = "ambiguous", None
    made = [_limit(unit, quantity, period, remaining) for quantity, period in totals]
    if not totals or len(left) > 1 or (len(totals) > 1 and left):
        made += [_limit(unit, None, None, each) for each in left]
    return made, status


def _limit(
    unit: str, quantity: str | None, period: str | None, remaining: str | None
) -> dict[str, str | None]:
    return {
        "quantity": quantity,
        "unit": unit or None,
        "period": PERIODS.get(period or ""),
        "remaining": remaining,
    }


def _less(total: str, used: str) -> str | None:
    try:
        return str(max(Decimal(0), Decimal(total) - Decimal(used)))
    except InvalidOperation:
        return None
