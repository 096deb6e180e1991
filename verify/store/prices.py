"""Prices of a practice: added, changed by a new dated row, confirmed by a person, ended; none is rewritten."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from verify.affordability.prices import Price, PriceKind
from verify.store.tables import users
from verify.store.tables_prices import prices
from verify.verification import new_id

A_DAY = timedelta(days=1)


class Added(StrEnum):
    """What came of a price that was handed in."""

    NEW = "new"
    #: It ended the price that held before.
    CHANGED = "changed"
    #: The very same price is there.
    SAME = "same"
    #: Another price begins on that day; it must be ended first.
    TAKEN = "taken"


def add(connection: Connection, practice_id: str, price: Price, *, by: str) -> Added:
    """Adds a price, unconfirmed whatever it says; one that held before ends on the day before it begins.

    A price that begins later ends the new one on the day before, unless it ends by itself.
    """
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"prices {practice_id}"))))
    rows = _of_kind(connection, practice_id, price)
    there = next((row for row in rows if row.valid_from == price.valid_from), None)
    if there is not None:
        return Added.SAME if _is_same(there, price) else Added.TAKEN
    before = next((row for row in rows if row.valid_from < price.valid_from), None)
    changes = before is not None and (before.valid_until is None or before.valid_until >= price.valid_from)
    if changes and before is not None:
        _end(connection, before.id, price.valid_from - A_DAY)
    later = [row.valid_from - A_DAY for row in rows if row.valid_from > price.valid_from]
    ends = [day for day in (price.valid_until, min(later, default=None)) if day is not None]
    connection.execute(
        insert(prices).values(
            id=new_id("price"),
            practice_id=practice_id,
            code=price.code,
            kind=price.kind.value,
            payer=price.payer,
            cents=price.cents,
            valid_from=price.valid_from,
            valid_until=min(ends, default=None),
            source=price.source,
            added_by=by,
        )
    )
    return Added.CHANGED if changes else Added.NEW


def _of_kind(connection: Connection, practice_id: str, price: Price) -> Sequence[Row[Any]]:
    """Those it stands in line with, the latest first."""
    return connection.execute(
        select(prices)
        .where(
            prices.c.practice_id == practice_id,
            prices.c.code == price.code,
            prices.c.kind == price.kind.value,
            prices.c.payer == price.payer,
            _held_once(),
        )
        .order_by(prices.c.valid_from.desc())
    ).all()


def _held_once() -> Any:
    """Not withdrawn."""
    return or_(prices.c.valid_until.is_(None), prices.c.valid_until >= prices.c.valid_from)


def _is_same(row: Row[Any], price: Price) -> bool:
    """The same figure; an end that a later price gave it does not make it another."""
    return bool(row.cents == price.cents and row.source == price.source)


def confirm(connection: Connection, practice_id: str, price_id: str, *, by: str) -> bool:
    """A person vouches for the figure; False for no such price."""
    changed = connection.execute(
        update(prices)
        .where(prices.c.practice_id == practice_id, prices.c.id == price_id, _held_once())
        .values(
            verified_by=func.coalesce(prices.c.verified_by, by),
            verified_at=func.coalesce(prices.c.verified_at, func.now()),
        )
    )
    return changed.rowcount == 1


def end(connection: Connection, practice_id: str, price_id: str, last: date) -> bool:
    """Lets the price hold until `last`; one that begins later is withdrawn. False for no such price."""
    row = connection.execute(
        select(prices).where(prices.c.practice_id == practice_id, prices.c.id == price_id, _held_once())
    ).one_or_none()
    if row is None:
        return False
    _end(connection, price_id, max(last, row.valid_from - A_DAY))
    return True


def _end(connection: Connection, price_id: str, last: date) -> None:
    connection.execute(update(prices).where(prices.c.id == price_id).values(valid_until=last))


def shown(connection: Connection, practice_id: str, *, until: date) -> Sequence[Row[Any]]:
    """Prices that hold on `until` or later, with the name of who confirmed each, by code."""
    return connection.execute(
        select(prices, users.c.name.label("verified_name"))
        .outerjoin(users, users.c.id == prices.c.verified_by)
        .where(
            prices.c.practice_id == practice_id,
            _held_once(),
            or_(prices.c.valid_until.is_(None), prices.c.valid_until >= until),
        )
        .order_by(prices.c.code, prices.c.kind, prices.c.payer, prices.c.valid_from)
    ).all()


def for_codes(connection: Connection, practice_id: str, codes: Iterable[str]) -> list[Price]:
    """Every price of these codes that ever held, for the estimate."""
    rows = connection.execute(
        select(prices).where(
            prices.c.practice_id == practice_id, prices.c.code.in_(sorted(set(codes))), _held_once()
        )
    )
    return [as_price(row) for row in rows]


def as_price(row: Row[Any]) -> Price:
    return Price(
        code=row.code,
        kind=PriceKind(row.kind),
        cents=row.cents,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        source=row.source,
        payer=row.payer,
        verified=row.verified_by is not None,
    )
