"""What came of one criterion: met, not met or unknown, with the evidence and the sentence for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec


class Result(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What one reading of a criterion comes to."""

    result: Result
    #: What the policy asks and what the sheet has; never more than the result.
    sentence: str
    #: Places on the evidence sheet: "trials/0", "scores/2", "answers/psychosis".
    evidence: tuple[str, ...] = ()
    #: What would settle it, in words.
    missing: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Said({self.result})"


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What one criterion of a card comes to."""

    key: str
    label: str
    result: Result
    sentence: str
    evidence: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    #: Sources do not agree on what is asked.
    disputed: bool = False
    #: What our copy does not state.
    not_stated: tuple[str, ...] = ()
    #: Keys of the card's sources.
    sources: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Judged({self.key}, {self.result})"


def all_of(results: Iterable[Result]) -> Result:
    """Met when all are, not met when any is not."""
    found = list(results)
    if Result.NOT_MET in found:
        return Result.NOT_MET
    return Result.UNKNOWN if Result.UNKNOWN in found else Result.MET


def any_of(results: Iterable[Result]) -> Result:
    """Met when any is, not met when none can be."""
    found = list(results)
    if Result.MET in found:
        return Result.MET
    return Result.UNKNOWN if Result.UNKNOWN in found else Result.NOT_MET


def listed(words: Sequence[str], last: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def counted(number: int, one: str, more: str = "") -> str:
    """ "1 week", "3 weeks"."""
    return f"{number} {one if number == 1 else more or one + 's'}"


def joined(parts: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """All of them, each once, in order."""
    return tuple(dict.fromkeys(word for part in parts for word in part))
