"""What the course will cost the patient, as the page and the API show it."""

from datetime import date
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request

from verify import steps
from verify.affordability.estimate import Estimate
from verify.affordability.patient import CourseCost, Range
from verify.catalogue import load
from verify.store.documents import Money, Shown, money
from verify.web.api import INVALID, NOT_FOUND, ObjectId, problems
from verify.web.caller import CallerNow, Guarded
from verify.web.cost_chart import chart
from verify.web.record import look

router = APIRouter(prefix="/api/v1/verifications", route_class=Guarded, responses=problems())


class SessionCost(Shown):
    """One service of one day, as expected."""

    date: date
    code: str
    #: False for a session that is not expected to take place.
    takes_place: bool
    patient_pays: Money
    plan_pays: Money
    why: str


class OpenCost(Shown):
    """A question, and the most its answer can move the total."""

    question: str
    how: str
    worth: Money
    answers: list[str]
    reckoned_with: str


class PaidBy(Shown):
    """What the patient has paid by the end of a day."""

    date: date
    low: Money
    expected: Money
    high: Money


class StartCost(Shown):
    """The course begun on another day."""

    on: date
    low: Money
    expected: Money
    high: Money


class RangeShown(Shown):
    low: Money
    high: Money


class Figures(Shown):
    low: Money
    expected: Money
    high: Money
    #: The range if everything is covered and the clinic in network, where that is open.
    if_covered: RangeShown | None
    #: A: contract rate, rule confirmed by a person, accumulators of the week. B: 271 and typical. C: assumed.
    confidence: str
    confidence_reasons: list[str]
    #: By calendar year of the sessions.
    by_year: dict[str, Money]
    #: The first day of the next plan year, where the course runs into it.
    new_plan_year: date | None
    sessions: list[SessionCost]
    #: The dearest first.
    questions: list[OpenCost]
    paid_by: list[PaidBy]
    #: The course begun in the new plan year instead. Only for comparison: urgency is a clinical matter.
    other_starts: list[StartCost]
    notes: list[str]


class CostShown(Shown):
    """An estimate, not a guarantee of payment."""

    verification_id: str
    #: Null: no figure can be given; `missing` says what is needed first.
    estimate: Figures | None
    missing: list[str]
    #: What was taken where nothing was stated.
    reckoned_with: list[str]
    #: What is open and in no figure here.
    not_included: list[str]


@router.get("/{verification_id}/estimate", responses=problems(_404=NOT_FOUND, _422=INVALID))
def read_estimate(request: Request, caller: CallerNow, verification_id: ObjectId) -> CostShown:
    """What the planned course will cost the patient: low, expected, high, session by session, and what is open."""
    found = look(
        request,
        lambda connection, _: steps.cost(
            request.app.state.work, connection, caller.practice_id, verification_id
        ),
        object_type="verification",
        object_id=verification_id,
    )
    return shown(verification_id, found)


def shown(verification_id: str, found: CourseCost) -> CostShown:
    return CostShown(
        verification_id=verification_id,
        estimate=_figures(found, found.estimate) if found.estimate else None,
        missing=found.missing,
        reckoned_with=found.reckoned_with,
        not_included=found.not_included,
    )


def _figures(found: CourseCost, it: Estimate) -> Figures:
    return Figures(
        low=_money(it.low_cents),
        expected=_money(it.expected_cents),
        high=_money(it.high_cents),
        if_covered=_range(found.if_covered),
        confidence=it.confidence.value,
        confidence_reasons=it.confidence_reasons,
        by_year={year: _money(cents) for year, cents in it.by_year.items()},
        new_plan_year=found.new_plan_year,
        sessions=[
            SessionCost(
                date=one.date,
                code=one.code,
                takes_place=one.takes_place,
                patient_pays=_money(one.patient_cents),
                plan_pays=_money(one.plan_cents),
                why=one.why,
            )
            for one in it.sessions
        ],
        questions=[
            OpenCost(
                question=one.fact,
                how=one.how,
                worth=_money(one.worth_cents),
                answers=one.answers,
                reckoned_with=one.expected,
            )
            for one in it.questions
        ],
        paid_by=[
            PaidBy(
                date=point.date,
                low=_money(point.low_cents),
                expected=_money(point.expected_cents),
                high=_money(point.high_cents),
            )
            for point in it.band
        ],
        other_starts=[
            StartCost(
                on=one.on,
                low=_money(one.low_cents),
                expected=_money(one.expected_cents),
                high=_money(one.high_cents),
            )
            for one in it.starts
        ],
        notes=it.notes,
    )


def _range(it: Range | None) -> RangeShown | None:
    return RangeShown(low=_money(it.low_cents), high=_money(it.high_cents)) if it else None


def _money(cents: int) -> Money:
    made = money(cents)
    assert made is not None
    return made


# --- the page's section -----------------------------------------------------------------------------------


def section(found: CourseCost, service_lines: list[str]) -> dict[str, Any]:
    """What `course_cost.html` is made from."""
    it = found.estimate
    return {
        "cost": found,
        "chart": chart(it.band, found.new_plan_year) if it else None,
        "codes": _code_labels(service_lines),
        "sessions": [one for one in it.sessions if one.takes_place] if it else [],
        "visits": len({one.date for one in it.sessions if one.takes_place}) if it else 0,
        "worth": {(one.fact.value, one.service_line): one.worth_cents for one in found.worth},
    }


def _code_labels(service_lines: list[str]) -> dict[str, str]:
    catalogue = load().service_lines
    lines = [catalogue[key] for key in service_lines if key in catalogue]
    return {code.code: code.label for line in lines for code in line.codes}
