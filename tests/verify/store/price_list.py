"""A small invented price list for tests."""

from datetime import date

from sqlalchemy import Connection

from verify.affordability.prices import Price, PriceKind
from verify.store import prices

BEGUN = date(2026, 1, 1)
#: Of TMS, in dollars: self-pay, and typical of all payers.
TMS = {"90867": (450, 350), "90868": (350, 250), "90869": (360, 270)}


def price(code: str = "90868", dollars: int = 250, kind: str = "typical", **more: object) -> Price:
    values = {"valid_from": BEGUN, "source": "survey", **more}
    return Price(code=code, kind=PriceKind(kind), cents=dollars * 100, **values)  # type: ignore[arg-type]


def fill(connection: Connection, practice_id: str) -> None:
    """TMS has prices, each confirmed."""
    for code, (own, typical) in TMS.items():
        prices.add(connection, practice_id, price(code, own, "self_pay"), by="system")
        prices.add(connection, practice_id, price(code, typical), by="system")
    for row in prices.shown(connection, practice_id, until=BEGUN):
        prices.confirm(connection, practice_id, row.id, by="system")
