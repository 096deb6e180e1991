"""Prices handed in: a file or a form's fields become prices of the practice, or words on what is wrong."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select

from verify.affordability import CaseError, Problem
from verify.affordability.prices import Price, read_price, read_prices
from verify.store import prices
from verify.store.prices import Added
from verify.store.tables import payers

MOST_BYTES = 1_000_000
TAKEN = "another price begins on this day: end that one first, or choose another day"


class Taken(NamedTuple):
    """How many prices of a file came to what."""

    new: int
    changed: int
    same: int
    #: Marked verified in the file: a person confirms each here all the same.
    to_confirm: int


def import_prices(connection: Connection, practice_id: str, content: bytes, *, by: str) -> Taken:
    """Takes every price of a CSV file, unconfirmed, or none of them. Raises CaseError naming rows and columns."""
    if len(content) > MOST_BYTES:
        raise CaseError([Problem("", "The file has more than 1 MB: too large for a price list")])
    try:
        found = read_prices(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise CaseError([Problem("", "The file is no UTF-8 text; from Excel, save as “CSV UTF-8”")]) from None
    if not found:
        raise CaseError([Problem("", "The file has a heading and no prices")])
    known = _payers(connection, practice_id)
    problems: list[Problem] = []
    came_of: list[Added] = []
    for number, price in enumerate(found, start=1):
        where = f"price {number} ({price.code}, {price.kind}, from {price.valid_from})"
        if price.payer and price.payer not in known:
            problems.append(Problem(where, _unknown_payer(known)))
            continue
        came_of.append(prices.add(connection, practice_id, price, by=by))
        if came_of[-1] is Added.TAKEN:
            problems.append(Problem(where, TAKEN))
    if problems:
        raise CaseError(problems)
    counts = {kind: came_of.count(kind) for kind in Added}
    claimed = sum(price.verified for price in found)
    return Taken(counts[Added.NEW], counts[Added.CHANGED], counts[Added.SAME], claimed)


def add_price(connection: Connection, practice_id: str, cells: Mapping[str, str], *, by: str) -> Price:
    """Takes one price as typed. Raises CaseError naming the field."""
    price = read_price({**cells, "verified": ""})
    known = _payers(connection, practice_id)
    if price.payer and price.payer not in known:
        raise CaseError([Problem("payer", _unknown_payer(known))])
    if prices.add(connection, practice_id, price, by=by) is Added.TAKEN:
        raise CaseError([Problem("valid_from", TAKEN)])
    return price


def _payers(connection: Connection, practice_id: str) -> Sequence[str]:
    found = select(payers.c.code).where(payers.c.practice_id == practice_id).order_by(payers.c.code)
    return connection.execute(found).scalars().all()


def _unknown_payer(known: Sequence[str]) -> str:
    return f"its payer is none of ours: {', '.join(known) or 'none is set up yet'}"
