"""Prices: the clinic's own, contract rates and typical allowed amounts, each dated and with its source."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum

import msgspec

from verify.affordability import typed
from verify.affordability.faults import CaseError, Problem

COLUMNS = ("code", "kind", "payer", "amount", "valid_from", "valid_until", "source", "verified")


class PriceKind(StrEnum):
    """What a price is; the names are those of a line's `allowed_source` where they serve as one."""

    SELF_PAY = "self_pay"
    #: What the clinic charges a plan; out of network it may bill the part above the allowed amount.
    BILLED = "billed"
    CONTRACT = "contract"
    TYPICAL = "typical"


#: The clinic's own prices: no payer's.
OWN = frozenset({PriceKind.SELF_PAY, PriceKind.BILLED})
LONGEST_CODE, LONGEST_SOURCE = 20, 200


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """What one code costs, in cents, on the days from `valid_from` to `valid_until`, both included.

    `payer` is empty for the clinic's own price and for an amount typical of all payers.
    """

    code: str
    kind: PriceKind
    cents: int
    valid_from: date
    source: str
    payer: str = ""
    valid_until: date | None = None
    #: False until a person has confirmed the figure.
    verified: bool = False

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


def find_price(
    prices: Iterable[Price], code: str, kind: PriceKind, day: date, payer: str = ""
) -> Price | None:
    """The price that holds on a day, the latest begun where several do; None where none is known."""
    held = [p for p in prices if (p.code, p.kind, p.payer) == (code, kind, payer) and p.holds_on(day)]
    return max(held, key=lambda price: price.valid_from, default=None)


def read_price(cells: Mapping[str, str]) -> Price:
    """The price in cells by column, such as a form's fields. Raises CaseError naming the column."""
    named = {column: cells.get(column, "").strip() for column in COLUMNS}
    try:
        return _price(list(named), list(named.values()))
    except _WrongCell as wrong:
        raise CaseError([Problem(wrong.column.removeprefix(", "), wrong.message)]) from None


def read_prices(text: str) -> list[Price]:
    """The prices of a CSV file with the columns of COLUMNS, amounts in dollars.

    Raises CaseError with every faulty field as `row 3, amount`; row 1 is the heading.
    """
    try:
        rows = list(csv.reader(text.removeprefix("\ufeff").splitlines()))
    except csv.Error:
        raise CaseError([Problem("", "The file is no CSV that can be read")]) from None
    heading = [name.strip() for name in rows[0]] if rows else []
    if sorted(heading) != sorted(COLUMNS):
        raise CaseError([Problem("row 1", f"must name the columns {', '.join(COLUMNS)}")])
    prices: list[Price] = []
    problems: list[Problem] = []
    for number, row in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in row):
            try:
                prices.append(_price(heading, row))
            except _WrongCell as wrong:
                problems.append(Problem(f"row {number}{wrong.column}", wrong.message))
    if problems:
        raise CaseError(problems)
    return prices


class _WrongCell(Exception):
    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = f", {column}" if column else ""
        self.message = message


def _price(heading: list[str], row: list[str]) -> Price:
    if len(row) != len(heading):
        raise _WrongCell("", f"has {len(row)} cells, not {len(heading)}")
    cells = dict(zip(heading, (cell.strip() for cell in row), strict=True))
    for column, longest in (("code", LONGEST_CODE), ("source", LONGEST_SOURCE)):
        if not cells[column]:
            raise _WrongCell(column, "is missing")
        if len(cells[column]) > longest:
            raise _WrongCell(column, f"has more than {longest} characters")
    valid_from, valid_until = _day(cells, "valid_from"), _day(cells, "valid_until")
    if valid_from is None:
        raise _WrongCell("valid_from", "is missing")
    if valid_until is not None and valid_until < valid_from:
        raise _WrongCell("valid_until", "lies before valid_from")
    kind = _kind(cells["kind"])
    if kind is PriceKind.CONTRACT and not cells["payer"]:
        raise _WrongCell("payer", "is missing: a contract rate is a payer's")
    if kind in OWN and cells["payer"]:
        raise _WrongCell("payer", "must be empty for the clinic's own price")
    return Price(
        code=cells["code"],
        kind=kind,
        payer=cells["payer"],
        cents=_cents(cells["amount"]),
        valid_from=valid_from,
        valid_until=valid_until,
        source=cells["source"],
        verified=_yes(cells["verified"]),
    )


def _cents(cell: str) -> int:
    try:
        return typed.cents(cell)
    except ValueError as error:
        raise _WrongCell("amount", str(error)) from None


def _kind(cell: str) -> PriceKind:
    try:
        return PriceKind(cell)
    except ValueError:
        raise _WrongCell("kind", f"must be one of {', '.join(PriceKind)}") from None


def _day(cells: dict[str, str], column: str) -> date | None:
    try:
        return typed.day(cells[column]) if cells[column] else None
    except ValueError as error:
        raise _WrongCell(column, str(error)) from None


def _yes(cell: str) -> bool:
    if cell not in ("yes", "no", ""):
        raise _WrongCell("verified", "must be yes or no")
    return cell == "yes"
