"""What kind of treatment a service line is, as far as the worksheet differs by it."""

from __future__ import annotations

from enum import StrEnum

from verify.catalogue import CodeRole, ServiceLine


class Treatment(StrEnum):
    STIMULATION = "stimulation"
    ESKETAMINE = "esketamine"
    RACEMIC_KETAMINE = "racemic_ketamine"
    VISITS = "visits"


def treatment_of(line: ServiceLine) -> Treatment:
    """By its substance, else by its codes: TMS in any form is delivered, everything else is a visit."""
    if line.substance:
        return Treatment(line.substance)
    delivers = any(code.role is CodeRole.DELIVERY for code in line.codes)
    return Treatment.STIMULATION if delivers else Treatment.VISITS
