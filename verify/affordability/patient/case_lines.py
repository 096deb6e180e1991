"""Treatments as the lines of a case, and the question of how many of them there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verify.affordability.case import CaseAnswer, CaseLine, CaseRule
from verify.affordability.patient.plan_rules import PlanRule
from verify.affordability.patient.subject import Open
from verify.affordability.patient.treatment import Planned, Treatment, in_cents


def case_lines(one: Treatment, counted: frozenset[str]) -> list[CaseLine]:
    """The lines of a treatment; `counted` are those of which a session uses up a visit, whatever is given in it."""
    key = one.subject.line.key
    visits = {"counts_visit": True, "visit_group": key} if key in counted else {}
    return [
        CaseLine.model_validate(
            {"date": planned.day, "code": planned.code, "part": key, **_paid(one.rule, planned, visits)}
        )
        for planned in one.planned
    ]


def _paid(rule: PlanRule, planned: Planned, visits: Mapping[str, Any]) -> Mapping[str, Any]:
    own = in_cents(planned.own, planned.units) if planned.own else None
    if rule.excluded:
        assert planned.own is not None
        return {"self_pay_cents": own, "allowed_source": None if planned.own.verified else "assumed"}
    outside = planned.code in rule.outside
    allowed = planned.own if outside else planned.allowed
    assert allowed is not None
    confirmed = allowed.verified and not outside
    return {
        "allowed_cents": in_cents(allowed, planned.units),
        "billed_cents": own,
        "rule": CaseRule(**rule.keys, **visits),
        "allowed_source": allowed.kind.value if confirmed else "assumed",
        "rule_source": rule.source,
    }


def number_of_sessions(one: Treatment) -> list[Open]:
    """The psychiatrist decides how many sessions there are; the usual course is between two numbers."""
    if len(one.course.counts) == 1:
        return []
    answers = [
        CaseAnswer(
            answer=f"{count} sessions", sessions=sum(planned.session <= count for planned in one.planned)
        )
        for count in one.course.counts
    ]
    how = "the psychiatrist’s treatment plan"
    return [one.subject.open(None, "number of sessions", how, answers, of_clinic=True)]
