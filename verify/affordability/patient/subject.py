"""One treatment of a patient, and how what is known of it is looked up for the estimate."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from verify.affordability.case import CaseAnswer, CaseUnknown, RuleSource
from verify.catalogue import ServiceLine
from verify.facts import (
    WHOLE_PLAN,
    Fact,
    FactName,
    Known,
    Level,
    Merged,
    SourceKind,
    Standing,
    Status,
    stands_alone,
)

#: How well a source carries a rule, as `confidence` grades it.
RULE_SOURCES: dict[SourceKind, RuleSource] = {
    SourceKind.CALL: "phone",
    SourceKind.LETTER: "phone",
    SourceKind.CONTRACT: "contract",
    SourceKind.X12_271: "271",
    SourceKind.PAYER_JSON: "271",
    SourceKind.PORTAL: "271",
}
WORST_FIRST: tuple[RuleSource, ...] = ("assumed", "271", "contract", "phone")


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """An unknown of the case, and which fact of which treatment would settle it."""

    unknown: CaseUnknown
    fact: FactName | None = None
    #: A second fact that it takes to settle it.
    also: FactName | None = None
    service_line: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """A service line with everything known, on the day of the first visit."""

    merged: Merged
    line: ServiceLine
    on: date
    #: The codes of its course, as they are billed.
    codes: tuple[str, ...]
    #: Whether a session has several of them.
    several_a_day: bool
    #: The only treatment planned, so that nobody need say which is meant.
    alone: bool

    def known(self, name: FactName, level: Level = Level.PERSON) -> Known:
        """From the line and its service types; the payer's word for codes by which it decides stands alone."""
        of_line = self.known_of_line(name, level)
        if self.line.decided_by_code and stands_alone(name, of_line):
            return of_line
        return self.merged.look_up(
            name, service_line=self.line.key, service_types=self.line.reads, level=level
        )

    def known_of_line(self, name: FactName, level: Level = Level.PERSON) -> Known:
        return self.merged.look_up(name, service_line=self.line.key, level=level)

    def known_of_type(self, name: FactName, service_type: str, level: Level = Level.PERSON) -> Known:
        return self.merged.look_up(name, service_types=(service_type,), level=level)

    def plan_or_line(self, name: FactName, level: Level = Level.PERSON) -> Known:
        """For the line, else for the plan as a whole, where payers often state it once."""
        own = self.known(name, level)
        return own if values_of(own) else self.known_of_type(name, WHOLE_PLAN, level)

    def is_general(self, known: Known) -> bool:
        """Said of a service type, while this line's payer decides by code."""
        return self.line.decided_by_code and bool(known.fact and not known.fact.about.service_line)

    @property
    def code_words(self) -> str:
        return in_words(self.codes)

    @property
    def are(self) -> str:
        return "are" if len(self.codes) > 1 else "is"

    def open(
        self,
        name: FactName | None,
        fact: str,
        how: str,
        answers: Iterable[CaseAnswer],
        expected: str | None = None,
        *,
        also: FactName | None = None,
        of_clinic: bool = False,
        codes: Sequence[str] = (),
    ) -> Open:
        """An unknown about this line's sessions, or about those codes of them."""
        unknown = CaseUnknown(
            fact=fact if self.alone else f"{self.line.label}: {fact}",
            how=how,
            part=self.line.key,
            codes=list(codes) if codes and set(codes) < set(self.codes) else None,
            answers=list(answers),
            expected=expected,
            of_clinic=of_clinic,
        )
        return Open(unknown=unknown, fact=name, also=also, service_line=self.line.key)


def in_words(codes: Sequence[str]) -> str:
    """ "90867, 90868 and 90869"."""
    return " and ".join((", ".join(codes[:-1]), codes[-1])) if len(codes) > 1 else codes[0]


def values_of(known: Known) -> list[object]:
    """What is said of it: the winner's value, its rivals', or the candidates of an ambiguous fact; each once."""
    found: list[object] = []
    for fact in (known.fact, *known.rivals):
        for value in _said(fact):
            if value not in found:
                found.append(value)
    return found


def _said(fact: Fact | None) -> Iterator[object]:
    if fact is None:
        return
    if fact.standing is Standing.VALUE:
        yield fact.value
    elif fact.standing is Standing.UNKNOWN and isinstance(fact.value, list):
        yield from fact.value


def day_of(known: Known) -> date | None:
    """The day a fact states; None where it states none, or sources disagree."""
    value = known.fact.value if known.fact and known.standing is Standing.VALUE and not known.rivals else None
    return date.fromisoformat(value) if isinstance(value, str) else None


def has_settled(known: Known, standing: Standing) -> bool:
    """Fresh and undisputed: what is out of date is open again."""
    return known.settled and known.standing is standing


def is_certain(known: Known) -> bool:
    """One value, from whoever said it; it may be old."""
    return known.fact is not None and known.fact.settled and not known.rivals


def source_of(knowns: Iterable[Known]) -> RuleSource:
    """The weakest of those that speak; what is old or was derived is no better than assumed or electronic."""
    found: list[RuleSource] = []
    for known in knowns:
        if known.fact is None or known.standing is Standing.NOT_STATED:
            continue
        source = RULE_SOURCES.get(known.fact.source.kind, "assumed")
        if known.stale or known.rivals or known.fact.status is Status.AMBIGUOUS:
            source = "assumed"
        elif known.fact.status is Status.DERIVED:
            source = min(source, "271", key=WORST_FIRST.index)
        found.append(source)
    return min(found, key=WORST_FIRST.index, default="assumed")
