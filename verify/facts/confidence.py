"""How well a thing is known: A, B or C."""

from __future__ import annotations

from enum import StrEnum

from verify.facts.fact import ELECTRONIC, Fact, SourceKind, Status
from verify.facts.merging import Known
from verify.facts.names import LASTING


class Confidence(StrEnum):
    """A can be shown to whoever says otherwise, B was said once and is fresh, C is to be asked (again)."""

    A = "A"
    B = "B"
    C = "C"


#: The payer in writing.
WRITTEN = frozenset({SourceKind.LETTER, SourceKind.CONTRACT})
#: The payer's own word, in whatever form; the card, the patient and our summaries are not that.
SAID_BY_PAYER = WRITTEN | ELECTRONIC | {SourceKind.CALL, SourceKind.PORTAL}


def confidence(known: Known) -> Confidence:
    """A: stated by the payer in writing, or by two of its voices that agree. B: stated once. C: anything else.

    What is derived, out of date, disputed, unknown or not stated is C, whoever said it.
    """
    if known.fact is None or not known.settled or not _stated(known.fact):
        return Confidence.C
    agreed = any(_stated(second) for second in known.seconds)
    return Confidence.A if agreed or known.fact.source.kind in WRITTEN else Confidence.B


def weakest(found: list[Confidence]) -> Confidence:
    """The weakest link; of nothing, C."""
    return max(found, default=Confidence.C)


def _stated(fact: Fact) -> bool:
    """Stated by whoever can say it: the payer, and of the clinic and the patient themselves the clinic."""
    knows = SAID_BY_PAYER | ({SourceKind.CLINIC} if fact.name in LASTING else set())
    return fact.status is Status.STATED and fact.source.kind in knows
