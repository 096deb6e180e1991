"""The form for an estimate's assumptions: its fields with what was typed, and what is wrong with them."""

from collections.abc import Iterable
from typing import Any

from starlette.requests import Request

from verify.affordability import CaseError
from verify.affordability.patient import OF_A_COURSE, OF_ALL
from verify.catalogue import CodeRole, FdaStatus, ServiceLine, load
from verify.courses import Weekday
from verify.web import pages

LABELS = {
    "sessions": "Number of sessions",
    "start": "First visit",
    "weekdays": "Days of the week",
    "self_pay": "Who pays",
    "compare_start": "Compare with a first visit on",
    "card_patient_pays": "Patient still pays, a treatment",
    "card_left": "The programme still pays this year",
    "card_counts": "Does the plan count that money?",
    "card_renews_on": "The money starts anew on",
    "card_maximum": "And is then",
    "card_source": "Source of the card’s terms",
    "second_method": "How it pays",
    "second_copay": "Copay a day",
    "second_coinsurance": "Coinsurance",
    "second_deductible_left": "Deductible left",
    "second_maximum_left": "Out-of-pocket maximum left",
    "second_pays_deductible": "Pays of the deductible",
    "second_pays_coinsurance": "Pays of copay and coinsurance",
    "second_source": "Source of the second plan’s terms",
}
COUNTS = (("", "As was said of the plan"), ("yes", "Yes, it counts"), ("no", "No: an accumulator programme"))
METHODS = (
    ("", "There is none"),
    ("standard", "Up to what it would pay alone"),
    ("non_duplication", "Only beyond what the first paid (non-duplication)"),
    ("unknown", "Not known which of the two"),
    ("supplement", "Medicare supplement (Medigap)"),
    ("qmb", "Qualified Medicare Beneficiary: no cost share"),
)
DAYS = dict(zip(Weekday, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))


def on_page(request: Request) -> list[tuple[str, str]]:
    """The assumptions in a page's address, which may tell the page other things, too."""
    fields = request.query_params.multi_items()
    return [(name, text) for name, text in fields if name.partition(".")[0] in LABELS]


def errors_by_field(error: CaseError) -> dict[str, str]:
    """What stands beside the fields."""
    return {one.field: f"{_label(one.field)} {one.message}" for one in error.problems}


def assumption_form(
    fields: Iterable[tuple[str, str]], keys: Iterable[str], errors: dict[str, str]
) -> dict[str, Any]:
    """What `assumptions.html` is made from, for a verification of these service lines."""
    typed: dict[str, list[str]] = {}
    for name, text in fields:
        if text.strip():
            typed.setdefault(name, []).append(text.strip())
    lines = [load().service_lines[key] for key in keys]
    names = [f"{field}.{line.key}" for field in OF_A_COURSE for line in lines]
    return {
        "labels": LABELS,
        "counts": COUNTS,
        "methods": METHODS,
        "days": DAYS,
        "lines": lines,
        "has_programme": any(_has_a_programme(line) for line in lines),
        "typed": {name: _first(typed, name) for name in (*OF_ALL, *names)},
        # One more than was typed, and never fewer than two.
        "starts": [*typed.get("compare_start", []), "", ""][
            : max(2, len(typed.get("compare_start", [])) + 1)
        ],
        "weekdays": {line.key: _weekdays(typed, line.key) for line in lines},
        "errors": errors,
        # Which parts of the form say something, and are shown open.
        "given": {
            "any": bool(typed),
            "card": any(name.startswith("card_") for name in typed),
            "second": any(name.startswith("second_") for name in typed),
        },
    }


def _first(typed: dict[str, list[str]], name: str) -> str:
    """What was typed under a name; a treatment's own field shows what was sent for all of them."""
    field = name.partition(".")[0]
    found = typed.get(name) or (typed.get(field) if name != field else None)
    return found[0] if found else ""


def _weekdays(typed: dict[str, list[str]], key: str) -> set[str]:
    texts = typed.get(f"weekdays.{key}") or typed.get("weekdays") or []
    return {name.strip().lower() for text in texts for name in text.split(",")}


def _has_a_programme(line: ServiceLine) -> bool:
    roles = {code.code: code.role for code in line.codes}
    drug = any(roles.get(service.code) is CodeRole.DRUG for service in line.course.services)
    return drug and line.fda_status is FdaStatus.APPROVED


def _label(name: str) -> str:
    field, _, key = name.partition(".")
    label = LABELS.get(field, name)
    return f"{pages.short_label(key)}: {label}" if key else label
