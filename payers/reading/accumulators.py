"""Deductibles and out-of-pocket limits: total, met and remaining that belong together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation

from payers.benefits import Accumulator, Benefit, Member, Problem
from payers.reading.codes import LIFETIME, LIFETIME_REMAINING, REMAINING, YEAR_TO_DATE, YEARS

TOTAL, MET, LEFT = range(3)
#: EB06 -> what the amount is; every other period is a total of its own.
KINDS: dict[str | None, int] = {YEAR_TO_DATE: MET, REMAINING: LEFT, LIFETIME_REMAINING: LEFT}
#: EB06 30 and 31 (exceeded, not exceeded) are no amounts of the limit.
OTHER = frozenset({"30", "31"})
CENT = Decimal("0.01")

#: EB02, EB12, EB03, EB04, and EB13 with III of a row: what it counts, and for whom.
Key = tuple[str | None, str | None, tuple[str, ...], str | None, tuple[str | None, ...] | None]
#: The row each that says total, met and left.
Figures = list[Benefit | None]


def accumulators(lines: Sequence[Benefit]) -> list[Accumulator]:
    """The accumulators in rows of one kind (EB01 C or G), in document order.

    Rows with the same level, network, service types and insurance type are one accumulator. Where
    that leaves two totals, their text, plan, references and dates tell them apart; where they do
    not, each row stands alone, ambiguous (sheet 8.3, deductible and out-of-pocket algorithm).
    """
    groups: dict[Key, list[Benefit]] = {}
    for line in lines:
        if line.amount is None or line.period in OTHER or line.rejections:
            continue
        key = (
            line.coverage_level,
            line.in_network,
            tuple(line.service_types),
            line.insurance_type,
            _narrowed(line) if line.procedure or line.places_of_service else None,
        )
        groups.setdefault(key, []).append(line)
    found: list[Accumulator] = []
    for rows in groups.values():
        _add(found, rows)
    return found


def _narrowed(line: Benefit) -> tuple[str | None, ...]:
    """What EB13 and III limit a row to."""
    return (*line.procedure, *(place.code for place in line.places_of_service))


def _add(found: list[Accumulator], rows: list[Benefit]) -> None:
    """The accumulators of one key; mostly its rows say one figure each, and are one accumulator."""
    figures: Figures = [None, None, None]
    for row in rows:
        kind = KINDS.get(row.period, TOTAL)
        if figures[kind] is not None or (row.period == LIFETIME_REMAINING and len(rows) > 1):
            found += [made for part in _by_period(rows) for made in _of_period(part)]
            return
        figures[kind] = row
    found.append(_accumulator(rows, figures))


def _by_period(rows: list[Benefit]) -> Iterable[list[Benefit]]:
    """Rows of the year with what is met and left of it; lifetime, episode and so on apart from them."""
    if len({row.period for row in rows if row.period not in KINDS}) <= 1 and not _lifetime_left(rows):
        return [rows]
    parts: dict[str | None, list[Benefit]] = defaultdict(list)
    totals = [row.period for row in rows if row.period not in KINDS]
    usual = "year" if any(period in YEARS for period in totals) or not totals else totals[0]
    for row in rows:
        if row.period in (YEAR_TO_DATE, REMAINING):
            parts[usual].append(row)
        elif row.period in (LIFETIME, LIFETIME_REMAINING):
            parts[LIFETIME].append(row)
        else:
            parts["year" if row.period in YEARS else row.period].append(row)
    return parts.values()


def _lifetime_left(rows: list[Benefit]) -> bool:
    return any(row.period == LIFETIME_REMAINING for row in rows)


def _of_period(rows: list[Benefit]) -> list[Accumulator]:
    if _one_of_each(rows):
        return [_joined(rows)]
    parts: dict[object, list[Benefit]] = defaultdict(list)
    for row in rows:
        parts[_detail(row)].append(row)
    tellable = all(_one_of_each(part) for part in parts.values())
    whole = all(any(_kind(row) == TOTAL for row in part) for part in parts.values())
    if tellable and (whole or not any(_kind(row) == TOTAL for row in rows)):
        return [_joined(part) for part in parts.values()]
    return [_joined([row], ambiguous=True) for row in rows]


def _detail(row: Benefit) -> object:
    """What else may tell two rows apart: MSG, plan, REF and DTP."""
    return (
        tuple(row.messages),
        row.plan,
        tuple((each.qualifier, each.value) for each in row.references),
        tuple((each.qualifier, each.start, each.to) for each in row.dates),
    )


def _kind(row: Benefit) -> int:
    return KINDS.get(row.period, TOTAL)


def _one_of_each(rows: list[Benefit]) -> bool:
    """Whether there is no more than one amount each for total, met and remaining."""
    amounts: list[set[object]] = [set(), set(), set()]
    for row in rows:
        amounts[_kind(row)].add((row.amount, None if row.period in YEARS else row.period))
    return all(len(each) <= 1 for each in amounts)


def _joined(rows: list[Benefit], *, ambiguous: bool = False) -> Accumulator:
    """One accumulator of rows that say the same thing twice at most."""
    figures: Figures = [None, None, None]
    for row in rows:
        figures[_kind(row)] = row
    return _accumulator(rows, figures, ambiguous=ambiguous)


def _accumulator(rows: list[Benefit], figures: Figures, *, ambiguous: bool = False) -> Accumulator:
    """What the payer left out is worked out only from two figures it gave.

    Remaining from total and met (never below 0), total from met and remaining. A total alone says
    nothing of what is left. Three figures that do not fit are all kept, and the result is ambiguous.
    """
    whole, used, left = figures
    total = whole.amount if whole else None
    remaining = left.amount if left else None
    met, status = None, "stated"
    if used and used.amount is not None:
        met = used.amount
        if whole or left:
            total, remaining, status = _worked_out(total, met, remaining)
    first = rows[0]
    return Accumulator(
        first.coverage_level,
        first.in_network,
        first.service_types,
        whole.period if whole else None,
        total,
        met,
        remaining,
        "ambiguous" if ambiguous else status,
        [row.segments[0] for row in rows] if len(rows) > 1 else first.segments[:1],
    )


def _worked_out(total: str | None, met: str, remaining: str | None) -> tuple[str | None, str | None, str]:
    try:
        used = Decimal(met)
        if total is None and remaining is not None:
            return str(used + Decimal(remaining)), remaining, "derived"
        if total is not None and remaining is None:
            return total, str(max(Decimal(0), Decimal(total) - used)), "derived"
        left = max(Decimal(0), Decimal(total or "") - used)
        fits = abs(left - Decimal(remaining or "")) <= CENT
    except InvalidOperation:
        fits = False
    return total, remaining, "stated" if fits else "ambiguous"


def contradictions(member: Member) -> list[Problem]:
    """A problem for each accumulator whose total, met and remaining do not add up."""
    return [
        Problem(
            place=f"segments {', '.join(map(str, each.segments))}",
            severity="minor",
            message="payer figures do not reconcile: total less met is not what remains",
        )
        for each in [*member.deductibles, *member.out_of_pockets]
        if each.status == "ambiguous" and None not in (each.total, each.met, each.remaining)
    ]
