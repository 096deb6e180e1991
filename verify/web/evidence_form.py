"""The evidence sheet as forms: one for each part, each saved by itself onto the newest sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import ValidationError

from verify.catalogue.criteria import Scale, TrialRole
from verify.catalogue.policy_card import Protocol
from verify.policies import EvidenceSheet, Reply
from verify.policies.wording import (
    CREDENTIALS,
    DECISIONS,
    OUTCOMES,
    PROTOCOLS,
    REPLIES,
    SCREENS,
    TREATMENTS,
)
from verify.web.forms import said_of
from verify.web.problems import field_errors

#: Rows to fill beside those that are there; after saving there are as many again.
EMPTY_ROWS = 2

Options = Sequence[tuple[str, str]]
YES_NO_UNKNOWN: Options = [(reply.value, words) for reply, words in REPLIES.items()]
ONGOING: Options = [("", "no"), ("true", "yes")]


class Part(StrEnum):
    """What is saved together."""

    DIAGNOSES = "diagnoses"
    TRIALS = "trials"
    SCORES = "scores"
    THERAPIES = "therapies"
    PRIORS = "priors"
    ANSWERS = "answers"
    DECISIONS = "decisions"


class Column(NamedTuple):
    """One field of a row; with options it is a choice."""

    name: str
    label: str
    kind: str = "text"
    options: Options = ()
    hint: str = ""


class Table(NamedTuple):
    """A part that is a list. A row whose first column is empty is no row."""

    title: str
    columns: Sequence[Column]
    #: The field that says whether the list is all there is, and the question for it.
    complete: str = ""
    asks: str = ""


def _options(words: Mapping[Any, str]) -> Options:
    return [(key.value, said) for key, said in words.items()]


_SPAN = (
    Column("started_on", "From", "date"),
    Column("ended_on", "Until", "date"),
    Column("ongoing", "Goes on", options=ONGOING),
)
_PERCENT = "In percent"

TABLES: Mapping[Part, Table] = {
    Part.DIAGNOSES: Table(
        "Diagnoses",
        (
            Column("code", "ICD-10-CM code", hint="As the psychiatrist codes it"),
            Column("since", "Since", "date"),
        ),
    ),
    Part.TRIALS: Table(
        "Drug trials",
        (
            Column("drug", "Drug"),
            Column(
                "role",
                "Given as",
                options=[
                    (TrialRole.ANTIDEPRESSANT.value, "antidepressant"),
                    (TrialRole.AUGMENTATION.value, "augmentation"),
                ],
            ),
            Column("dose", "Highest dose"),
            *_SPAN,
            Column("weeks", "Weeks", "number", hint="Where the days are not known"),
            Column("outcome", "How it worked", options=_options(OUTCOMES)),
            Column("percent_better", "Improvement", "number", hint=_PERCENT),
            Column("adherence_percent", "Taken as prescribed", "number", hint=_PERCENT),
            Column("this_episode", "In the present episode", options=YES_NO_UNKNOWN),
            Column("stopped_because", "Why it was stopped"),
        ),
        "trials_complete",
        "Is every drug that was tried on the list?",
    ),
    Part.SCORES: Table(
        "Depression scales",
        (
            Column("points", "Score", "number"),
            Column("scale", "Scale", options=[(scale.value, scale.value) for scale in Scale]),
            Column("on", "Day", "date"),
        ),
    ),
    Part.THERAPIES: Table(
        "Psychotherapy",
        (
            Column("kind", "Kind"),
            *_SPAN,
            Column("sessions", "Sessions", "number"),
            Column("weeks", "Weeks", "number", hint="Where the days are not known"),
        ),
        "therapies_complete",
        "Is every psychotherapy on the list?",
    ),
    Part.PRIORS: Table(
        "Earlier TMS, Spravato, ketamine or ECT",
        (
            Column("treatment", "Treatment", options=[("", "none"), *_options(TREATMENTS)]),
            Column("started_on", "From", "date"),
            Column("ended_on", "Until", "date"),
            Column("percent_better", "Improvement", "number", hint=_PERCENT),
            Column("kept_months", "Months it held", "number"),
        ),
        "priors_complete",
        "Is every earlier course on the list?",
    ),
}
TITLES = {
    **{part: table.title for part, table in TABLES.items()},
    Part.ANSWERS: "Questions",
    Part.DECISIONS: "The psychiatrist’s decisions",
}
DECISION_OPTIONS: Options = [("", "not said"), *_options(DECISIONS)]
CREDENTIAL_OPTIONS: Options = [("", "not said"), *_options(CREDENTIALS)]
PROTOCOL_OPTIONS: Options = [("", "not said"), *((one.value, PROTOCOLS[one]) for one in Protocol)]
QUESTIONS: Options = [(one.value, f"{words[:1].upper()}{words[1:]}") for one, words in SCREENS.items()]


class Row(NamedTuple):
    """A row as it is shown: its number, and the value of each column."""

    number: int
    values: Mapping[str, str]


def rows(part: Part, sheet: EvidenceSheet, typed: Mapping[str, str]) -> list[Row]:
    """What is on the sheet and some empty ones; after an error what was typed."""
    columns = [column.name for column in TABLES[part].columns]
    if typed.get("section") == part:
        return [
            Row(number, {name: typed.get(f"{name}_{number}", "") for name in columns})
            for number in range(_count(typed))
        ]
    kept = sheet.model_dump(mode="json")[part.value]
    filled = [{name: _text(row.get(name)) for name in columns} for row in kept]
    return [Row(number, values) for number, values in enumerate([*filled, *([{}] * EMPTY_ROWS)])]


def read(
    part: Part, typed: Mapping[str, str], sheet: EvidenceSheet, service_lines: Sequence[str], now: datetime
) -> tuple[EvidenceSheet | None, dict[str, str]]:
    """The sheet with this part anew, or the errors by field id."""
    document = sheet.model_dump(mode="json")
    numbers: list[int] = []
    if part in TABLES:
        numbers = _read_table(part, typed, document)
    elif part is Part.ANSWERS:
        said = {name: typed.get(f"answer_{name}", Reply.NOT_ASKED.value) for name, _ in QUESTIONS}
        document["answers"] = {name: reply for name, reply in said.items() if reply != Reply.NOT_ASKED.value}
    else:
        _read_decisions(typed, document, service_lines, now)
    try:
        return EvidenceSheet.model_validate(document), {}
    except ValidationError as error:
        return None, _errors(part, error, numbers, service_lines)


def _read_table(part: Part, typed: Mapping[str, str], document: dict[str, Any]) -> list[int]:
    """Puts the rows into the document; the numbers of those that are rows."""
    table = TABLES[part]
    first = table.columns[0].name
    numbers = [number for number in range(_count(typed)) if typed.get(f"{first}_{number}")]
    document[part.value] = [
        {column.name: said for column in table.columns if (said := typed.get(f"{column.name}_{number}"))}
        for number in numbers
    ]
    if table.complete:
        document[table.complete] = typed.get(table.complete, Reply.NOT_ASKED.value)
    return numbers


def _read_decisions(
    typed: Mapping[str, str], document: dict[str, Any], service_lines: Sequence[str], now: datetime
) -> None:
    others = [one for one in document["necessity"] if one["service_line"] not in service_lines]
    document["necessity"] = others + [
        {
            "service_line": line,
            "decision": decision,
            "by": typed.get(f"by_{line}", ""),
            "on": typed.get(f"on_{line}") or None,
        }
        for line in service_lines
        if (decision := typed.get(f"decision_{line}"))
    ]
    by = typed.get("crisis_by", "")
    known = document["crisis"]
    document["crisis"] = {"by": by, "at": known["at"] if known else now.isoformat()} if by else None
    for role in ("ordering", "treating"):
        document[role] = {
            "name": typed.get(f"{role}_name", ""),
            "npi": typed.get(f"{role}_npi", ""),
            "credential": typed.get(f"{role}_credential") or None,
        }
    document["protocol"] = typed.get("protocol") or None


def _errors(
    part: Part, error: ValidationError, numbers: Sequence[int], service_lines: Sequence[str]
) -> dict[str, str]:
    """One error a field, by its id on the page; what is about a whole row stands at its first field."""
    found: dict[str, str] = {}
    for problem in field_errors(error):
        places = problem.pointer.strip("/").split("/")
        name = _field_id(part, places, numbers, service_lines)
        found.setdefault(name, said_of(_label(part, places), problem.detail))
    return found


def _field_id(part: Part, places: Sequence[str], numbers: Sequence[int], service_lines: Sequence[str]) -> str:
    if part in TABLES and len(places) > 1 and places[1].isdigit():
        first = TABLES[part].columns[0].name
        name = places[2] if len(places) > 2 else first
        return f"{part}-{name}_{numbers[int(places[1])]}"
    if places[0] == "necessity":
        name = places[2] if len(places) > 2 else "decision"
        return f"{name}_{service_lines[0]}" if service_lines else name
    return "_".join(places[:2])


def _label(part: Part, places: Sequence[str]) -> str:
    labels = {column.name: column.label for column in TABLES[part].columns} if part in TABLES else {}
    return labels.get(places[-1], places[-1].replace("_", " ").capitalize())


def _count(typed: Mapping[str, str]) -> int:
    """How many rows the form had; never more than a sheet may have."""
    text = typed.get("rows", "")
    return min(int(text), 62) if text.isdecimal() and len(text) < 4 else 0


def _text(value: object) -> str:
    if value is None or value is False:
        return ""
    return "true" if value is True else str(value)
