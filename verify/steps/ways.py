"""Ways: the accounts that reach a payer, and which of them are open now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row

from payers.directory import Quirks
from payers.maintenance import BadMaintenance, Window, closed_until, windows
from payers.registry import asks_in_batches
from verify.asking import MAINTENANCE, OUTAGE, Route
from verify.steps.work import Work
from verify.store.routes import routes_of


def ways(work: Work, connection: Connection, payer_id: str, quirks: Quirks) -> list[Route]:
    """Every route to the payer, the first to try first, as it stands at this moment."""
    now = work.now()
    return [_route(work, row, quirks, now) for row in routes_of(connection, payer_id)]


def _route(work: Work, row: Row[Any], quirks: Quirks, now: datetime) -> Route:
    until, code = _closed(work, row, quirks, now)
    return Route(
        account_id=row.account_id,
        adapter=row.adapter,
        support=row.support,
        enrolled=row.enrolled_at is not None,
        paused_code=row.paused_code or "",
        closed_until=until,
        closed_code=code,
        in_batches=asks_in_batches(row.adapter, row.options) and bool(row.options.get("nightly_batch", True)),
    )


def _closed(work: Work, row: Row[Any], quirks: Quirks, now: datetime) -> tuple[datetime | None, str]:
    """Until when the way is closed, and why: whichever ends last."""
    of_hours = closed_until([*hours(row.options), *quirks.maintenance], now)
    outage = work.outages.closed_until(row.account_id, row.their_id, now)
    if outage is not None and (of_hours is None or of_hours < outage):
        return outage, OUTAGE
    return of_hours, MAINTENANCE if of_hours else ""


def hours(options: dict[str, Any]) -> Sequence[Window]:
    """Windows that cannot be read are none: `verify accounts add` refuses them."""
    try:
        return windows(options)
    except BadMaintenance:
        return ()
