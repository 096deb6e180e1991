"""Which payer of a list somebody means, without a database: by id, else by how much alike the names are.

`similarity` is PostgreSQL's of that name (pg_trgm): the share of trigrams two texts have in common.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from heapq import nlargest

from payers.directory.listed import ListedPayer
from payers.directory.names import name_text, query_text

WORD = re.compile(r"[^\W_]+")


def trigrams(text: str) -> frozenset[str]:
    """Of each word with two blanks before it and one behind: `tx` is `  t`, ` tx` and `tx `."""
    padded = (f"  {word} " for word in WORD.findall(text.lower()))
    return frozenset(word[at : at + 3] for word in padded for at in range(len(word) - 2))


def similarity(one: str, other: str) -> float:
    """0 for nothing alike, 1 for the same words in whatever order."""
    return _alike(trigrams(one), trigrams(other))


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared) if shared else 0.0


def ranked(query: str, payers: Iterable[ListedPayer], most: int = 10) -> list[ListedPayer]:
    """The payers somebody may mean, the likeliest first; none that has nothing in common with the query.

    Whoever has the id typed comes first, by its own id before an alias; then the likest of all names decides, and
    among equals the shorter name.
    """
    wanted, said = trigrams(query_text(query)), query.strip().casefold()
    scored = ((_score(payer, wanted, said), payer) for payer in payers if said)
    best = nlargest(most, (each for each in scored if each[0] > 0), key=lambda each: _order(*each))
    return [payer for _, payer in best]


def _score(payer: ListedPayer, wanted: frozenset[str], said: str) -> float:
    if said in {payer.their_id.casefold(), payer.stable_id.casefold()}:
        return 3.0
    if said in {each.casefold() for each in payer.aliases}:
        return 2.0
    return max(_alike(wanted, trigrams(name_text(name))) for name in payer.names or (payer.name,))


def _order(score: float, payer: ListedPayer) -> tuple[float, int]:
    return score, -len(payer.name)
