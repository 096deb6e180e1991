"""Payer lists: what a clearinghouse lists, taken in whole, and what that says of the practice's payers."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, delete, func, select, text, update

from payers.directory import ListedPayer, Problem, Support
from verify.store.database import copy_rows
from verify.store.payer_names import NameKind, names_of, of_listed, spelled_id
from verify.store.routes import last_answer_through
from verify.store.tables import payers
from verify.store.tables_directory import listed_names, listed_payers, payer_routes
from verify.verification import new_id

Key = tuple[str, str]

#: Rows that are copied at once.
AT_ONCE = 1_000
#: A list that lost more than this share of what was known, of at least so many, is not believed at once.
MOST_LOST, WORTH_ASKING = 0.5, 20


class Imported(NamedTuple):
    """What came of a list."""

    new: int
    changed: int
    same: int
    gone: int
    problems: tuple[Problem, ...]
    #: The practice's payers of whose way through the account the list says something else: code -> support.
    routes: dict[str, str]


class NothingListed(Exception):
    """Nothing of it could be read: it is a list of another kind, or none."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("nothing of the list could be read")
        self.problems = problems


class ListShrank(Exception):
    """So much of what was known is missing that it may be part of a list."""

    def __init__(self, gone: int, known: int) -> None:
        super().__init__(f"{gone} of {known} payers are not in the list")
        self.gone, self.known = gone, known


def import_list(
    connection: Connection,
    practice_id: str,
    account_id: str,
    rows: Iterable[ListedPayer | Problem],
    *,
    may_shrink: bool = False,
) -> Imported:
    """Takes the list in the place of the one before. The same id and name twice is one payer, as said first.

    Raises NothingListed; and ListShrank, unless it may.
    """
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(account_id, 0))))
    problems: list[Problem] = []
    said: dict[Key, ListedPayer] = {}
    for row in rows:
        if isinstance(row, Problem):
            problems.append(row)
        else:
            said.setdefault((_plain(row.their_id), _plain(row.name)), row)
    if not said:
        raise NothingListed(problems)
    known = _known(connection, account_id)
    gone = [row.id for key, row in known.items() if key not in said]
    if not may_shrink and len(known) >= WORTH_ASKING and len(gone) > len(known) * MOST_LOST:
        raise ListShrank(len(gone), len(known))
    new = {key: payer for key, payer in said.items() if key not in known}
    changed = {
        known[key].id: payer for key, payer in said.items() if key in known and _differs(payer, known[key])
    }
    _remove(connection, gone)
    _add(connection, practice_id, account_id, list(new.values()))
    _change(connection, practice_id, changed)
    connection.execute(
        update(listed_payers).where(listed_payers.c.account_id == account_id).values(imported_at=func.now())
    )
    _make_quick(connection)
    return Imported(
        new=len(new),
        changed=len(changed),
        same=len(said) - len(new) - len(changed),
        gone=len(gone),
        problems=tuple(problems),
        routes=_refresh_routes(connection, practice_id, account_id),
    )


def _make_quick(connection: Connection) -> None:
    """What autovacuum would do some time later: until then searches took ten times as long."""
    connection.execute(text("select gin_clean_pending_list('listed_names_alike_idx'::regclass)"))
    connection.execute(text("analyze listed_payers, listed_names"))


def _known(connection: Connection, account_id: str) -> dict[Key, Row[Any]]:
    rows = connection.execute(select(listed_payers).where(listed_payers.c.account_id == account_id))
    return {(row.their_id, row.name): row for row in rows}


def _remove(connection: Connection, ids: Sequence[str]) -> None:
    """Their names go with them."""
    for start in range(0, len(ids), AT_ONCE):
        connection.execute(delete(listed_payers).where(listed_payers.c.id.in_(ids[start : start + AT_ONCE])))


def _add(connection: Connection, practice_id: str, account_id: str, added: Sequence[ListedPayer]) -> None:
    for start in range(0, len(added), AT_ONCE):
        batch = {new_id("listed"): payer for payer in added[start : start + AT_ONCE]}
        rows = [
            {"id": listed_id, "practice_id": practice_id, "account_id": account_id, **_columns(payer)}
            for listed_id, payer in batch.items()
        ]
        copy_rows(connection, listed_payers, rows)
        _write_names(connection, practice_id, batch)


def _change(connection: Connection, practice_id: str, changed: Mapping[str, ListedPayer]) -> None:
    if not changed:
        return
    rows = [{"listed_id": listed_id, **_columns(payer)} for listed_id, payer in changed.items()]
    connection.execute(update(listed_payers).where(listed_payers.c.id == bindparam("listed_id")), rows)
    connection.execute(delete(listed_names).where(listed_names.c.listed_id.in_(changed)))
    _write_names(connection, practice_id, changed)


