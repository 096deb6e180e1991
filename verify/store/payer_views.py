"""What is shown of payers, the ways to them, and the accounts: for the terminal, the API and pages."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from pydantic import JsonValue
from sqlalchemy import Connection, Row, func, select

from verify.store.documents import Shown
from verify.store.tables import payer_accounts, payers
from verify.store.tables_directory import listed_payers, payer_routes


class WayShown(Shown):
    """One way to a payer, in the order they are tried."""

    account_id: str
    account_name: str
    adapter: str
    #: The payer's id there; empty by phone.
    their_id: str
    #: unknown, supported, not_supported, enrollment_required
    support: str
    #: Null: nobody said so, and no answer showed it.
    enrolled_at: datetime | None
    #: Why nothing is asked through the account at present (payers.errors.AccountError); empty while it is used.
    paused_code: str


class PayerDocument(Shown):
    """Everything the directory has of one payer."""

    id: str
    code: str
    name: str
    aliases: list[str]
    #: payers.directory.PayerKind, or empty.
    kind: str
    phone: str
    ways: list[WayShown]
    #: payers.directory.Quirks: how it wants to be asked, with their source.
    quirks: dict[str, JsonValue]


class AccountShown(Shown):
    """A payer account, without its secrets."""

    id: str
    name: str
    adapter: str
    url: str
    #: P production, T test.
    usage: str
    paused_code: str
    cents_per_check: int | None
    #: Payers of the practice it reaches, and payers its list has.
    payers: int
    listed: int
    #: When its list was taken in last.
    list_of: date | None


def payers_shown(
    connection: Connection, practice_id: str, ids: Collection[str] | None = None
) -> list[PayerDocument]:
    """The practice's payers by name, or those of these ids in their order."""
    chosen = select(payers).where(payers.c.practice_id == practice_id).order_by(payers.c.name, payers.c.id)
    if ids is not None:
        chosen = chosen.where(payers.c.id.in_(ids))
    rows = connection.execute(chosen).all()
    ways = _ways(connection, practice_id)
    found = [_payer(row, ways.get(row.id, [])) for row in rows]
    places = {payer_id: place for place, payer_id in enumerate(ids or ())}
    return sorted(found, key=lambda payer: places[payer.id]) if ids is not None else found


def payer_shown(connection: Connection, practice_id: str, code: str) -> PayerDocument | None:
    """The payer of this code; None when the practice has none."""
    own = payers.c.practice_id == practice_id
    row = connection.execute(select(payers).where(own, func.lower(payers.c.code) == code.lower())).first()
    return None if row is None else _payer(row, _ways(connection, practice_id, row.id).get(row.id, []))


def accounts_shown(connection: Connection, practice_id: str) -> list[AccountShown]:
    """The practice's accounts, the oldest first."""
    reached = select(payer_routes.c.account_id, func.count().label("payers")).group_by(
        payer_routes.c.account_id
    )
    listed = select(
        listed_payers.c.account_id,
        func.count().label("listed"),
        func.max(listed_payers.c.imported_at).label("list_of"),
    ).group_by(listed_payers.c.account_id)
    reached_, listed_ = reached.subquery(), listed.subquery()
    rows = connection.execute(
        select(payer_accounts, reached_.c.payers, listed_.c.listed, listed_.c.list_of)
        .outerjoin(reached_, reached_.c.account_id == payer_accounts.c.id)
        .outerjoin(listed_, listed_.c.account_id == payer_accounts.c.id)
        .where(payer_accounts.c.practice_id == practice_id)
        .order_by(payer_accounts.c.created_at, payer_accounts.c.id)
    )
    return [_account(row) for row in rows]


def _ways(connection: Connection, practice_id: str, payer_id: str = "") -> dict[str, list[WayShown]]:
    chosen = (
        select(
            payer_routes,
            payer_accounts.c.name.label("account_name"),
            payer_accounts.c.adapter,
            payer_accounts.c.paused_code,
        )
        .join(payer_accounts, payer_accounts.c.id == payer_routes.c.account_id)
        .where(payer_routes.c.practice_id == practice_id)
        .order_by(payer_routes.c.payer_id, payer_routes.c.rank, payer_routes.c.id)
    )
    if payer_id:
        chosen = chosen.where(payer_routes.c.payer_id == payer_id)
    found: dict[str, list[WayShown]] = {}
    for row in connection.execute(chosen):
        found.setdefault(row.payer_id, []).append(_way(row))
    return found


def _way(row: Row[Any]) -> WayShown:
    return WayShown(
        account_id=row.account_id,
        account_name=row.account_name,
        adapter=row.adapter,
        their_id=row.their_id,
        support=row.support,
        enrolled_at=row.enrolled_at,
        paused_code=row.paused_code or "",
    )


def _payer(row: Row[Any], ways: Sequence[WayShown]) -> PayerDocument:
    return PayerDocument(
        id=row.id,
        code=row.code,
        name=row.name,
        aliases=row.aliases,
        kind=row.kind,
        phone=row.phone,
        ways=list(ways),
        quirks=row.quirks,
    )


def _account(row: Row[Any]) -> AccountShown:
    return AccountShown(
        id=row.id,
        name=row.name,
        adapter=row.adapter,
        url=row.url,
        usage=row.usage,
        paused_code=row.paused_code or "",
        cents_per_check=row.cents_per_check,
        payers=row.payers or 0,
        listed=row.listed or 0,
        list_of=row.list_of and row.list_of.date(),
    )
