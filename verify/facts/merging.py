"""Merging facts: the best-supported and newest wins, what disagrees stays visible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from msgspec import structs

from verify.facts.fact import ELECTRONIC, About, Fact, Level, SourceKind, Standing, Tier
from verify.facts.names import MOVING, NETWORK_KINDS, PROGRAMMES, WORDED, FactName, FieldKind

#: How far a source carries, when sources disagree. Source: clinic practice; the phone is "the source".
SUPPORT: Mapping[SourceKind, int] = {
    # Can be shown to whoever says otherwise.
    SourceKind.LETTER: 10,
    # Binds both sides; of the patient's plan it says nothing.
    SourceKind.CONTRACT: 9,
    SourceKind.CALL: 8,
    # A snapshot that leaves out what other companies hold.
    SourceKind.PORTAL: 7,
    SourceKind.X12_271: 6,
    SourceKind.PAYER_JSON: 6,
    # What the clinic knows of itself; of the plan it says nothing.
    SourceKind.CLINIC: 5,
    # Printed once, and not taken back when the plan changes.
    SourceKind.CARD: 4,
    # Passes on what a payer told it.
    SourceKind.HUB: 3,
    # Of the payer's policy in general: the plan's own document goes before it.
    SourceKind.POLICY_CARD: 2,
    SourceKind.PATIENT: 1,
}

#: Amounts that move are compared only when obtained this close together.
SAME_MOMENT = timedelta(days=1)

#: Where another wording, or another company named, is no disagreement.
_WORDING = WORDED | {FactName.HELD_BY}

Topic = tuple[FactName, About]


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one thing: the fact that wins, if any, and what other sources say of the same."""

    fact: Fact | None = None
    #: Settled, fresh facts that disagree with it.
    rivals: tuple[Fact, ...] = ()
    #: Settled, fresh facts of other sources that say the same.
    seconds: tuple[Fact, ...] = ()
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
        domain: str = "",
        codes: str = "",
        tier: Tier = Tier.IN_NETWORK,
        level: Level = Level.PERSON,
    ) -> Known:
        """What is known for a service line: its own facts first, then those of the service types in order.

        The first settled one is taken. The line's own and the service types' disagreeing is a conflict too.
        `domain` and `codes` ask for what was said of these alone.
        """
        own = About(service_line=service_line, domain=domain, codes=codes)
        places = [own] if service_line else []
        places += [About(service_type=code) for code in service_types]
        found = [known for place in places if (known := self._at(name, place, tier, level))]
        if not found:
            return Known()
        chosen = max(found, key=_usefulness)
        assert chosen.fact is not None
        others = [
            known.fact
            for known in found
            if known is not chosen
            and known.fact
            and not known.stale
            and bool(known.fact.about.service_line) != bool(chosen.fact.about.service_line)
        ]
        return replace(
            chosen,
            rivals=(*chosen.rivals, *(other for other in others if _disagree(chosen.fact, other))),
            seconds=(*chosen.seconds, *(other for other in others if _agree(chosen.fact, other))),
        )

    def _at(self, name: FactName, place: About, tier: Tier, level: Level) -> Known | None:
        for tiers in (tier, Tier.ANY):
            about = structs.replace(place, tier=tiers, level=level)
            if (name, about) in self.known:
                return self.known[name, about]
        return None


def merge(facts: Iterable[Fact], *, now: datetime) -> Merged:
    """What is known, from facts in the order they were stored.

    1. What was withdrawn says nothing any more.
    2. Of the same words of the same source, read twice, the later reading counts.
    3. Of one kind of source, the newest that says anything counts; older ones are history, not conflict.
    4. Fresh beats expired, settled beats unsettled.
    5. Of amounts that move with claims the newest wins; of everything else the best-supported source.
    6. Settled, fresh facts that differ from the winner are its rivals. Nothing is dropped.
    """
    kept = tuple(facts)
    topics: dict[Topic, list[Fact]] = defaultdict(list)
    for fact in in_force(kept):
        topics[fact.name, fact.about].append(fact)
    return Merged(kept, {topic: _known(said, now) for topic, said in topics.items()})


def in_force(facts: Iterable[Fact]) -> list[Fact]:
    """Those that nobody has withdrawn since."""
    known = list(facts)
    withdrawn = {fact.withdraws for fact in known if fact.withdraws}
    return [fact for fact in known if fact.key not in withdrawn]


def _known(said: list[Fact], now: datetime) -> Known:
    ranked = sorted(_newest_of_each_kind(said), key=lambda fact: _rank(fact, now), reverse=True)
    winner, fresh = ranked[0], [fact for fact in ranked[1:] if _fresh(fact, now)]
    return Known(
        winner,
        rivals=tuple(fact for fact in fresh if _disagree(winner, fact)),
        seconds=tuple(fact for fact in fresh if _agree(winner, fact)),
        stale=not _fresh(winner, now),
    )


