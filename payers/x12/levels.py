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
    #: The segments under it as sent, and the first three characters of each.
    raw: list[str]
    heads: list[str]
    separator: str
    #: Number in the file of the first of them.
    first: int

    @property
    def segments(self) -> list[Segment]:
        return [segment.split(self.separator) for segment in self.raw]


def levels(transaction: Transaction, problems: list[Problem]) -> list[Level]:
    """Levels in document order, each with its parent found by HL02, else by the usual order."""
    raw, heads, first = transaction.raw, transaction.heads, transaction.first
    separator = transaction.delimiters.element
    mark_of_level = "HL" + separator
    marks = [i for i, head in enumerate(heads) if head == mark_of_level]
    end = len(raw) - 1 if transaction.complete else len(raw)
    without_levels = not marks
    if without_levels:
        if "NM1" not in heads:
            return []
        problems.append(_problem(transaction, first, "HL", "no HL segments; levels are taken from NM101"))
        marks = [heads.index("NM1") - 1]
    found: list[Level] = []
    by_id: dict[str, int] = {}
    for mark, following in zip(marks, [*marks[1:], end], strict=True):
        for start, stop in _split(raw, heads, mark + 1, following, separator):
            number = first + start
            own = start == mark + 1 and not without_levels
            hl = raw[mark].split(separator) if own else None
            code = element(hl, 3) if hl else _code_of(raw, heads, start, stop, separator)
            parent = _parent(hl, code, found, by_id, transaction, number, problems)
            if start > mark + 1:
                problems.append(_problem(transaction, number, "NM101", "a person without an HL of their own"))
            own_id = element(hl, 1) if hl else ""
            if own_id:
                by_id[own_id] = len(found)
            found.append(
                Level(
                    code=code,
                    id=own_id,
                    parent=parent,
                    raw=raw[start:stop],
                    heads=heads[start:stop],
                    separator=separator,
                    first=number,
                )
            )
    return found


def _split(raw: list[str], heads: list[str], start: int, stop: int, separator: str) -> list[tuple[int, int]]:
    """Cuts a level where a second person begins without an HL; 2120 names come after an EB and stay."""
    ends = ("EB" + separator, "EQ" + separator, "LS" + separator)
    starts = [start]
    named = False
    for at in range(start, stop):
        if heads[at] == "NM1":
            if named and _starts_level(element(raw[at].split(separator, 2), 1)):
                starts.append(at)
            named = True
        elif heads[at] in ends:
            break
    return list(zip(starts, [*starts[1:], stop], strict=True))


def _starts_level(entity: str) -> bool:
    return entity in PERSONS or entity in ("PR", "1P", "80", "FA")


def _code_of(raw: list[str], heads: list[str], start: int, stop: int, separator: str) -> str:
    name = next((raw[i].split(separator) for i in range(start, stop) if heads[i] == "NM1"), [])
    entity = element(name, 1)
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
