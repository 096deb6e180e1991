"""Facts from a form a person fills: on the phone, or from what they read in a portal, a letter, a contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from verify.facts.fact import (
    ELECTRONIC,
    WHOLE_PLAN,
    About,
    Fact,
    Level,
    Source,
    Standing,
    Status,
    Tier,
    expiry,
)
from verify.facts.names import MOVING, PLAN_WIDE, FactName, FieldKind
from verify.facts.typed import Unreadable, read_typed


class FormField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One field of the form, and the fact it fills; without a service line it is about the whole plan."""

    name: str
    label: str
    kind: FieldKind
    fact: FactName
    choices: tuple[str, ...] = ()
    level: Level = Level.PERSON
    tier: Tier = Tier.IN_NETWORK
    service_line: str = ""
    #: The benefit, and the group of codes, that it is about.
    domain: str = ""
    codes: str = ""

    @property
    def about(self) -> About:
        return About(
            service_line=self.service_line,
            service_type="" if self.service_line or self.fact is FactName.HELD_BY else WHOLE_PLAN,
            domain=self.domain,
            codes=self.codes,
            tier=Tier.ANY if self.fact in PLAN_WIDE | {FactName.HELD_BY} else self.tier,
            level=self.level,
        )


class UnreadableAnswers(ValueError):
    """Fields of a form that cannot be read: name -> what is expected. Never repeats what was typed."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(", ".join(f"{name}: {problem}" for name, problem in problems.items()))
        self.problems = problems


def facts_from_form(
    answers: Mapping[str, Any],
    fields: Sequence[FormField],
    *,
    source: Source,
    until: datetime | None = None,
) -> list[Fact]:
    """The facts in the answers typed into the fields. A blank field was not asked and gives none.

    `until`: how long the source itself says that it holds. Raises UnreadableAnswers naming every field that
    cannot be read; then nothing is kept.
    """
    problems = dict.fromkeys(answers.keys() - {field.name for field in fields}, "is not a field of the form")
    facts: list[Fact] = []
    for field in fields:
        try:
            standing, value = read_typed(field.kind, answers.get(field.name), field.choices)
        except Unreadable as problem:
            problems[field.name] = str(problem)
            continue
        if standing is not Standing.NOT_ASKED:
            facts.append(_fact(field, standing, value, source, until))
    if problems:
        raise UnreadableAnswers(problems)
    return facts


def _fact(
    field: FormField, standing: Standing, value: object, source: Source, until: datetime | None
) -> Fact:
    return Fact(
        name=field.fact,
        about=field.about,
        standing=standing,
        status=Status.STATED,
        value=value,
        source=source,
        expires_at=_ends(field.fact, source, until),
    )


#: Nothing a person wrote down holds longer without being looked at again. Source: our own.
LONGEST_HOLD = timedelta(days=366)


def _ends(name: FactName, source: Source, until: datetime | None) -> datetime:
    """Counted from the day the source speaks of. Membership and amounts that move end as they always do."""
    spoken = source.speaks_at[0]
    usual = expiry(name, spoken)
    if until is None:
        return usual
    if name in MOVING or name is FactName.ACTIVE:
        return min(usual, until)
    return min(until, source.obtained_at + LONGEST_HOLD)


def withdrawal(fact: Fact, source: Source) -> Fact:
    """The newer fact by which an earlier one of a person's is taken back. Raises ValueError for any other."""
    if fact.source.kind in ELECTRONIC or fact.withdraws:
        raise ValueError("only what a person wrote down can be withdrawn")
    return Fact(
        name=fact.name,
        about=fact.about,
        standing=Standing.NOT_STATED,
        status=Status.NOT_STATED,
        source=msgspec.structs.replace(source, kind=fact.source.kind),
        withdraws=fact.key,
    )
