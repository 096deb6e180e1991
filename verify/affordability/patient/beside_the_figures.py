"""What is said beside the figures: what was reckoned with, and what is in no figure."""

from __future__ import annotations

from collections.abc import Sequence

from verify.affordability.case import CaseUnknown
from verify.affordability.patient.assumptions import AS_USUAL
from verify.affordability.patient.plan_limits import PlanLimits
from verify.affordability.patient.reach import expected_answer
from verify.affordability.patient.subject import Subject, has_settled
from verify.affordability.patient.treatment import Treatment
from verify.affordability.wording import day_words
from verify.courses import Weekday
from verify.facts import WHOLE_PLAN, FactName, Known, Standing

DAY_NAMES = {
    Weekday.MON: "Mondays",
    Weekday.TUE: "Tuesdays",
    Weekday.WED: "Wednesdays",
    Weekday.THU: "Thursdays",
    Weekday.FRI: "Fridays",
    Weekday.SAT: "Saturdays",
    Weekday.SUN: "Sundays",
}


def assumptions_made(treatments: Sequence[Treatment], help_notes: Sequence[str]) -> list[str]:
    """What a person assumed for this estimate: no payer said it, and nothing of it is stored."""
    return [*(_course_words(one) for one in treatments if one.assumed != AS_USUAL), *help_notes]


def reckoned_with(
    treatments: Sequence[Treatment], limits: PlanLimits, settled: Sequence[CaseUnknown]
) -> list[str]:
    """What was taken where nothing was stated."""
    said = [_course_words(one) for one in treatments if one.assumed == AS_USUAL]
    said += [note for one in treatments for note in one.rule.notes]
    said += [note for note in limits.notes if not all(one.rule.excluded for one in treatments)]
    if unconfirmed := _unconfirmed(treatments):
        said.append(f"Prices nobody has confirmed yet: {', '.join(unconfirmed)}.")
    if settled:
        said.append(
            "There are more questions than can be reckoned with at once, so the range may be narrower than"
            " the truth; these keep their expected answer:"
        )
    said += [f"{one.fact}: taken as “{expected_answer(one)}”." for one in settled]
    return said


def _unconfirmed(treatments: Sequence[Treatment]) -> list[str]:
    return sorted(
        {
            price.code
            for one in treatments
            for planned in one.planned
            for price in (planned.own if one.rule.excluded else planned.allowed,)
            if price is not None and not price.verified
        }
    )


def _course_words(one: Treatment) -> str:
    assumed, count = one.assumed, one.course.counts[0]
    sessions = f"{count} session{'' if count == 1 else 's'}"
    if assumed.sessions is None:
        sessions = f"the {'planned' if one.course.is_planned else 'usual'} course of {sessions}"
    days = " and ".join(DAY_NAMES[day] for day in assumed.weekdays)
    if not days and not one.course.is_planned:
        days = "weekdays"
    on = f" on {days}" if days else ""
    paid = ", paid by the patient without a claim" if one.rule.self_pay else ""
    begun = day_words(one.course.first)
    return f"{one.subject.line.label}: {sessions}{on} from {begun} on{paid}; the psychiatrist decides."


def not_included(treatments: Sequence[Treatment], *, has_second: bool) -> list[str]:
    """What is open and has no price: it is said, and in no figure."""
    said = []
    for one in treatments:
        subject, label = one.subject, one.subject.line.label
        if one.rule.self_pay:
            said.append(f"{label}: a good faith estimate is due to a patient who pays without a claim.")
        elif one.rule.excluded:
            said.append(
                f"{label}: a written notice signed before the first session, without which it may not be billable."
            )
        elif subject.known_of_line(FactName.AUTHORIZATION).standing is not Standing.NO:
            said.append(
                f"{label}: what happens without an authorization. It is usually the clinic’s loss, not a bill."
            )
        if not one.rule.excluded and (fee := _facility_fee(subject)):
            said.append(fee)
        if elsewhere := subject.line.benefit.billed_elsewhere:
            said.append(f"{label}: {elsewhere}.")
        if subject.known(FactName.ADMINISTRATOR).standing is Standing.YES:
            said.append(
                f"{label}: another company runs this benefit; its terms may differ from those reckoned with."
            )
    plan = treatments[0].subject
    claims = plan.known_of_type(FactName.CLAIMS_IN_PROCESS, WHOLE_PLAN)
    if has_settled(claims, Standing.YES) and not all(one.rule.excluded for one in treatments):
        said.append(
            "Claims in process, which the amounts do not count yet: less may be left of the deductible, of the"
            " maximum and of counted visits than is reckoned with."
        )
    other = plan.known_of_type(FactName.OTHER_PAYER, WHOLE_PLAN)
    if other.standing is Standing.YES and not has_second:
        said.append("Other insurance is on file: it may pay a part, or have to pay first.")
    return said


def other_benefit(treatments: Sequence[Treatment]) -> list[str]:
    """Where the payer says that a drug which the clinic would buy and bill is under the pharmacy benefit."""
    return [
        f"{one.subject.line.label}: the drug is said to be under the pharmacy benefit. These figures are for a drug"
        " that the clinic buys and bills."
        for one in treatments
        if not one.rule.self_pay
        and not one.subject.line.benefit.billed_elsewhere
        and _is_certainly(one.subject.known_of_line(FactName.DRUG_BENEFIT), "pharmacy")
    ]


def _is_certainly(known: Known, word: str) -> bool:
    return has_settled(known, Standing.VALUE) and known.fact is not None and known.fact.value == word


def _facility_fee(subject: Subject) -> str:
    """With the words in which it was said."""
    known = subject.known_of_line(FactName.FACILITY_FEE)
    if known.fact is None or known.standing is not Standing.YES:
        return ""
    words = f" ({known.fact.value})" if known.fact.value else ""
    return f"{subject.line.label}: the second amount that is due for the place{words}."
