"""One 271 transaction -> Benefits, the normal form; nothing is judged here."""

from __future__ import annotations

from collections.abc import Iterator

from payers import benefits as normal
from payers import reading, x12
from payers.benefits import Benefits, Identity, Member, Party, Rejection
from payers.x12.levels import DEPENDENT, RECEIVER, SOURCE, SUBSCRIBER
from payers.x12.model import Transaction, element
from payers.x12.responses import Answered, read_271
from payers.x12_mapping.dates import Dates
from payers.x12_mapping.lines import benefits, reference, rejection


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
    letter = "D" if answered.level.code == DEPENDENT else "C"
    dates = Dates(transaction, problems)
    lines = benefits(answered, transaction.delimiters, dates)
    summary = reading.summarize(lines)
    return Member(
        role="dependent" if letter == "D" else "subscriber",
        subscriber=subscriber,
        identity=_identity(answered, dates),
        traces=[
            normal.Trace(element(trn, 1) or None, element(trn, 2) or None, element(trn, 3) or None)
            for trn in answered.traces
        ],
        dates=[dates.range(dtp, number) for number, dtp in answered.dates],
        references=[reference(ref) for ref in answered.references],
        rejections=list(_rejections(answered, letter)),
        benefits=lines,
        coverage=summary.coverage,
        deductibles=summary.deductibles,
        out_of_pockets=summary.out_of_pockets,
        other_payers=summary.other_payers,
        carve_outs=summary.carve_outs,
    )


def _identity(answered: Answered, dates: Dates) -> Identity:
    nm1, dmg, ins = answered.nm1 or [], answered.dmg or [], answered.ins or []
    born = dates.day(element(dmg, 2), answered.level.first, "DMG02") if element(dmg, 2) else None
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
        yield rejection(loop, number, aaa)