def _write_names(connection: Connection, practice_id: str, batch: Mapping[str, ListedPayer]) -> None:
    rows = [
        {"practice_id": practice_id, "listed_id": listed_id, "kind": kind.value, "words": words}
        for listed_id, payer in batch.items()
        for kind, words in of_listed(payer)
    ]
    copy_rows(connection, listed_names, rows)


def _columns(payer: ListedPayer) -> dict[str, Any]:
    """What is kept of a listed payer."""
    return {
        "their_id": _plain(payer.their_id),
        "stable_id": _plain(payer.stable_id),
        "name": _plain(payer.name),
        "names": [_plain(each) for each in payer.names],
        "aliases": [_plain(each) for each in payer.aliases],
        "states": [_plain(each) for each in payer.states],
        "coverage_types": [_plain(each) for each in payer.coverage_types],
        "eligibility": payer.eligibility.value,
        "enrollment_kind": _plain(payer.enrollment_kind),
        "enrollment_timeframe": _plain(payer.enrollment_timeframe),
    }


def _differs(payer: ListedPayer, row: Row[Any]) -> bool:
    return any(getattr(row, name) != value for name, value in _columns(payer).items())


def _plain(text: str) -> str:
    """PostgreSQL keeps no NUL."""
    return text.replace("\0", "")


# --- finding one in it ------------------------------------------------------------------------------------


def listed_by_id(
    connection: Connection, practice_id: str, account_id: str, their_id: str, names: Collection[str] = ()
) -> Row[Any] | None:
    """The payer an account's list has under this id; where it has several, the one that goes by one of these names.

    `names` as they are kept (payer_names.spelled). None when nobody fits, or several do.
    """
    found = _candidates(connection, practice_id, account_id, their_id)
    if len(found) > 1:
        goes_by = select(listed_names.c.listed_id).where(
            listed_names.c.listed_id.in_([row.id for row in found]),
            listed_names.c.kind == NameKind.NAME.value,
            listed_names.c.words.in_(names),
        )
        fits = set(connection.execute(goes_by).scalars())
        found = [row for row in found if row.id in fits]
    return found[0] if len(found) == 1 else None


def listed_by_name(
    connection: Connection, practice_id: str, account_id: str, words: str
) -> Sequence[Row[Any]]:
    """The payers of an account's list that go by a name, as it is kept."""
    goes_by = select(listed_names.c.listed_id).where(
        listed_names.c.practice_id == practice_id,
        listed_names.c.kind == NameKind.NAME.value,
        listed_names.c.words == words,
    )
    return connection.execute(
        select(listed_payers).where(listed_payers.c.account_id == account_id, listed_payers.c.id.in_(goes_by))
    ).all()


def _candidates(
    connection: Connection, practice_id: str, account_id: str, their_id: str
) -> Sequence[Row[Any]]:
    """Those whose own id it is, else those the clearinghouse knows by it as well."""
    rows = connection.execute(
        select(listed_payers, listed_names.c.kind)
        .join(listed_names, listed_names.c.listed_id == listed_payers.c.id)
        .where(
            listed_names.c.practice_id == practice_id,
            listed_payers.c.account_id == account_id,
            listed_names.c.kind != NameKind.NAME.value,
            listed_names.c.words == spelled_id(their_id),
        )
    ).all()
    return [row for row in rows if row.kind == NameKind.ID.value] or rows


# --- what it says of our ways -----------------------------------------------------------------------------


def _refresh_routes(connection: Connection, practice_id: str, account_id: str) -> dict[str, str]:
    """Writes what the list says of each way to a payer of ours through the account; what changed, by the payer's code.

    A clinic that was answered there is enrolled, whatever a list wants.
    """
    ways = connection.execute(
        select(payer_routes, payers.c.code)
        .join(payers, payers.c.id == payer_routes.c.payer_id)
        .where(payer_routes.c.account_id == account_id, payer_routes.c.their_id != "")
    ).all()
    changed: dict[str, str] = {}
    for way in ways:
        support = _said_of(connection, practice_id, way)
        if support in (Support.UNKNOWN.value, way.support):
            continue
        values: dict[str, Any] = {"support": support}
        if support == Support.ENROLLMENT_REQUIRED.value and way.enrolled_at is None:
            values["enrolled_at"] = last_answer_through(connection, way.payer_id, account_id)
        connection.execute(update(payer_routes).where(payer_routes.c.id == way.id).values(values))
        changed[way.code] = support
    return changed


def _said_of(connection: Connection, practice_id: str, way: Row[Any]) -> str:
    """Of several payers under the id: what the one of the same name says, else what all of them do."""
    names = names_of(connection, way.payer_id)
    if (one := listed_by_id(connection, practice_id, way.account_id, way.their_id, names)) is not None:
        return str(one.eligibility)
    said = {row.eligibility for row in _candidates(connection, practice_id, way.account_id, way.their_id)}
    return said.pop() if len(said) == 1 else Support.UNKNOWN.value
