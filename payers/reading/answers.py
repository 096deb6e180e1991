"""The questions asked of one member, each with its answer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from payers.benefits import Accumulator, Answer, Benefit, Benefits, Member
from payers.reading.accumulators import accumulators
from payers.reading.authorization import authorization
from payers.reading.codes import LIFETIME, PLAN, YEARS
from payers.reading.cost_shares import coinsurance, copay
from payers.reading.coverage import active
from payers.reading.limits import limits
from payers.reading.other_payers import administered_by
from payers.reading.scope import current

#: EB02 of one person's accumulator, best first: payers put EMP on individual rows, Medicare puts nothing.
INDIVIDUAL = ("IND", "EMP", None)
FAMILY = ("FAM",)


def patient(benefits: Benefits, trace: str | None = None) -> Member | None:
    """The member the inquiry was about: by the trace echoed, else the only patient there is.

    A patient is a dependent, or a subscriber without dependents. None when several may be meant.
    """
    members = benefits.members
    with_dependents = {member.subscriber for member in members if member.subscriber is not None}
    if trace:
        traced = [i for i, m in enumerate(members) if any(each.reference == trace for each in m.traces)]
        if traced:
            # A payer that echoes the trace on the subscriber too means the dependent under it.
            below = [members[i] for i in traced if members[i].role == "dependent"]
            own = below or [m for m in members if m.subscriber in traced and not _said(members[traced[0]])]
            found = own or [members[i] for i in traced]
            return found[0] if len(found) == 1 else None
    patients = [m for i, m in enumerate(members) if m.role == "dependent" or i not in with_dependents]
    if len(patients) == 1:
        return patients[0]
    return None


def _said(member: Member) -> bool:
    return bool(member.benefits or member.rejections)


def answers(
    member: Member, service_types: Sequence[str], on: date, procedures: Sequence[str] = ()
) -> dict[str, Answer]:
    """What the payer says of these service types (best first) on this day.

    `procedures` are codes such as "90867": lines that name one in EB13 come before all others.
    """
    lines = current(member, on)
    return {
        "active": active(member, service_types, on),
        "deductible": _accumulated(lines, "C", service_types),
        "out_of_pocket": _accumulated(lines, "G", service_types),
        "copay": copay(lines, service_types, procedures),
        "coinsurance": coinsurance(lines, service_types, procedures),
        "authorization": authorization(lines, service_types, procedures),
        "limits": limits(lines, service_types, procedures),
        "administered_by": administered_by(member, service_types),
    }


def _accumulated(lines: list[Benefit], code: str, asked: Sequence[str]) -> Answer:
    """{"individual": A, "family": A} with A = {"total", "met", "remaining"}, in network, for the year.

    An accumulator of the service asked comes before the plan's (sheet 8.3, algorithm, key).
    """
    rows = [line for line in lines if line.information_code == code and not line.procedure]
    own = [line for line in rows if any(each in line.service_types for each in asked)]
    plan = [line for line in rows if not line.service_types or PLAN in line.service_types]
    for scope in (own, plan):
        made = accumulators(scope)
        individual, family = _of_level(made, INDIVIDUAL), _of_level(made, FAMILY)
        if individual or family:
            return _told(individual, family)
    return Answer(status="not_stated")


def _of_level(made: list[Accumulator], levels: Sequence[str | None]) -> list[Accumulator]:
    """In-network accumulators of the first level that has any; a year's before an episode's."""
    for level in levels:
        found = [each for each in made if each.level == level and each.network != "N"]
        found = [each for each in found if each.network in ("Y", "W")] or found
        # A row for both tiers that only says what was met adds nothing beside an in-network limit.
        found = [e for e in found if e.network == "Y" or e.total or e.remaining] or found
        found = (
            [each for each in found if each.period in YEARS]
            or [e for e in found if e.period != LIFETIME]
            or found
        )
        if found:
            return found
    return []


def _told(individual: list[Accumulator], family: list[Accumulator]) -> Answer:
    segments = sorted({number for each in [*individual, *family] for number in each.segments})
    first = individual or family
    if len(individual) <= 1 and len(family) <= 1 and first[0].status != "ambiguous":
        value = {"individual": _figures(individual), "family": _figures(family)}
        derived = any(each.status == "derived" for each in [*individual, *family])
        return Answer(status="derived" if derived else "stated", value=value, segments=segments)
    longest = max(len(individual), len(family))
    candidates = [
        {"individual": _figures(individual[i : i + 1]), "family": _figures(family[i : i + 1])}
        for i in range(longest)
    ]
    return Answer(status="ambiguous", value=candidates, segments=segments)


def _figures(one: list[Accumulator]) -> dict[str, str | None] | None:
    return {"total": one[0].total, "met": one[0].met, "remaining": one[0].remaining} if one else None
