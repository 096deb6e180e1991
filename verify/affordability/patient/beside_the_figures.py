"""What is said beside the figures: what was reckoned with, and what is in no figure."""

from __future__ import annotations

from collections.abc import Sequence

from verify.affordability.case import CaseUnknown
from verify.affordability.patient.assumptions import AS_USUAL
from verify.affordability.patient.plan_limits import PlanLimits
from verify.affordability.patient.reach import expected_answer
from verify.affordability.patient.treatment import Treatment
from verify.affordability.wording import day_words
from verify.facts import WHOLE_PLAN, FactName, Standing

DAY_NAMES = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


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
    line, assumed = one.subject.line, one.assumed
    if assumed.sessions is None:
        sessions = f"the usual course of {line.course.sessions} sessions"
    else:
        sessions = f"{assumed.sessions} session{'' if assumed.sessions == 1 else 's'}"
    days = " and ".join(DAY_NAMES[day] for day in sorted(assumed.weekdays)) or "weekdays"
    paid = ", paid by the patient without a claim" if one.rule.self_pay else ""
    return f"{line.label}: {sessions} on {days} from {day_words(one.planned[0].day)} on{paid}; the psychiatrist decides."


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
        if subject.known(FactName.ADMINISTRATOR).standing is Standing.YES:
            said.append(
                f"{label}: another company runs this benefit; its terms may differ from those reckoned with."
            )
    other = treatments[0].subject.known_of_type(FactName.OTHER_PAYER, WHOLE_PLAN)
    if other.standing is Standing.YES and not has_second:
        said.append("Other insurance is on file: it may pay a part, or have to pay first.")
    return said
