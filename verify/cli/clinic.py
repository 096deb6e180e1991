"""Practices, and how they reach payers: set up at the terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from verify.cli.ending import Exit, Stop
from verify.cli.options import Data, chosen, transaction
from verify.cli.terminal import write

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from payers.account import Account

PRACTICE = """Add a practice: the owner of its patients, users and payer accounts. Prints its id.

\b
  verify practices add "Example Psychiatry" --npi 1999999984 --tax-id 000000000 --zone America/Denver
"""
ACCOUNT = """Add a payer account from a JSON FILE, or from stdin with "-": how one clearinghouse is reached. Prints its id.

Fields: name, adapter (a code of docs/adding-a-payer.md, such as caqh_core_soap), url, sender_id, receiver_id, usage (P or T), secrets, options,
total_deadline, max_in_flight, requests_per_second, cents_per_check (what one check costs). Hours in which the payer is not to be asked stand in options:
{"maintenance": [{"days": ["sun"], "from": "01:00", "to": "05:00", "zone": "America/New_York"}]}. Secrets are encrypted; they are never options of a command.

\b
  verify accounts add clearinghouse.json
"""
Practice = Annotated[str, typer.Option("--practice", metavar="ID", help="Needed where there are several.")]
#: SQLSTATE -> how it is said.
BROKEN = {
    "23505": ("There is one like this already.", Exit.CONFLICT),
    "23503": ("No such practice or account; check the ids.", Exit.NOT_FOUND),
}


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help="Practices: who owns patients, users and accounts.", no_args_is_help=True, rich_markup_mode=None
    )
    group.command("add", help=PRACTICE, short_help="Add a practice.")(add_practice)
    app.add_typer(group, name="practices")


def add_practice(
    name: Annotated[str, typer.Argument(metavar="NAME", show_default=False)],
    npi: Annotated[str, typer.Option(metavar="NPI", help="The organization's: who asks the payers.")],
    tax_id: Annotated[str, typer.Option(metavar="NUMBER", help="Nine digits.")] = "",
    zone: Annotated[
        str, typer.Option(metavar="ZONE", help="The time zone that decides its days.")
    ] = "America/New_York",
    data: Data = None,
) -> None:
    from zoneinfo import ZoneInfo

    from verify.store import clinic

    try:
        ZoneInfo(zone)
    except (KeyError, ValueError):
        raise Stop("No such time zone; names are like America/Denver.", Exit.USAGE) from None
    if not (len(npi) == 10 and npi.isdecimal()):
        raise Stop("An NPI has ten digits.", Exit.USAGE)
    with changes(data) as connection:
        write(clinic.add_practice(connection, name=name, npi=npi, tax_id=tax_id, time_zone=zone))


def add_account(
    file: Annotated[str, typer.Argument(metavar="FILE|-", show_default=False)],
    practice: Practice = "",
    data: Data = None,
) -> None:
    from verify.cli.submission import from_file
    from verify.security.keys import Keyring
    from verify.store import clinic

    account = account_of(from_file(file))
    keyring = Keyring.load(chosen(data).key_file)
    with changes(data) as connection:
        row: dict[str, Any] = {name: getattr(account, name) for name in COLUMNS}
        made = clinic.add_account(
            connection,
            keyring,
            practice_id=practice or practice_of(connection),
            secrets=account.secrets,
            total_deadline_seconds=account.total_deadline,
            **row,
        )
    write(made)


COLUMNS = (
    "name",
    "adapter",
    "url",
    "sender_id",
    "receiver_id",
    "options",
    "usage",
    "max_in_flight",
    "requests_per_second",
    "allow_private_addresses",
    "cents_per_check",
)


def account_of(given: object) -> Account:
    """The account a file describes, tried out on its adapter. Stops with the field that cannot be used."""
    import msgspec

    from payers.account import Account
    from payers.errors import AccountError
    from payers.maintenance import BadMaintenance, windows
    from payers.registry import adapter_for, batch_source_for

    if not isinstance(given, dict):
        raise Stop("An account is a JSON object.", Exit.USAGE)
    try:
        account = msgspec.convert({**given, "id": "new"}, Account)
        windows(account.options)
        adapter_for(account).close()
        if (in_batches := batch_source_for(account)) is not None:
            in_batches.close()
    except (msgspec.ValidationError, BadMaintenance) as error:
        raise Stop(f"The account cannot be used: {error}.", Exit.USAGE) from None
    except AccountError as error:
        raise Stop(f"The account cannot be used: {error.code}.", Exit.USAGE) from None
    if not isinstance(account.options.get("nightly_batch", True), bool):
        raise Stop("The account cannot be used: nightly_batch is true or false.", Exit.USAGE)
    return account


@contextmanager
def changes(data: Any) -> Iterator[Connection]:
    """A transaction; what the tables forbid is said in words."""
    from sqlalchemy.exc import IntegrityError

    try:
        with transaction(data) as connection:
            yield connection
    except IntegrityError as error:
        words, code = BROKEN.get(getattr(error.orig, "sqlstate", ""), ("The tables forbid this.", Exit.ERROR))
        raise Stop(words, code) from None


def practice_of(connection: Connection) -> str:
    """The only practice there is. Stops with words when there is none, or a choice."""
    from verify.store import clinic

    only = clinic.only_practice(connection)
    if only is None:
        words = "Which practice? `verify practices add` makes the first, --practice names one of several."
        raise Stop(words, Exit.USAGE)
    return str(only.id)
