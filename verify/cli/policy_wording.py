"""A policy card and an evaluation in lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from verify.catalogue.criteria import Purpose
from verify.catalogue.policy_card import Criterion, Length, PolicyCard, Units
from verify.cli.terminal import clean
from verify.policies import Evaluation, Result, caveats, wanted
from verify.policies.asking import asked
from verify.policies.wording import (
    NETWORKS,
    PERS,
    PROTOCOLS,
    PURPOSES,
    REQUIRED,
    RESULTS,
    SCREENS,
    STANDS,
    label,
)

MARK = {Result.MET: "+", Result.NOT_MET: "x", Result.UNKNOWN: "?"}


def card_lines(card: PolicyCard, today: date) -> Iterator[str]:
    """The card in the order a person asks: what it says, what it asks, what it lacks, where it comes from."""
    yield clean(card.title)
    yield f"  {card.key}, for {', '.join(card.service_lines)}"
    yield from _stance(card)
    yield from _authorization(card)
    yield from _criteria(card)
    yield from _numbers(card)
    yield from _block("The payer will want to see", list(wanted(card, Purpose.INITIAL)))
    yield from _block("Notes", [note.text for note in card.notes])
    yield from _block("Keep in mind", list(caveats(card, today)))
    yield from _block(
        "Sources",
        [f"{one.key}: {one.title} ({one.where}{_published(one.published)})" for one in card.sources],
    )


def _stance(card: PolicyCard) -> Iterator[str]:
    yield from _block(
        "What it says", [f"{STANDS[one.stand]} {one.note} [{one.source}]" for one in card.stance]
    )


def _authorization(card: PolicyCard) -> Iterator[str]:
    told = []
    for rule in card.authorization:
        since = f" from {rule.valid_from}" if rule.valid_from else ""
        until = f" until {rule.valid_until}" if rule.valid_until else ""
        note = f" {rule.note}" if rule.note else ""
        told.append(
            f"{REQUIRED[rule.required]}, {NETWORKS[rule.network]}{since}{until}.{note} [{rule.source}]"
        )
    yield from _block("Authorization", told or ["not stated"])


def _criteria(card: PolicyCard) -> Iterator[str]:
    told = [
        f"{label(one.key)}{_only(one)}: {asked(reading.asks)} [{reading.source}]"
        for one in card.criteria
        for reading in one.readings
    ]
    told += [f"Excluded where {SCREENS[one.question]} [{one.source}]" for one in card.exclusions]
    told += [
        f"Investigational or not covered: {PROTOCOLS[one.protocol]} [{one.source}]"
        for one in card.investigational
    ]
    yield from _block("What it asks", told or ["not stated"])


def _only(criterion: Criterion) -> str:
    """ " (a renewal)", where it is not asked for a first course."""
    told = " or ".join(PURPOSES[one] for one in criterion.purposes)
    return "" if Purpose.INITIAL in criterion.purposes else f" ({told})"


def _numbers(card: PolicyCard) -> Iterator[str]:
    told = [f"{_units(one)} [{one.source}]" for one in card.units]
    told += [f"{_length(one)} [{one.source}]" for one in card.lengths]
    told += [
        f"at most {cap.most} of {', '.join(cap.codes)} {PERS[cap.per]} [{cap.source}]" for cap in card.caps
    ]
    yield from _block("Units and lengths", told)


def _units(one: Units) -> str:
    counts = (
        f"{one.sessions} sessions" if one.sessions else "",
        f"{one.taper} in a taper" if one.taper else "",
    )
    return ", ".join(filter(None, (*counts, one.note)))


def _length(one: Length) -> str:
    span = f"{one.months} months" if one.months else f"{one.days} days"
    return f"{PURPOSES[one.purpose]}{f' ({one.indication})' if one.indication else ''}: {span}"


def evaluation_lines(found: Evaluation) -> Iterator[str]:
    """Each criterion with its mark, and what would settle those that are unknown."""
    counts = ", ".join(f"{found.count(result)} {RESULTS[result]}" for result in Result)
    yield f"{clean(found.title)}, on {found.on}, for {PURPOSES[found.purpose]}"
    yield f"  {counts}. The payer decides."
    yield f"  {clean(found.authorization.sentence)}"
    for one in found.criteria:
        disputed = " (disputed)" if one.disputed else ""
        yield f"  {MARK[one.result]} {one.label}: {RESULTS[one.result]}{disputed}. {clean(one.sentence)}"
        if one.not_stated:
            yield f"      not stated in our copy: {'; '.join(one.not_stated)}"
    yield from _block("How long", list(found.lengths))
    yield from _block("Missing", list(found.missing))
    yield from _block("The payer will want to see", list(found.wanted))
    yield from _block("Keep in mind", list(found.caveats))


def _block(title: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"  {title}"
        yield from (f"    {clean(line)}" for line in lines)


def _published(day: date | None) -> str:
    return f", {day}" if day else ""
