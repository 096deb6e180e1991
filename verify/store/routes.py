"""Routes: the accounts that reach a payer, in the order they are tried, and its id at each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, delete, func, insert, select, update

from verify.store.payer_names import write_names
from verify.store.tables import exchanges, inquiries, payer_accounts, payers
from verify.store.tables_directory import payer_routes
from verify.verification import new_id


def add_route(
    connection: Connection,
    *,
    practice_id: str,
    payer_id: str,
    account_id: str,
    their_id: str = "",
    support: str = "unknown",
) -> str:
    """The id of the new route, tried after those there are. Raises IntegrityError when the account has one."""
    route_id = new_id("route")
    last = select(func.coalesce(func.max(payer_routes.c.rank), 0)).where(payer_routes.c.payer_id == payer_id)
    connection.execute(
        insert(payer_routes).values(
            id=route_id,
            practice_id=practice_id,
            payer_id=payer_id,
            account_id=account_id,
            their_id=their_id,
            support=support,
            rank=last.scalar_subquery() + 1,
        )
    )
    write_names(connection, payer_id)
    return route_id


def remove_route(connection: Connection, payer_id: str, account_id: str) -> bool:
    """Whether there was one. What was asked through it stays."""
    removed = connection.execute(
        delete(payer_routes).where(
            payer_routes.c.payer_id == payer_id, payer_routes.c.account_id == account_id
        )
    )
    write_names(connection, payer_id)
    return bool(removed.rowcount)


def routes_of(connection: Connection, payer_id: str) -> Sequence[Row[Any]]:
    """The payer's routes, the first to try first, each with its account's adapter, name and pause."""
    return connection.execute(_routes().where(payer_routes.c.payer_id == payer_id)).all()


def route(connection: Connection, payer_id: str, account_id: str) -> Row[Any] | None:
    """The way to a payer through one account."""
    chosen = _routes().where(payer_routes.c.payer_id == payer_id, payer_routes.c.account_id == account_id)
    return connection.execute(chosen).first()


def _routes() -> Select[Any]:
    return (
        select(
            payer_routes,
            payer_accounts.c.name.label("account_name"),
            payer_accounts.c.adapter,
            payer_accounts.c.options,
            payer_accounts.c.paused_code,
        )
        .join(payer_accounts, payer_accounts.c.id == payer_routes.c.account_id)
        .order_by(payer_routes.c.rank, payer_routes.c.id)
    )


def payer_at(connection: Connection, practice_id: str, account_id: str, their_id: str) -> Row[Any] | None:
    """The payer an account knows by this id; None when no one or several are."""
    wanted = func.lower(payer_routes.c.their_id) == their_id.strip().lower()
    rows = connection.execute(
        select(payers)
        .join(payer_routes, payer_routes.c.payer_id == payers.c.id)
        .where(
            payer_routes.c.practice_id == practice_id,
            payer_routes.c.account_id == account_id,
            payer_routes.c.their_id != "",
            wanted,
        )
        .limit(2)
    ).all()
    return rows[0] if len(rows) == 1 else None


def order_routes(connection: Connection, payer_id: str, account_ids: Sequence[str]) -> None:
    """Sets the order in which the accounts are tried; those not named come after, as they were."""
    known = [row.account_id for row in routes_of(connection, payer_id)]
    wanted = [each for each in account_ids if each in known]
    for rank, account_id in enumerate([*wanted, *(each for each in known if each not in wanted)], start=1):
        connection.execute(
            update(payer_routes)
            .where(payer_routes.c.payer_id == payer_id, payer_routes.c.account_id == account_id)
            .values(rank=rank)
        )


def enroll(connection: Connection, payer_id: str, account_id: str, at: datetime | None) -> bool:
    """The clinic is enrolled with the payer there since then; None: it is not. Whether there is such a way."""
    of_route = and_(payer_routes.c.payer_id == payer_id, payer_routes.c.account_id == account_id)
    changed = connection.execute(
        update(payer_routes).where(of_route).values(enrolled_at=at, enrollment_told_at=None)
    )
    return bool(changed.rowcount)


def tell_enrollment(connection: Connection, payer_id: str, account_id: str) -> bool:
    """True for the first to find that the clinic must enroll with the payer there."""
    told = connection.execute(
        update(payer_routes)
        .where(
            payer_routes.c.payer_id == payer_id,
            payer_routes.c.account_id == account_id,
            payer_routes.c.enrollment_told_at.is_(None),
        )
        .values(enrollment_told_at=func.now())
    )
    return told.rowcount == 1


def last_answer_through(connection: Connection, payer_id: str, account_id: str) -> datetime | None:
    """When the payer last answered by itself through this account."""
    answered: datetime | None = connection.execute(
        select(func.max(inquiries.c.answered_at))
        .join(exchanges, exchanges.c.id == inquiries.c.exchange_id)
        .where(
            inquiries.c.payer_id == payer_id,
            exchanges.c.account_id == account_id,
            inquiries.c.benefits_sealed.is_not(None),
        )
    ).scalar_one()
    return answered
