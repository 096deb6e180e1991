"""Users and their one-time sign-in links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from verify.cli.clinic import Practice, changes, practice_of
from verify.cli.ending import Exit, Stop, say
from verify.cli.options import Data, chosen, transaction
from verify.cli.terminal import write

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

ADD = """Add a user and print a one-time sign-in link.

Roles: admin, coordinator, clinician, biller, front_desk, auditor, service.

\b
  verify users add ada@example.org --name "Ada Example" --role coordinator
"""
LINK = """Print a new one-time sign-in link for a user, for instance when the first was not used in time.

\b
  verify users link ada@example.org
"""
users = typer.Typer(help="Users and their sign-in links.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    users.command("add", help=ADD, short_help="Add a user; prints a sign-in link.")(add)
    users.command("link", help=LINK, short_help="Print a new sign-in link.")(link)
    app.add_typer(users, name="users")


def add(
    email: Annotated[str, typer.Argument(metavar="EMAIL", show_default=False)],
    name: Annotated[str, typer.Option(metavar="NAME", help="As colleagues see it.")],
    role: Annotated[str, typer.Option(metavar="ROLE", help="What they may do.")] = "coordinator",
    practice: Practice = "",
    data: Data = None,
) -> None:
    from verify.security.roles import Role
    from verify.store import users as accounts

    if role not in set(Role):
        raise Stop(f"No role {role!r}; there are {', '.join(Role)}.", Exit.USAGE)
    if "@" not in email:
        raise Stop("An e-mail address is needed, such as ada@example.org.", Exit.USAGE)
    with changes(data) as connection:
        owner = practice or practice_of(connection)
        try:
            user_id = accounts.add(connection, practice_id=owner, email=email, name=name, role=role)
        except accounts.EmailTaken:
            raise Stop(
                "This address has an account; `verify users link` makes a new link.", Exit.CONFLICT
            ) from None
        show_link(connection, user_id, data)


def link(
    email: Annotated[str, typer.Argument(metavar="EMAIL", show_default=False)], data: Data = None
) -> None:
    from verify.store import users as accounts

    with transaction(data) as connection:
        account = accounts.find_by_email(connection, email)
        if account is None:
            raise Stop("Nobody has this address; `verify users add` adds a user.", Exit.NOT_FOUND)
        show_link(connection, account.id, data)


def show_link(connection: Connection, user_id: str, data: Path | None) -> None:
    """The link goes to stdout, once; only its hash is kept."""
    from datetime import UTC, datetime

    from verify.security.sessions import LINK_LIFE
    from verify.store import users as accounts

    write(accounts.sign_in_link(connection, user_id, address(data), datetime.now(UTC)))
    say(f"verify: the link works once, within {LINK_LIFE.seconds // 60} minutes")


def address(data: Path | None) -> str:
    """Where the running system's pages are; else where they would be."""
    from verify.client import ADDRESS_FILE

    settings = chosen(data)
    if settings.public_url:
        return settings.pages_url
    file = settings.data_folder / ADDRESS_FILE
    return file.read_text().strip() if file.is_file() else f"http://{settings.host}:{settings.port}"
