"""The HL tree of a 270 or 271: who asks whom about which person."""

from __future__ import annotations

import msgspec

from payers.x12.model import Problem, Segment, Transaction, element

SOURCE, RECEIVER, SUBSCRIBER, DEPENDENT = "20", "21", "22", "23"

#: NM101 -> level, for payers that leave HL segments out.
PERSONS = {"IL": SUBSCRIBER, "03": DEPENDENT, "QC": DEPENDENT}
PARENTS = {RECEIVER: SOURCE, SUBSCRIBER: RECEIVER, DEPENDENT: SUBSCRIBER}


class Level(msgspec.Struct, kw_only=True):
    """One HL and everything under it up to the next: `HL*3*2*22*0~`."""

    #: HL03: 20 source, 21 receiver, 22 subscriber, 23 dependent.
    code: str
    #: HL01
    id: str
    #: Index in the list of levels, None at the top.
    parent: int | None
    segments: list[Segment]
    #: Number in the file of the first of `segments`.
    first: int


def levels(transaction: Transaction, problems: list[Problem]) -> list[Level]:
    """Levels in document order, each with its parent found by HL02, else by the usual order."""
    segments, first = transaction.segments, transaction.first
    marks = [i for i, segment in enumerate(segments) if segment[0] == "HL"]
    end = len(segments) - 1 if transaction.complete else len(segments)
    if not marks:
        marks = [i for i, segment in enumerate(segments) if segment[0] == "NM1"][:1]
        problems.append(_problem(transaction, first, "HL", "no HL segments; levels are taken from NM101"))
        marks = [mark - 1 for mark in marks]
    if not marks:
        return []
    found: list[Level] = []
    by_id: dict[str, int] = {}
    for mark, following in zip(marks, [*marks[1:], end], strict=True):
        hl = segments[mark]
        body = segments[mark + 1 : following]
        for part, offset in _split(body):
            code = element(hl, 3) if not offset and hl[0] == "HL" else _code_of(part)
            number = first + mark + 1 + offset
            own_id = element(hl, 1) if hl[0] == "HL" and not offset else ""
            parent = _parent(hl if own_id else None, code, found, by_id, transaction, number, problems)
            if offset:
                problems.append(_problem(transaction, number, "NM101", "a person without an HL of their own"))
            if own_id:
                by_id[own_id] = len(found)
            found.append(Level(code=code, id=own_id, parent=parent, segments=part, first=number))
    return found


def _split(body: list[Segment]) -> list[tuple[list[Segment], int]]:
    """Cuts a level where a second person begins without an HL; 2120 names come after an EB and stay."""
    names = []
    for i, segment in enumerate(body):
        if segment[0] == "NM1":
            names.append(i)
        elif segment[0] in ("EB", "EQ", "LS"):
            break
    cuts = [i for i in names[1:] if _starts_level(element(body[i], 1))]
    if not cuts:
        return [(body, 0)]
    starts = [0, *cuts]
    return [(body[a:b], a) for a, b in zip(starts, [*cuts, len(body)], strict=True)]


def _starts_level(entity: str) -> bool:
    return entity in PERSONS or entity in ("PR", "1P", "80", "FA")


def _code_of(body: list[Segment]) -> str:
    entity = next((element(segment, 1) for segment in body if segment[0] == "NM1"), "")
    return PERSONS.get(entity, SOURCE if entity == "PR" else RECEIVER)


def _parent(
    hl: Segment | None,
    code: str,
    found: list[Level],
    by_id: dict[str, int],
    transaction: Transaction,
    number: int,
    problems: list[Problem],
) -> int | None:
    wanted = PARENTS.get(code)
    if hl is not None and (named := element(hl, 2)):
        index = by_id.get(named)
        if index is not None and (wanted is None or found[index].code == wanted):
            return index
        message = "HL02 names no level of the right kind; the last one before it is taken"
        problems.append(_problem(transaction, number - 1, "HL02", message))
    return next((i for i in range(len(found) - 1, -1, -1) if found[i].code == wanted), None)


def _problem(transaction: Transaction, number: int, name: str, message: str) -> Problem:
    return Problem(
        severity="minor", message=message, interchange=transaction.interchange, segment=number, element=name
    )
