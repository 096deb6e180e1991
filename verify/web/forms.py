"""What a form sent, as a Submission or as the words that stand beside its fields."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import ValidationError
from starlette.datastructures import FormData

from verify.facts import SourceKind, UnreadableAnswers
from verify.intake.submission import Submission
from verify.steps import WRITTEN_KINDS, Call, Learned
from verify.web.problems import field_errors

__all__ = [
    "LABELS",
    "UnreadableAnswers",
    "call",
    "errors_by_field",
    "errors_of_answers",
    "information",
    "learned",
    "submission",
    "typed",
]

LABELS = {
    "last_name": "Last name",
    "first_name": "First name",
    "birth_date": "Birth date",
    "sex": "Sex on file with the payer",
    "phone": "Phone",
    "external_id": "Your patient number",
    "payer": "Payer",
    "member_id": "Member ID",
    "group_number": "Group number",
    "subscriber_last_name": "Their last name",
    "subscriber_first_name": "Their first name",
    "subscriber_birth_date": "Their birth date",
    "relationship": "The patient is their",
    "service_lines": "What is planned",
    "date_of_service": "First visit",
    "priority": "How soon",
    "reason": "Why",
}

_PATIENT = ("last_name", "first_name", "birth_date", "sex", "phone", "external_id")
_POLICY = ("payer", "member_id", "group_number")
_SUBSCRIBER = ("last_name", "first_name", "birth_date")
_PLAN = ("date_of_service", "priority", "reason")


def typed(form: FormData) -> dict[str, str]:
    """The text fields, trimmed."""
    return {name: value.strip() for name, value in form.items() if isinstance(value, str)}


def submission(form: FormData) -> tuple[Submission | None, dict[str, str]]:
    """The submission, or the errors by field name."""
    said = typed(form)
    try:
        return Submission.model_validate(
            _body(said, [str(line) for line in form.getlist("service_lines")])
        ), {}
    except ValidationError as error:
        return None, errors_by_field(error)


def _body(said: Mapping[str, str], lines: list[str]) -> dict[str, Any]:
    coverage: dict[str, Any] = _given(said, _POLICY)
    subscriber = {name: said.get(f"subscriber_{name}", "") for name in _SUBSCRIBER}
    if any(subscriber.values()):
        coverage["subscriber"] = {
            **subscriber,
            "birth_date": subscriber["birth_date"] or None,
            "relationship": said.get("relationship") or "other",
        }
    patient = _given(said, _PATIENT)
    patient.setdefault("last_name", "")
    patient.setdefault("first_name", "")
    return {"patient": patient, "coverage": coverage, "service_lines": lines, **_given(said, _PLAN)}


def information(form: FormData) -> tuple[dict[str, str], dict[str, str]]:
    """Corrected patient and coverage fields; a field left empty stays as it is."""
    said = typed(form)
    return _given(said, _PATIENT), _given(said, _POLICY)


def _given(said: Mapping[str, str], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: said[name] for name in names if said.get(name)}


def errors_by_field(error: ValidationError) -> dict[str, str]:
    """One error per form field, in our words."""
    found: dict[str, str] = {}
    for problem in field_errors(error):
        parts = [part for part in problem.pointer.split("/") if part and not part.isdigit()]
        name = (
            "_".join(parts[-2:]) if "subscriber" in parts[-2:-1] else (parts[-1] if parts else "birth_date")
        )
        name = name if name in LABELS else "birth_date"
        found.setdefault(name, said_of(LABELS[name], problem.detail))
    return found


def said_of(label: str, detail: str) -> str:
    """ "First name is required", "Choose at least one"."""
    if detail.split(" ", 1)[0] in {"is", "must", "Input"}:
        return f"{label} {detail.replace('Input should', 'must')}"
    return detail[:1].upper() + detail[1:]


def information_fields(missing: list[str]) -> list[str]:
    """The fields a person may correct, those that are missing first."""
    names = ["payer", "member_id", "birth_date", "last_name", "first_name", "group_number"]
    return sorted(names, key=lambda name: name not in missing)


def call(said: Mapping[str, str], zone: ZoneInfo, now: datetime) -> tuple[Call | None, dict[str, str]]:
    """The call as typed, or the errors by field; its times are the practice's clock, today unless dated."""
    answers = _answers(said)
    errors = {name: why for name, why in _CALL_NEEDS.items() if not said.get(name)}
    times = {name: _moment(said.get(name, ""), zone) for name in ("started_at", "ended_at")}
    started, ended = times["started_at"], times["ended_at"]
    for name, time in times.items():
        if time is None:
            errors.setdefault(name, f"{_CALL_TIMES[name]} must be a date and time")
    if started and ended and not started <= ended <= now + _CLOCKS_DIFFER:
        errors.setdefault("ended_at", "Call ended must be after the start, and not in the future")
    if not answers:
        errors.setdefault("answers", "Fill at least one answer; leave the rest empty")
    minutes = said.get("hold_minutes", "")
    if minutes and not (minutes.isdecimal() and len(minutes) < 4):
        errors.setdefault("hold_minutes", "Minutes on hold: a whole number")
    if errors or started is None or ended is None:
        return None, errors
    made = Call(
        answers,
        said["reference"],
        said["representative"],
        started,
        ended,
        parked=bool(said.get("park")),
        number_dialed=said.get("number_dialed", "")[:40],
        hold_minutes=int(minutes) if minutes else None,
        transfers=said.get("transfers", "")[:200],
        disclaimer_read={"yes": True, "no": False}.get(said.get("disclaimer_read", "")),
    )
    return made, {}


def _answers(said: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix("answer_"): value
        for name, value in said.items()
        if name.startswith("answer_") and value
    }


def learned(said: Mapping[str, str]) -> tuple[Learned | None, dict[str, str]]:
    """What was read somewhere, as typed, or the errors by field."""
    errors = {}
    kinds = {kind.value for kind in WRITTEN_KINDS}
    if said.get("source") not in kinds:
        errors["source"] = "Where it stands: choose one"
    days = {}
    for name, label in (("as_of", "As of"), ("holds_until", "Holds until")):
        try:
            days[name] = date.fromisoformat(said[name]) if said.get(name) else None
        except ValueError:
            errors[name] = f"{label} must be a date"
    if errors:
        return None, errors
    made = Learned(
        _answers(said),
        SourceKind(said["source"]),
        said.get("reference", "")[:80],
        days["as_of"],
        days["holds_until"],
    )
    return made, {}


#: Fields of the form that are no answers, and what each is called there.
_OF_SOURCE = {"kind": "source", "reference": "reference", "as_of": "as_of", "holds_until": "holds_until"}


def errors_of_answers(unreadable: UnreadableAnswers) -> dict[str, str]:
    """By the fields of the form."""
    return {
        _OF_SOURCE.get(name, "answers" if name == "answers" else f"answer_{name}"): f"Expected: {said}"
        for name, said in unreadable.problems.items()
    }


#: A minute's difference between two clocks is no reason to refuse a call.
_CLOCKS_DIFFER = timedelta(minutes=2)
_CALL_TIMES = {"started_at": "Call began", "ended_at": "Call ended"}
_CALL_NEEDS = {
    "reference": "Reference number: ask for it before you hang up; write “none” when they gave none",
    "representative": "Representative: their name, or its first letter",
}


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=zone)
    except ValueError:
        return None
