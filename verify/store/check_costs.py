"""Check costs: what was asked through each account in a month, what it costs, and what was not asked again."""

import re
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, and_, func, or_, select

from verify.store.tables import exchanges, inquiries, payer_accounts

PHONE = "phone"
#: Outcomes of attempts that came back with nothing, and may be on the bill all the same.
PERHAPS_CHARGED = ("timeout", "dropped", "truncated")
MONTH = re.compile(r"(\d{4})-(\d{2})")


class AccountCosts(NamedTuple):
    """One account in one month."""

    account_id: str
    name: str
    #: Questions that reached it, or may have.
    checks: int
    #: Of those, how many were answered with benefits.
    answered: int
    #: Their prices together, as the account had them; None: no price was known of any.
    cents: int | None
    #: How many of the checks have no price.
    unpriced: int
    #: Questions a fresh answer served again, and what they would have cost.
    saved: int
    saved_cents: int


def month(text: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first moment of a month, `2026-11`, and of the next, in a practice's zone. Raises ValueError."""
    found = MONTH.fullmatch(text)
    if found is None:
        raise ValueError("a month is written as 2026-11")
    year, number = map(int, found.groups())
    first = datetime(year, number, 1, tzinfo=zone)
    return first, datetime(year + number // 12, number % 12 + 1, 1, tzinfo=zone)


def costs_of(
    connection: Connection, practice_id: str, since: datetime, until: datetime
) -> list[AccountCosts]:
    """The practice's accounts but the phone, in the order they were made."""
    asked = _asked(connection, practice_id, since, until)
    saved = _saved(connection, practice_id, since, until)
    accounts = connection.execute(
        select(payer_accounts.c.id, payer_accounts.c.name)
        .where(payer_accounts.c.practice_id == practice_id, payer_accounts.c.adapter != PHONE)
        .order_by(payer_accounts.c.created_at, payer_accounts.c.id)
    )
    return [
        AccountCosts(row.id, row.name, *asked.get(row.id, (0, 0, None, 0)), *saved.get(row.id, (0, 0)))
        for row in accounts
    ]


def _asked(
    connection: Connection, practice_id: str, since: datetime, until: datetime
) -> dict[str, tuple[int, int, int | None, int]]:
    reached = or_(
        exchanges.c.responded_at.is_not(None),
        exchanges.c.outcome.in_(PERHAPS_CHARGED),
        exchanges.c.outcome.is_(None),
    )
    rows = connection.execute(
        select(
            exchanges.c.account_id,
            func.count(),
            func.count().filter(exchanges.c.outcome == "answered"),
            func.sum(exchanges.c.cents),
            func.count().filter(exchanges.c.cents.is_(None)),
        )
        .where(
            exchanges.c.practice_id == practice_id,
            exchanges.c.started_at >= since,
            exchanges.c.started_at < until,
            reached,
        )
        .group_by(exchanges.c.account_id)
    )
    return {
        account: (checks, answered, cents, unpriced) for account, checks, answered, cents, unpriced in rows
    }


def _saved(
    connection: Connection, practice_id: str, since: datetime, until: datetime
) -> dict[str, tuple[int, int]]:
    """By the account that gave the answer."""
    rows = connection.execute(
        select(exchanges.c.account_id, func.count(), func.coalesce(func.sum(exchanges.c.cents), 0))
        .join(inquiries, inquiries.c.exchange_id == exchanges.c.id)
        .where(
            and_(
                inquiries.c.practice_id == practice_id,
                inquiries.c.reused_id.is_not(None),
                inquiries.c.created_at >= since,
                inquiries.c.created_at < until,
            )
        )
        .group_by(exchanges.c.account_id)
    )
    return {account: (saved, cents) for account, saved, cents in rows}
