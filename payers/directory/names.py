"""Payers' names made comparable: `BCBS of TX, Inc.` and `Blue Cross and Blue Shield of Texas` come out the same."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from pathlib import Path

import msgspec

from payers.directory.listed import ListedPayer

FILE = Path(__file__).with_name("abbreviations.toml")
WORD = re.compile(r"[^\W_]+")
#: Abbreviations within abbreviations: `united health care` takes two.
MOST_PASSES = 5


class Abbreviations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The data file beside this one."""

    as_of: date
    source: str
    noise: list[str]
    ordinary: frozenset[str]
    words: dict[str, str]
    states: dict[str, str]


def _read() -> Abbreviations:
    return msgspec.convert(tomllib.loads(FILE.read_text("utf-8")), Abbreviations)


ABBREVIATIONS = _read()
#: Changes whenever names may come out otherwise: who keeps written names writes them anew then.
SPELLING = sha256(b"".join((FILE.read_bytes(), Path(__file__).read_bytes()))).hexdigest()
#: Words -> what stands for them, nothing for noise.
REPLACED = {
    tuple(said.split()): tuple(meant.split())
    for said, meant in (dict.fromkeys(ABBREVIATIONS.noise, "") | ABBREVIATIONS.words).items()
}
LONGEST = max(map(len, REPLACED))


def name_text(name: str) -> str:
    """A name in small letters, its abbreviations written out and its noise left out.

    A name of nothing but noise keeps it, so that nothing comes out empty that was not.
    """
    words = [part for word in _words(name) for part in _parted(word)]
    said = words
    for _ in range(MOST_PASSES):
        replaced = _replaced(said)
        if replaced == said:
            break
        said = replaced
    return " ".join(_with_states(said) or words)


def query_text(query: str) -> str:
    """What somebody typed to find a payer, to be compared with `search_text`."""
    return name_text(query)


def search_text(payer: ListedPayer) -> str:
    """What a payer is found by: each of its names, then its ids; one line each, nothing twice."""
    names = dict.fromkeys(filter(None, map(name_text, payer.names or (payer.name,))))
    ids = dict.fromkeys(each.lower() for each in (payer.their_id, payer.stable_id, *payer.aliases) if each)
    return "\n".join([*names, *ids])


def _words(name: str) -> list[str]:
    letters = unicodedata.normalize("NFKD", name).replace("'", "").replace("\u2019", "").casefold()
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return WORD.findall(plain)


def _parted(word: str) -> tuple[str, ...]:
    """`bcbstx` is two words."""
    state = word.removeprefix("bcbs")
    return ("bcbs", state) if word.startswith("bcbs") and state in ABBREVIATIONS.states else (word,)


def _replaced(words: Sequence[str]) -> list[str]:
    """One pass from left to right, the longest abbreviation first."""
    out: list[str] = []
    at = 0
    while at < len(words):
        for length in range(min(LONGEST, len(words) - at), 0, -1):
            if (meant := REPLACED.get(tuple(words[at : at + length]))) is not None:
                out += meant
                at += length
                break
        else:
            out.append(words[at])
            at += 1
    return out


def _with_states(words: Sequence[str]) -> list[str]:
    return [_state(word, last=place == len(words) > 1) for place, word in enumerate(words, 1)]


def _state(word: str, *, last: bool) -> str:
    is_code = last or word not in ABBREVIATIONS.ordinary
    return ABBREVIATIONS.states.get(word, word) if is_code else word
