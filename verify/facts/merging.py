"""Merging facts: the best-supported and newest wins, what disagrees stays visible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from verify.facts.fact import (
    MOVING,
    About,
    Fact,
    FactName,
    Level,
    SourceKind,
    Standing,
    Tier,
)

#: How far a source carries, when sources disagree. Source: clinic practice; the phone is "the source",
#: a letter can be shown to whoever says otherwise.
SUPPORT: Mapping[SourceKind, int] = {
    SourceKind.LETTER: 5,
    SourceKind.CALL: 4,
    SourceKind.PORTAL: 3,
    SourceKind.X12_271: 2,
    SourceKind.CARD: 1,
    SourceKind.PATIENT: 0,
}

#: Amounts that move are compared only when obtained this close together.
SAME_MOMENT = timedelta(days=1)

#: Wording differs from source to source, so a difference says nothing.
_WORDING = frozenset({FactName.PLAN_NAME, FactName.AUTHORIZATION_ROUTE, FactName.HELD_BY})

Topic = tuple[FactName, About]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one thing: the fact that wins, if any, and the settled facts that disagree with it."""

    fact: Fact | None = None
    rivals: tuple[Fact, ...] = ()
    #: The winner has expired; it is shown, and asked again.
    stale: bool = False

    @property
    def standing(self) -> Standing:
        return self.fact.standing if self.fact else Standing.NOT_ASKED

    @property
    def settled(self) -> bool:
        """Whether it can be relied on: known, fresh, and nobody disagrees."""
        return self.fact is not None and self.fact.settled and not self.stale and not self.rivals

    @property
    def keys(self) -> tuple[str, ...]:
        """Of the winner first, then of its rivals."""
        return tuple(fact.key for fact in (self.fact, *self.rivals) if fact)


@dataclass(frozen=True, slots=True)
class Merged:
    """All facts, and what is known of each thing they speak of."""

    facts: tuple[Fact, ...]
    known: Mapping[Topic, Known]

    @property
    def conflicts(self) -> dict[Topic, Known]:
        return {topic: known for topic, known in self.known.items() if known.rivals}

    def look_up(
        self,
        name: FactName,
        *,
        service_line: str = "",
        service_types: Sequence[str] = (),
        tier: Tier = Tier.IN_NETWORK,
        level: Level = Level.PERSON,
    ) -> Known:
        """What is known for a service line: its own facts first, then those of the service types in order.

        The first settled one is taken. The line's own and the service types' disagreeing is a conflict too.
        """
        places = [About(service_line=service_line)] if service_line else []
        places += [About(service_type=code) for code in service_types]
        found = [known for place in places if (known := self._at(name, place, tier, level))]
        if not found:
            return Known()
        chosen = max(found, key=_usefulness)
        assert chosen.fact is not None
        others = [known.fact for known in found if known is not chosen and known.fact and not known.stale]
        across = tuple(
            other
            for other in others
            if bool(other.about.service_line) != bool(chosen.fact.about.service_line)
            and _disagree(chosen.fact, other)
        )
        return replace(chosen, rivals=(*chosen.rivals, *across))

    def _at(self, name: FactName, place: About, tier: Tier, level: Level) -> Known | None:
        for tiers in (tier, Tier.ANY):
            about = About(
                service_line=place.service_line, service_type=place.service_type, tier=tiers, level=level
            )
            if (name, about) in self.known:
                return self.known[name, about]
        return None


def merge(facts: Iterable[Fact], *, now: datetime) -> Merged:
    """What is known, from facts in the order they were stored.

    1. Of the same words of the same source, read twice, the later reading counts.
    2. Of one kind of source, the newest that says anything counts; older ones are history, not conflict.
    3. Fresh beats expired, settled beats unsettled.
    4. Of amounts that move with claims the newest wins; of everything else the best-supported source.
    5. Settled, fresh facts that differ from the winner are its rivals. Nothing is dropped.
    """
    kept = tuple(facts)
    topics: dict[Topic, list[Fact]] = defaultdict(list)
    for fact in kept:
        topics[fact.name, fact.about].append(fact)
    return Merged(kept, {topic: _known(said, now) for topic, said in topics.items()})


def _known(said: list[Fact], now: datetime) -> Known:
    ranked = sorted(_newest_of_each_kind(said), key=lambda fact: _rank(fact, now), reverse=True)
    winner = ranked[0]
    rivals = tuple(fact for fact in ranked[1:] if _fresh(fact, now) and _disagree(winner, fact))
    return Known(winner, rivals, stale=not _fresh(winner, now))


def _newest_of_each_kind(said: list[Fact]) -> Iterator[Fact]:
    last_reading = {(fact.source.kind, fact.source.reference): fact for fact in said}
    by_kind: dict[SourceKind, list[Fact]] = defaultdict(list)
    for fact in last_reading.values():
        by_kind[fact.source.kind].append(fact)
    for of_kind in by_kind.values():
        speaking = [fact for fact in of_kind if fact.standing is not Standing.NOT_STATED]
        yield max(speaking or of_kind, key=lambda fact: fact.source.obtained_at)


def _rank(fact: Fact, now: datetime) -> tuple[object, ...]:
    newest, support = fact.source.obtained_at, SUPPORT[fact.source.kind]
    first = (_fresh(fact, now), fact.settled, fact.standing is Standing.UNKNOWN)
    return (*first, newest, support) if fact.name in MOVING else (*first, support, newest)


def _fresh(fact: Fact, now: datetime) -> bool:
    return fact.expires_at is None or now < fact.expires_at


def _disagree(winner: Fact, other: Fact) -> bool:
    if not (winner.settled and other.settled) or winner.name in _WORDING:
        return False
    apart = abs(winner.source.obtained_at - other.source.obtained_at)
    if winner.name in MOVING and apart > SAME_MOMENT:
        return False
    mine, theirs = _gist(winner), _gist(other)
    return winner.standing != other.standing or (None not in (mine, theirs) and mine != theirs)


def _gist(fact: Fact) -> object:
    """What two sources must agree on, without the wording; None agrees with anything."""
    value = fact.value
    if fact.name is FactName.COPAY and isinstance(value, dict):
        return value.get("cents")
    if fact.name is FactName.ADMINISTRATOR and isinstance(value, dict):
        return str(value["name"]).casefold() if value.get("name") else None
    return None if fact.name is FactName.OTHER_PAYER else value


def _usefulness(known: Known) -> tuple[bool, bool, bool]:
    fact = known.fact
    settled = fact is not None and fact.settled
    return (settled and not known.stale, settled, fact is not None and fact.standing is Standing.UNKNOWN)
