"""The course estimate: low, expected and high, session by session, and what each open question is worth."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from verify.affordability.case import Case
from verify.affordability.confidence import Grade, grade
from verify.affordability.course import Books, Line, Outcome, Posting, walk
from verify.affordability.faults import CaseError, Problem
from verify.affordability.planned_course import PlannedCourse
from verify.affordability.reader import read_case, unused_keys
from verify.affordability.scenarios import combinations, walk_all, worths
from verify.affordability.staleness import days_old, is_stale, stale_unknowns
from verify.affordability.wording import dollars, why

#: More combinations than this would keep a person waiting.
MOST_COMBINATIONS = 4096
#: Sessions within so many days of the first make up the first week.
WEEK_DAYS = 7


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One line under the expected answers, in cents.

    patient = deductible + copay + coinsurance + non_covered + balance - secondary - savings.
    """

    date: date
    code: str
    #: False for a line that the expected answers leave out.
    takes_place: bool
    patient_cents: int
    plan_cents: int
    deductible_cents: int
    copay_cents: int
    coinsurance_cents: int
    non_covered_cents: int
    balance_cents: int
    secondary_cents: int
    savings_cents: int
    why: str


class OpenQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A fact that is not known. `worth_cents`: the most its answer can move the total, whatever the others are."""

    fact: str
    worth_cents: int
    how: str
    answers: list[str]
    expected: str


class Band(msgspec.Struct, frozen=True, kw_only=True):
    """What the patient has paid by the end of a day: least, expected, most; in cents."""

    date: date
    low_cents: int
    expected_cents: int
    high_cents: int


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """The course begun on another day. Only shown: urgency is a clinical matter."""

    on: date
    low_cents: int
    expected_cents: int
    high_cents: int


class Left(msgspec.Struct, frozen=True, kw_only=True):
    """What is left after the last line under the expected answers; null: no such limit."""

    deductible_individual_cents: int | None
    deductible_family_cents: int | None
    oop_individual_cents: int | None
    oop_family_cents: int | None
    visits_left: int | None


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """What the course costs the patient. Not a guarantee of payment."""

    title: str | None
    low_cents: int
    expected_cents: int
    high_cents: int
    sessions: list[Session]
    #: Year of service -> cents, under the expected answers.
    by_year: dict[str, int]
    questions: list[OpenQuestion]
    confidence: Grade
    confidence_reasons: list[str]
    #: Sessions given and not billed yet; no part of the totals.
    pending: list[Session]
    band: list[Band]
    starts: list[Start]
    left: Left
    notes: list[str]

    @property
    def visits(self) -> list[date]:
        """The days on which the patient comes, as expected."""
        return sorted({session.date for session in self.sessions if session.takes_place})

    @property
    def first_week_cents(self) -> int:
        """What the first seven days cost, as expected: a deductible falls due at the beginning."""
        begun = self.sessions[0].date
        return sum(s.patient_cents for s in self.sessions if (s.date - begun).days < WEEK_DAYS)


def estimate_case(document: object) -> dict[str, object]:
    """The estimate of a case, both as JSON documents. Raises CaseError naming every faulty field."""
    found: dict[str, object] = msgspec.to_builtins(estimate(read_case(document)))
    return found


def estimate(case: Case) -> Estimate:
    """The estimate of a case that has been read. Raises CaseError."""
    course = plan(case)
    outcomes = walk_all(course)
    moved = worths(course, outcomes.totals)
    lines = course.lines(course.expected)
    books, postings = walk(course.books(course.expected), course.days, lines, course.terms(course.expected))
    sessions = [
        _session(*one)
        for one in zip(
            course.days, (entry.line.code for entry in course.entries), lines, postings, strict=True
        )
    ]
    pending = set(course.pending)
    planned = [session for at, session in enumerate(sessions) if at not in pending]
    of_case = moved[len(course.unknowns) - len(case.unknowns) :]
    of_plan = [worth for worth, unknown in zip(of_case, case.unknowns, strict=True) if not unknown.of_clinic]
    confidence, reasons = grade(case, of_plan)
    return Estimate(
        title=case.title,
        low_cents=min(outcomes.totals),
        expected_cents=sum(session.patient_cents for session in planned),
        high_cents=max(outcomes.totals),
        sessions=planned,
        by_year=by_year(planned),
        questions=_questions(course, moved),
        confidence=confidence,
        confidence_reasons=reasons,
        pending=[sessions[at] for at in course.pending],
        band=_band(course, outcomes.lows, sessions, outcomes.highs),
        starts=[_start(case, on) for on in case.starts],
        left=_left(books),
        notes=_notes(case, postings),
    )


def plan(case: Case) -> PlannedCourse:
    """The case with what is open in it. Raises CaseError where there are too many combinations to range."""
    course = PlannedCourse(case, [*stale_unknowns(case), *case.unknowns])
    count = combinations(course)
    if count > MOST_COMBINATIONS:
        message = (
            f"make {count:,} combinations; at most {MOST_COMBINATIONS:,} can be ranged: settle some first"
        )
        raise CaseError([Problem("unknowns", message)])
    return course


def by_year(sessions: Sequence[Session]) -> dict[str, int]:
    totals: dict[str, int] = {}
    for session in sessions:
        year = str(session.date.year)
        totals[year] = totals.get(year, 0) + session.patient_cents
    return totals


def _session(day: date, code: str, line: Line | None, posting: Posting) -> Session:
    return Session(
        date=day,
        code=code,
        takes_place=line is not None,
        patient_cents=posting.patient,
        plan_cents=posting.plan,
        deductible_cents=posting.deductible,
        copay_cents=posting.copay,
        coinsurance_cents=posting.coinsurance,
        non_covered_cents=posting.non_covered,
        balance_cents=posting.balance,
        secondary_cents=posting.second,
        savings_cents=posting.cards,
        why=why(line, posting),
    )


def _questions(course: PlannedCourse, moved: Sequence[int]) -> list[OpenQuestion]:
    """The call list: the dearest question first."""
    questions = [
        OpenQuestion(
            fact=one.stated.fact,
            worth_cents=worth,
            how=one.stated.how,
            answers=[answer.answer for answer in one.answers],
            expected=one.answers[one.expected].answer,
        )
        for one, worth in zip(course.unknowns, moved, strict=True)
    ]
    return sorted(questions, key=lambda question: -question.worth_cents)


def _band(
    course: PlannedCourse, lows: Sequence[int], sessions: Sequence[Session], highs: Sequence[int]
) -> list[Band]:
    pending, paid = set(course.pending), 0
    days: dict[date, Band] = {}
    for at, session in enumerate(sessions):
        if at not in pending:
            paid += session.patient_cents
            days[session.date] = Band(
                date=session.date, low_cents=lows[at], expected_cents=paid, high_cents=highs[at]
            )
    return list(days.values())


def _start(case: Case, on: date) -> Start:
    """The course begun on another day; pending sessions, limits and reset stay where they are."""
    later = on - min(line.date for line in case.lines)
    lines = [line.model_copy(update={"date": line.date + later}) for line in case.lines]
    course = plan(case.model_copy(update={"lines": lines}))
    outcomes = walk_all(course)
    return Start(
        on=on,
        low_cents=min(outcomes.totals),
        expected_cents=outcomes.totals[number(course)],
        high_cents=max(outcomes.totals),
    )


def number(course: PlannedCourse) -> int:
    """The expected combination's place among the totals."""
    place = 0
    for unknown in course.unknowns:
        place = place * len(unknown.answers) + unknown.expected
    return place


def _left(books: Books) -> Left:
    ledger = books.ledger
    return Left(
        deductible_individual_cents=ledger.deductible_individual_cents,
        deductible_family_cents=ledger.deductible_family_cents,
        oop_individual_cents=ledger.oop_individual_cents,
        oop_family_cents=ledger.oop_family_cents,
        visits_left=ledger.visits_left,
    )


def _notes(case: Case, postings: Sequence[Posting]) -> list[str]:
    """What a person must know beside the figures."""
    notes = []
    if is_stale(case):
        notes.append(
            f"The accumulators are {days_old(case)} days old: the range allows for claims since then."
        )
    denied = sum(p.non_covered for p in postings if p.outcome in (Outcome.NOT_COVERED, Outcome.VISITS_SPENT))
    if denied:
        notes.append(
            f"{dollars(denied)} is reckoned as not covered: without a written notice signed before, the clinic is at"
            " risk."
        )
    notes += [f"The key {key!r} is not part of a case and was not used." for key in unused_keys(case)]
    return notes
