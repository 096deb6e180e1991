"""Adoption: payers taken over from an account's list, or from what ships with the program."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, select

from payers.directory import Clearinghouse, KnownPayer, Support, known_payers, similarity
from payers.registry import clearinghouse_of
from verify.store.clinic import add_payer, find_payer
from verify.store.payer_lists import listed_by_id, listed_by_name
from verify.store.payer_names import spelled
from verify.store.routes import add_route, payer_at, route
from verify.store.tables import payer_accounts, payers
from verify.store.tables_directory import listed_payers

LONGEST_CODE = 40
#: A known payer is a listed one of the same id where their names have this much in common.
SAME_ENOUGH = 0.3


class Adopted(NamedTuple):
    """A payer of the practice, reached through an account's list."""

    payer_id: str
    code: str
    #: Whether the payer is new, and whether the way to it is.
    is_new: bool
    is_new_way: bool


class CannotAdopt(Exception):
    """Why a payer cannot be taken over; the text says what to do."""


def adopt_listed(connection: Connection, practice_id: str, listed_id: str, *, code: str = "") -> Adopted:
    """Makes a payer of the practice from a listed one; one that goes by its name gets one more way.

    What is known of it besides comes along (payers.directory.known). Raises CannotAdopt, and NoResultFound for an id
    of another practice.
    """
    row = connection.execute(
        select(listed_payers).where(
            listed_payers.c.practice_id == practice_id, listed_payers.c.id == listed_id
        )
    ).one()
    known = known_of(row, _clearinghouse(connection, row.account_id))
    return _adopt(
        connection,
        practice_id,
        row.account_id,
        their_id=row.their_id,
        support=row.eligibility,
        name=row.name,
        aliases=[each for each in row.names if each != row.name],
        known=known,
        code=code,
    )


def adopt_known(
    connection: Connection, practice_id: str, account_id: str, known: KnownPayer, *, code: str = ""
) -> Adopted:
    """Makes a payer of the practice from what ships with the program, as this account reaches it.

    Where the account has a list, the list must have it: by id, else by name. Raises CannotAdopt.
    """
    if known.ask_instead:
        raise CannotAdopt(f"{known.name} is asked at another payer: adopt {known.ask_instead}.")
    house = _clearinghouse(connection, account_id)
    at = known.ids.get(house) if house else None
    if (row := _in_the_list(connection, practice_id, account_id, known, at.id if at else "")) is not None:
        return adopt_listed(connection, practice_id, row.id, code=code or known.code)
    if at is None or not at.id:
        raise CannotAdopt(
            f"Its id at this account is not known; import the account's list, or add {known.name} by hand."
        )
    return _adopt(
        connection,
        practice_id,
        account_id,
        their_id=at.id,
        support=at.eligibility.value,
        name=known.name,
        aliases=[],
        known=known,
        code=code or known.code,
    )


def known_of(row: Row[Any], clearinghouse: Clearinghouse | None) -> KnownPayer | None:
    """The known payer a listed one is: one of its names, or its id and a name that is like one of them."""
    names = {spelled(each) for each in row.names or [row.name]}
    ids = {each.casefold() for each in (row.their_id, row.stable_id, *row.aliases) if each}
    for known in known_payers().values():
        own = {spelled(each) for each in known.names}
        if own & names:
            return known
        at = known.ids.get(clearinghouse) if clearinghouse else None
        if at is not None and at.id.casefold() in ids and _are_alike(own, names):
            return known
    return None


def _are_alike(some: Iterable[str], others: Sequence[str] | set[str]) -> bool:
    return any(similarity(one, other) >= SAME_ENOUGH for one in some for other in others)


def _in_the_list(
    connection: Connection, practice_id: str, account_id: str, known: KnownPayer, their_id: str
) -> Row[Any] | None:
    """None where the account has no list. Raises CannotAdopt where its list does not have it, or has several."""
    listed = select(listed_payers.c.id).where(listed_payers.c.account_id == account_id).limit(1)
    if connection.execute(listed).first() is None:
        return None
    names = [spelled(each) for each in known.names]
    if their_id and (row := listed_by_id(connection, practice_id, account_id, their_id, names)) is not None:
        return row
    found = {
        row.id: row
        for words in names
        for row in listed_by_name(connection, practice_id, account_id, words)
        if row.eligibility != Support.NOT_SUPPORTED
    }
    if len(found) == 1:
        return next(iter(found.values()))
    said = "has several that go by its names" if found else "does not have it"
    raise CannotAdopt(
        f"The account's list {said}; look with `verify payers search`, and adopt by its id there."
    )


def _adopt(
    connection: Connection,
    practice_id: str,
    account_id: str,
    *,
    their_id: str,
    support: str,
    name: str,
    aliases: Sequence[str],
    known: KnownPayer | None,
    code: str,
) -> Adopted:
    """One at a time in a practice: two that found the same company at once make one payer of it."""
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(practice_id, 1))))
    if (there := payer_at(connection, practice_id, account_id, their_id)) is not None:
        return Adopted(there.id, there.code, is_new=False, is_new_way=False)
    own = find_payer(connection, practice_id, name)
    if own is None:
        all_names = [*aliases, *(_names_besides(known) if known else ())]
        made = add_payer(
            connection,
            practice_id=practice_id,
            code=_free_code(connection, practice_id, code or code_of(name)),
            name=name,
            aliases=_without(name, all_names),
            kind=known.kind.value if known else "",
            quirks=known.quirks if known else {},
        )
        own = connection.execute(select(payers).where(payers.c.id == made)).one()
        is_new = True
    elif route(connection, own.id, account_id) is not None:
        raise CannotAdopt(
            f"{own.code} has another id at this account already: see `verify payers show {own.code}`."
        )
    else:
        is_new = False
    add_route(
        connection,
        practice_id=practice_id,
        payer_id=own.id,
        account_id=account_id,
        their_id=their_id,
        support=support,
    )
    return Adopted(own.id, own.code, is_new=is_new, is_new_way=True)


def _names_besides(known: KnownPayer) -> list[str]:
    """Its other names, and those of whom it is asked for."""
    stands_for = [each for each in known_payers().values() if each.ask_instead == known.code]
    return [*known.names, *(name for each in stands_for for name in each.names)]


def _without(name: str, aliases: Sequence[str]) -> list[str]:
    """Aliases that say something new."""
    kept = {spelled(each): each for each in reversed(aliases)}
    kept.pop(spelled(name), None)
    return list(reversed(kept.values()))


def code_of(name: str) -> str:
    """`blue_cross_of_texas` for `Blue Cross of Texas`; `payer` where nothing of it can stand in a code."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "_".join(re.findall(r"[a-z0-9]+", letters))[:LONGEST_CODE].strip("_") or "payer"


def _free_code(connection: Connection, practice_id: str, wanted: str) -> str:
    taken = set(
        connection.execute(select(payers.c.code).where(payers.c.practice_id == practice_id)).scalars()
    )
    codes = (wanted if number == 1 else f"{wanted}_{number}" for number in count(1))
    return next(code for code in codes if code not in taken)


def _clearinghouse(connection: Connection, account_id: str) -> Clearinghouse | None:
    account = connection.execute(select(payer_accounts).where(payer_accounts.c.id == account_id)).one()
    return clearinghouse_of(account.adapter, account.options)
