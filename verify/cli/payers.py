"""Payers at the terminal: which there are, who is meant by a name, how each is reached and asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from verify.cli.clinic import Practice, changes, practice_of
from verify.cli.ending import Exit, Stop, say
from verify.cli.options import Data, Json, transaction
from verify.cli.terminal import clean, fitted, table, write, write_json

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from verify.store.payer_search import Found
    from verify.store.payer_views import PayerDocument, WayShown

ADD = """Add a payer and the account that reaches it. Prints its id.

\b
  verify payers add bluehollow "Blue Hollow Health Plan" --account acct_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB \\
      --payer-id BHHP1 --alias "Blue Hollow" --phone 555-0100
"""
LIST = """List the practice's payers with the accounts that reach each, the first to try first.

\b
  verify payers list
  verify payers list --json        one JSON object a line
"""
SEARCH = """Find payers by a name in any spelling, or by an id: the practice's own, and those its accounts list.

The likeliest comes first. One without a code is in a list only: `verify payers adopt` makes it the practice's.
Exit code 3 when nobody is like it.

\b
  verify payers search "blue cross tx"
  verify payers search UHC --limit 3
  verify payers search 87726 --json
"""
SHOW = """Show one payer: its names, the ways to it in order, and how it wants to be asked, with the source of that.

\b
  verify payers show bluehollow
