"""Files of 271s on disk -> what `verify read` prints, and what it says when it ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import msgspec

from payers import reading, x12
from payers.benefits import Answer, Benefits, Member, Problem
from payers.x12_mapping.normal_form import benefits_of, problem

#: Exit codes of `verify read`; the worst of all files counts.
READ, LOST, NOT_X12 = 0, 1, 4


class AnsweredMember(Member, frozen=True, kw_only=True):
    """A member with the answers for the service asked; empty when none was."""

    answers: dict[str, Answer] = msgspec.field(default_factory=dict)


class ReadTransaction(Benefits, frozen=True, kw_only=True):
    """One answer as `verify read --json` prints it."""

    members: list[AnsweredMember] = msgspec.field(default_factory=list)  # type: ignore[assignment]


class ReadFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file as `verify read --json` prints it, on one line."""

    file: str
    transactions: list[ReadTransaction]
    problems: list[Problem]


def read_file(data: bytes) -> tuple[list[Benefits], list[Problem]]:
    """Every 271 in `data`, and what was odd outside of them. Bare ST…SE fragments count as X12.

    Never raises on what it reads.
    """
    document = x12.parse(data)
    problems = [problem(each) for each in document.problems]
    if not document.interchanges:
        return [], [Problem(place="file", severity="envelope", message=NO_X12), *problems]
    transactions: list[Benefits] = []
    for transaction in document.transactions:
        if transaction.set_id == "271":
            transactions += benefits_of(transaction)
        else:
            problems.append(_another_set(transaction))
    if not transactions:
        problems.append(Problem(place="file", severity="structure", message="no 271 in this file"))
    return transactions, problems


NO_X12 = "not X12: no ISA, and no ST of a transaction"


def _another_set(transaction: x12.Transaction) -> Problem:
    named = transaction.set_id if transaction.set_id.isdecimal() and len(transaction.set_id) == 3 else "other"
    place = f"interchange {transaction.interchange}, segment {transaction.first}"
    return Problem(place=place, severity="minor", message=f"a {named} transaction, not a 271; passed over")


def read_stream(source: Iterable[bytes], problems: list[Problem] | None = None) -> Iterator[Benefits]:
    """Every 271 of a long file, one at a time: memory does not grow with the file."""
    found: list[x12.Problem] = []
    for transaction in x12.stream(source, found):
        if transaction.set_id == "271":
            yield from benefits_of(transaction)
        if problems is not None:
            problems += [problem(each) for each in found]
        found.clear()
    if problems is not None:
        problems += [problem(each) for each in found]


def to_json(
    file_name: str,
    transactions: Sequence[Benefits],
    problems: Sequence[Problem],
    *,
    service_types: Sequence[str] = (),
    on: date | None = None,
    procedures: Sequence[str] = (),
) -> dict[str, Any]:
    """The published shape of one file, as plain values for one line of JSON.

    With service types and a day every member has `answers`; without they are empty.
    """
    shape: dict[str, Any] = _plain(
        {"file": file_name, "transactions": list(transactions), "problems": list(problems)}
    )
    for transaction, printed in zip(transactions, shape["transactions"], strict=True):
        for member, printed_member in zip(transaction.members, printed["members"], strict=True):
            said = reading.answers(member, service_types, on, procedures) if service_types and on else {}
            printed_member["answers"] = _plain(said)
    return shape


def _plain(value: object) -> Any:
    """As JSON has it: structs as objects, tuples as lists."""
    return msgspec.json.decode(msgspec.json.encode(value))


def json_schema() -> dict[str, Any]:
    """The JSON Schema of one file as `to_json` makes it."""
    schema: dict[str, Any] = msgspec.json.schema(ReadFile)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "verify read --json",
        **schema,
    }


def exit_code(transactions: Sequence[Benefits], problems: Sequence[Problem]) -> int:
    """0 all read, 1 something was or may be lost, 4 the file is not X12.

    Lost is what has severity "structure"; wrong counts and numbers ("envelope") lose nothing.
    """
    if any(each.message == NO_X12 for each in problems):
        return NOT_X12
    every = [*problems, *(each for answer in transactions for each in answer.problems)]
    return LOST if any(each.severity == "structure" for each in every) else READ


def show(data: bytes, number: int) -> list[tuple[int, str]]:
    """The raw segments behind segment `number`: its whole EB line, or the segment alone.

    Numbers are those of `segments` in the answers. Empty when there is no such segment.
    """
    document = x12.parse(data)
    for transaction in document.transactions:
        last = transaction.first + len(transaction.segments) - 1
        if transaction.first <= number <= last:
            return _shown(transaction, number)
    for interchange in document.interchanges:
        for at, segment in _wrapping(interchange):
            if at == number:
                return [(at, interchange.delimiters.element.join(segment))]
    return []


def _shown(transaction: x12.Transaction, number: int) -> list[tuple[int, str]]:
    numbers = [number]
    if transaction.set_id == "271":
        for answered in x12.read_271(transaction, []):
            for line in answered.lines:
                if number in line.numbers:
                    numbers = line.numbers
    separator, first = transaction.delimiters.element, transaction.first
    return [(at, separator.join(transaction.segments[at - first])) for at in numbers]


def _wrapping(interchange: x12.Interchange) -> Iterator[tuple[int, x12.Segment]]:
    """The segments of the envelope with their numbers, as far as they follow from what they wrap."""
    at = interchange.first
    if interchange.isa is not None:
        yield at, interchange.isa
        at += 1
    for ta1 in interchange.ta1s:
        yield at, ta1
        at += 1
    for group in interchange.groups:
        if group.transactions:
            at = group.transactions[0].first - (group.gs is not None)
        if group.gs is not None:
            yield at, group.gs
            at += 1
        for transaction in group.transactions:
            at = transaction.first + len(transaction.segments)
        if group.ge is not None:
            yield at, group.ge
            at += 1
    if interchange.iea is not None:
        yield at, interchange.iea
