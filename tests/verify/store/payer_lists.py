"""A clinic with accounts, and small lists of payers, for the tests of the directory."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from payers.directory import ListedPayer, Support
from verify.security.keys import Keyring
from verify.store import clinic


class Place(NamedTuple):
    """A practice and the two accounts it has."""

    practice_id: str
    stedi: str
    optum: str


def add_place(connection: Connection, keyring: Keyring) -> Place:
    practice_id = clinic.add_practice(
        connection, name="Larkspur", time_zone="America/Chicago", npi="1999999984", tax_id="990000001"
    )
    stedi, optum = (
        clinic.add_account(
            connection, keyring, practice_id=practice_id, name=adapter, adapter=adapter, secrets={}
        )
        for adapter in ("stedi_json", "optum_v3")
    )
    return Place(practice_id, stedi, optum)


def listed(
    their_id: str,
    name: str,
    *,
    names: Sequence[str] = (),
    aliases: Sequence[str] = (),
    stable_id: str = "",
    eligibility: Support = Support.SUPPORTED,
) -> ListedPayer:
    return ListedPayer(
        their_id=their_id,
        stable_id=stable_id,
        name=name,
        names=(name, *names),
        aliases=tuple(aliases),
        eligibility=eligibility,
    )
