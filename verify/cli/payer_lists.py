"""Lists of payers at the terminal: taken in from a file or the clearinghouse, and payers taken over from them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from verify.cli.clinic import Practice, changes, practice_of
from verify.cli.ending import Exit, Stop, say
from verify.cli.options import Data, Json, chosen, transaction
from verify.cli.payers import AccountId, account_id
from verify.cli.terminal import fitted, table, write, write_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

    from payers.account import Account
    from payers.directory import ListedPayer, Problem
    from verify.store.adoption import Adopted
    from verify.store.payer_lists import Imported

IMPORT = """Take in the list of payers of an account's clearinghouse: from a FILE, or with --fetch from the clearinghouse.

The list takes the place of the one before; payers that are gone from it are removed. Whether questions to the
practice's own payers pass is brought up to date. A list that lost half of what was known is not taken unless
--may-shrink says so. Exit code 5 when some of it could not be read.

--kind is csv (our own: payer_id,name,…), stedi_json, stedi_csv, office_ally_csv or optum_json.

\b
  verify payers import payers.csv --account acct_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB --kind office_ally_csv
  verify payers import --fetch --account acct_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB
"""
KNOWN = """List the well-known payers that ship with the program, with their ids at each clearinghouse and the source of each.

\b
  verify payers known
  verify payers known --json
"""
ADOPT = """Make a payer the practice's: a known one, or one that the account lists by this id or name. Prints its code.

A payer of the practice by that name gets one more way instead. What is known of it besides comes along: other names,
what kind of payer it is, how it wants to be asked.

\b
  verify payers adopt carelon_behavioral --account acct_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB
  verify payers adopt 00540 --account acct_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB --code lakeside
