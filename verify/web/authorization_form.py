"""An authorization as a form: the record's fields, and up to a few groups of codes that share units."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from verify.authorizations import Authorization, Form, Status
from verify.catalogue import BenefitDomain
from verify.web.forms import said_of
from verify.web.problems import field_errors

GROUPS = 3
STATUSES = [(status.value, status.replace("_", " ").capitalize()) for status in Status]
FORMS = [(form.value, form.replace("_", " ").capitalize()) for form in Form]
BENEFITS = [("", "Not stated"), *((one.value, one.value.capitalize()) for one in BenefitDomain)]
LABELS = {
    "service_line": "Treatment",
    "status": "Status",
    "payer": "Payer",
    "vendor": "Company that reviews",
    "benefit": "Benefit",
    "form": "Kind",
    "number": "Number",
    "starts_on": "First day",
    "ends_on": "Last day",
    "rendering_npi": "Rendering NPI",
    "tax_id": "Tax ID",
    "site": "Site",
    "rems_site": "REMS site ID",
    "dose_band": "Dose band",
    "diagnosis": "Diagnosis",
    "requested_at": "Payer received it",
    "decided_at": "Payer decided",
    "said_by": "Who said it",
    "source": "Letter, call or portal",
    "source_on": "Of which day",
    "card": "Policy card",
    "renewal_due_on": "Renewal due",
}
#: What contradicts itself, and where it is mended.
MENDED = {
    "ends before": "ends_on",
    "decided before": "decided_at",
    "two groups": "codes_0",
    "its source": "source",
}
_TIMES = ("requested_at", "decided_at")
_OPTIONAL = ("benefit", "starts_on", "ends_on", "source_on", "renewal_due_on")


def values(record: Authorization | None, zone: ZoneInfo) -> dict[str, str]:
    """The record as the form shows it."""
    if record is None:
        return {}
    kept = record.in_zone(zone).model_dump(mode="json")
    found = {name: str(kept[name]) for name in LABELS if kept[name] is not None}
    for name in _TIMES:
        moment = getattr(record, name)
        found[name] = moment.astimezone(zone).strftime("%Y-%m-%dT%H:%M") if moment else ""
    found["urgent"] = "true" if record.urgent else ""
    for number, group in enumerate(record.granted):
        found[f"codes_{number}"] = ", ".join(group.codes)
        for name in ("units", "used", "used_as_of"):
            value = getattr(group, name)
            found[f"{name}_{number}"] = "" if value is None else str(value)
    return found


def read(
    typed: Mapping[str, str], zone: ZoneInfo, known: Authorization | None = None
) -> tuple[Authorization | None, dict[str, str]]:
    """The record, or the errors by field. What the form does not show of a known one stays."""
    document: dict[str, Any] = known.model_dump(mode="json") if known else {}
    document.update({name: typed.get(name, "") for name in LABELS})
    document.update({name: typed.get(name) or None for name in _OPTIONAL})
    document["urgent"] = typed.get("urgent") == "true"
    numbers = [number for number in range(GROUPS) if typed.get(f"codes_{number}")]
    document["granted"] = [_group(typed, number) for number in numbers]
    errors = {}
    for name in _TIMES:
        document[name], problem = _moment(typed.get(name, ""), zone)
        if problem:
            errors[name] = f"{LABELS[name]} must be a date and time"
    try:
        record = Authorization.model_validate(document)
    except ValidationError as error:
        return None, {**_errors(error, numbers), **errors}
    return (None, errors) if errors else (record, {})


def _group(typed: Mapping[str, str], number: int) -> dict[str, Any]:
    codes = re.split(r"[\s,;]+", typed[f"codes_{number}"].strip())
    said = {name: typed.get(f"{name}_{number}") or None for name in ("units", "used", "used_as_of")}
    return {"codes": [code for code in codes if code], **said}


def _moment(text: str, zone: ZoneInfo) -> tuple[str | None, bool]:
    """On the practice's clock, and whether it cannot be read."""
    if not text:
        return None, False
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone).isoformat(), False
    except ValueError:
        return None, True


def _errors(error: ValidationError, numbers: Sequence[int]) -> dict[str, str]:
    """One error a field; what is about the whole record stands at the field it is mended in."""
    found: dict[str, str] = {}
    for problem in field_errors(error):
        places = problem.pointer.strip("/").split("/")
        if places[0] == "granted" and len(places) > 1:
            name = places[2] if len(places) > 2 else "codes"
            found.setdefault(f"{name}_{numbers[int(places[1])]}", said_of("Codes and units", problem.detail))
        else:
            name = places[0] or next((MENDED[words] for words in MENDED if words in problem.detail), "status")
            found.setdefault(name, said_of(LABELS.get(name, name), problem.detail))
    return found
