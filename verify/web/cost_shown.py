"""Estimates as the API shows them."""

from datetime import date

from verify.affordability.estimate import Estimate
from verify.affordability.patient import CourseCost, Option, OtherStart, Range
from verify.store.documents import Money, Shown, money


class SessionCost(Shown):
    """One service of one day, as expected."""

    date: date
    code: str
    #: False for a session that is not expected to take place.
    takes_place: bool
    patient_pays: Money
    plan_pays: Money
    second_plan_pays: Money
    card_pays: Money
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
    """The course begun on another day, if the plan goes on as it is. Null: `missing` says why."""

    on: date
    low: Money | None
    expected: Money | None
    high: Money | None
    missing: list[str]


class RangeShown(Shown):
    low: Money
    high: Money


class Figures(Shown):
    low: Money
    expected: Money
    high: Money
    #: The range if everything is covered and the clinic in network, where that is open.
    if_covered: RangeShown | None
    #: Of the expected total, what falls due in the first seven days.
    first_week: Money
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
    #: The course begun on other days. Only for comparison: urgency is a clinical matter.
    other_starts: list[StartCost]
    notes: list[str]


class CostShown(Shown):
    """An estimate, not a guarantee of payment."""

    verification_id: str
    #: Null: no figure can be given; `missing` says what is needed first.
    estimate: Figures | None
    missing: list[str]
    #: What was assumed in asking, with its source; nothing of it is stored.
    assumed: list[str]
    #: What was taken where nothing was stated.
    reckoned_with: list[str]
    #: What is open and in no figure here.
    not_included: list[str]


class OptionFigures(Shown):
    low: Money
    expected: Money
    high: Money
    first_week: Money
    visits: int
    confidence: str
    confidence_reasons: list[str]


class OptionShown(Shown):
    """One treatment in one way of paying for it, by itself."""

    service_line: str
    label: str
    #: How it is billed to the plan, where there are several ways.
    billed_as: str
    self_pay: bool
    #: False: nobody asked the payer about it; what is known of the plan alone speaks of it.
    planned: bool
    #: Null: no figure can be given; `missing` says what is needed first.
    estimate: OptionFigures | None
    missing: list[str]
    assumed: list[str]
    reckoned_with: list[str]
    not_included: list[str]


class TreatmentsShown(Shown):
    """Treatments side by side. Which is best is a clinical matter."""

    verification_id: str
    treatments: list[OptionShown]


def cost_shown(verification_id: str, found: CourseCost) -> CostShown:
    return CostShown(
        verification_id=verification_id,
        estimate=_figures(found, found.estimate) if found.estimate else None,
        missing=found.missing,
        assumed=found.assumed,
        reckoned_with=found.reckoned_with,
        not_included=found.not_included,
    )


def treatments_shown(verification_id: str, found: list[Option]) -> TreatmentsShown:
    return TreatmentsShown(verification_id=verification_id, treatments=[_option(one) for one in found])


def _figures(found: CourseCost, it: Estimate) -> Figures:
    return Figures(
        low=_money(it.low_cents),
        expected=_money(it.expected_cents),
        high=_money(it.high_cents),
        if_covered=_range(found.if_covered),
        first_week=_money(it.first_week_cents),
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
                second_plan_pays=_money(one.secondary_cents),
                card_pays=_money(one.savings_cents),
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
        other_starts=[_start(one) for one in found.other_starts],
        notes=it.notes,
    )


def _start(one: OtherStart) -> StartCost:
    return StartCost(
        on=one.on,
        low=money(one.low_cents),
        expected=money(one.expected_cents),
        high=money(one.high_cents),
        missing=one.missing,
    )


def _option(one: Option) -> OptionShown:
    return OptionShown(
        service_line=one.service_line,
        label=one.label,
        billed_as=one.billed_as,
        self_pay=one.self_pay,
        planned=one.planned,
        estimate=_option_figures(one.cost.estimate) if one.cost.estimate else None,
        missing=one.cost.missing,
        assumed=one.cost.assumed,
        reckoned_with=one.cost.reckoned_with,
        not_included=one.cost.not_included,
    )


def _option_figures(it: Estimate) -> OptionFigures:
    return OptionFigures(
        low=_money(it.low_cents),
        expected=_money(it.expected_cents),
        high=_money(it.high_cents),
        first_week=_money(it.first_week_cents),
        visits=len(it.visits),
        confidence=it.confidence.value,
        confidence_reasons=it.confidence_reasons,
    )


def _range(it: Range | None) -> RangeShown | None:
    return RangeShown(low=_money(it.low_cents), high=_money(it.high_cents)) if it else None


def _money(cents: int) -> Money:
    made = money(cents)
    assert made is not None
    return made
