"""The HL tree of a 270 or 271: who asks whom about which person."""

from __future__ import annotations

from payers.x12.grammar import LEVEL, LINE, LOOP, NAME, QUESTION
from payers.x12.model import Problem, Segment, Transaction, element

SOURCE, RECEIVER, SUBSCRIBER, DEPENDENT = "20", "21", "22", "23"

#: NM101 -> level, for payers that leave HL segments out.
PERSONS = {"IL": SUBSCRIBER, "03": DEPENDENT, "QC": DEPENDENT}
PARENTS = {RECEIVER: SOURCE, SUBSCRIBER: RECEIVER, DEPENDENT: SUBSCRIBER}


class Level:
    """One HL and everything under it up to the next: `HL*3*2*22*0~`."""

    __slots__ = ("code", "first", "id", "outline", "parent", "segments")

    def __init__(
        self,
        *,
        code: str,
        id: str,  # noqa: A002 - the element's name
        parent: int | None,
        segments: list[Segment],
        outline: str,
        first: int,
    ) -> None:
        #: HL03: 20 source, 21 receiver, 22 subscriber, 23 dependent.
        self.code = code
        #: HL01
        self.id = id
        #: Index in the list of levels, None at the top.
        self.parent = parent
        #: The segments under it, and a letter for each.
        self.segments = segments
        self.outline = outline
        #: Number in the file of the first of them.
        self.first = first


def levels(transaction: Transaction, problems: list[Problem]) -> list[Level]:
    """Levels in document order, each with its parent found by HL02, else by the usual order."""
    segments, outline, first = transaction.segments, transaction.outline, transaction.first
    marks = places(outline, LEVEL)
    end = len(segments) - 1 if transaction.complete else len(segments)
    without_levels = not marks
    if without_levels:
        if NAME not in outline:
            return []
        problems.append(_problem(transaction, first, "HL", "no HL segments; levels are taken from NM101"))
        marks = [outline.index(NAME) - 1]
    found: list[Level] = []
    by_id: dict[str, int] = {}
    for mark, following in zip(marks, [*marks[1:], end], strict=True):
        for start, stop in _split(segments, outline, mark + 1, following):
            number = first + start
            hl = segments[mark] if start == mark + 1 and not without_levels else None
            code = element(hl, 3) if hl else _code_of(segments, outline, start, stop)
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
                    segments=segments[start:stop],
                    outline=outline[start:stop],
                    first=number,
                )
            )
    return found


def places(outline: str, letter: str) -> list[int]:
    """Where a letter stands in an outline."""
    found = []
    at = outline.find(letter)
    while at >= 0:
        found.append(at)
        at = outline.find(letter, at + 1)
    return found


def _split(segments: list[Segment], outline: str, start: int, stop: int) -> list[tuple[int, int]]:
    """Cuts a level where a second person begins without an HL; 2120 names come after an EB and stay."""
    starts = [start]
    named = False
    for at in range(start, stop):
        if outline[at] == NAME:
            if named and _starts_level(element(segments[at], 1)):
                starts.append(at)
            named = True
        elif outline[at] in (LINE, QUESTION, LOOP):
            break
    return list(zip(starts, [*starts[1:], stop], strict=True))


def _starts_level(entity: str) -> bool:
    return entity in PERSONS or entity in ("PR", "1P", "80", "FA")


def _code_of(segments: list[Segment], outline: str, start: int, stop: int) -> str:
    named = outline.find(NAME, start, stop)
    entity = element(segments[named], 1) if named >= 0 else ""
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