"""
#: What could not be read that is printed; the count has all.
MOST_SHOWN = 20


def register(payers: typer.Typer) -> None:
    payers.command("import", help=IMPORT, short_help="Take in a clearinghouse's list.")(import_payers)
    payers.command("known", help=KNOWN, short_help="List well-known payers.")(known)
    payers.command("adopt", help=ADOPT, short_help="Take one over from a list.")(adopt)


# --- import -----------------------------------------------------------------------------------------------


def import_payers(
    account: AccountId,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, show_default=False),
    ] = None,
    kind: Annotated[str, typer.Option(metavar="KIND", help="What list the file is.")] = "csv",
    fetch: Annotated[bool, typer.Option("--fetch", help="Ask the clearinghouse for it.")] = False,
    may_shrink: Annotated[
        bool, typer.Option("--may-shrink", help="Take it though it lost half of what was known.")
    ] = False,
    practice: Practice = "",
    json: Json = False,
    data: Data = None,
) -> None:
    from verify.store.payer_lists import ListShrank, NothingListed, import_list

    if (file is None) is not fetch:
        raise Stop("Either a file or --fetch.", Exit.USAGE)
    rows = _read(file, kind) if file else _fetched(account, practice, data)
    try:
        with changes(data) as connection:
            owner = practice or practice_of(connection)
            account_id(connection, owner, account)
            came = import_list(connection, owner, account, rows, may_shrink=may_shrink)
    except NothingListed as nothing:
        _say_problems(nothing.problems)
        raise Stop("Nothing of it could be read; is --kind right?", Exit.USAGE) from None
    except ListShrank as shrank:
        words = f"{shrank.gone:,} of {shrank.known:,} payers are not in it any more; --may-shrink takes it all the same."
        raise Stop(words, Exit.CONFLICT) from None
    _tell(came, json=json)
    raise typer.Exit(Exit.SOME_FAILED if came.problems else Exit.OK)


def _read(file: Path, kind: str) -> list[ListedPayer | Problem]:
    from payers.directory import ListKind, read_list

    if kind not in set(ListKind):
        raise Stop(f"No kind {kind!r}; there are {', '.join(ListKind)}.", Exit.USAGE)
    return list(read_list(file.read_bytes(), ListKind(kind)))


def _fetched(account: str, practice: str, data: Path | None) -> list[ListedPayer | Problem]:
    """Everything is fetched before anything is changed."""
    from payers.errors import AccountError, PayerError
    from verify.steps.payer_lists import EndlessList, NoList, fetch_list

    try:
        return list(fetch_list(_account(account, practice, data)))
    except NoList:
        raise Stop(
            "This account's source has no list that can be fetched; take it from a file.", Exit.USAGE
        ) from None
    except EndlessList:
        raise Stop("The list does not end; nothing was taken.") from None
    except AccountError as failure:
        raise Stop(f"The account cannot be used: {failure.code}.", Exit.USAGE) from None
    except PayerError as failure:
        raise Stop(f"The list could not be fetched: {failure.code}.", Exit.UNREACHABLE) from None


def _account(account: str, practice: str, data: Path | None) -> Account:
    from verify.security.keys import Keyring
    from verify.store import clinic

    keyring = Keyring.load(chosen(data).key_file)
    with transaction(data) as connection:
        account_id(connection, practice or practice_of(connection), account)
        return clinic.account(connection, keyring, account)


def _tell(came: Imported, *, json: bool) -> None:
    from msgspec import to_builtins

    if json:
        write_json(to_builtins(came._asdict()))
        return
    write(f"{came.new:,} new, {came.changed:,} changed, {came.same:,} the same, {came.gone:,} gone")
    for code, support in came.routes.items():
        write(f"{code}: {support.replace('_', ' ')}")
    _say_problems(came.problems)


def _say_problems(problems: Sequence[Problem]) -> None:
    for each in problems[:MOST_SHOWN]:
        say(f"verify: line {each.line}: {each.reason}")
    if len(problems) > MOST_SHOWN:
        say(f"verify: and {len(problems) - MOST_SHOWN:,} more")


# --- known payers, and adopting ---------------------------------------------------------------------------


def known(json: Json = False) -> None:
    from msgspec import to_builtins

    from payers.directory import known_payers

    found = known_payers().values()
    if json:
        for payer in found:
            write_json(to_builtins(payer))
        return
    cells = []
    for payer in found:
        ids = [
            f"{at.id} {house} ({at.evidence.replace('_', ' ')})" if at.id else f"by name {house}"
            for house, at in payer.ids.items()
        ]
        ids += [f"asked at {payer.ask_instead}"] if payer.ask_instead else []
        cells.append([payer.code, payer.name, payer.kind.replace("_", " "), ", ".join(ids)])
    for line in fitted(table(("CODE", "NAME", "KIND", "ID AT"), cells)):
        write(line)


def adopt(
    which: Annotated[str, typer.Argument(metavar="KNOWN|ID|NAME", show_default=False)],
    account: AccountId,
    code: Annotated[str, typer.Option(metavar="CODE", help="Else made of its name.")] = "",
    practice: Practice = "",
    data: Data = None,
) -> None:
    from verify.store.adoption import CannotAdopt

    try:
        with changes(data) as connection:
            owner = practice or practice_of(connection)
            account_id(connection, owner, account)
            adopted = _adopted(connection, owner, account, which, code)
    except CannotAdopt as why:
        raise Stop(str(why), Exit.CONFLICT) from None
    write(adopted.code)
    if not adopted.is_new:
        say(
            f"verify: {adopted.code} was there{', and has one more way' if adopted.is_new_way else ' already'}"
        )


def _adopted(connection: Connection, practice: str, account: str, which: str, code: str) -> Adopted:
    from payers.directory import known_payers
    from verify.store.adoption import adopt_known, adopt_listed
    from verify.store.payer_lists import listed_by_id, listed_by_name
    from verify.store.payer_names import spelled

    if which in known_payers():
        return adopt_known(connection, practice, account, known_payers()[which], code=code)
    row = listed_by_id(connection, practice, account, which)
    rows = [row] if row else listed_by_name(connection, practice, account, spelled(which))
    if len(rows) != 1:
        said = (
            "lists several by this name; adopt one by its id" if rows else "lists nobody by this id or name"
        )
        raise Stop(f"The account {said}. `verify payers search` finds payers.", Exit.NOT_FOUND)
    return adopt_listed(connection, practice, rows[0].id, code=code)
