"""Payer search: whom somebody means by a name or an id, among the practice's payers and what its accounts list."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Float,
    Row,
    Table,
    and_,
    case,
    func,
    literal,
    select,
    union_all,
)

from verify.store.payer_names import NameKind, spelled, spelled_id
from verify.store.tables import payers
from verify.store.tables_directory import listed_names, listed_payers, payer_names, payer_routes

#: How much a name must have in common with what was typed (pg_trgm; 1 is the same words); less where nothing has so much.
LEAST_ALIKE = (0.35, 0.2)
#: An id typed as it is comes before any name; an own id before another one.
BY_ID, BY_OTHER_ID = 3.0, 2.0


class FoundKind(StrEnum):
    OWN = "own"
    LISTED = "listed"


class Found(NamedTuple):
    """A payer somebody may mean: one of the practice, or one that an account's list has."""

    kind: FoundKind
    #: Of the payer, or of the listed payer.
    id: str
    #: The practice's code for it; empty for a listed one.
    code: str
    name: str
    #: Account -> its id there, the first way first.
    their_ids: dict[str, str]
    #: Of the first way: unknown, supported, not_supported, enrollment_required.
    support: str
    #: enrolled, needed, or empty.
    enrollment: str
    #: 3 and 2 for an id, else how much alike the names are, up to 1.
    score: float


def search(
    connection: Connection, practice_id: str, text: str, limit: int = 10, *, own_only: bool = False
) -> list[Found]:
    """The likeliest first, and among equals the practice's own and then the shorter name.

    A listed payer that an own one reaches under the same id is left out where the own one is as likely.
    """
    if not text.strip():
        return []
    own = _own(connection, practice_id, _scored(connection, payer_names, practice_id, text, limit))
    # As many again, for those that own ones stand for.
    listed = {} if own_only else _scored(connection, listed_names, practice_id, text, limit + len(own))
    found = own + [each for each in _listed(connection, listed) if not _stands_for(own, each)]
    return sorted(found, key=_order)[:limit]


def _order(found: Found) -> tuple[float, bool, int, str]:
    return -found.score, found.kind is FoundKind.LISTED, len(found.name), found.id


def _stands_for(own: Sequence[Found], listed: Found) -> bool:
    ids = {(account, spelled_id(their_id)) for account, their_id in listed.their_ids.items()}
    return any(
        each.score >= listed.score
        and ids & {(account, spelled_id(their_id)) for account, their_id in each.their_ids.items()}
        for each in own
    )


def _scored(
    connection: Connection, names: Table, practice_id: str, text: str, limit: int
) -> dict[str, float]:
    """Owner -> the score of the best of its names."""
    rows = _matches(names, practice_id, text).subquery()
    best = func.max(rows.c.score)
    ranked = (
        select(rows.c.owner, best).group_by(rows.c.owner).order_by(best.desc(), rows.c.owner).limit(limit)
    )
    for least in LEAST_ALIKE:
        connection.execute(select(func.set_config("pg_trgm.similarity_threshold", str(least), True)))
        if found := {row[0]: row[1] for row in connection.execute(ranked)}:
            return found
    return {}


def _matches(names: Table, practice_id: str, text: str) -> CompoundSelect[Any]:
    """Every name that is like it, and every id that is it."""
    owner = names.primary_key.columns.values()[0].label("owner")
    words, kind = names.c.words, names.c.kind
    of_practice = names.c.practice_id == practice_id
    said = spelled(text)
    alike = select(owner, func.similarity(words, said).label("score")).where(
        of_practice, kind == NameKind.NAME.value, words.op("%")(said)
    )
    by_id = case((kind == NameKind.ID.value, BY_ID), else_=literal(BY_OTHER_ID, Float))
    the_id = select(owner, by_id).where(of_practice, kind != NameKind.NAME.value, words == spelled_id(text))
    return union_all(alike, the_id)


def _own(connection: Connection, practice_id: str, scores: dict[str, float]) -> list[Found]:
    rows = connection.execute(
        select(payers.c.id, payers.c.code, payers.c.name, payer_routes)
        .outerjoin(payer_routes, payer_routes.c.payer_id == payers.c.id)
        .where(and_(payers.c.practice_id == practice_id, payers.c.id.in_(scores)))
        .order_by(payers.c.id, payer_routes.c.rank, payer_routes.c.id)
    ).all()
    by_payer: dict[str, list[Row[Any]]] = {}
    for row in rows:
        by_payer.setdefault(row[0], []).append(row)
    return [_found_own(ways, scores[payer_id]) for payer_id, ways in by_payer.items()]


def _found_own(ways: Sequence[Row[Any]], score: float) -> Found:
    first = ways[0]
    return Found(
        kind=FoundKind.OWN,
        id=first[0],
        code=first.code,
        name=first.name,
        their_ids={way.account_id: way.their_id for way in ways if way.account_id},
        support=first.support or "unknown",
        enrollment=_enrollment(first.support, enrolled=first.enrolled_at is not None),
        score=score,
    )


def _listed(connection: Connection, scores: dict[str, float]) -> list[Found]:
    rows = connection.execute(select(listed_payers).where(listed_payers.c.id.in_(scores)))
    return [
        Found(
            kind=FoundKind.LISTED,
            id=row.id,
            code="",
            name=row.name,
            their_ids={row.account_id: row.their_id},
            support=row.eligibility,
            enrollment=_enrollment(row.eligibility, enrolled=False),
            score=scores[row.id],
        )
        for row in rows
    ]


def _enrollment(support: str | None, *, enrolled: bool) -> str:
    if enrolled:
        return "enrolled"
    return "needed" if support == "enrollment_required" else ""
