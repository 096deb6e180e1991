"""What the demo has on record of two patients: an authorization without the taper, and an evidence sheet."""

from datetime import date, timedelta
from typing import Any

from verify.authorizations import Authorization
from verify.policies import EvidenceSheet
from verify.steps import Work
from verify.steps.authorizations import add_authorization
from verify.steps.clinical import save_sheet

#: By member id.
AUTHORIZED, WITH_EVIDENCE = "ACT36040771", "NOA71920058"


def keep(work: Work, practice_id: str, verification_id: str, member_id: str, today: date, *, by: str) -> None:
    """What there is of this member."""
    if member_id == AUTHORIZED:
        add_authorization(work, verification_id, practice_id, by, _thirty_units(today))
    if member_id == WITH_EVIDENCE:
        save_sheet(work, verification_id, practice_id, by, _two_trials(today), after=0)


def _thirty_units(today: date) -> Authorization:
    """The usual course has 36 sessions: whoever granted these forgot the taper."""
    return Authorization.model_validate(
        {
            "service_line": "tms",
            "status": "granted",
            "payer": "Demo Aetna",
            "benefit": "behavioral",
            "number": "DEMO-3040",
            "granted": [{"codes": ["90867", "90868", "90869"], "units": 30}],
            "starts_on": today,
            "ends_on": today + timedelta(days=120),
            "said_by": "reviewer on the phone",
            "source": "call DEMO-3040",
            "source_on": today,
        }
    )


def _two_trials(today: date) -> EvidenceSheet:
    """Some of what the written policy asks is met, psychotherapy is not, and the rest nobody has asked."""
    return EvidenceSheet.model_validate(
        {
            "diagnoses": [{"code": "F33.2"}],
            "trials": [_trial("sertraline", today, 300), _trial("venlafaxine", today, 200)],
            "trials_complete": "yes",
            "scores": [{"scale": "PHQ-9", "points": 21, "on": today - timedelta(days=6)}],
            "therapies_complete": "yes",
            "answers": {"psychosis": "no", "serial_scale": "yes"},
        }
    )


def _trial(drug: str, today: date, days_ago: int) -> dict[str, Any]:
    """Twelve weeks without effect in the present episode."""
    began = today - timedelta(days=days_ago)
    return {
        "drug": drug,
        "started_on": began,
        "ended_on": began + timedelta(weeks=12),
        "adherence_percent": 90,
        "outcome": "no_response",
        "this_episode": "yes",
    }
