"""Facts, courses and findings for the tests of single rules."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from verify.catalogue import load
from verify.facts import About, Fact, FactName, Level, Source, SourceKind, Standing, Status, Tier
from verify.findings import (
    LINE_RULES,
    PLAN_RULES,
    Completeness,
    Course,
    Finding,
    Judgement,
    cases_of,
    judge,
)
from verify.findings.finding import Verdict

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ON = date(2026, 12, 7)
LINES = load().service_lines
RULES = {rule.__name__: rule for rule in (*PLAN_RULES, *LINE_RULES)}

TMS, SPRAVATO = LINES["tms"].label, LINES["spravato_medical"].label
CODES, DAY = "90867, 90868 and 90869", "December 7, 2026"

YES, NO, UNKNOWN, SILENT, VALUE = (
    Standing.YES,
    Standing.NO,
    Standing.UNKNOWN,
    Standing.NOT_STATED,
    Standing.VALUE,
)


def fact(
    name: str,
    standing: Standing = YES,
    value: object = None,
    *,
    line: str = "tms",
    types: str = "",
    kind: SourceKind = SourceKind.CALL,
    domain: str = "",
    codes: str = "",
    tier: Tier = Tier.IN_NETWORK,
    level: Level = Level.PERSON,
    expired: bool = False,
    status: Status | None = None,
    call_reference: str = "REF-7",
) -> Fact:
    """Said on a call of the line; `types`: of a service type instead."""
    return Fact(
        name=FactName(name),
        about=About(
            service_line="" if types else line,
            service_type=types,
            domain=domain,
            codes=codes,
            tier=tier,
            level=level,
        ),
        standing=standing,
        status=status or (Status.NOT_STATED if standing is SILENT else Status.STATED),
        value=value,
        source=Source(
            kind=kind,
            reference=f"ref-{kind}",
            by="x",
            obtained_at=NOW,
            call_reference=call_reference if kind is SourceKind.CALL else "",
        ),
        expires_at=NOW + timedelta(days=-1 if expired else 7),
    )


def plan(name: str, standing: Standing = VALUE, value: object = None, **more: Any) -> Fact:
    """Said of the plan as a whole."""
    return fact(name, standing, value, types="30", tier=Tier.ANY, **more)


@dataclass(frozen=True)
class Service:
    code: str
    units: int = 1


@dataclass(frozen=True)
class Session:
    on: date
    services: Sequence[Service] = (Service("90868"),)


def course(
    count: int, *, first: date = ON, every: int = 1, by_person: bool = True, **services: Any
) -> Course:
    """So many sessions, the days after one another."""
    days = [first + timedelta(days=number * every) for number in range(count)]
    return Course(sessions=tuple(Session(day, **services) for day in days), by_person=by_person)


def judged(*facts: Fact, line: str = "tms", planned: Course | None = None, **more: Any) -> Judgement:
    courses = {line: planned} if planned else {}
    return judge(facts, [LINES[line]], ON, now=NOW, courses=courses | more.pop("courses", {}), **more)


def finding(rule: str, *facts: Fact, **more: Any) -> Finding:
    [found] = [found for found in judged(*facts, **more).findings if found.rule == rule]
    return found


def told(
    rule: str, *facts: Fact, beside: Sequence[Fact] = (), line: str = "tms", planned: Course | None = None
) -> Verdict:
    """What one rule says by itself, and what it asks of its own accord."""
    courses = {line: planned} if planned else {}
    (case,) = cases_of([*facts, *beside], [LINES[line]], ON, now=NOW, courses=courses)
    made = RULES[rule](case)
    assert made is not None
    return made


def has(rule: str, *facts: Fact, **more: Any) -> bool:
    return rule in {found.rule for found in judged(*facts, **more).findings}


def asked(*facts: Fact, **more: Any) -> set[str]:
    return {question.fact for question in judged(*facts, **more).questions}


def filled(*facts: Fact, line: str = "tms", **more: Any) -> Completeness:
    [found] = judged(*facts, line=line, **more).completeness
    return found
