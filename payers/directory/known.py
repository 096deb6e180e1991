"""Known payers: names, ids at each clearinghouse and quirks, as dated and sourced data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from payers.directory.listed import Support
from payers.directory.names import name_text
from payers.directory.quirks import BadQuirks, PayerKind, Quirks, read_quirks

FILE = Path(__file__).with_name("known.toml")
Filled = Annotated[str, msgspec.Meta(pattern=r"\S")]
Code = Annotated[str, msgspec.Meta(pattern=r"\A[a-z0-9_]{2,40}\Z")]


class Clearinghouse(StrEnum):
    """Whose ids they are."""

    STEDI = "stedi"
    OPTUM = "optum"
    OFFICE_ALLY = "office_ally"


class BadKnown(ValueError):
    """The data cannot be used; the text says the file, the line and the reason."""


class KnownId(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of a payer at one clearinghouse."""

    #: Empty where it was not read: the clearinghouse's own list has it.
    id: str = ""
    eligibility: Support = Support.UNKNOWN
    evidence: Literal["verified", "second_hand"]
    source: Filled
    read_on: date


class KnownPayer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One payer; what was not read anywhere is not said."""

    code: Code
    name: Filled
    aliases: tuple[Filled, ...] = ()
    kind: PayerKind
    #: Of names and kind.
    source: Filled
    read_on: date
    #: Said, and never applied.
    unverified: tuple[Filled, ...] = ()
    ids: dict[Clearinghouse, KnownId] = {}
    #: The payer that answers in its stead, under that payer's id.
    ask_instead: str = ""
    quirks: dict[str, Any] = {}

    @property
    def how_asked(self) -> Quirks:
        return read_quirks(self.quirks)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.aliases)


@cache
def known_payers() -> Mapping[str, KnownPayer]:
    """Code -> payer, as shipped. Raises BadKnown."""
    return read_known(FILE.read_text("utf-8"), FILE.name)


def known_at(clearinghouse: Clearinghouse, their_id: str) -> KnownPayer | None:
    """The payer a clearinghouse knows by this id."""
    wanted = their_id.strip().casefold()
    return next(
        (
            payer
            for payer in known_payers().values()
            if clearinghouse in payer.ids and wanted == payer.ids[clearinghouse].id.casefold() != ""
        ),
        None,
    )


def read_known(text: str, name: str) -> dict[str, KnownPayer]:
    """The payers of a file. Raises BadKnown for the first that cannot be used."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadKnown(f"{name}: {error}") from None
    if set(tables) != {"payer"} or not isinstance(tables["payer"], list):
        raise BadKnown(f"{name}: there is nothing but [[payer]] in it")
    lines = [at for at, line in enumerate(text.splitlines(), 1) if line.strip() == "[[payer]]"]
    found: dict[str, KnownPayer] = {}
    for at, table in zip(lines, tables["payer"], strict=True):
        try:
            payer = _payer(table, found)
        except ValueError as error:
            raise BadKnown(f"{name}, line {at}: {error}") from None
        found[payer.code] = payer
    for at, payer in zip(lines, found.values(), strict=True):
        if payer.ask_instead and (payer.ask_instead not in found or found[payer.ask_instead].ask_instead):
            raise BadKnown(f"{name}, line {at}: {payer.ask_instead} is nobody to ask instead")
    return found


def _payer(table: Any, before: Mapping[str, KnownPayer]) -> KnownPayer:
    """Raises ValueError with the field and the reason."""
    payer = msgspec.convert(table, KnownPayer)
    try:
        read_quirks(payer.quirks)
    except BadQuirks as error:
        raise ValueError(f"quirks: {error}") from None
    if payer.code in before:
        raise ValueError(f"{payer.code} stands here twice")
    for other in before.values():
        if shared := {name_text(each) for each in payer.names} & {name_text(each) for each in other.names}:
            raise ValueError(f"{payer.code} and {other.code} are both {min(shared)}")
        for house, known in payer.ids.items():
            if known.id and house in other.ids and other.ids[house].id.casefold() == known.id.casefold():
                raise ValueError(f"{payer.code} and {other.code} have the same id at {house}")
    return payer
