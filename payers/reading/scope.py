"""Which lines speak of what was asked: service type, setting and network."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date

from payers.benefits import Benefit, Member
from payers.reading.codes import OFFICE_PLACES, OFFICE_VISITS, PLAN
from payers.reading.dates import covers

INPATIENT = re.compile(r"\bIN[- ]?PATIENT\b|\bINPT\b|\bADMISSION\b", re.IGNORECASE)
OUTPATIENT = re.compile(r"\bOUT[- ]?PATIENT\b|\bOUTPT\b|\bOFFICE\b", re.IGNORECASE)


def outpatient(line: Benefit) -> bool | None:
    """True or False where a line's III or MSG says the setting, None where it does not.

    Payers tell inpatient and outpatient rows of one service type apart by place of service or by
    text alone (sheet 8.3, III and MSG).
    """
    places = [each.code for each in line.places_of_service if each.qualifier == "ZZ"]
    if places:
        return any(code in OFFICE_PLACES for code in places)
    text = " ".join(line.messages)
    inside, outside = bool(INPATIENT.search(text)), bool(OUTPATIENT.search(text))
    return None if inside == outside else outside


def fitting_setting(lines: Sequence[Benefit]) -> list[Benefit]:
    """Lines for a visit: those that say outpatient or office, else those that say no setting."""
    said = [line for line in lines if outpatient(line)]
    return said or [line for line in lines if outpatient(line) is None]


def in_network(lines: Sequence[Benefit]) -> list[Benefit]:
    """Lines of the in-network tier: EB12 Y or W; blank or unknown only where none says so.

    EB12 is the tier of the benefit, never the provider's status (sheet 8.3).
    """
    said = [line for line in lines if line.in_network in ("Y", "W")]
    return said or [line for line in lines if line.in_network != "N"]


def current(member: Member, on: date) -> list[Benefit]:
    """Lines that are not refused and whose own dates do not exclude the day."""
    return [line for line in member.benefits if not line.rejections and covers(line.dates, on)]


def narrowest(
    lines: Sequence[Benefit], asked: Sequence[str], procedures: Sequence[str], keep: Callable[[Benefit], bool]
) -> tuple[str, list[Benefit]]:
    """The lines `keep` wants, from the narrowest scope that has any, and that scope's name.

    "procedure" (EB13 names one asked), "service" (EB03 has one asked), "office_visit" (98 or BY, in
    place of a psychiatric visit), "plan" (30 or none). Precedence: sheet 8.3, cost-share precedence.
    """
    wanted = [line for line in lines if keep(line)]
    scopes: list[tuple[str, Callable[[Benefit], bool]]] = [
        ("procedure", lambda line: len(line.procedure) > 1 and line.procedure[1] in procedures),
        ("service", lambda line: not line.procedure and _has(line, asked)),
        ("office_visit", lambda line: not line.procedure and _has(line, OFFICE_VISITS)),
        ("plan", lambda line: not line.procedure and (not line.service_types or PLAN in line.service_types)),
    ]
    for name, belongs in scopes:
        found = in_network(fitting_setting([line for line in wanted if belongs(line)]))
        if found:
            return name, found
    return "", []


def _has(line: Benefit, types: Sequence[str]) -> bool:
    return any(each in line.service_types for each in types)
