"""The payer directory: which payer of the practice a name or an id means, and what may be changed in one."""

from typing import Any

from sqlalchemy import Connection, select, update

from payers.directory import Support
from verify.store.clinic import find_payer
from verify.store.payer_lists import listed_by_id
from verify.store.payer_names import spelled, write_names
from verify.store.routes import payer_at
from verify.store.tables import payers


def company(
    connection: Connection, practice_id: str, account_id: str | None, *, their_id: str, name: str
) -> str | None:
    """The payer an answer means by a company, by its id at the account that answered, else by its name or alias.

    None when nobody, or more than one, goes by it.
    """
    if their_id and account_id:
        found = payer_at(connection, practice_id, account_id, their_id)
        if found is not None:
            return str(found.id)
    by_name = find_payer(connection, practice_id, name)
    return str(by_name.id) if by_name is not None else None


def listed_company(
    connection: Connection, practice_id: str, account_id: str, *, their_id: str, name: str
) -> str | None:
    """The payer of the account's list that an answer means by a company: by its id alone, told apart by its name.

    None when the list has nobody of this id, several it cannot tell apart, or one that answers no eligibility.
    """
    if not their_id:
        return None
    row = listed_by_id(connection, practice_id, account_id, their_id, [spelled(name)])
    if row is None or row.eligibility == Support.NOT_SUPPORTED:
        return None
    return str(row.id)


def add_alias(connection: Connection, practice_id: str, payer_id: str, alias: str) -> str | None:
    """Adds a name it goes by. The code of another payer that goes by it as well, so that it means nobody any more."""
    row = connection.execute(select(payers.c.aliases).where(payers.c.id == payer_id)).one()
    other = find_payer(connection, practice_id, alias)
    connection.execute(
        update(payers).where(payers.c.id == payer_id).values(aliases=[*dict.fromkeys([*row.aliases, alias])])
    )
    write_names(connection, payer_id)
    return str(other.code) if other is not None and other.id != payer_id else None


def set_quirks(connection: Connection, payer_id: str, quirks: dict[str, Any]) -> None:
    """`quirks` are JSON that payers.directory.read_quirks took."""
    connection.execute(update(payers).where(payers.c.id == payer_id).values(quirks=quirks))
