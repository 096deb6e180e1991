"""The payer directory: which payer of the practice a name or an id means."""

from sqlalchemy import Connection

from verify.store.clinic import find_payer
from verify.store.routes import payer_at


def company(
    connection: Connection, practice_id: str, account_id: str | None, *, their_id: str, name: str
) -> str | None:
    """The payer an answer means by a company, by its id at the account that answered, else by its name or alias.

    None when nobody, or more than one, goes by it: then a person asks.
    """
    if their_id and account_id:
        found = payer_at(connection, practice_id, account_id, their_id)
        if found is not None:
            return str(found.id)
    by_name = find_payer(connection, practice_id, name)
    return str(by_name.id) if by_name is not None else None
