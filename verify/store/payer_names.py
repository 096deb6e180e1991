"""Payer names: what payers are found by, in the one spelling that is compared; kept whenever a payer changes."""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from payers.directory import SPELLING, name_text
from verify.store.database import copy_rows
from verify.store.tables import payers
from verify.store.tables_directory import (
    listed_names,
    listed_payers,
    name_spelling,
    payer_names,
    payer_routes,
)

#: Longer ones are compared by their beginning; an index takes no more.
LONGEST = 300


class NameKind(StrEnum):
    """How a payer goes by some words."""

    NAME = "name"
    #: An id it is asked by.
    ID = "id"
    #: Another id a clearinghouse takes for it.
    OTHER_ID = "other_id"


Named = tuple[NameKind, str]


def spelled(name: str) -> str:
    """A name as it is kept and compared; empty for one without a letter or digit."""
    return name_text(name)[:LONGEST]


def spelled_id(their_id: str) -> str:
    """Ids are compared as they are, but for blanks around them and for case."""
    return their_id.strip().lower()[:LONGEST]


def named(names: Iterable[str], ids: Iterable[str], other_ids: Iterable[str] = ()) -> list[Named]:
    """All that a payer goes by, nothing twice; an id of its own is no other one."""
    own = dict.fromkeys(filter(None, map(spelled_id, ids)))
    others = dict.fromkeys(filter(None, map(spelled_id, other_ids)))
    return [
        *((NameKind.NAME, words) for words in dict.fromkeys(filter(None, map(spelled, names)))),
        *((NameKind.ID, words) for words in own),
        *((NameKind.OTHER_ID, words) for words in others if words not in own),
    ]


def of_listed(row: Any) -> list[Named]:
    """What a listed payer goes by: a row of listed_payers, or a payers.directory.ListedPayer."""
    return named(row.names or [row.name], [row.their_id], [row.stable_id, *row.aliases])


def write_names(connection: Connection, payer_id: str) -> None:
    """Writes what one payer of the practice goes by, after its row or its routes changed."""
    row = connection.execute(select(payers).where(payers.c.id == payer_id)).one()
    connection.execute(delete(payer_names).where(payer_names.c.payer_id == payer_id))
    copy_rows(connection, payer_names, list(_rows_of(connection, row)))


def names_of(connection: Connection, payer_id: str) -> list[str]:
    """The names of a payer of the practice, as they are kept."""
    of_payer = payer_names.c.payer_id == payer_id
    return list(
        connection.execute(
            select(payer_names.c.words).where(of_payer, payer_names.c.kind == NameKind.NAME.value)
        ).scalars()
    )


def write_in_this_spelling(connection: Connection) -> bool:
    """Writes every name anew where they are not in the spelling of this program; whether it did."""
    if connection.execute(select(name_spelling.c.digest)).scalar_one_or_none() == SPELLING:
        return False
    connection.execute(delete(name_spelling))
    connection.execute(insert(name_spelling).values(digest=SPELLING))
    connection.execute(delete(payer_names))
    for row in connection.execute(select(payers)).all():
        copy_rows(connection, payer_names, list(_rows_of(connection, row)))
    connection.execute(delete(listed_names))
    for account_id in connection.execute(select(listed_payers.c.account_id).distinct()).scalars().all():
        listed = select(listed_payers).where(listed_payers.c.account_id == account_id)
        copy_rows(connection, listed_names, _listed_rows(connection.execute(listed).all()))
    return True


def _rows_of(connection: Connection, row: Row[Any]) -> Iterator[dict[str, str]]:
    ids = select(payer_routes.c.their_id).where(payer_routes.c.payer_id == row.id)
    for kind, words in named([row.code, row.name, *row.aliases], connection.execute(ids).scalars()):
        yield {"practice_id": row.practice_id, "payer_id": row.id, "kind": kind.value, "words": words}


def _listed_rows(rows: Sequence[Row[Any]]) -> list[dict[str, str]]:
    return [
        {"practice_id": row.practice_id, "listed_id": row.id, "kind": kind.value, "words": words}
        for row in rows
        for kind, words in of_listed(row)
    ]
