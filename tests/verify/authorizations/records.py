"""Authorizations and plans of nobody, as short as a test needs them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from verify.authorizations import Authorization, Plan, Planned, Session
from verify.catalogue import load

#: A Monday.
FIRST = date(2026, 11, 30)
TMS = load().service_lines["tms"]
SPRAVATO = load().service_lines["spravato_medical"]


def authorization(**fields: Any) -> Authorization:
    """Granted: 36 units that the three codes of TMS share, for a quarter from the first visit."""
    return Authorization.model_validate(
        {
            "service_line": "tms",
            "status": "granted",
            "payer": "Blue Hollow",
            "number": "A1",
            "granted": [{"codes": ["90867", "90868", "90869"], "units": 36}],
            "starts_on": "2026-11-30",
            "ends_on": "2027-02-28",
            **fields,
        }
    )


def sessions(count: int, *, first: date = FIRST, code: str = "90868", units: int = 1) -> tuple[Session, ...]:
    """One session a day, weekends too."""
    return tuple(
        Session(on=first + timedelta(days=ahead), services=(Planned(code=code, units=units),))
        for ahead in range(count)
    )


def plan(count: int = 36, *, of: tuple[Session, ...] | None = None, **fields: Any) -> Plan:
    return Plan(service_line="tms", sessions=sessions(count) if of is None else of, **fields)
