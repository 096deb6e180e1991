"""Finding and Question, and what every rule shares: what is looked up, and how it is said."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import msgspec

from verify.catalogue import ServiceLine
from verify.facts import (
    NO_TRAIL,
    WHOLE_PLAN,
    FactName,
    Known,
    Level,
    Merged,
    SourceKind,
    Standing,
    Status,
    Tier,
    Trail,
    stands_alone,
)
from verify.findings.planned import NO_COURSE, Course, Illness
from verify.worksheet import How, Of, Place, load, network_places

__all__ = [
    "Case",
    "Finding",
    "How",
    "Question",
    "Verdict",
    "day_of",
    "day_words",
    "dollars",
    "note_of",
    "number_of",
    "percent",
    "word_of",
]


class Finding(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A judgement drawn from facts by one rule; `facts` are their keys, the one that decided first."""

    rule: str
    #: Empty for the plan as a whole.
    service_line: str
    conclusion: str
    #: What a coordinator reads. Quotes the payer; never says "approved" and promises nothing.
    sentence: str
    status: Status
    facts: tuple[str, ...] = ()


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A fact that is needed and missing: what to ask, and how to get it."""

    fact: FactName
    #: Empty for the plan as a whole.
    service_line: str
    text: str
    how: How
    #: The call in which it is asked (verify.worksheet), and the number of the line that asks it.
    script: str = "payer"
    line: int = 0


class Verdict(msgspec.Struct, frozen=True):
    """What one rule says, and what it would need to say more."""

    finding: Finding
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One service line on one day, with everything known."""

    merged: Merged
    line: ServiceLine
    on: date
    trail: Trail = NO_TRAIL
    course: Course = NO_COURSE
    #: The patient's other courses, which may use up the same limits.
    others: Sequence[Course] = ()
    #: What is on the evidence sheet; None: it is not known here.
    illness: Illness | None = None
    #: What the clinic's own authorization record says: granted, waiting, denied, not_needed; empty: there is none.
    on_file: str = ""

    def look_up(self, name: FactName, level: Level = Level.PERSON, tier: Tier = Tier.IN_NETWORK) -> Known:
        """What is known for this line, from itself and the service types that speak of it.

        What the payer says in general is no conflict with its own word for codes by which it decides.
        """
        of_line = self.look_up_line(name, level, tier)
        if self.line.decided_by_code and stands_alone(name, of_line):
            return of_line
        return self.merged.look_up(
            name, service_line=self.line.key, service_types=self.line.reads, level=level, tier=tier
        )

    def look_up_line(
        self, name: FactName, level: Level = Level.PERSON, tier: Tier = Tier.IN_NETWORK
    ) -> Known:
        """What was said of this very line; no service type stands for it."""
        return self.merged.look_up(name, service_line=self.line.key, level=level, tier=tier)

    def look_up_place(self, name: FactName, place: Place) -> Known:
        """What was said of just this, else of the benefit, of the codes, of the line as a whole."""
        scopes = ((place.domain, place.group), (place.domain, ""), ("", place.group), ("", ""))
        found = (
            self.merged.look_up(name, service_line=self.line.key, domain=domain, codes=group)
            for domain, group in dict.fromkeys(scopes)
        )
        return next((known for known in found if known.fact), Known())

    @property
    def places(self) -> tuple[Place, ...]:
        """Where the clinic has to be in network, of the codes that are planned.

        Where it is known which benefit the codes are paid from, the answer for the other one says nothing.
        """
        found = network_places(self.line, self.on, self.course.codes)
        under = self.look_up_line(FactName.PROCESSED_UNDER)
        domain = under.fact.value if under.fact and under.settled else None
        if domain not in {place.domain for place in found if place.is_either}:
            return found
        return tuple(place for place in found if not place.is_either or place.domain == domain)

    def look_up_for_codes(self, name: FactName) -> Known:
        """What was said of this line's codes: of the line itself, or in general where the payer goes by that."""
        known = self.look_up(name)
        general = self.line.decided_by_code and not (known.fact and known.fact.about.service_line)
        return Known() if general else known

    def look_up_plan(
        self, name: FactName, level: Level = Level.PERSON, tier: Tier = Tier.IN_NETWORK
    ) -> Known:
        """What is known of the plan as a whole."""
        return self.merged.look_up(name, service_types=(WHOLE_PLAN,), tier=tier, level=level)

    @property
    def codes(self) -> str:
        """The codes valid on the day, as a caller reads them out: "90867, 90868 and 90869"."""
        codes = [code.code for code in self.line.codes_on(self.on)]
        return " and ".join((", ".join(codes[:-1]), codes[-1])) if len(codes) > 1 else codes[0]

    @property
    def everything_to_ask(self) -> str:
        """What a company that holds the benefit is asked, in the order of one call."""
        return (
            f"is coverage active on {day_words(self.on)}, are {self.codes} covered, is authorization required, "
            "what do deductible, copay and coinsurance come to, and are we in network?"
        )

    @property
    def is_answered_elsewhere(self) -> bool:
        """Whether somebody else than the payer on the card holds the line's benefits and has answered."""
        return self.trail.speaker(self.line.benefit_domain) != self.trail.payer

    def question(self, name: FactName, *, how: How | None = None, text: str = "") -> Question:
        """The question for a fact, in the words of the worksheet unless others are given."""
        worksheet = load()
        asked = worksheet.field(name)
        return Question(
            fact=name,
            service_line="" if asked.of is Of.PLAN else self.line.key,
            text=(text or asked.ask).format(codes=self.codes, line=self.line.label, day=day_words(self.on)),
            how=how or asked.how,
            script=asked.script,
            line=worksheet.scripts[asked.script].line_of(name),
        )

    def verdict(
        self,
        rule: str,
        conclusion: str,
        sentence: str,
        known: Sequence[Known],
        *,
        ask: Sequence[FactName] = (),
        derived: bool = False,
    ) -> Verdict:
        """The finding from what was looked up. What is disputed or stale is said, and asked again."""
        disputed = [found for found in known if found.rivals]
        stale = [found for found in known if found.stale and found.fact and found.fact.settled]
        if disputed:
            sentence += " Sources disagree on this; ask which is right."
        if stale:
            sentence += " This is out of date and must be asked again."
        in_writing = {found.fact.name for found in disputed if found.fact and _was_told_twice(found)}
        again = [found.fact.name for found in (*disputed, *stale) if found.fact]
        wanted = dict.fromkeys([*ask, *again])
        finding = Finding(
            rule=rule,
            service_line=self.line.key,
            conclusion=conclusion,
            sentence=sentence,
            status=_weakest(known, derived=derived),
            facts=tuple(dict.fromkeys(key for found in known for key in found.keys)),
        )
        asked = [
            self.question(
                name, how=How.LETTER if name in in_writing else None, text=_asked_again(name, in_writing)
            )
            for name in wanted
        ]
        return Verdict(finding, tuple(asked))


