"""Reads a case from JSON; every error names the field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from pydantic import ValidationError

from verify.affordability.case import Case
from verify.affordability.faults import CaseError, Problem


def read_case(document: object) -> Case:
    """The case in a JSON document. Raises CaseError naming every faulty field."""
    if not isinstance(document, Mapping):
        raise CaseError([Problem("", "a case is a JSON object")])
    try:
        case = Case.model_validate(document)
    except ValidationError as error:
        raise CaseError([_problem(one) for one in error.errors(include_input=False)]) from None
    if problems := _contradictions(case):
        raise CaseError(problems)
    return case


def parse(text: str) -> object:
    """The JSON document in a text. Raises CaseError, also for a key that stands twice."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except RecursionError:
        raise CaseError([Problem("", "is nested too deeply")]) from None
    except json.JSONDecodeError as error:
        raise CaseError(
            [Problem("", f"is no JSON: {error.msg} in line {error.lineno}, column {error.colno}")]
        ) from None
    except ValueError:
        raise CaseError([Problem("", "is no JSON this program reads: a number is too long")]) from None


def unused_keys(case: Case) -> list[str]:
    return sorted(case.model_extra or {})


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise CaseError([Problem(twice, "stands twice in one object")])
    return document


#: Our words for the reader's error types; where one is missing, its own words serve.
WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not a key of this format",
    "int_type": "must be a whole number (cents, basis points or a count)",
    "greater_than_equal": "must not be below {ge}",
    "less_than_equal": "must not be above {le}",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "too_short": "needs at least {min_length}",
    "too_long": "has more than {max_length}",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
}


def _problem(error: Any) -> Problem:
    context = error.get("ctx", {})
    words = WORDS.get(error["type"])
    message = words.format(**context) if words else error["msg"].removeprefix("Value error, ")
    return Problem(path_of(error["loc"]), message)


def path_of(place: tuple[int | str, ...]) -> str:
    """`("lines", 3, "allowed_cents")` as `lines[3].allowed_cents`."""
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place).removeprefix(".")


def _contradictions(case: Case) -> list[Problem]:
    """What no single field shows."""
    return [
        *_stale_contradictions(case),
        *_order_contradictions(case),
        *_answer_contradictions(case),
        *_start_contradictions(case),
    ]


def _stale_contradictions(case: Case) -> list[Problem]:
    problems = []
    if case.accumulators_as_of is not None and case.as_of is None:
        problems.append(
            Problem("as_of", "is missing: without it nobody can tell how old the accumulators are")
        )
    if case.as_of and case.accumulators_as_of and case.accumulators_as_of > case.as_of:
        problems.append(Problem("accumulators_as_of", "lies after as_of"))
    if case.spent_since_at_most_cents is not None and case.accumulators_as_of is None:
        problems.append(Problem("accumulators_as_of", "is missing: spent_since_at_most_cents counts from it"))
    return problems


def _order_contradictions(case: Case) -> list[Problem]:
    problems = []
    for at, programme in enumerate(case.savings):
        if programme.starts_on and programme.ends_on and programme.ends_on < programme.starts_on:
            problems.append(Problem(f"savings[{at}].ends_on", "lies before starts_on"))
    names = sorted(programme.name for programme in case.savings)
    if any(one == other for one, other in pairwise(names)):
        problems.append(Problem("savings", "has two programmes of the same name"))
    return problems


def _answer_contradictions(case: Case) -> list[Problem]:
    names = {programme.name for programme in case.savings}
    codes = {line.code for line in (*case.lines, *case.pending)}
    problems = []
    for at, unknown in enumerate(case.unknowns):
        if unknown.codes is not None and not codes.intersection(unknown.codes):
            problems.append(Problem(f"unknowns[{at}].codes", "no line has any of these codes"))
        for number, answer in enumerate(unknown.answers):
            where = f"unknowns[{at}].answers[{number}]"
            if answer.reset_limits is not None and case.reset is None:
                problems.append(Problem(f"{where}.reset_limits", "the case has no reset"))
            if answer.no_reset and case.reset is None:
                problems.append(Problem(f"{where}.no_reset", "the case has no reset"))
            if answer.secondary is not None and case.secondary is None:
                problems.append(Problem(f"{where}.secondary", "the case has no secondary"))
            if not names.issuperset(answer.savings):
                problems.append(Problem(f"{where}.savings", "names a programme the case does not have"))
    return problems


def _start_contradictions(case: Case) -> list[Problem]:
    weekday = min(line.date for line in case.lines).weekday()
    return [
        Problem(f"starts[{at}]", "must be the same day of the week as the first line")
        for at, day in enumerate(case.starts)
        if day.weekday() != weekday
    ]
