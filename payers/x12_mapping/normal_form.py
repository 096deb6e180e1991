"""One 271 transaction -> Benefits, the normal form; nothing is judged here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from payers import benefits as normal
from payers import reading, x12
from payers.benefits import Benefit, Benefits, DateRange, Identity, Member, Party, Rejection
from payers.x12.levels import DEPENDENT, RECEIVER, SOURCE, SUBSCRIBER
from payers.x12.model import Delimiters, Segment, Transaction, element
from payers.x12.responses import Answered, Name, names, read_271

#: What an EB that stops after n elements lacks.
BLANKS = [[""] * (15 - n) for n in range(15)]


def benefits_of(transaction: Transaction) -> list[Benefits]:
    """The answer in one 271; several when it comes from several payers or to several providers."""
    problems: list[x12.Problem] = []
    levels = read_271(transaction, problems)
    if not transaction.version.startswith("005010"):
        problems.append(_version_problem(transaction))
    return [_answer(transaction, levels, *pair, problems) for pair in _pairs(levels)]


def _version_problem(transaction: Transaction) -> x12.Problem:
    named = (
        transaction.version if transaction.version.isalnum() and len(transaction.version) <= 12 else "unknown"
    )
    return x12.Problem(
        severity="minor",
        message=f"version {named}, read as far as its shape is that of 005010X279A1",
        interchange=transaction.interchange,
        segment=transaction.first,
        element="ST03",
    )


def _pairs(levels: list[Answered]) -> list[tuple[int | None, int | None]]:
    """(source, receiver) of each answer; a lone source that rejects is an answer too."""
    receivers = [i for i, answered in enumerate(levels) if answered.level.code == RECEIVER]
    pairs = [(levels[i].level.parent, i) for i in receivers]
    heard = {source for source, _ in pairs}
    lone = [i for i, answered in enumerate(levels) if answered.level.code == SOURCE and i not in heard]
    return sorted([*pairs, *((i, None) for i in lone)], key=lambda pair: pair[0] or 0) or [(None, None)]


def _answer(
    transaction: Transaction,
    levels: list[Answered],
    source: int | None,
    receiver: int | None,
    problems: list[x12.Problem],
) -> Benefits:
    payer = levels[source] if source is not None else None
    provider = levels[receiver] if receiver is not None else None
    members = list(_members(transaction, levels, receiver, problems))
    found = [*transaction.problems, *problems]
    return Benefits(
        control_number=transaction.control_number or None,
        version=transaction.version or None,
        payer=_party(payer),
        provider=_party(provider),
        rejections=[*_rejections(payer, "A"), *_rejections(provider, "B")],
        members=members,
        problems=[problem(each) for each in found] + [p for m in members for p in reading.contradictions(m)],
    )


def problem(found: x12.Problem) -> normal.Problem:
    return normal.Problem(place=found.place, severity=found.severity, message=found.message)


def _party(answered: Answered | None) -> Party:
    nm1 = answered.nm1 if answered else None
    if nm1 is None:
        return Party()
    name = (
        " ".join(filter(None, [element(nm1, 4), element(nm1, 3)]))
        if element(nm1, 2) == "1"
        else element(nm1, 3)
    )
    return Party(name=name or None, id=element(nm1, 9) or None)


def _members(
    transaction: Transaction, levels: list[Answered], receiver: int | None, problems: list[x12.Problem]
) -> Iterator[Member]:
    """Subscribers under this receiver and their dependents, in document order."""
    places: dict[int, int] = {}
    for index, answered in enumerate(levels):
        level = answered.level
        if level.code == SUBSCRIBER and level.parent == receiver:
            places[index] = len(places)
            yield _member(transaction, answered, None, problems)
        elif level.code == DEPENDENT and (
            level.parent in places or (level.parent is None and receiver is None)
        ):
            subscriber = places.get(level.parent) if level.parent is not None else None
            places[index] = len(places)
            yield _member(transaction, answered, subscriber, problems)


def _member(
    transaction: Transaction, answered: Answered, subscriber: int | None, problems: list[x12.Problem]
) -> Member:
    cut = transaction.delimiters
    letter = "D" if answered.level.code == DEPENDENT else "C"
    dated = _Dates(transaction, problems)
    lines = _benefits(answered, cut, letter, dated)
    summary = reading.summarize(lines)
    return Member(
        role="dependent" if letter == "D" else "subscriber",
        subscriber=subscriber,
        identity=_identity(answered, dated),
        traces=[
            normal.Trace(element(trn, 1) or None, element(trn, 2) or None, element(trn, 3) or None)
            for trn in answered.traces
        ],
        dates=[dated.range(cut.element.join(dtp), cut.element, number) for number, dtp in answered.dates],
        references=[_reference(ref) for ref in answered.references],
        rejections=list(_rejections(answered, letter)),
        benefits=lines,
        coverage=summary.coverage,
        deductibles=summary.deductibles,
        out_of_pockets=summary.out_of_pockets,
        other_payers=summary.other_payers,
        carve_outs=summary.carve_outs,
    )


def _identity(answered: Answered, dated: _Dates) -> Identity:
    nm1, dmg, ins = answered.nm1 or [], answered.dmg or [], answered.ins or []
    born = dated.day(element(dmg, 2), answered.level.first, "DMG02") if element(dmg, 2) else None
    return Identity(
        last=element(nm1, 3) or None,
        first=element(nm1, 4) or None,
        member_id=element(nm1, 9) or None,
        birth_date=born,
        sex=element(dmg, 3) or None,
        corrected=element(ins, 3) == "001" and element(ins, 4) == "25",
    )


def _rejections(answered: Answered | None, letter: str) -> Iterator[Rejection]:
    """AAA of 2000x (only the source has one there by the guide) and 2100x."""
    for number, named, aaa in answered.rejections if answered else ():
        loop = f"2100{letter}" if named or letter != "A" else "2000A"
        yield _rejection(loop, number, aaa)


def _rejection(loop: str, number: int, aaa: Segment) -> Rejection:
    return Rejection(loop, element(aaa, 3) or None, element(aaa, 4) or None, [number])


def _benefits(answered: Answered, cut: Delimiters, letter: str, dated: _Dates) -> list[Benefit]:
    """A benefit for each EB of a level, with what follows it up to the next.

    One loop without a step between, because an answer is mostly EBs and this is where its time goes.
    """
    found = []
    repetition, component, separator = cut.repetition, cut.component, cut.element
    raw, base = answered.level.raw, answered.level.first
    # The same few lists of service types, and the same texts and dates, come again and again. What
    # has a place of its own (an AAA, a date that is none) is never taken from here.
    known: dict[str, tuple[str, ...]] = {"": ()}
    seen: dict[tuple[str, ...], Attached] = {}
    segments: tuple[int, ...]
    for start, end in pairwise([*answered.marks, len(raw)]):
        eb = raw[start].split(separator)
        count = len(eb)
        (_, code, level, types, insurance, plan, period, amount, percent, qualifier, quantity,
         authorization, network, procedure, pointers) = eb + BLANKS[count] if count < 15 else eb[:15]  # fmt: skip
        number = base + start
        if end - start == 1:
            follows, segments = NOTHING, (number,)
        else:
            attached = tuple(raw[start + 1 : end])
            follows = (
                seen[attached] if attached in seen else _attached(attached, number, separator, letter, dated)
            )
            if not follows[5] and dated.all_read:
                seen[attached] = follows
            segments = (number, number + 1) if end - start == 2 else tuple(range(number, base + end))
        dates, references, deliveries, places, messages, rejections, entities = follows
        if types not in known:
            known[types] = tuple(types.split(repetition))
        found.append(
            Benefit(
                code or None,
                level or None,
                known[types],
                insurance or None,
                plan or None,
                period or None,
                amount or None,
                percent or None,
                qualifier or None,
                quantity or None,
                authorization or None,
                network or None,
                tuple(procedure.split(component)) if procedure else (),
                tuple(pointers.split(component)) if pointers else (),
                dates,
                references,
                deliveries,
                places,
                messages,
                rejections,
                entities,
                segments,
            )
        )
    return found


#: What follows an EB, in the order of Benefit's fields.
Attached = tuple[
    Sequence[DateRange],
    Sequence[normal.Reference],
    Sequence[normal.Delivery],
    Sequence[normal.PlaceOfService],
    Sequence[str],
    Sequence[Rejection],
    Sequence[normal.Entity],
]
NOTHING: Attached = ((), (), (), (), (), (), ())


def _attached(attached: Sequence[str], number: int, separator: str, letter: str, dated: _Dates) -> Attached:
    dates: Sequence[DateRange] = ()
    references: Sequence[normal.Reference] = ()
    deliveries: Sequence[normal.Delivery] = ()
    places: Sequence[normal.PlaceOfService] = ()
    messages: Sequence[str] = ()
    rejections: Sequence[Rejection] = ()
    entities: Sequence[normal.Entity] = ()
    for raw in attached:
        number += 1
        name = raw[:3]
        if name == "MSG":
            messages = (*messages, raw[4:].partition(separator)[0])
        elif name == "DTP":
            dates = (*dates, dated.range(raw, separator, number))
        elif name == "REF":
            references = (*references, _reference(raw.split(separator)))
        elif name == "HSD":
            deliveries = (*deliveries, normal.Delivery(*[part or None for part in raw.split(separator)[1:9]]))
        elif name == "III":
            iii = raw.split(separator)
            places = (*places, normal.PlaceOfService(element(iii, 1) or None, element(iii, 2) or None))
        elif name == "NM1" and not entities:
            entities = tuple(_entity(named) for named in names(attached, separator))
        elif name == "AAA":
            rejections = (*rejections, _rejection(f"2110{letter}", number, raw.split(separator)))
    return dates, references, deliveries, places, messages, rejections, entities


def _reference(ref: Segment) -> normal.Reference:
    return normal.Reference(element(ref, 1) or None, element(ref, 2) or None, element(ref, 3) or None)


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


class _Dates:
    """Dates of one transaction: the same few days come again and again."""

    def __init__(self, transaction: Transaction, problems: list[x12.Problem]) -> None:
        self._transaction = transaction
        self._problems = problems
        self._known: dict[str, DateRange] = {}
        self.all_read = True

    def range(self, raw: str, separator: str, number: int) -> DateRange:
        """`DTP*291*RD8*20260101-20261231~`, or a single day, which is both ends."""
        known = self._known.get(raw)
        if known is None:
            dtp = raw.split(separator)
            known = DateRange(element(dtp, 1) or None, *self._ends(element(dtp, 3), number))
            if known.start is not None and known.to is not None:
                self._known[raw] = known
        return known

    def _ends(self, value: str, number: int) -> tuple[str | None, str | None]:
        start, joint, end = value.partition("-")
        first = self.day(start, number, "DTP03")
        last = self.day(end, number, "DTP03") if joint else first
        return first, last

    def day(self, value: str, number: int, name: str) -> str | None:
        """CCYYMMDD, with or without a time after it, as an ISO date; None and a problem for what is none."""
        digits = value.strip()
        try:
            if len(digits) < 8 or not digits.isdecimal():
                raise ValueError
            return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).isoformat()
        except ValueError:
            self.all_read = False
            self._problems.append(
                x12.Problem(
                    severity="structure",
                    message="not a date; left out",
                    interchange=self._transaction.interchange,
                    segment=number,
                    element=name,
                )
            )
            return None
