"""By code: what a payer said of a treatment's own codes, beside what it says of the kind of service."""

from __future__ import annotations

from verify.facts.confidence import SAID_BY_PAYER
from verify.facts.merging import Known
from verify.facts.names import FactName

#: What the patient pays of a session: a payer that decides by code has it by code.
SHARES = frozenset(
    {FactName.COPAY, FactName.COINSURANCE, FactName.DEDUCTIBLE_APPLIES, FactName.DEDUCTIBLE_FIRST}
)


def stands_alone(name: FactName, of_line: Known) -> bool:
    """Whether an answer for the codes themselves is in no conflict with another one for the kind of service.

    Of what the patient pays alone, and in the payer's own word: a general word on authorization stays a conflict,
    for a course given without one is not paid at all.
    """
    fact = of_line.fact
    return name in SHARES and of_line.settled and fact is not None and fact.source.kind in SAID_BY_PAYER
