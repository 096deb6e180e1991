"""ListedPayer: what a list says of one payer; Problem: what of a list could not be read."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

#: Longer ids and names are not believed: a file read the wrong way makes them.
LONGEST_ID, LONGEST_NAME = 80, 300


class Support(StrEnum):
    """Whether a kind of transaction passes; a list that does not say leaves it UNKNOWN."""

    SUPPORTED = "supported"
    NOT_SUPPORTED = "not_supported"
    ENROLLMENT_REQUIRED = "enrollment_required"
    UNKNOWN = "unknown"


class ListedPayer(msgspec.Struct, frozen=True, kw_only=True):
    """One payer as one clearinghouse has it. Ids are text: leading zeros count."""

    #: What an inquiry through this clearinghouse names the payer by. Not always the list's only one of that id.
    their_id: str
    #: The clearinghouse's own id that never changes; empty where it has none.
    stable_id: str = ""
    name: str
    #: Every name, the display name first.
    names: tuple[str, ...] = ()
    #: Other ids the clearinghouse takes for it.
    aliases: tuple[str, ...] = ()
    #: `medical`, `dental`, `vision`; empty where the list does not say.
    coverage_types: tuple[str, ...] = ()
    #: Two letters each, or `NATIONAL`; empty where the list does not say.
    states: tuple[str, ...] = ()
    eligibility: Support = Support.UNKNOWN
    coordination_of_benefits: Support = Support.UNKNOWN
    #: For eligibility: `one_click`, `multi_step`; empty where the list does not say.
    enrollment_kind: str = ""
    #: `instant`, `hours`, `days`, `weeks`, `over_4_weeks`; empty where the list does not say.
    enrollment_timeframe: str = ""
    parent_group: str = ""
    #: http or https only.
    website: str = ""


class Problem(msgspec.Struct, frozen=True):
    """What could not be read: `line` of a file, or the place in a JSON list, counted from 1; 0 for all of it."""

    line: int
    reason: str


def listed(
    line: int,
    *,
    their_id: str,
    name: str,
    names: Iterable[str] = (),
    aliases: Iterable[str] = (),
    website: str = "",
    **more: object,
) -> ListedPayer | Problem:
    """A payer as it is written down: no blanks around ids, no name or id twice, no address but of a website."""
    said = {"their_id": their_id.strip(), "name": _words(name)}
    if fault := _fault(said["their_id"], said["name"]):
        return Problem(line, fault)
    every = dict.fromkeys([said["name"], *(_words(each) for each in names)])
    others = dict.fromkeys(each.strip() for each in aliases)
    fields = more | {
        "names": tuple(each for each in every if 0 < len(each) <= LONGEST_NAME),
        "aliases": tuple(each for each in others if 0 < len(each) <= LONGEST_ID and each != said["their_id"]),
        "website": website if website.startswith(("https://", "http://")) else "",
    }
    return msgspec.convert(said | fields, ListedPayer)


def _fault(their_id: str, name: str) -> str:
    if not their_id:
        return "no payer id"
    if not name:
        return "no name"
    if len(their_id) > LONGEST_ID or not their_id.isprintable():
        return "this is no payer id"
    return "this is no name" if len(name) > LONGEST_NAME else ""


def _words(name: str) -> str:
    return " ".join(name.split())
