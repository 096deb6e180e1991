"""Cases built in a line or two: they say only what the test cares about."""

from datetime import date, timedelta
from typing import Any

BEGUN = date(2026, 2, 2)


def line(day: int | str = 0, cents: int = 100_00, code: str = "90868", **more: Any) -> dict[str, Any]:
    """A line on a day counted from the beginning; what is no key of a line belongs to its rule."""
    of_line = {
        "billed_cents",
        "self_pay_cents",
        "out_of_network",
        "balance_bill",
        "allowed_source",
        "rule_source",
    }
    rule = {key: more.pop(key) for key in list(more) if key not in of_line}
    on = day if isinstance(day, str) else (BEGUN + timedelta(day)).isoformat()
    return {"date": on, "code": code, "allowed_cents": cents, "rule": rule, **more}


def case(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    limits = {key: more.pop(key) for key in list(more) if key.startswith(("deductible_", "oop_", "visits_"))}
    return {"lines": list(lines), "limits": limits, **more}


def pays(found: dict[str, Any]) -> list[int]:
    return [session["patient_cents"] for session in found["sessions"]]
