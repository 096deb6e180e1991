"""What a coordinator types into a field of a form, one plausible answer for each kind of field."""

from collections.abc import Mapping
from typing import Any

BY_KIND = {
    "yes_no": "yes",
    "yes_note": "yes, as told",
    "money": "500",
    "percent": "20",
    "date": "2026-01-01",
    "month_day": "01-01",
    "text": "portal",
    "number": "3",
    "codes": "J0013",
    "copay": "30 per visit",
    "company": "no",
    "companies": "no",
    "limit": "none",
}
BY_FACT = {"plan_begin": "2020-01-01", "plan_end": "2099-12-31", "paid_through": "2099-12-31"}


def typed(field: Mapping[str, Any]) -> str:
    """An answer that leaves nothing to ask."""
    if field["kind"] == "word":
        return str(field["choices"][0])
    return BY_FACT.get(field["fact"], BY_KIND[field["kind"]])


def all_typed(script: Mapping[str, Any]) -> dict[str, str]:
    """An answer to every field of a script."""
    return {field["name"]: typed(field) for field in script["fields"]}
