"""One payer at the terminal: the ways to it and their order, enrollment, its names, how it wants to be asked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from verify.cli.clinic import Practice, changes, practice_of
from verify.cli.ending import Exit, Stop, say
from verify.cli.options import Data, transaction
from verify.cli.payers import AccountId, Code, account_id, payer_id
from verify.cli.terminal import write, write_json

ROUTE = "The ways to a payer: the accounts that reach it, in the order they are tried."
ADD = """Add a way: an account that reaches the payer too. It is tried after those there are.

\b
  verify payers route add bluehollow --account acct_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB --payer-id BHHP2
"""
ORDER = """Set the order in which accounts are tried. Those not named come after, as they were.

\b
  verify payers route order bluehollow acct_01JD4Z8Q6V3M5N7P9R1T2W4X6Y acct_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB
"""
REMOVE = """Take a way away. What was asked through it stays.

\b
  verify payers route remove bluehollow --account acct_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB
"""
ENROLLED = """Say that the clinic is enrolled with a payer at an account; what waited for it is asked then.

\b
  verify payers enrolled medicare --account acct_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB --on 2026-11-02
  verify payers enrolled medicare --account acct_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB --not
"""
QUIRKS = """Set how a payer wants to be asked, from a JSON FILE or stdin ("-"); without one, print what is set.

Whatever is set needs "source", where it was read, and "read_on", the day; the fields are in docs/payers/directory.md.
An empty object takes everything back.

\b
  verify payers quirks bluehollow quirks.json
  echo '{"source": "its companion guide", "read_on": "2026-11-28", "npi": "provider"}' | verify payers quirks bluehollow -
  verify payers quirks bluehollow
"""
ALIAS = """Add a name that stands for the payer on cards and in answers; any spelling of it counts.

\b
  verify payers alias bluehollow "Blue Hollow PPO"
"""


def register(payers: typer.Typer) -> None:
    route = typer.Typer(help=ROUTE, no_args_is_help=True, rich_markup_mode=None)
    route.command("add", help=ADD, short_help="Add a way.")(add_way)
    route.command("order", help=ORDER, short_help="Set their order.")(order_ways)
    route.command("remove", help=REMOVE, short_help="Take one away.")(remove_way)
    payers.add_typer(route, name="route", short_help="The ways to a payer.")
    payers.command("enrolled", help=ENROLLED, short_help="Say that the clinic is enrolled.")(say_enrolled)
    payers.command("quirks", help=QUIRKS, short_help="Set how one wants to be asked.")(set_quirks)
    payers.command("alias", help=ALIAS, short_help="Add a name.")(add_name)


def add_way(
    code: Code,
    account: AccountId,
    their_id: Annotated[str, typer.Option("--payer-id", metavar="ID", help="The payer's id there.")] = "",
    practice: Practice = "",
    data: Data = None,
) -> None:
    from verify.store.payer_lists import listed_by_id
    from verify.store.payer_names import names_of
    from verify.store.routes import add_route

    with changes(data) as connection:
        owner = practice or practice_of(connection)
        payer = payer_id(connection, owner, code)
        account_id(connection, owner, account)
        row = (
            listed_by_id(connection, owner, account, their_id, names_of(connection, payer))
            if their_id
            else None
        )
        made = add_route(
            connection,
            practice_id=owner,
            payer_id=payer,
            account_id=account,
            their_id=their_id,
            support=row.eligibility if row else "unknown",
        )
    write(made)


def order_ways(
    code: Code,
    accounts: Annotated[list[str], typer.Argument(metavar="ACCOUNT…", show_default=False)],
    practice: Practice = "",
    data: Data = None,
) -> None:
    from verify.store.routes import order_routes, routes_of

    with changes(data) as connection:
        payer = payer_id(connection, practice or practice_of(connection), code)
        ways = {way.account_id for way in routes_of(connection, payer)}
        if unknown := [each for each in accounts if each not in ways]:
            raise Stop(f"{unknown[0]} does not reach {code}.", Exit.NOT_FOUND)
        order_routes(connection, payer, accounts)


def remove_way(code: Code, account: AccountId, practice: Practice = "", data: Data = None) -> None:
    from verify.store.routes import remove_route

    with changes(data) as connection:
        payer = payer_id(connection, practice or practice_of(connection), code)
        if not remove_route(connection, payer, account):
            raise Stop(f"{account} does not reach {code}.", Exit.NOT_FOUND)


def say_enrolled(
    code: Code,
    account: AccountId,
    on: Annotated[
        datetime | None,
        typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="Since when; now if not said."),
    ] = None,
    no: Annotated[bool, typer.Option("--not", help="It is not, or no more.")] = False,
    practice: Practice = "",
    data: Data = None,
) -> None:
    from datetime import UTC

    from verify.steps.enrollment import enrolled
    from verify.store import clinic
    from verify.store.routes import enroll, route

    with changes(data) as connection:
        owner = practice or practice_of(connection)
        payer = payer_id(connection, owner, code)
        if route(connection, payer, account) is None:
            raise Stop(f"{account} does not reach {code}.", Exit.NOT_FOUND)
        if no:
            enroll(connection, payer, account, None)
            return
        at = on.replace(tzinfo=clinic.zone(connection, owner)) if on else datetime.now(UTC)
        waiting = enrolled(connection, owner, payer, account, at=at, by="system")
    if waiting:
        say(f"verify: {len(waiting):,} questions waited for it and are asked now")


def set_quirks(
    code: Code,
    file: Annotated[str, typer.Argument(metavar="[FILE|-]", show_default=False)] = "",
    practice: Practice = "",
    data: Data = None,
) -> None:
    from payers.directory import BadQuirks, read_quirks
    from verify.cli.submission import from_file
    from verify.store import directory
    from verify.store.payer_views import payer_shown

    if not file:
        with transaction(data) as connection:
            owner = practice or practice_of(connection)
            payer_id(connection, owner, code)
            shown = payer_shown(connection, owner, code)
        write_json(shown.quirks if shown else {})
        return
    given = from_file(file)
    if not isinstance(given, dict):
        raise Stop("Quirks are a JSON object.", Exit.USAGE)
    try:
        read_quirks(given)
    except BadQuirks as error:
        raise Stop(f"They cannot be used: {error}.", Exit.USAGE) from None
    with changes(data) as connection:
        payer = payer_id(connection, practice or practice_of(connection), code)
        directory.set_quirks(connection, payer, given)


def add_name(
    code: Code,
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
    practice: Practice = "",
    data: Data = None,
) -> None:
    from verify.store import directory
    from verify.store.payer_names import spelled

    if not spelled(name):
        raise Stop("A name has letters.", Exit.USAGE)
    with changes(data) as connection:
        owner = practice or practice_of(connection)
        other = directory.add_alias(connection, owner, payer_id(connection, owner, code), name)
    if other:
        say(f"verify: {other} goes by it too, so on a card it means neither: correct one of the two")
