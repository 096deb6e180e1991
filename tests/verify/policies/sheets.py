"""Evidence sheets of nobody, as short as a test needs them."""

from __future__ import annotations

from datetime import date
from typing import Any

from verify.catalogue.drug_classes import load_drug_classes
from verify.policies import Evidence, EvidenceSheet

ON = date(2026, 11, 30)
BORN = date(1984, 3, 12)
DRUGS = load_drug_classes()


def sheet(**fields: Any) -> EvidenceSheet:
    return EvidenceSheet.model_validate(fields)


def evidence(
    *, born: date | None = BORN, on: date = ON, began: date | None = None, **fields: Any
) -> Evidence:
    return Evidence(sheet(**fields), born, on, DRUGS, began)


def trial(drug: str = "sertraline", **fields: Any) -> dict[str, Any]:
    """Twelve weeks without effect in the present episode."""
    return {
        "drug": drug,
        "started_on": "2026-03-01",
        "ended_on": "2026-05-24",
        "adherence_percent": 90,
        "outcome": "no_response",
        "this_episode": "yes",
        **fields,
    }
