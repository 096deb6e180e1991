"""Estimates as text for a terminal: one course in full, and several side by side."""

from __future__ import annotations

from collections.abc import Sequence

from verify.affordability.estimate import Estimate
from verify.affordability.wording import dollars


def in_full(name: str, estimate: Estimate) -> str:
    """One estimate: the range first, what would change it, then session by session."""
    return "\n".join(
        [
            estimate.title or name,
            f"  {range_of(estimate)}",
            f"  Confidence {estimate.confidence.value}{_reasons(estimate)}",
            *(f"  {note}" for note in estimate.notes),
            *_questions(estimate),
            *_starts(estimate),
            *_sessions(estimate),
            *(f"  {year}  {dollars(cents):>12}" for year, cents in estimate.by_year.items()),
            "  An estimate, not a guarantee of payment.",
        ]
    )


def side_by_side(names: Sequence[str], estimates: Sequence[Estimate]) -> str:
    """The same patient's treatments, one a line."""
    width = max(len(estimate.title or name) for name, estimate in zip(names, estimates, strict=True))
    head = (
        f"{'':{width}}  {'low':>12}  {'expected':>12}  {'high':>12}  {'first week':>12}  sessions  confidence"
    )
    rows = [
        f"{estimate.title or name:{width}}  {dollars(estimate.low_cents):>12}"
        f"  {dollars(estimate.expected_cents):>12}  {dollars(estimate.high_cents):>12}"
        f"  {dollars(estimate.first_week_cents):>12}  {len(estimate.visits):>8}  {estimate.confidence.value}"
        for name, estimate in zip(names, estimates, strict=True)
    ]
    return "\n".join([head, *rows])


def range_of(estimate: Estimate) -> str:
    if estimate.low_cents == estimate.high_cents:
        return f"The patient pays {dollars(estimate.expected_cents)}"
    return (
        f"The patient pays {dollars(estimate.low_cents)} to {dollars(estimate.high_cents)},"
        f" expected {dollars(estimate.expected_cents)}"
    )


def _reasons(estimate: Estimate) -> str:
    return f" ({'; '.join(estimate.confidence_reasons)})" if estimate.confidence_reasons else ""


def _questions(estimate: Estimate) -> list[str]:
    if not estimate.questions:
        return []
    lines = [f"    {dollars(q.worth_cents):>12}  {q.fact}: {q.how}" for q in estimate.questions]
    return ["  Questions, the dearest first", *lines]


def _starts(estimate: Estimate) -> list[str]:
    if not estimate.starts:
        return []
    lines = [
        f"    {start.on}  {dollars(start.low_cents)} to {dollars(start.high_cents)},"
        f" expected {dollars(start.expected_cents)}"
        for start in estimate.starts
    ]
    return ["  Begun on another day (urgency is a clinical matter)", *lines]


def _sessions(estimate: Estimate) -> list[str]:
    lines = [
        f"    {s.date}  {s.code:12}  {dollars(s.patient_cents):>12}  {s.why}"
        for s in estimate.sessions
        if s.takes_place
    ]
    if estimate.pending:
        owed = sum(session.patient_cents for session in estimate.pending)
        lines.append(
            f"    {len(estimate.pending)} given and not billed yet: {dollars(owed)}, not in the total"
        )
    return ["  Session by session, as expected", *lines]
