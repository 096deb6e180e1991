"""What is read from every answer, whatever was asked: coverage, accumulators, other payers, carve-outs."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from payers.benefits import Accumulator, Benefit, Coverage, OtherEntity
from payers.reading.accumulators import accumulators
from payers.reading.codes import ACTIVE, INACTIVE
from payers.reading.coverage import plan_coverage
from payers.reading.other_payers import carve_outs, other_payers

#: EB01 -> which rule looks at the line.
STATUS = ACTIVE | INACTIVE
ELSEWHERE = frozenset({"R", "U", "MC"})


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a member that is read from its lines."""

    coverage: Coverage
    deductibles: list[Accumulator]
    out_of_pockets: list[Accumulator]
    other_payers: list[OtherEntity]
    carve_outs: list[OtherEntity]


def summarize(lines: Sequence[Benefit]) -> Summary:
    """Every rule sees only the lines it is about, so that a long answer is gone through once."""
    status: list[Benefit] = []
    deductible: list[Benefit] = []
    out_of_pocket: list[Benefit] = []
    elsewhere: list[Benefit] = []
    for line in lines:
        code = line.information_code
        if code in STATUS:
            status.append(line)
            if line.entities:
                elsewhere.append(line)
        elif code == "C":
            deductible.append(line)
        elif code == "G":
            out_of_pocket.append(line)
        elif code in ELSEWHERE:
            elsewhere.append(line)
    return Summary(
        coverage=plan_coverage(status),
        deductibles=accumulators(deductible),
        out_of_pockets=accumulators(out_of_pocket),
        other_payers=other_payers(elsewhere),
        carve_outs=carve_outs(elsewhere),
    )
