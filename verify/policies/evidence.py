"""Evidence: what criteria are held against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from verify.catalogue.drug_classes import DrugClasses
from verify.policies.sheet import EvidenceSheet


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sheet, the birth date, the day, the classes of drugs, and the first session of the course that runs."""

    sheet: EvidenceSheet
    born: date | None
    on: date
    drugs: DrugClasses
    #: None: none runs, or it is not known since when.
    began: date | None = None

    def __repr__(self) -> str:
        return "Evidence()"
