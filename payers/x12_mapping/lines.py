"""EB lines of one level -> benefits, each made once from elements that are already cut."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

from payers import benefits as normal
from payers.benefits import Benefit
from payers.x12.levels import DEPENDENT
from payers.x12.model import Delimiters, Segment, element
from payers.x12.responses import Answered, Name, names
from payers.x12_mapping.dates import Dates

T = TypeVar("T")

#: What an EB that stops after n elements lacks.
BLANKS = [[""] * (15 - n) for n in range(15)]


def benefits(answered: Answered, cut: Delimiters, dates: Dates) -> list[Benefit]:
    """A benefit for each EB of a level, with what follows it up to the next.

    One loop without a step between, because an answer is mostly EBs and this is where its time goes.
    """
    found = []
    repetition, component = cut.repetition, cut.component
    segments, base = answered.level.segments, answered.level.first
    loop = "2110D" if answered.level.code == DEPENDENT else "2110C"
    for start, end in pairwise([*answered.marks, len(segments)]):
        eb, number = segments[start], base + start
        count = len(eb)
        (_, code, level, types, insurance, plan, period, amount, percent, qualifier, quantity,
         authorization, network, procedure, pointers) = eb + BLANKS[count] if count < 15 else eb[:15]  # fmt: skip
        follows = NOTHING if end == start + 1 else _attached(segments[start + 1 : end], number, loop, dates)
        dated, references, deliveries, places, messages, rejections, entities = follows
        found.append(
            Benefit(
                code or None,
                level or None,
                _parts(types, repetition) if types else (),
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
                tuple(range(number, base + end)),
            )
        )
    return found


def _parts(value: str, separator: str) -> Sequence[str]:
    return value.split(separator) if separator and separator in value else (value,)


#: What follows an EB, in the order of Benefit's fields.
Attached = tuple[
    Sequence[normal.DateRange],
    Sequence[normal.Reference],
    Sequence[normal.Delivery],
    Sequence[normal.PlaceOfService],
    Sequence[str],
    Sequence[normal.Rejection],
    Sequence[normal.Entity],
]
NOTHING: Attached = ((), (), (), (), (), (), ())


def _attached(attached: list[Segment], number: int, loop: str, reader: Dates) -> Attached:
    """What stands under the EB with this number, by kind; kinds that were not sent share one empty tuple."""
    dates: Sequence[normal.DateRange] = ()
    references: Sequence[normal.Reference] = ()
    deliveries: Sequence[normal.Delivery] = ()
    places: Sequence[normal.PlaceOfService] = ()
    messages: Sequence[str] = ()
    rejections: Sequence[normal.Rejection] = ()
    entities: Sequence[normal.Entity] = ()
    for segment in attached:
        number += 1
        name = segment[0]
        if name == "MSG":
            messages = _with(messages, element(segment, 1))
        elif name == "DTP":
            dates = _with(dates, reader.range(segment, number))
        elif name == "REF":
            references = _with(references, reference(segment))
        elif name == "HSD":
            deliveries = _with(deliveries, normal.Delivery(*[part or None for part in segment[1:9]]))
        elif name == "III":
            places = _with(places, _place(segment))
        elif name == "NM1" and not entities:
            entities = [_entity(named) for named in names(attached)]
        elif name == "AAA":
            rejections = _with(rejections, rejection(loop, number, segment))
    return dates, references, deliveries, places, messages, rejections, entities


def _with(found: Sequence[T], one: T) -> Sequence[T]:
    """One more of a kind. A list grows in place, so that ten thousand texts under one EB stay cheap."""
    if isinstance(found, list):
        found.append(one)
        return found
    return [one]


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
