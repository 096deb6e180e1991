"""The section of planned courses on a verification's page, and its form."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, NamedTuple

import msgspec
from starlette.datastructures import FormData

from verify.catalogue import Dose, load
from verify.courses import CoursePlan, Edits, NoSession, Outline, Weekday, edited, started_over
from verify.steps.courses import Bundle, Planned, Unplannable
from verify.web.forms import said_of, typed

LABELS = {
    "starts_on": "First session",
    "weekdays": "Weekdays",
    "sessions": "Sessions",
    "later_sessions": "Afterwards",
    "minutes": "Minutes a session",
    "doses": "Doses",
    "billed_as": "Billed as",
    "number": "Session",
    "on": "Day",
}
WEEKDAYS = dict(zip(Weekday, ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), strict=True))
CHANGES = {"": "Nothing", "move": "Move it to", "drop": "Drop it", "add": "Add one on"}
#: Whole numbers of the outline, as they are typed.
NUMBERS = ("sessions", "later_sessions", "minutes")
_DOSE = re.compile(r"(\d{1,4})\s*=\s*(\d{1,4})")
OUTDATED = "Somebody planned this course meanwhile. It is shown as it is now; make your change to that."


class Decision(NamedTuple):
    """What was typed: fields of the outline, and one session that is moved, dropped or added."""

    said: dict[str, Any]
    edits: Edits
    start_over: bool

    def outline(self, present: CoursePlan) -> Outline:
        """The outline that comes of it. Raises NoSession."""
        changed = started_over(present.outline) if self.start_over else edited(present, self.edits)
        # A number undoes a schedule by hand, which says itself how many there are.
        undone = {"days": ()} if "sessions" in self.said else {}
        return msgspec.structs.replace(changed, **self.said, **undone)


def decision(form: FormData) -> tuple[Decision | None, dict[str, str]]:
    """What was typed, or the errors by field."""
    given = typed(form)
    errors: dict[str, str] = {}
    said: dict[str, Any] = {}
    for name in NUMBERS:
        if given.get(name):
            said[name] = _take(errors, name, _number, given[name], "must be a whole number")
    if given.get("starts_on"):
        said["starts_on"] = _take(
            errors, "starts_on", date.fromisoformat, given["starts_on"], "must be a date"
        )
    if given.get("doses"):
        said["doses"] = _take(errors, "doses", _doses, given["doses"], "must be as 1=56, 4=84")
    if given.get("billed_as"):
        said["billed_as"] = given["billed_as"]
    said["weekdays"] = _take(
        errors,
        "weekdays",
        lambda chosen: tuple(Weekday(str(each)) for each in chosen),
        form.getlist("weekdays"),
        "must be days of the week",
    )
    edits = _edits(given, errors)
    if errors:
        return None, errors
    return Decision(said, edits, start_over="start_over" in given), {}


def errors_of(error: Unplannable | NoSession) -> dict[str, str]:
    """What could not be planned, by field."""
    if isinstance(error, NoSession):
        return {"number": said_of(LABELS["number"], str(error).partition(": ")[2])}
    return {it.field: said_of(LABELS.get(it.field, "Changed sessions"), it.words) for it in error.faults}


def _edits(given: Mapping[str, str], errors: dict[str, str]) -> Edits:
    change = given.get("change", "")
    if change not in CHANGES or not change:
        return Edits()
    number = on = None
    if change in {"move", "drop"}:
        number = _take(errors, "number", _number, given.get("number", ""), "must be a number of the list")
    if change in {"move", "add"}:
        on = _take(errors, "on", date.fromisoformat, given.get("on", ""), "must be a date")
    if errors:
        return Edits()
    if change == "add" and on is not None:
        return Edits(added=(on,))
    if number is not None:
        return Edits(moved={number: on}) if on is not None else Edits(dropped=(number,))
    return Edits()


def _take(errors: dict[str, str], name: str, read: Callable[[Any], Any], value: Any, words: str) -> Any:
    """The value read, or an error of its field."""
    try:
        return read(value)
    except ValueError:
        errors[name] = said_of(LABELS[name], words)
        return None


def _number(text: str) -> int:
    if not re.fullmatch(r"\d{1,4}", text):
        raise ValueError
    return int(text)


def _doses(text: str) -> tuple[Dose, ...]:
    """ "1=56, 4=84": the dose in milligrams from each session on."""
    parts = [_DOSE.fullmatch(part.strip()) for part in text.split(",")]
    if not all(parts):
        raise ValueError
    return tuple(Dose(from_session=int(part[1]) or 1, mg=int(part[2])) for part in parts if part)


# --- the section ------------------------------------------------------------------------------------------


def section(found: Bundle) -> dict[str, Any]:
    """What `courses.html` is made from."""
    return {
        "courses": [_course(one) for one in found.courses],
        "conflicts": found.conflicts,
        "course_labels": LABELS,
        "course_weekdays": WEEKDAYS,
        "course_changes": CHANGES,
    }


def _course(one: Planned) -> dict[str, Any]:
    plan, line = one.plan, load().service_lines[one.plan.service_line]
    outline = plan.outline
    doses = outline.doses or line.course.doses
    return {
        "key": line.key,
        "plan": plan,
        "mark": one.mark,
        "kept": one.kept,
        "issues": one.issues,
        "units": _units(plan),
        "later": line.course.later,
        "way_options": [(way, way.capitalize()) for way in line.course.ways if way],
        "labels": {code.code: code.label for code in line.codes},
        # What the form begins with.
        "typed": {
            "starts_on": outline.starts_on.isoformat(),
            "weekdays": [day.value for day in outline.weekdays],
            "sessions": str(outline.sessions or ("" if outline.days else line.course.sessions)),
            "later_sessions": str(outline.later_sessions),
            "minutes": str(outline.minutes or line.course.minutes or ""),
            "doses": ", ".join(f"{dose.from_session}={dose.mg}" for dose in doses),
            "billed_as": outline.billed_as or line.course.ways[0],
        },
    }


def _units(plan: CoursePlan) -> dict[str, int]:
    """Units of each code over the course: what an authorization has to hold."""
    units: Counter[str] = Counter()
    for session in plan.sessions:
        for service in session.services:
            units[service.code] += service.units
    return dict(units)
