"""The price list at the terminal: what is there, and files of prices."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from verify.cli.clinic import Practice, practice_of
from verify.cli.ending import Exit, Stop, say
from verify.cli.options import Data, Json, transaction
from verify.cli.terminal import fitted, table, write, write_json

LIST = """List the prices that hold today or later.

\b
  verify prices list
  verify prices list --json        one JSON object a line
"""
IMPORT = """Take prices from a CSV file: all of them, or none and every fault is named. Exit code 2 for faults.

Columns: code, kind (self_pay, billed, contract or typical), payer, amount, valid_from, valid_until, source, verified.
A price that begins later than one we have ends that one. Whatever the file says, a figure counts as an assumption
until a person confirms it on the page Prices.

\b
  verify prices import prices.csv
"""
prices = typer.Typer(help="The price list, for estimates.", no_args_is_help=True, rich_markup_mode=None)
HEADINGS = ("CODE", "KIND", "PAYER", "AMOUNT", "FROM", "UNTIL", "CONFIRMED", "SOURCE")


def register(app: typer.Typer) -> None:
    prices.command("list", help=LIST, short_help="List prices.")(list_prices)
    prices.command("import", help=IMPORT, short_help="Take prices from a CSV file.")(import_prices)
    app.add_typer(prices, name="prices")


def list_prices(practice: Practice = "", data: Data = None, json: Json = False) -> None:
    from datetime import UTC, datetime

    from verify.affordability.wording import dollars
    from verify.store import clinic
    from verify.store import prices as kept

    with transaction(data) as connection:
        owner = practice or practice_of(connection)
        rows = kept.shown(connection, owner, until=clinic.day(connection, owner, datetime.now(UTC)))
    if json:
        for row in rows:
            write_json(
                {
                    "id": row.id,
                    "code": row.code,
                    "kind": row.kind,
                    "payer": row.payer,
                    "cents": row.cents,
                    "valid_from": row.valid_from,
                    "valid_until": row.valid_until,
                    "source": row.source,
                    "verified": row.verified_by is not None,
                }
            )
        return
    cells = [
        [
            row.code,
            row.kind,
            row.payer,
            dollars(row.cents),
            row.valid_from,
            row.valid_until,
            "yes" if row.verified_by else "no",
            row.source,
        ]
        for row in rows
    ]
    for line in fitted(table(HEADINGS, cells)) if cells else []:
        write(line)
    if not cells:
        say("verify: no prices. `verify prices import FILE` takes a list.")


def import_prices(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, readable=True, show_default=False)
    ],
    practice: Practice = "",
    data: Data = None,
) -> None:
    from verify import steps
    from verify.affordability import CaseError

    try:
        with transaction(data) as connection:
            owner = practice or practice_of(connection)
            taken = steps.import_prices(connection, owner, file.read_bytes(), by="system")
    except CaseError as error:
        faults = "\n".join(f"  {problem}" for problem in error.problems)
        raise Stop(f"Nothing of it was taken.\n{faults}", Exit.USAGE) from None
    write(f"{taken.new} added, {taken.changed} changed from a day on, {taken.same} known already")
    say("verify: each figure counts as an assumption until a person confirms it on the page Prices")
