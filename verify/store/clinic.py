"""Practices, providers, payers and the accounts that reach them."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, update

from payers.account import Account, AccountId
from verify.security.keys import Keyring
from verify.store.payer_names import NameKind, spelled, write_names
from verify.store.routes import add_route
from verify.store.sealing import SealedColumn, Seals
from verify.store.tables import locations, payer_accounts, payers, practices, providers
from verify.store.tables_directory import payer_names
from verify.verification import new_id

SECRETS = SealedColumn("payer_accounts", "secrets_sealed")


def practice(connection: Connection, practice_id: str) -> Row[Any]:
    """The practice's row. Raises NoResultFound."""
    return connection.execute(select(practices).where(practices.c.id == practice_id)).one()


def zone(connection: Connection, practice_id: str) -> ZoneInfo:
    """The zone that decides what day it is at the practice."""
    return ZoneInfo(practice(connection, practice_id).time_zone)


def day(connection: Connection, practice_id: str, moment: datetime) -> date:
    """Which day a moment is at the practice."""
    return moment.astimezone(zone(connection, practice_id)).date()


def payer(connection: Connection, practice_id: str, payer_id: str) -> Row[Any]:
    """Raises NoResultFound."""
    return connection.execute(
        select(payers).where(payers.c.practice_id == practice_id, payers.c.id == payer_id)
    ).one()


def only_practice(connection: Connection) -> Row[Any] | None:
    """The practice of a system that has one, for commands that do not name it; None when there is none."""
    rows = connection.execute(select(practices).order_by(practices.c.created_at).limit(2)).all()
    return rows[0] if len(rows) == 1 else None


def add_practice(connection: Connection, **values: Any) -> str:
    return _add(connection, practices, "prac", values)


def add_location(connection: Connection, **values: Any) -> str:
    return _add(connection, locations, "loc", values)


def add_provider(connection: Connection, **values: Any) -> str:
    return _add(connection, providers, "prov", values)


def add_payer(
    connection: Connection, *, practice_id: str, account_id: str = "", payer_id: str = "", **values: Any
) -> str:
    """A payer, and the first way to it where an account is named: `payer_id` is the payer's id there."""
    added = _add(connection, payers, "payer", {"practice_id": practice_id, **values})
    write_names(connection, added)
    if account_id:
        add_route(
            connection, practice_id=practice_id, payer_id=added, account_id=account_id, their_id=payer_id
        )
    return added


def add_account(connection: Connection, keyring: Keyring, *, secrets: dict[str, str], **values: Any) -> str:
    """A payer account, its secrets sealed."""
    account_id = new_id("acct")
    sealed = Seals(keyring, values["practice_id"]).close_json(secrets, SECRETS, account_id)
    connection.execute(insert(payer_accounts).values(id=account_id, secrets_sealed=sealed, **values))
    return account_id


def find_payer(connection: Connection, practice_id: str, name: str) -> Row[Any] | None:
    """The payer a card means: by its code, else by any spelling of its name or an alias; None when no one or several fit."""
    wanted = " ".join(name.split()).lower()
    if not wanted:
        return None
    own = select(payers).where(payers.c.practice_id == practice_id)
    if (by_code := connection.execute(own.where(func.lower(payers.c.code) == wanted)).first()) is not None:
        return by_code
    goes_by = select(payer_names.c.payer_id).where(
        payer_names.c.practice_id == practice_id,
        payer_names.c.kind == NameKind.NAME.value,
        payer_names.c.words == spelled(name),
    )
    rows = connection.execute(own.where(payers.c.id.in_(goes_by)).limit(2)).all()
    return rows[0] if len(rows) == 1 else None


def find_provider(connection: Connection, practice_id: str, npi: str) -> Row[Any] | None:
    return connection.execute(
        select(providers).where(providers.c.practice_id == practice_id, providers.c.npi == npi)
    ).first()


def provider(connection: Connection, practice_id: str, provider_id: str) -> Row[Any]:
    """Raises NoResultFound."""
    return connection.execute(
        select(providers).where(providers.c.practice_id == practice_id, providers.c.id == provider_id)
    ).one()


def account(connection: Connection, keyring: Keyring, account_id: str) -> Account:
    """The account with its secrets, ready for an adapter. Raises NoResultFound."""
    row = account_row(connection, account_id)
    secrets: dict[str, str] = {}
    if row.secrets_sealed is not None:
        seals = Seals(keyring, row.practice_id)
        secrets = seals.open_json(row.secrets_sealed, SECRETS, row.id)
    return msgspec.convert(
        {
            "id": AccountId(row.id),
            "name": row.name,
            "adapter": row.adapter,
            "url": row.url,
            "sender_id": row.sender_id,
            "receiver_id": row.receiver_id,
            "secrets": secrets,
            "options": row.options,
            "usage": row.usage,
            "total_deadline": row.total_deadline_seconds,
            "max_in_flight": row.max_in_flight,
            "requests_per_second": row.requests_per_second,
            "allow_private_addresses": row.allow_private_addresses,
            "cents_per_check": row.cents_per_check,
        },
        Account,
    )


def account_row(connection: Connection, account_id: str) -> Row[Any]:
    """The account without its secrets. Raises NoResultFound."""
    return connection.execute(select(payer_accounts).where(payer_accounts.c.id == account_id)).one()


def accounts(connection: Connection) -> list[Row[Any]]:
    """Every account's row, for doctor."""
    return list(connection.execute(select(payer_accounts).order_by(payer_accounts.c.created_at)))


def pause_code(connection: Connection, account_id: str, *, hold: bool = False) -> str:
    """Why the account is not to be used, or empty; with `hold`, true until the transaction's end."""
    look = select(payer_accounts.c.paused_code).where(payer_accounts.c.id == account_id)
    return connection.execute(look.with_for_update(read=True) if hold else look).scalar_one() or ""


def pause_account(connection: Connection, account_id: str, code: str) -> bool:
    """Stops asking through the account until a person mends it; True for the first to say so."""
    paused = connection.execute(
        update(payer_accounts)
        .where(payer_accounts.c.id == account_id, payer_accounts.c.paused_code.is_(None))
        .values(paused_code=code, paused_at=func.now())
    )
    return paused.rowcount == 1


def resume_account(connection: Connection, practice_id: str, account_id: str) -> None:
    """Uses the account again."""
    connection.execute(
        update(payer_accounts)
        .where(payer_accounts.c.id == account_id, payer_accounts.c.practice_id == practice_id)
        .values(paused_code=None, paused_at=None)
    )


def _add(connection: Connection, table: Any, prefix: str, values: dict[str, Any]) -> str:
    row_id = new_id(prefix)
    connection.execute(insert(table).values(id=row_id, **values))
    return row_id
