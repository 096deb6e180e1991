"""Notices out: which address is told of changes, what was sent, sending it again; and the morning digest."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from verify.cli.clinic import Practice, changes, practice_of
from verify.cli.ending import Exit, Stop, say
from verify.cli.options import Data, Json, chosen, transaction
from verify.cli.terminal import fitted, table, write, write_json

ADD = """Tell URL of changes of verifications, by a signed POST (Standard Webhooks). Prints its id and its secret.

The secret is shown this once. An address in a private network, or in clear text, is refused without --private.

\b
  verify webhooks add https://ehr.example.org/hooks/verify
  verify webhooks add http://10.0.4.7:9000/hook --private --on needs_person --on needs_information
"""
LIST = """List the addresses and the newest notices.

\b
  verify webhooks list
  verify webhooks list --failed --json
"""
REPLAY = """Send notices again by their ids, or with --failed everything that was given up or stopped.

\b
  verify webhooks replay msg_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB
  verify webhooks replay --failed
"""
ROTATE = """Make a new secret for an address and print it. The old one signs beside it for another 24 hours.

\b
  verify webhooks rotate hook_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB
"""
ENABLE = """Switch an address on again that was switched off because it answered 410 (gone).

\b
  verify webhooks enable hook_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB
"""
DIGEST = """Mail counts per state and a link every morning; nothing of a patient. Without --to: never again.

VERIFY_SMTP_URL and VERIFY_MAIL_FROM say how mail leaves.

\b
  verify digest --hour 7 --to lead@example.org --to desk@example.org
  verify digest
