"""Repairs: the correct-data ladder for a refused question, as suggestions in order. Nothing is changed by itself.

`AAA*N**75*C~`: the payer does not find the subscriber. Ladder: X12 270/271 practice (correct transpositions, legal
name, subscriber instead of dependent, leave out one optional element).
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from payers.directory import Quirks

#: Every try is billed, and a payer that is asked over and over looks like guessing.
MOST_TRIES = 3

_IDS = frozenset({"64", "67", "72", "75", "76", "77"})
_NAMES = frozenset({"65", "67", "73", "75", "77"})
_BIRTH_DATES = frozenset({"58", "67", "71", "75", "77"})
_SEXES = frozenset({"66", "74"})
_GROUPS = frozenset({"78"})
_RELATIONSHIPS = frozenset({"67", "71", "75", "77"})
#: AAA03 -> what of the person the payer did not accept. These alone have a ladder.
PATIENT_REASONS = _IDS | _NAMES | _BIRTH_DATES | _SEXES | _GROUPS

#: AAA03 of the day asked about; 61 and 60 are about the person, 52 about our enrollment.
DATE_REASONS = frozenset({"57", "62", "63"})


class RepairKind(StrEnum):
    """What is changed, easiest to have gone wrong first."""

    PLAIN_MEMBER_ID = "plain_member_id"
    MEMBER_ID_WITHOUT_SUFFIX = "member_id_without_suffix"
    DIGITS_FOR_LETTERS = "digits_for_letters"
    SWAPPED_BIRTH_DATE = "swapped_birth_date"
    LEGAL_FIRST_NAME = "legal_first_name"
    WITHOUT_SUFFIX = "without_suffix"
    WITHOUT_MIDDLE_NAME = "without_middle_name"
    PLAIN_NAME = "plain_name"
    AS_SUBSCRIBER = "as_subscriber"
    WITHOUT_SEX = "without_sex"
    WITHOUT_GROUP_NUMBER = "without_group_number"
    #: A value a person typed.
    TYPED = "typed"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the refused question was asked with. Patient data: never printed."""

    member_id: str = ""
    first_name: str = ""
    last_name: str = ""
    middle_name: str = ""
    birth_date: date | None = None
    sex: str = ""
    group_number: str = ""
    #: The patient is asked about under somebody else's policy.
    is_dependent: bool = False

    def __repr__(self) -> str:
        return "Asked(…)"


