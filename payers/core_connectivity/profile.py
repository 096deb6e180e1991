"""Profiles: what is known of one trading partner's way of CAQH CORE, as dated and sourced data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated, Any, Literal

import msgspec

from payers import x12
from payers.account import Account
from payers.core_connectivity.options import Carrier, EnvelopeOptions
from payers.errors import AccountError
from payers.x12_mapping import Requirements, Search

Filled = Annotated[str, msgspec.Meta(pattern=r"\S")]
#: Qualifiers of X12: ISA05, ISA07, NM108.
Qualifier = Annotated[str, msgspec.Meta(pattern=r"\A[0-9A-Z]{2}\Z")]


class ProfileError(Exception):
    """A profile cannot be used; the message names the file and the reason."""


class _Table(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Part of a profile: options of an account, checked. What is left out is not said."""


class Way(EnvelopeOptions, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One envelope of a partner: its address, if it is published, and how it is written."""

    url: Annotated[str, msgspec.Meta(pattern=r"\A(https://\S+)?\Z")] = ""


class Interchange(_Table, frozen=True, kw_only=True):
    """Options of the 270's own envelope (payers.x12_mapping.question)."""

    sender_qualifier: Qualifier = "ZZ"
    receiver_qualifier: Qualifier = "ZZ"
    payer_id_qualifier: Qualifier = "PI"
    acknowledgment_requested: Literal["0", "1"] = "0"
    application_receiver: str = ""


class SearchRules(_Table, frozen=True, kw_only=True):
    """Options of whom a payer looks for (payers.x12_mapping: search, requirements)."""

    leave_out: tuple[str, ...] = ()
    search_by: tuple[str, ...] = ()
    searches: tuple[tuple[str, ...], ...] = ()
    member_id_strip: str = ""
    member_id_pattern: str = ""
    dependents: bool = True
    dependent_as_subscriber: bool = False


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One trading partner. An account names it in `options["profile"]`; the account's own fields win."""

    title: Filled
    #: Where all of it was read, and on which day.
    source: Filled
    read_on: date
    #: unverified: something in here was not read in a source; nobody is asked by it unless the account insists.
    status: Literal["verified", "unverified"]
    #: What is not known, in words, for the page and for who tries it.
    unverified: tuple[Filled, ...] = ()
    receiver_id: str = ""
    #: ISA15, where only one of the two is taken.
    usage: Literal["", "P", "T"] = ""
    #: Options nobody but the account can give.
    needs: tuple[Literal["forwarded_for"], ...] = ()
    interchange: Interchange = Interchange()
    search: SearchRules = SearchRules()
    soap: Way | None = None
    mime: Way | None = None

    def __post_init__(self) -> None:
        if self.status == "unverified" and not self.unverified:
            raise ValueError("status is unverified, and what is not known is not said")
        if self.soap is None and self.mime is None:
            raise ValueError("has neither soap nor mime")
        try:
            Search(self._searching())
            Requirements(self._searching())
        except x12.Unwritable as error:
            raise ValueError(f"search: {error}") from None

    def way(self, carrier: Carrier) -> Way | None:
        return self.soap if carrier == "soap" else self.mime

    def options(self, way: Way) -> dict[str, Any]:
        """What it says, as options of an account."""
        said = msgspec.to_builtins(way) | msgspec.to_builtins(self.interchange) | self._searching()
        return {name: value for name, value in said.items() if name != "url"}

    def _searching(self) -> dict[str, Any]:
        rules: dict[str, Any] = msgspec.to_builtins(self.search)
        return rules


@cache
def load() -> Mapping[str, Profile]:
    """The profiles this program comes with, by name. Raises ProfileError naming file and reason."""
    return read_folder(files("payers.core_connectivity") / "profiles")


def read_folder(folder: Traversable) -> dict[str, Profile]:
    """One TOML file each, named by the file. Raises ProfileError."""
    found = sorted(
        (entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name
    )
    return {entry.name.removesuffix(".toml"): read(entry) for entry in found}


def read(file: Traversable) -> Profile:
    """Raises ProfileError."""
    try:
        return msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), Profile)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ProfileError(f"{file.name}: {error}") from error


def settled(account: Account, carrier: Carrier) -> Account:
    """The account with its profile's values wherever it gives none of its own; "generic" unless it names one.

    Raises AccountError: unknown_profile; disabled_profile for an unverified one that the account does not insist
    on (`enable_unverified_profile`); bad_option where the profile has no such envelope, takes another ISA15, or
    needs an option that is not given.
    """
    profile = load().get(str(account.options.get("profile", "generic")))
    if profile is None:
        raise AccountError("unknown_profile", account.name)
    if profile.status == "unverified" and account.options.get("enable_unverified_profile") is not True:
        raise AccountError("disabled_profile", account.name)
    way = profile.way(carrier)
    if way is None or profile.usage not in ("", account.usage):
        raise AccountError("bad_option", account.name)
    if not all(account.options.get(name) for name in profile.needs):
        raise AccountError("bad_option", account.name)
    return msgspec.structs.replace(
        account,
        url=account.url or way.url,
        receiver_id=account.receiver_id or profile.receiver_id,
        options=profile.options(way) | account.options,
    )