def _newest_of_each_kind(said: list[Fact]) -> Iterator[Fact]:
    last_reading = {(fact.source.kind, fact.source.reference): fact for fact in said}
    by_kind: dict[object, list[Fact]] = defaultdict(list)
    for fact in last_reading.values():
        # The payer's own words and an intermediary's for them are one source.
        kind = ELECTRONIC if fact.source.kind in ELECTRONIC else fact.source.kind
        by_kind[kind].append(fact)
    for of_kind in by_kind.values():
        speaking = [fact for fact in of_kind if fact.standing is not Standing.NOT_STATED]
        yield max(speaking or of_kind, key=lambda fact: fact.source.speaks_at)


def _rank(fact: Fact, now: datetime) -> tuple[object, ...]:
    newest, support = fact.source.speaks_at, SUPPORT[fact.source.kind]
    first = (_fresh(fact, now), fact.settled, fact.standing is Standing.UNKNOWN)
    return (*first, newest, support) if fact.name in MOVING else (*first, support, newest)


def _fresh(fact: Fact, now: datetime) -> bool:
    return fact.expires_at is None or now < fact.expires_at


def _disagree(winner: Fact, other: Fact) -> bool:
    if not _comparable(winner, other):
        return False
    return winner.standing != other.standing or _differ(winner, other)


def _differ(winner: Fact, other: Fact) -> bool:
    """Whether two values cannot both be right; what one of them leaves open agrees with anything."""
    if winner.name in _WORDING or _is_more_than_a_network(winner, other):
        return False
    return any(
        None not in pair and pair[0] != pair[1] for pair in zip(_gist(winner), _gist(other), strict=True)
    )


def _is_more_than_a_network(winner: Fact, other: Fact) -> bool:
    """A programme's plan may be an HMO as well; whoever said HMO alone may have left out whose it is."""
    is_kind = winner.name is FactName.PRODUCT
    return is_kind and winner.value in PROGRAMMES and other.value in NETWORK_KINDS


def _agree(winner: Fact, other: Fact) -> bool:
    """Whether another source says the same; where only the wording is comparable, it must be the same too."""
    if not _comparable(winner, other) or _disagree(winner, other):
        return False
    is_open = winner.name in _WORDING or _is_more_than_a_network(winner, other)
    if is_open or None in (_gist(winner)[0], _gist(other)[0]):
        return _plain(winner.value) == _plain(other.value)
    return True


def _comparable(winner: Fact, other: Fact) -> bool:
    apart = abs(winner.source.speaks_at[0] - other.source.speaks_at[0])
    return winner.settled and other.settled and (winner.name not in MOVING or apart <= SAME_MOMENT)


def _plain(value: object) -> object:
    return value.casefold() if isinstance(value, str) else value


def _gist(fact: Fact) -> tuple[object, ...]:
    """What two sources must agree on, part by part, without the wording; None is open."""
    value = fact.value
    match fact.name.kind:
        case FieldKind.COPAY if isinstance(value, dict):
            return (value.get("cents"), value.get("per"))
        case FieldKind.COMPANY if isinstance(value, dict):
            return (str(value["name"]).casefold() if value.get("name") else None,)
        case FieldKind.COPAY | FieldKind.COMPANY:
            return (None, None) if fact.name.kind is FieldKind.COPAY else (None,)
        case FieldKind.COMPANIES:
            return (None,)
        case FieldKind.CODES if isinstance(value, list):
            return (frozenset(value),)
        case FieldKind.LIMIT if isinstance(value, list):
            return _limit_gist([_one_limit(limit) for limit in value if isinstance(limit, dict)])
        case _:
            return (value,)


def _limit_gist(limits: list[tuple[object, ...]]) -> tuple[object, ...]:
    """One limit part by part, so that what one source leaves open agrees; of several, all of them together."""
    return limits[0] if len(limits) == 1 else (frozenset(limits), None, None, None, None)


def _one_limit(limit: dict[str, object]) -> tuple[object, ...]:
    """A visit is one of "visits"; a year is the calendar's, the service's, or it was not said which."""
    unit, period = limit.get("unit"), str(limit.get("period") or "").casefold()
    return (
        limit.get("quantity"),
        str(unit).casefold().removesuffix("s") if unit else None,
        "year" if period.endswith("year") else period or None,
        period.removesuffix("year").strip() or None if period.endswith("year") else None,
        limit.get("remaining"),
    )


def _usefulness(known: Known) -> tuple[bool, bool, bool]:
    fact = known.fact
    settled = fact is not None and fact.settled
    return (settled and not known.stale, settled, fact is not None and fact.standing is Standing.UNKNOWN)
