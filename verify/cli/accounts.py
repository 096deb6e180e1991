"""Payer accounts at the terminal: which there are, and what was asked through each in a month for how much."""

from __future__ import annotations

from typing import Annotated

import typer

from verify.cli.clinic import ACCOUNT, Practice, add_account, practice_of
from verify.cli.ending import Exit, Stop, say
from verify.cli.options import Data, Json, transaction
from verify.cli.terminal import fitted, table, write, write_json

LIST = """List payer accounts: how many payers each reaches, how many its list has, and whether it is in use.

\b
  verify accounts list
  verify accounts list --json        one JSON object a line
"""
COSTS = """Say what was asked through each account in a month, what that costs, and what did not have to be asked.

Checks are questions that reached the account, or may have; their price is what the account's cents_per_check said
then, so compare it with the bill. Saved are questions that an answer of the same day served again.

\b
  verify accounts costs
  verify accounts costs --month 2026-10 --json
"""


def register(app: typer.Typer) -> None:
    accounts = typer.Typer(
        help="Payer accounts: how a clearinghouse is reached.", no_args_is_help=True, rich_markup_mode=None
    )
    accounts.command("add", help=ACCOUNT, short_help="Add a payer account.")(add_account)
    accounts.command("list", help=LIST, short_help="List them.")(list_accounts)
    accounts.command("costs", help=COSTS, short_help="What a month's checks cost.")(show_costs)
    app.add_typer(accounts, name="accounts")


def list_accounts(practice: Practice = "", json: Json = False, data: Data = None) -> None:
    from verify.store.payer_views import accounts_shown

    with transaction(data) as connection:
        found = accounts_shown(connection, practice or practice_of(connection))
    if json:
        for account in found:
            write_json(account.model_dump(mode="json"))
        return
    cells = [
        [
            each.id,
            each.name,
            each.adapter,
            each.payers,
            f"{each.listed:,} ({each.list_of})" if each.listed else "none",
            f"paused: {each.paused_code}" if each.paused_code else "in use",
        ]
        for each in found
    ]
    for line in (
        fitted(table(("ACCOUNT", "NAME", "ADAPTER", "PAYERS", "LISTED", "STATE"), cells)) if cells else []
    ):
        write(line)
    if not cells:
        say("verify: no accounts. `verify accounts add` makes one.")


def show_costs(
    month: Annotated[str, typer.Option(metavar="YYYY-MM", help="This month if not said.")] = "",
    practice: Practice = "",
    json: Json = False,
    data: Data = None,
) -> None:
    from datetime import UTC, datetime

    from verify.affordability.wording import dollars
    from verify.store import check_costs, clinic

    with transaction(data) as connection:
        owner = practice or practice_of(connection)
        zone = clinic.zone(connection, owner)
        month = month or f"{datetime.now(UTC).astimezone(zone):%Y-%m}"
        try:
            since, until = check_costs.month(month, zone)
        except ValueError:
            raise Stop(f"No month {month!r}; months are written as 2026-11.", Exit.USAGE) from None
        found = check_costs.costs_of(connection, owner, since, until)
    if json:
        for account in found:
            write_json({"month": month, **account._asdict()})
        return
    cells = [
        [
            each.name,
            each.checks,
            each.answered,
            "not known" if each.cents is None else dollars(each.cents),
            each.unpriced,
            each.saved,
            dollars(each.saved_cents),
        ]
        for each in found
    ]
    headings = (month, "CHECKS", "ANSWERED", "COST", "WITHOUT A PRICE", "SAVED", "WOULD HAVE COST")
    for line in fitted(table(headings, cells)):
        write(line)
