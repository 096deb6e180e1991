"""EB lines of one level -> benefits, each made once from elements that are already cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from payers import benefits as normal
from payers.benefits import Benefit
from payers.x12.grammar import DATE, LINE, TEXT
from payers.x12.levels import DEPENDENT
from payers.x12.model import Delimiters, Segment, element
from payers.x12.responses import Answered, Name, names
from payers.x12_mapping.dates import Dates

#: What an EB that stops after n elements lacks.
BLANKS = [[""] * (15 - n) for n in range(15)]

#: What follows an EB, texts and dates aside, in the order of Benefit's fields.
Others = tuple[
    Sequence[normal.Reference],
    Sequence[normal.Delivery],
    Sequence[normal.PlaceOfService],
    Sequence[normal.Rejection],
    Sequence[normal.Entity],
]
NOTHING: Others = ((), (), (), (), ())


def benefits(answered: Answered, cut: Delimiters, dates: Dates) -> list[Benefit]:
    """A benefit for each EB of a level, with what follows it up to the next.

    One pass without a step between, because an answer is mostly EBs and this is where its time goes.
    """
    found = []
    level, at = answered.level, answered.first
    segments, loop = level.segments, "2110D" if level.code == DEPENDENT else "2110C"
    numbers = tuple(range(level.first, level.first + len(segments)))
    repetition, component = cut.repetition, cut.component
    for follows in level.outline[at:].split(LINE)[1:]:
        eb, start = segments[at], at
        at += 1
        messages: list[str] | tuple[()] = ()
        dated: list[normal.DateRange] | tuple[()] = ()
        others: list[tuple[int, Segment]] | None = None
        for letter in follows:
            segment = segments[at]
            if letter == TEXT:
                text = segment[1] if len(segment) > 1 else ""
                if messages:
                    messages.append(text)
                else:
                    messages = [text]
            elif letter == DATE:
                day = dates.range(segment, numbers[at])
                if dated:
                    dated.append(day)
                else:
                    dated = [day]
            elif others:
                others.append((numbers[at], segment))
            else:
                others = [(numbers[at], segment)]
            at += 1
        references, deliveries, places, rejections, entities = _others(others, loop) if others else NOTHING
        count = len(eb)
        (_, code, coverage, types, insurance, plan, period, amount, percent, qualifier, quantity,
         authorization, network, procedure, pointers) = eb + BLANKS[count] if count < 15 else eb[:15]  # fmt: skip
        found.append(
            Benefit(
                code or None,
                coverage or None,
                (types,) if types and repetition not in types else _parts(types, repetition),
                insurance or None,
                plan or None,
                period or None,
                amount or None,
                percent or None,
                qualifier or None,
                quantity or None,
                authorization or None,
                network or None,
                _parts(procedure, component) if procedure else (),
                _parts(pointers, component) if pointers else (),
                dated,
                references,
                deliveries,
                places,
                messages,
                rejections,
                entities,
                numbers[start:at],
            )
        )
    return found


def _parts(value: str, separator: str) -> tuple[str, ...]:
    if not value:
        return ()
    return tuple(value.split(separator)) if separator else (value,)


def _others(attached: Iterable[tuple[int, Segment]], loop: str) -> Others:
    references, deliveries, places, rejections = [], [], [], []
    for number, segment in attached:
        match segment[0]:
            case "REF":
                references.append(reference(segment))
            case "HSD":
                deliveries.append(normal.Delivery(*[part or None for part in segment[1:9]]))
            case "III":
                places.append(_place(segment))
            case "AAA":
                rejections.append(rejection(loop, number, segment))
    named = names(segment for _, segment in attached)
    return references, deliveries, places, rejections, [_entity(name) for name in named]


def reference(ref: Segment) -> normal.Reference:
    return normal.Reference(element(ref, 1) or None, element(ref, 2) or None, element(ref, 3) or None)


def rejection(loop: str, number: int, aaa: Segment) -> normal.Rejection:
    return normal.Rejection(loop, element(aaa, 3) or None, element(aaa, 4) or None, (number,))


def _place(iii: Segment) -> normal.PlaceOfService:
    return normal.PlaceOfService(element(iii, 1) or None, element(iii, 2) or None)


def _entity(name: Name) -> normal.Entity:
    nm1 = name.nm1
    return normal.Entity(
        element(nm1, 1) or None,
        element(nm1, 3) or None,
        element(nm1, 4) or None,
        element(nm1, 8) or None,
        element(nm1, 9) or None,
        [
            normal.Contact(element(per, i) or None, element(per, i + 1) or None)
            for per in name.contacts
            for i in (3, 5, 7)
            if element(per, i) or element(per, i + 1)
        ],
    )
