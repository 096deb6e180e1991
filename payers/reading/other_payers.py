"""Who else pays, and who administers a benefit in the payer's stead."""

from __future__ import annotations

import re
from collections.abc import Sequence

from payers.benefits import Answer, Benefit, Entity, Member, OtherEntity
from payers.reading.codes import ACTIVE, ADMINISTRATORS, ADVANTAGE, MANAGED_CARE, PLAN

NOBODY = Entity(type=None)

#: Behavioral administrators by the names payers write in MSG (sheet 8.3, carve-out signal 3; 2026-11).
KNOWN_ADMINISTRATORS = {
    "Optum Behavioral": re.compile(r"\bOPTUM (?:BEHAV|HEALTH)|\bUNITED BEHAVIORAL\b|\bUBH\b", re.IGNORECASE),
    "Carelon Behavioral": re.compile(r"\bCARELON\b|\bBEACON HEALTH\b|\bVALUE ?OPTIONS\b", re.IGNORECASE),
    "Magellan": re.compile(r"\bMAGELLAN\b", re.IGNORECASE),
    "Evernorth Behavioral": re.compile(r"\bEVERNORTH\b|\bCIGNA BEHAVIORAL\b", re.IGNORECASE),
    "Lucet": re.compile(r"\bLUCET\b|\bNEW DIRECTIONS\b", re.IGNORECASE),
    "ComPsych": re.compile(r"\bCOMPSYCH\b", re.IGNORECASE),
    "Quest Behavioral": re.compile(r"\bQUEST BEHAVIORAL\b", re.IGNORECASE),
}


def other_payers(lines: Sequence[Benefit]) -> list[OtherEntity]:
    """Coordination of benefits (EB01 R), Medicare Advantage and managed care that hold the whole plan."""
    return [found for line in lines if is_other_payer(line) for found in _entities(line)]


def carve_outs(lines: Sequence[Benefit]) -> list[OtherEntity]:
    """Benefits that someone else administers (EB01 U, or a service's status line that names them)."""
    return [found for line in lines if is_carve_out(line) for found in _entities(line)]


def is_other_payer(line: Benefit) -> bool:
    """EB01 R; U with a Medicare Advantage EB04 and a payer; U, MC or active with a managed care organisation
    for the plan as a whole. QMB and Medicare Secondary come as R with EB04 QM, 12 to 16, 41 to 43, 47.
    """
    code = line.information_code
    if code == "R":
        return True
    types = {entity.type for entity in line.entities}
    if code == "U" and line.insurance_type in ADVANTAGE and types & {"PRP", "PR", MANAGED_CARE}:
        return True
    if code == "MC":
        return bool(types & {MANAGED_CARE, "PR", "13"})
    return (code == "U" or code in ACTIVE) and MANAGED_CARE in types and _of_whole_plan(line)


def is_carve_out(line: Benefit) -> bool:
    """EB01 U, or a service other than the plan that is active with an administrator named beside it."""
    code = line.information_code
    if code == "U":
        return not is_other_payer(line)
    if code not in ACTIVE or not line.entities or _of_whole_plan(line):
        return False
    return any(entity.type in ADMINISTRATORS for entity in line.entities)


def _of_whole_plan(line: Benefit) -> bool:
    return not line.service_types or PLAN in line.service_types


def _entities(line: Benefit) -> list[OtherEntity]:
    number = line.segments[:1]
    return [
        OtherEntity(entity, line.service_types, line.insurance_type, number)
        for entity in line.entities or [NOBODY]
    ]


def administered_by(member: Member, asked: Sequence[str]) -> Answer:
    """Who administers the services asked: {"name", "id", "phone"}.

    Stated by a carve-out of one of them; derived from a carve-out of the plan as a whole, or from a
    known administrator's name in the text of a line about them.
    """
    stated = [each for each in member.carve_outs if any(code in each.service_types for code in asked)]
    if stated:
        return _answer("stated", [(_party(each.entity), each.segments) for each in stated])
    plan = [each for each in member.carve_outs if not each.service_types or PLAN in each.service_types]
    if plan:
        return _answer("derived", [(_party(each.entity), each.segments) for each in plan])
    return _answer("derived", _named_in_text(member, asked))


def _named_in_text(member: Member, asked: Sequence[str]) -> list[tuple[dict[str, str | None], Sequence[int]]]:
    return [
        ({"name": name, "id": None, "phone": None}, line.segments[:1])
        for line in member.benefits
        if any(code in line.service_types for code in asked)
        for name, written in KNOWN_ADMINISTRATORS.items()
        if any(written.search(text) for text in line.messages)
    ]


def _answer(status: str, found: list[tuple[dict[str, str | None], Sequence[int]]]) -> Answer:
    if not found:
        return Answer(status="not_stated")
    parties = [party for i, (party, _) in enumerate(found) if party not in [each for each, _ in found[:i]]]
    segments = sorted({number for _, numbers in found for number in numbers})
    if len(parties) == 1:
        return Answer(status=status, value=parties[0], segments=segments)
    return Answer(status="ambiguous", value=parties, segments=segments)


def _party(entity: Entity) -> dict[str, str | None]:
    phone = next((each.number for each in entity.contacts if each.qualifier in ("TE", "WP")), None)
    return {"name": entity.name, "id": entity.id, "phone": phone}