"""
Code = Annotated[str, typer.Argument(metavar="CODE", show_default=False)]
AccountId = Annotated[str, typer.Option("--account", metavar="ID", help="See `verify accounts list`.")]
payers = typer.Typer(
    help="Payers: who they are, and how each is reached and asked.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
#: payer_routes.support -> whether questions pass.
SUPPORT = {
    "unknown": "not known",
    "supported": "passes",
    "not_supported": "does not pass",
    "enrollment_required": "needs enrollment",
}


def register(app: typer.Typer) -> None:
    from verify.cli import payer_lists, payer_ways

    payers.command("add", help=ADD, short_help="Add a payer.")(add_payer)
    payers.command("list", help=LIST, short_help="List payers.")(list_payers)
    payers.command("search", help=SEARCH, short_help="Find one by name or id.")(search_payers)
    payers.command("show", help=SHOW, short_help="Show one.")(show_payer)
    payer_lists.register(payers)
    payer_ways.register(payers)
    app.add_typer(payers, name="payers")


def add_payer(
    code: Code,
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
    account: Annotated[str, typer.Option(metavar="ID", help="The account that reaches it.")],
    payer_id: Annotated[str, typer.Option(metavar="ID", help="Its id there.")] = "",
    alias: Annotated[list[str] | None, typer.Option(metavar="NAME", help="As on cards; repeat.")] = None,
    phone: Annotated[str, typer.Option(metavar="NUMBER", help="Its provider line.")] = "",
    practice: Practice = "",
    data: Data = None,
) -> None:
    from verify.store import clinic

    with changes(data) as connection:
        owner = practice or practice_of(connection)
        made = clinic.add_payer(
            connection,
            practice_id=owner,
            code=code,
            name=name,
            account_id=account_id(connection, owner, account),
            payer_id=payer_id,
            aliases=alias or [],
            phone=phone,
        )
    write(made)


def list_payers(practice: Practice = "", json: Json = False, data: Data = None) -> None:
    from verify.store.payer_views import payers_shown

    with transaction(data) as connection:
        found = payers_shown(connection, practice or practice_of(connection))
    if json:
        for payer in found:
            write_json(payer.model_dump(mode="json"))
        return
    cells = [[each.code, each.name, ", ".join(way.account_name for way in each.ways)] for each in found]
    for line in fitted(table(("CODE", "NAME", "REACHED THROUGH"), cells)) if cells else []:
        write(line)
    if not cells:
        say("verify: no payers. `verify payers add` makes one, `verify payers adopt` takes one from a list.")


def search_payers(
    text: Annotated[str, typer.Argument(metavar="TEXT", show_default=False)],
    limit: Annotated[int, typer.Option(metavar="N", min=1, max=100, help="How many at most.")] = 10,
    practice: Practice = "",
    json: Json = False,
    data: Data = None,
) -> None:
    from verify.store.payer_search import search

    with transaction(data) as connection:
        found = search(connection, practice or practice_of(connection), text, limit)
        names = account_names(connection)
    if not found:
        raise Stop("Nobody is like this.", Exit.NOT_FOUND)
    if json:
        for each in found:
            write_json(each._asdict())
        return
    for line in fitted(table(("CODE", "NAME", "PASSES", "ID AT"), [_cells(each, names) for each in found])):
        write(line)


def _cells(found: Found, names: dict[str, str]) -> list[str]:
    ids = (
        f"{their_id} {names.get(account, account)}".strip() for account, their_id in found.their_ids.items()
    )
    support = "enrolled" if found.enrollment == "enrolled" else SUPPORT[found.support]
    return [found.code or "-", found.name, support, ", ".join(ids)]


def show_payer(code: Code, practice: Practice = "", json: Json = False, data: Data = None) -> None:
    from verify.store.payer_views import payer_shown

    with transaction(data) as connection:
        found = payer_shown(connection, practice or practice_of(connection), code)
    if found is None:
        raise Stop(f"No payer {code!r}; `verify payers search` finds one by name.", Exit.NOT_FOUND)
    if json:
        write_json(found.model_dump(mode="json"))
        return
    for line in _lines(found):
        write(line)


def _lines(payer: PayerDocument) -> Iterator[str]:
    yield f"{clean(payer.name)} ({payer.code})"
    said = {
        "id": payer.id,
        "kind": payer.kind.replace("_", " ") or "not known",
        "aliases": ", ".join(map(clean, payer.aliases)) or "none",
        "phone": clean(payer.phone) or "none",
    }
    yield from (f"  {name:<8} {value}" for name, value in said.items())
    yield ""
    if payer.ways:
        headings = ("", "ACCOUNT", "NAME", "ID THERE", "PASSES", "STATE")
        yield from table(headings, [_way(number, way) for number, way in enumerate(payer.ways, 1)])
    else:
        yield "No account reaches it: `verify payers route add`."
    yield ""
    yield from _quirks(payer.quirks)


def _way(number: int, way: WayShown) -> list[str]:
    enrolled = f", enrolled {way.enrolled_at:%Y-%m-%d}" if way.enrolled_at else ""
    state = f"paused: {way.paused_code}" if way.paused_code else "in use"
    return [
        f"{number}.",
        way.account_id,
        way.account_name,
        way.their_id or "-",
        f"{SUPPORT[way.support]}{enrolled}",
        state,
    ]


def _quirks(quirks: dict[str, Any]) -> Iterator[str]:
    if not quirks:
        yield "It is asked as is usual."
        return
    yield f"How it wants to be asked ({clean(quirks.get('source'))}, read {quirks.get('read_on')}):"
    for name, value in quirks.items():
        if name not in {"source", "read_on"}:
            yield f"  {name}: {clean(value)}"


# --- shared by the other commands -------------------------------------------------------------------------


def payer_id(connection: Connection, practice: str, code: str) -> str:
    """The id of the practice's payer of this code. Stops when there is none."""
    from verify.store.payer_views import payer_shown

    found = payer_shown(connection, practice, code)
    if found is None:
        raise Stop(f"No payer {code!r}; `verify payers search` finds one by name.", Exit.NOT_FOUND)
    return found.id


def account_id(connection: Connection, practice: str, account: str) -> str:
    """The account, which must be the practice's. Stops when it is not."""
    from verify.store import clinic

    if account not in {row.id for row in clinic.accounts(connection) if row.practice_id == practice}:
        raise Stop(f"No account {account!r} here; `verify accounts list` names them.", Exit.NOT_FOUND)
    return account


def account_names(connection: Connection) -> dict[str, str]:
    from verify.store import clinic

    return {row.id: row.name for row in clinic.accounts(connection)}
