"""Whether each payer account can be used: its secrets, its address, and what stopped it."""

import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from payers.account import Account
from payers.errors import AccountError
from payers.registry import adapter_for
from verify.security.encryption import Unsealable
from verify.security.key_file import KeyFileError
from verify.security.keys import Keyring
from verify.servers.diagnosis import Finding, fault, ok, warning
from verify.settings import Settings
from verify.store import clinic

CONNECT_SECONDS = 3.0


#: What an AccountError's code means for whoever runs the clinic.
TO_DO = {
    "missing_secret": "Enter the account's user name and password, or its certificate and key, again.",
    "unauthorized": "The payer refuses our credentials: enter new ones.",
    "bad_url": "Correct the account's address.",
    "private_address": "Correct the address, or allow private addresses for this account.",
    "tls": "A certificate does not hold: check the account's own and the address, then ask the payer.",
    "bad_option": "Correct the account's options; its page in docs/payers has them.",
    "unknown_profile": "Name a profile of docs/payers/profiles.md.",
    "disabled_profile": "Nobody verified this profile; docs/payers/profiles.md says what has to be.",
}


def check_accounts(complete: Settings, engine: Engine) -> Iterator[Finding]:
    try:
        ring = Keyring.load(complete.key_file)
        with engine.connect() as connection:
            rows = clinic.accounts(connection)
            accounts = [(row.name, row.paused_code, _account(connection, ring, row.id)) for row in rows]
    except KeyFileError:
        return  # the keys have a finding of their own
    except SQLAlchemyError as error:
        yield fault("payer accounts", f"cannot be read ({type(error).__name__})", "Run: verify migrate")
        return
    if not accounts:
        yield warning("payer accounts", "none, so no payer can be asked", "Add one for your clearinghouse.")
    for name, paused_code, account in accounts:
        yield check_account(name, paused_code, account)


def check_account(name: str, paused_code: str | None, account: Account | None) -> Finding:
    """The first thing that is wrong with it, or that it can be used."""
    if account is None:
        return _fault(name, "its secrets cannot be read", "Restore the key file they were made with.")
    if paused_code:
        return _fault(
            name, f"paused ({paused_code})", TO_DO.get(paused_code, "Correct it, then take it up again.")
        )
    try:
        adapter_for(account).close()
    except AccountError as error:
        return _fault(name, error.code, TO_DO.get(error.code, "Correct the account."))
    if not account.url:
        return ok("payer account", f"{name}: has no address of its own")
    return check_address(name, account.url)


def check_address(name: str, url: str) -> Finding:
    """Whether something listens there; nothing is sent."""
    try:
        where = urlsplit(url)
        place = (where.hostname or "", where.port or {"https": 443, "http": 80}[where.scheme])
        socket.create_connection(place, timeout=CONNECT_SECONDS).close()
    except (KeyError, ValueError):
        return _fault(name, "its address is not a web address", TO_DO["bad_url"])
    except OSError as error:
        what = f"{place[0]}:{place[1]} does not answer ({type(error).__name__})"
        return _fault(name, what, "Check the address, and that the firewall lets us out.")
    return ok("payer account", f"{name}: {place[0]}:{place[1]} answers")


def _fault(name: str, what: str, what_to_do: str) -> Finding:
    return fault("payer account", f"{name}: {what}", what_to_do)


def _account(connection: Connection, ring: Keyring, account_id: str) -> Account | None:
    """None when its secrets were sealed with keys that are not here."""
    try:
        return clinic.account(connection, ring, account_id)
    except Unsealable:
        return None