"""
#: How many of each standing a replay takes at once.
MOST = 10_000
webhooks = typer.Typer(help="Signed notices to other systems.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    for name, words, command, short in (
        ("add", ADD, add, "Tell an address of changes."),
        ("list", LIST, show, "List addresses and notices."),
        ("replay", REPLAY, replay, "Send notices again."),
        ("rotate", ROTATE, rotate, "Make a new secret."),
        ("enable", ENABLE, enable, "Switch an address on again."),
    ):
        webhooks.command(name, help=words, short_help=short)(command)
    app.add_typer(webhooks, name="webhooks")
    app.command("digest", help=DIGEST, short_help="Choose who gets the morning digest.")(digest)


def add(
    url: Annotated[str, typer.Argument(metavar="URL", show_default=False)],
    on: Annotated[list[str] | None, typer.Option(metavar="STATE", help="Of these only; repeat.")] = None,
    private: Annotated[bool, typer.Option("--private", help="It is in our own network.")] = False,
    practice: Practice = "",
    data: Data = None,
) -> None:
    from verify.security.keys import Keyring
    from verify.store import notices
    from verify.store.sealing import Seals

    if fault := refusal(url, private=private):
        raise Stop(fault, Exit.USAGE)
    told = {state.value: state for state in notices.TOLD}
    if unknown := [state for state in on or [] if state not in told]:
        raise Stop(f"No notice of {unknown[0]!r}; there are {', '.join(told)}.", Exit.USAGE)
    keyring = Keyring.load(chosen(data).key_file)
    with changes(data) as connection:
        made = notices.add_endpoint(
            connection,
            Seals(keyring, practice or practice_of(connection)),
            url,
            states=[told[state] for state in on or told],
            allow_private_addresses=private,
        )
    write(made.endpoint_id)
    write(made.secret)
    say("verify: the second line is the secret; it is not shown again")


def refusal(url: str, *, private: bool) -> str:
    """Why nothing can be sent to this address, or nothing. Where its name leads is checked at each sending."""
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and parts.port != 0 and not parts.fragment
    except ValueError:
        usable = False
    if not usable or parts.scheme not in {"https", "http"}:
        return "An address is like https://ehr.example.org/hooks/verify."
    if parts.username is not None or parts.password is not None:
        return "Leave user and password out of the address: the signature says who sends."
    if parts.scheme == "http" and not private:
        return "Only https goes over the internet; --private is for an address in our own network."
    if not private and is_private_literal(parts.hostname or ""):
        return "This is an address in a private network: add --private if that is meant."
    return ""


def is_private_literal(host: str) -> bool:
    from ipaddress import ip_address

    from payers.connections import is_private

    try:
        return is_private(ip_address(host))
    except ValueError:
        return False


def show(
    failed: Annotated[bool, typer.Option("--failed", help="Only notices that were given up.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many notices.")] = 20,
    practice: Practice = "",
    json: Json = False,
    data: Data = None,
) -> None:
    from verify.store import notices

    with transaction(data) as connection:
        owner = practice or practice_of(connection)
        addresses = notices.endpoints(connection, owner)
        sent = notices.newest(connection, owner, standing="failed" if failed else "", limit=limit)
    if json:
        write_json(
            {
                "endpoints": [endpoint_of(row) for row in addresses],
                "notices": [notice_of(row) for row in sent],
            }
        )
        return
    headings = ("ADDRESS", "PENDING", "FAILED", "STANDING", "URL")
    lines = table(
        headings,
        [(row.id, row.pending, row.failed, row.disabled_code or "on", row.url) for row in addresses],
    )
    tried = table(
        ("NOTICE", "STATE", "STANDING", "TRIES", "ANSWER", "MADE"),
        [
            (
                row.id,
                row.state,
                row.standing,
                row.attempt,
                row.response_status or row.error_code,
                row.happened_at,
            )
            for row in sent
        ],
    )
    for line in fitted([*lines, "", *tried]):
        write(line)


def endpoint_of(row: Any) -> dict[str, Any]:
    names = (
        "id",
        "url",
        "states",
        "pending",
        "failed",
        "disabled_code",
        "allow_private_addresses",
        "created_at",
    )
    return {name: getattr(row, name) for name in names}


def notice_of(row: Any) -> dict[str, Any]:
    names = (
        *("id", "endpoint_id", "verification_id", "state", "previous_state", "happened_at", "standing"),
        *("attempt", "tried_at", "try_again_at", "response_status", "error_code"),
    )
    return {name: getattr(row, name) for name in names}


def replay(
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID…", show_default=False)] = None,
    failed: Annotated[bool, typer.Option("--failed", help="All that was given up or stopped.")] = False,
    practice: Practice = "",
    data: Data = None,
) -> None:
    from verify.store import notices

    if bool(ids) == failed:
        raise Stop("Name notices by their ids, or say --failed.", Exit.USAGE)
    with transaction(data) as connection:
        owner = practice or practice_of(connection)
        wanted = list(ids or [])
        for standing in ("failed", "stopped") if failed else ():
            wanted += [row.id for row in notices.newest(connection, owner, standing=standing, limit=MOST)]
        for notice_id in wanted:
            if not notices.replay(connection, owner, notice_id):
                raise Stop("No such notice; `verify webhooks list` shows them.", Exit.NOT_FOUND)
    say(f"verify: {len(wanted)} to be sent again")


def rotate(
    endpoint_id: Annotated[str, typer.Argument(metavar="ID", show_default=False)],
    practice: Practice = "",
    data: Data = None,
) -> None:
    from datetime import UTC, datetime

    from verify.security.keys import Keyring
    from verify.store import notices
    from verify.store.sealing import Seals

    keyring = Keyring.load(chosen(data).key_file)
    with transaction(data) as connection:
        seals = Seals(keyring, practice or practice_of(connection))
        made = notices.rotate_secret(connection, seals, endpoint_id, datetime.now(UTC))
    if made is None:
        raise Stop("No such address; `verify webhooks list` shows them.", Exit.NOT_FOUND)
    write(made.secret)
    say("verify: the old secret signs as well for 24 hours")


def enable(
    endpoint_id: Annotated[str, typer.Argument(metavar="ID", show_default=False)],
    practice: Practice = "",
    data: Data = None,
) -> None:
    from verify.store import notices

    with transaction(data) as connection:
        if not notices.switch_on(connection, practice or practice_of(connection), endpoint_id):
            raise Stop("No such address; `verify webhooks list` shows them.", Exit.NOT_FOUND)
    say("verify: switched on; `verify webhooks replay --failed` sends what it missed")


def digest(
    to: Annotated[list[str] | None, typer.Option(metavar="EMAIL", help="Who gets it; repeat.")] = None,
    hour: Annotated[int, typer.Option(min=0, max=23, help="Of the practice's day.")] = 7,
    practice: Practice = "",
    data: Data = None,
) -> None:
    from verify.store import digests

    if any("@" not in each or any(letter in each for letter in " ,;<>\r\n") for each in to or []):
        raise Stop("An e-mail address is needed, such as lead@example.org.", Exit.USAGE)
    with transaction(data) as connection:
        digests.choose(connection, practice or practice_of(connection), hour=hour, recipients=to or [])
    if to and chosen(data).smtp_url is None:
        say("verify: VERIFY_SMTP_URL is not set, so nothing will be sent yet")