def _weakest(known: Sequence[Known], *, derived: bool) -> Status:
    """How well a conclusion stands: no better than the facts that speak."""
    said = [found.fact.status for found in known if found.fact and found.standing is not Standing.NOT_STATED]
    if any(found.rivals for found in known) or Status.AMBIGUOUS in said:
        return Status.AMBIGUOUS
    if not said:
        return Status.NOT_STATED
    return Status.DERIVED if derived or Status.DERIVED in said else Status.STATED


def _was_told_twice(known: Known) -> bool:
    """Whether a person spoke with the payer already, and another source says otherwise all the same."""
    said = (known.fact, *known.rivals)
    return any(fact is not None and fact.source.kind is SourceKind.CALL for fact in said)


def _asked_again(name: FactName, in_writing: Collection[FactName]) -> str:
    """Another call would be one more word against another: then it is asked for in writing."""
    return f"In writing, because sources disagree: {load().field(name).ask}" if name in in_writing else ""


def number_of(known: Known) -> int | None:
    """Cents or basis points of a settled value."""
    value = known.fact.value if known.fact and known.standing is Standing.VALUE else None
    return value if isinstance(value, int) else None


def word_of(known: Known) -> str:
    """The word of a value that is one of a few; empty where there is none."""
    value = known.fact.value if known.fact and known.standing is Standing.VALUE else None
    return value if isinstance(value, str) else ""


def note_of(known: Known) -> str:
    """The words beside a yes; empty where there are none."""
    value = known.fact.value if known.fact and known.standing is Standing.YES else None
    return value if isinstance(value, str) else ""


def day_of(known: Known) -> date | None:
    """The day of a value; None where there is none."""
    word = word_of(known)
    return date.fromisoformat(word) if word else None


def dollars(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02d}"


def percent(basis_points: int) -> str:
    return f"{basis_points // 100}.{basis_points % 100:02d}".rstrip("0").rstrip(".") + " %"


def day_words(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
