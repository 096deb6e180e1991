"""Finding and Question, and what every rule shares: what is looked up, and how it is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import msgspec

from verify.catalogue import ServiceLine
from verify.facts import NO_TRAIL, WHOLE_PLAN, FactName, Known, Level, Merged, Standing, Status, Tier, Trail


class How(StrEnum):
    """Who can answer a question."""

    SECOND_INQUIRY = "second_inquiry"
    PHONE = "phone"
    PORTAL = "portal"


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


class Question(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A fact that is needed and missing: what to ask, and how to get it."""

    fact: FactName
    service_line: str
    text: str
    how: How


class Verdict(msgspec.Struct, frozen=True):
    """What one rule says, and what it would need to say more."""

    finding: Finding
    questions: tuple[Question, ...] = ()


#: What to ask for each fact, in words for a caller; {codes}, {line} and {day} are filled in.
ASKING: Mapping[FactName, tuple[str, How]] = {
    FactName.ACTIVE: ("Is coverage for {line} active on {day}?", How.PHONE),
    FactName.PLAN_NAME: ("What is the plan called?", How.PORTAL),
    FactName.PLAN_BEGIN: ("When did the plan begin, and when does its year start?", How.PORTAL),
    FactName.PLAN_END: ("When does the plan end?", How.PORTAL),
    FactName.DEDUCTIBLE_TOTAL: ("What is the individual deductible for {line}?", How.PORTAL),
    FactName.DEDUCTIBLE_MET: ("How much of the individual deductible is met?", How.PORTAL),
    FactName.DEDUCTIBLE_REMAINING: (
        "How much of the individual deductible is left, and as of what date?",
        How.PORTAL,
    ),
    FactName.OUT_OF_POCKET_TOTAL: ("What is the individual out-of-pocket maximum?", How.PORTAL),
    FactName.OUT_OF_POCKET_MET: ("How much of the out-of-pocket maximum is met?", How.PORTAL),
    FactName.OUT_OF_POCKET_REMAINING: (
        "How much of the individual out-of-pocket maximum is left, and as of what date?",
        How.PORTAL,
    ),
    FactName.COPAY: (
        "What is the copay for {codes}, and is it per visit, per day or per service?",
        How.PHONE,
    ),
    FactName.COINSURANCE: ("What coinsurance does the patient pay for {codes}?", How.PHONE),
    FactName.DEDUCTIBLE_APPLIES: ("Does the deductible apply to {codes}?", How.PHONE),
    FactName.COVERED: (
        "Are {codes} a covered benefit or excluded, and under which benefit do they process?",
        How.PHONE,
    ),
    FactName.IN_NETWORK: ("Are our tax ID, location and provider in network for {codes}?", How.PHONE),
    FactName.AUTHORIZATION: ("Is authorization required for {codes}, code by code?", How.PHONE),
    FactName.AUTHORIZATION_ROUTE: (
        "Who reviews the authorization for {codes}, how is it sent, and with which papers?",
        How.PHONE,
    ),
    FactName.LIMITS: ("Is there a visit limit for {codes}, how much is used, and what counts?", How.PHONE),
    FactName.ADMINISTRATOR: (
        "Who administers outpatient mental health for this group, and who administers {codes}?",
        How.PHONE,
    ),
    FactName.HELD_BY: ("Which company holds the benefits for {line}, and who reviews them?", How.PHONE),
    FactName.OTHER_PAYER: ("Is any other insurance on file, and when was that last updated?", How.PHONE),
}


@dataclass(frozen=True, slots=True)
class Case:
    """One service line on one day, with everything known."""

    merged: Merged
    line: ServiceLine
    on: date
    trail: Trail = NO_TRAIL

    def look_up(self, name: FactName, level: Level = Level.PERSON) -> Known:
        """What is known for this line, from itself and the service types that speak of it."""
        return self.merged.look_up(
            name, service_line=self.line.key, service_types=self.line.reads, level=level
        )

    def look_up_line(self, name: FactName) -> Known:
        """What was said of this very line; no service type stands for it."""
        return self.merged.look_up(name, service_line=self.line.key)

    def look_up_plan(self, name: FactName, level: Level = Level.PERSON) -> Known:
        """What is known of the plan as a whole."""
        return self.merged.look_up(name, service_types=(WHOLE_PLAN,), tier=Tier.IN_NETWORK, level=level)

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

    def question(self, name: FactName) -> Question:
        text, how = ASKING[name]
        said = text.format(codes=self.codes, line=self.line.label, day=day_words(self.on))
        return Question(fact=name, service_line=self.line.key, text=said, how=how)

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
        return Verdict(finding, tuple(self.question(name) for name in wanted))


def _weakest(known: Sequence[Known], *, derived: bool) -> Status:
    """How well a conclusion stands: no better than the facts that speak."""
    said = [found.fact.status for found in known if found.fact and found.standing is not Standing.NOT_STATED]
    if any(found.rivals for found in known) or Status.AMBIGUOUS in said:
        return Status.AMBIGUOUS
    if not said:
        return Status.NOT_STATED
    return Status.DERIVED if derived or Status.DERIVED in said else Status.STATED


def number_of(known: Known) -> int | None:
    """Cents or basis points of a settled value."""
    value = known.fact.value if known.fact and known.standing is Standing.VALUE else None
    return value if isinstance(value, int) else None


def dollars(cents: int) -> str:
    return f"${cents // 100:,}.{cents % 100:02d}"


def percent(basis_points: int) -> str:
    return f"{basis_points // 100}.{basis_points % 100:02d}".rstrip("0").rstrip(".") + " %"


def day_words(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
