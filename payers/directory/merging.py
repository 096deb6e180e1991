"""Rows of one payer, one for each transaction, made one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from payers.directory.listed import ListedPayer, Problem, Support


def merged(rows: Iterable[ListedPayer | Problem]) -> Iterator[ListedPayer | Problem]:
    """Each payer once, in the order of their first rows; one payer is one id under one name.

    Problems come first. Holds the whole list, which has some ten thousand rows.
    """
    payers: dict[tuple[str, str], ListedPayer] = {}
    for row in rows:
        if isinstance(row, Problem):
            yield row
            continue
        key = (row.their_id, row.name)
        payers[key] = _joined(payers[key], row) if key in payers else row
    yield from payers.values()


def _joined(one: ListedPayer, other: ListedPayer) -> ListedPayer:
    return replace(
        one,
        names=tuple(dict.fromkeys(one.names + other.names)),
        aliases=tuple(dict.fromkeys(one.aliases + other.aliases)),
        states=tuple(dict.fromkeys(one.states + other.states)),
        eligibility=_known(one.eligibility, other.eligibility),
    )


def _known(one: Support, other: Support) -> Support:
    """What a row says of eligibility; that another row is about something else says nothing."""
    return other if one is Support.UNKNOWN else one