class Changes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What is asked with instead; None: as it was, empty: left out. Patient data: never printed."""

    member_id: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    middle_name: str | None = None
    birth_date: date | None = None
    sex: str | None = None
    group_number: str | None = None
    as_subscriber: bool = False

    def __repr__(self) -> str:
        return "Changes(…)"

    @property
    def corrects(self) -> dict[str, Any]:
        """The changes that say something else of the patient, rather than less."""
        given = msgspec.to_builtins(self)
        return {name: value for name, value in given.items() if name != "as_subscriber" and value != ""}


class Repair(msgspec.Struct, frozen=True, kw_only=True):
    """One suggestion."""

    kind: RepairKind
    changes: Changes
    #: The payer's own data allow it without a person.
    automatic: bool = False


#: What a coordinator reads; the values stand beside it.
WORDS: Mapping[RepairKind, str] = {
    RepairKind.PLAIN_MEMBER_ID: "Ask with the member ID without hyphens and spaces",
    RepairKind.MEMBER_ID_WITHOUT_SUFFIX: "Ask with the member ID without the two digits at its end",
    RepairKind.DIGITS_FOR_LETTERS: "Ask with digits where the member ID has the letters O and I",
    RepairKind.SWAPPED_BIRTH_DATE: "Ask with day and month of the birth date swapped",
    RepairKind.LEGAL_FIRST_NAME: "Ask with the legal first name",
    RepairKind.WITHOUT_SUFFIX: "Ask without Jr., Sr. or III in the name",
    RepairKind.WITHOUT_MIDDLE_NAME: "Ask without the middle name",
    RepairKind.PLAIN_NAME: "Ask with the name without accents, hyphens and apostrophes",
    RepairKind.AS_SUBSCRIBER: "Ask for the patient as the subscriber",
    RepairKind.WITHOUT_SEX: "Ask without the sex",
    RepairKind.WITHOUT_GROUP_NUMBER: "Ask without the group number",
    RepairKind.TYPED: "Asked with what was typed",
}

SUFFIX = re.compile(r"[,\s]+(JR|SR|II|III|IV)\.?$", re.IGNORECASE)
#: A person's number behind the family's: "W1234567801", "W12345678-01".
PERSON_NUMBER = re.compile(r"^(\w{7,}?)[- ]?0\d$")
LETTERS_FOR_DIGITS = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1"})


def suggestions(
    asked: Asked, reasons: Collection[str], quirks: Quirks, tried: Collection[Changes] = ()
) -> list[Repair]:
    """The ladder for these reject reasons (AAA03), in order, without what was tried; empty after three tries."""
    if len(tried) >= MOST_TRIES:
        return []
    allowed = {str(each) for each in quirks.may_repair}
    made: dict[Changes, Repair] = {}
    for kind, when, rung in LADDER:
        if when.isdisjoint(reasons):
            continue
        for changes in rung(asked):
            if changes not in tried:
                made.setdefault(changes, Repair(kind=kind, changes=changes, automatic=kind in allowed))
    return list(made.values())


def _plain_member_id(asked: Asked) -> Iterator[Changes]:
    plain = re.sub(r"[^A-Za-z0-9]", "", asked.member_id)
    if plain and plain != asked.member_id:
        yield Changes(member_id=plain)


def _member_id_without_suffix(asked: Asked) -> Iterator[Changes]:
    if ends := PERSON_NUMBER.match(asked.member_id):
        yield Changes(member_id=ends[1])


def _digits_for_letters(asked: Asked) -> Iterator[Changes]:
    """Behind the letters an id begins with, an O is a zero more often than not."""
    begins = re.match(r"[A-Za-z]{0,3}", asked.member_id)
    assert begins is not None
    rest = asked.member_id[begins.end() :]
    if rest.translate(LETTERS_FOR_DIGITS) != rest:
        yield Changes(member_id=begins[0] + rest.translate(LETTERS_FOR_DIGITS))


def _swapped_birth_date(asked: Asked) -> Iterator[Changes]:
    born = asked.birth_date
    if born is not None and born.day <= 12 and born.day != born.month:
        yield Changes(birth_date=born.replace(month=born.day, day=born.month))


def _legal_first_name(asked: Asked) -> Iterator[Changes]:
    legal = legal_names().get(asked.first_name.casefold())
    if legal:
        yield Changes(first_name=legal)


def _without_suffix(asked: Asked) -> Iterator[Changes]:
    shorter = SUFFIX.sub("", asked.last_name)
    if shorter and shorter != asked.last_name:
        yield Changes(last_name=shorter)


def _without_middle_name(asked: Asked) -> Iterator[Changes]:
    if asked.middle_name:
        yield Changes(middle_name="")
    first, _, second = asked.first_name.partition(" ")
    if second:
        yield Changes(first_name=first)


def _plain_name(asked: Asked) -> Iterator[Changes]:
    first, last = _plain(asked.first_name), _plain(asked.last_name)
    if first and last and (first, last) != (asked.first_name, asked.last_name):
        yield Changes(first_name=first, last_name=last)


def _as_subscriber(asked: Asked) -> Iterator[Changes]:
    if asked.is_dependent:
        yield Changes(as_subscriber=True)


def _without_sex(asked: Asked) -> Iterator[Changes]:
    if asked.sex:
        yield Changes(sex="")


def _without_group_number(asked: Asked) -> Iterator[Changes]:
    if asked.group_number:
        yield Changes(group_number="")


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^A-Za-z ]", "", letters.replace("-", " ")).split())


LADDER: Sequence[tuple[RepairKind, frozenset[str], Callable[[Asked], Iterator[Changes]]]] = (
    (RepairKind.PLAIN_MEMBER_ID, _IDS, _plain_member_id),
    (RepairKind.DIGITS_FOR_LETTERS, _IDS, _digits_for_letters),
    (RepairKind.MEMBER_ID_WITHOUT_SUFFIX, _IDS, _member_id_without_suffix),
    (RepairKind.SWAPPED_BIRTH_DATE, frozenset({"58", "71"}), _swapped_birth_date),
    (RepairKind.LEGAL_FIRST_NAME, _NAMES, _legal_first_name),
    (RepairKind.WITHOUT_SUFFIX, _NAMES, _without_suffix),
    (RepairKind.WITHOUT_MIDDLE_NAME, _NAMES, _without_middle_name),
    (RepairKind.PLAIN_NAME, _NAMES, _plain_name),
    (RepairKind.AS_SUBSCRIBER, _RELATIONSHIPS, _as_subscriber),
    (RepairKind.WITHOUT_SEX, _SEXES, _without_sex),
    (RepairKind.WITHOUT_GROUP_NUMBER, _GROUPS, _without_group_number),
)


@cache
def legal_names() -> Mapping[str, str]:
    """Short forms in small letters -> the legal name."""
    text = (files("verify.asking") / "first_names.toml").read_text(encoding="utf-8")
    names: dict[str, str] = tomllib.loads(text)["legal"]
    return names
