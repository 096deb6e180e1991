"""A patient's treatments as one case, with what is open in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from verify.affordability.case import Case
from verify.affordability.patient.assumptions import Assumptions
from verify.affordability.patient.beside_the_figures import assumptions_made, reckoned_with
from verify.affordability.patient.case_lines import case_lines, number_of_sessions
from verify.affordability.patient.help import reckon_help
from verify.affordability.patient.plan_limits import PlanLimits, plan_limits
from verify.affordability.patient.reach import within_reach
from verify.affordability.patient.subject import Open
from verify.affordability.patient.treatment import Treatment, in_cents


class PatientCase(msgspec.Struct, frozen=True, kw_only=True):
    """Treatments as a case no larger than can be reckoned with, and what is open in it."""

    case: Case
    opened: list[Open]
    #: What a person assumed, and what was taken where nothing was stated; in words.
    assumed: list[str]
    reckoned_with: list[str]


def patient_case(treatments: Sequence[Treatment], today: date, assumed: Assumptions) -> PatientCase:
    """The case of treatments for which every price is there. Raises CaseError."""
    limits = _limits(treatments, today)
    helped = reckon_help(assumed.card, assumed.second, treatments)
    opened = [
        *(opened for one in treatments for opened in number_of_sessions(one)),
        *(opened for one in treatments for opened in one.rule.opened),
        *([] if all(one.rule.excluded for one in treatments) else limits.opened),
        *(Open(unknown=unknown) for unknown in helped.opened),
    ]
    case = Case(
        lines=[line for one in treatments for line in case_lines(one, limits.counted)],
        limits=limits.limits,
        reset=limits.reset,
        as_of=today,
        accumulators_as_of=limits.as_of,
        savings=list(helped.savings),
        secondary=helped.secondary,
    )
    case, settled = within_reach(case, [one.unknown for one in opened])
    return PatientCase(
        case=case,
        opened=opened,
        assumed=assumptions_made(treatments, helped.notes),
        reckoned_with=reckoned_with(treatments, limits, settled),
    )


def _limits(treatments: Sequence[Treatment], today: date) -> PlanLimits:
    planned = [one for treatment in treatments for one in treatment.planned]
    most_cents = sum(
        in_cents(price, one.units) for one in planned for price in (one.allowed, one.own) if price
    )
    last = max(one.day for one in planned)
    return plan_limits([one.subject for one in treatments], last, today, most_cents)
