"""Rows of a file: each a submission, or problems in plain words; the same row again is seen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import msgspec
from pydantic import ValidationError

from verify.intake.cells import Unreadable, read_cell, split_name, trimmed
from verify.intake.columns import BY_FIELD
from verify.intake.submission import Submission
from verify.security.blind_index import fold_id, fold_name

#: More than a clinic's whole year of patients; a larger file is cut by whoever sends it.
MOST_ROWS = 10_000

#: Where each field stands in a submission.
_PLACES = {
    **{f: ("patient", f) for f in ("last_name", "first_name", "middle_name", "birth_date", "sex", "phone")},
    "external_id": ("patient", "external_id"),
    **{f: ("coverage", f) for f in ("payer", "member_id", "group_number", "rank")},
    **{f: (f,) for f in ("service_lines", "date_of_service", "priority", "reason", "provider_npi")},
    "subscriber_last_name": ("coverage", "subscriber", "last_name"),
    "subscriber_first_name": ("coverage", "subscriber", "first_name"),
    "subscriber_birth_date": ("coverage", "subscriber", "birth_date"),
    "relationship": ("coverage", "subscriber", "relationship"),
}
_FIELDS = {place: field for field, place in _PLACES.items()}
_NEEDED = ("last_name", "first_name", "service_lines", "date_of_service")


class UnreadableFile(ValueError):
    """Nothing of the file can be used; the message says what to do."""


class Problem(NamedTuple):
    """What is wrong in one cell, without what it holds."""

    #: A label of `columns`, or empty for the row as a whole.
    column: str
    words: str

    def __str__(self) -> str:
        return f"{self.column} {self.words}".strip()


@dataclass(frozen=True, slots=True)
class Row:
    """One row as sent, and what it asks for or why it cannot."""

    #: As the spreadsheet counts rows, the headings being the first.
    number: int
    #: As sent, in the file's order.
    cells: Mapping[str, str]
    submission: Submission | None
    problems: tuple[Problem, ...] = ()
    #: The earlier row that asks for the very same.
    same_as: int | None = None
    #: All the row says, however it is written: rows that are equal in it ask for the same.
    words: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file read: its rows, and what a person should know of how it was read."""

    rows: tuple[Row, ...]
    #: (heading in the file, label of what it was taken for), in the file's order.
    columns: tuple[tuple[str, str], ...] = ()
    unused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_row(number: int, texts: Mapping[str, str], cells: Mapping[str, str], doubtful: Iterable[str]) -> Row:
    """The row of these texts by field; `cells` is what was sent, kept to be given back."""
    values, problems = _read(texts, set(doubtful))
    if not problems:
        problems = _subscriber(values) + _absent(values)
    if problems:
        return Row(number, cells, None, tuple(problems))
    return submitted(number, _body(values), cells)


def submitted(number: int, body: object, cells: Mapping[str, str]) -> Row:
    """The row of a submission, or of what is wrong in it."""
    try:
        made = Submission.model_validate(body)
    except ValidationError as error:
        return Row(number, cells, None, tuple(_problem(each) for each in error.errors()))
    return Row(number, cells, made, words=_words(made))


def broken(number: int, words: str, cells: Mapping[str, str] | None = None, column: str = "") -> Row:
    return Row(number, cells or {}, None, (Problem(column, words),))


def mark_repeats(rows: Sequence[Row]) -> tuple[Row, ...]:
    """The rows, those that say the same as an earlier one naming it."""
    first: dict[str, int] = {}
    return tuple(
        replace(row, same_as=known)
        if row.submission and (known := first.setdefault(row.words, row.number)) != row.number
        else row
        for row in rows
    )


def check_size(count: int) -> None:
    """Raises UnreadableFile."""
    if count > MOST_ROWS:
        raise UnreadableFile(
            f"The file has more than {MOST_ROWS:,} rows, the most that are taken at once. Cut it into several files."
        )
    if count == 0:
        raise UnreadableFile("The file has no rows under its headings.")


# --- from texts to values -------------------------------------------------------------------------------


def _read(texts: Mapping[str, str], doubtful: set[str]) -> tuple[dict[str, Any], list[Problem]]:
    values: dict[str, Any] = {}
    problems = []
    for field, text in texts.items():
        try:
            if plain := trimmed(field, text):
                _take(values, field, plain, field in doubtful)
        except Unreadable as problem:
            problems.append(Problem(BY_FIELD[field].label, str(problem)))
    return values, problems


def _take(values: dict[str, Any], field: str, text: str, doubtful: bool) -> None:
    if field in ("patient_name", "subscriber_name"):
        owner = "" if field == "patient_name" else "subscriber_"
        for part, name in zip(("last_name", "first_name"), split_name(text), strict=True):
            values.setdefault(owner + part, name)
    else:
        values[field] = read_cell(field, text, doubtful=doubtful)


def _subscriber(values: dict[str, Any]) -> list[Problem]:
    """Takes out a subscriber who is the patient; what is missing of one who is not."""
    relationship = values.get("relationship")
    names = [values.get(f"subscriber_{part}") for part in ("last_name", "first_name")]
    own = [values.get(part) for part in ("last_name", "first_name")]
    is_patient = all(names) and [fold_name(n) for n in names if n] == [fold_name(n) for n in own if n]
    if relationship == "self" or (relationship is None and (is_patient or not any(names))):
        for field in [field for field in values if field.startswith("subscriber_")] + ["relationship"]:
            values.pop(field, None)
        return []
    if all(names):
        return []
    return [Problem("Subscriber name", "is missing: the relationship says that another holds the policy")]


def _absent(values: Mapping[str, Any]) -> list[Problem]:
    return [Problem(BY_FIELD[field].label, "is missing") for field in _NEEDED if not values.get(field)]


def _body(values: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for field, value in values.items():
        *path, last = _PLACES[field]
        room = made
        for step in path:
            room = room.setdefault(step, {})
        room[last] = value
    return made


# --- words ----------------------------------------------------------------------------------------------

_SAID = {
    "missing": "is missing",
    "string_too_short": "is missing",
    "too_short": "is missing",
    "extra_forbidden": "has a field we do not know",
    "string_pattern_mismatch": "must have ten digits",
    "date_from_datetime_parsing": "is not a date: write 1984-03-12",
    "date_parsing": "is not a date: write 1984-03-12",
}


def _problem(error: Any) -> Problem:
    place = tuple(part for part in error["loc"] if isinstance(part, str))
    field = _FIELDS.get(place)
    label, words = BY_FIELD[field].label if field else "", _say(error)
    if label and words.casefold().startswith(label.casefold()):
        words = words[len(label) :].strip()
    return Problem(label, words)


def _say(error: Any) -> str:
    """Our words for what pydantic found; its own could be long, and none repeats a value."""
    match error["type"]:
        case "value_error":
            return str(error["msg"]).removeprefix("Value error, ")
        case "string_too_long":
            return f"is longer than {error['ctx']['max_length']} letters"
        case kind:
            return _SAID.get(kind, "cannot be used as it is written")


def _words(submission: Submission) -> str:
    said = submission.model_dump(mode="json", exclude={"priority"}, exclude_defaults=True)
    return msgspec.json.encode(_plain(said), order="deterministic").decode()


def _plain(value: Any, field: str = "") -> Any:
    match value:
        case dict():
            return {name: _plain(each, name) for name, each in value.items()}
        case list():
            return sorted(value)
        case str() if field.endswith(("date", "npi", "sex")):
            return value
        case str() if field.endswith(("id", "number", "phone")):
            return fold_id(value)
        case str():
            return fold_name(value)
    return value
