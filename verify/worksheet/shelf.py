"""The worksheet, read from its files and checked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import TypeVar

import msgspec

from verify.catalogue import ServiceLine
from verify.facts import FactName
from verify.worksheet.field import Field, How, Need, Words
from verify.worksheet.script import Script
from verify.worksheet.treatment import Treatment, treatment_of

T = TypeVar("T")
FIELDS = "fields.toml"
#: A place in a message of msgspec: "`$.fields[2].need`".
_PLACE = re.compile(r"\$\.(?P<table>\w+)\[(?P<at>\d+)\]")
_BRACED = re.compile(r"\{(\w*)\}")
FILLED_IN = frozenset({"codes", "line", "day"})


class WorksheetError(Exception):
    """Files of the worksheet cannot be used; the message names each with line and reason."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = tuple(faults)


class _Fields(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file of fields."""

    source: Words
    read_on: date
    review_by: date
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Worksheet:
    """Every field in the order of the worksheet, and the scripts by their key."""

    fields: tuple[Field, ...]
    scripts: Mapping[str, Script]
    #: Files, and the day by which somebody reads their sources again.
    reviews: Mapping[str, date]

    def of_line(self, line: ServiceLine) -> list[Field]:
        """The fields that concern a treatment, those of the plan among them."""
        treatment = treatment_of(line)
        return [field for field in self.fields if field.concerns(treatment)]

    def field(self, fact: FactName) -> Field:
        """The field that has a fact's question."""
        return self._asking[fact]

    def order(self, fact: FactName) -> tuple[int, int, int]:
        """Its place in the calls: the call, the line, the field."""
        field = self.field(fact)
        script = self.scripts[field.script]
        return script.rank, script.line_of(fact), self._places[fact]

    @cached_property
    def _asking(self) -> Mapping[FactName, Field]:
        return {field.fact: field for field in reversed(self.fields) if field.ask}

    @cached_property
    def _places(self) -> Mapping[FactName, int]:
        return {field.fact: at for at, field in reversed(list(enumerate(self.fields)))}


@cache
def load() -> Worksheet:
    """The worksheet this program comes with. Raises WorksheetError."""
    return read_folder(files("verify.worksheet"))


def read_folder(folder: Traversable) -> Worksheet:
    """`fields.toml`, and every other TOML file of a folder as a script. Raises WorksheetError with all faults."""
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    faults: list[str] = []
    fields = _read(folder / FIELDS, _Fields, faults) if FIELDS in names else None
    scripts = [_read(folder / name, Script, faults) for name in names if name != FIELDS]
    if fields is None or faults:
        # What contradicts what is told once every file can be read.
        raise WorksheetError(faults or [f"{FIELDS}: is missing"])
    found = {script.key: script for script in scripts if script is not None}
    faults += [
        f"{name}: its script has another key" for name in names if name != FIELDS and name[:-5] not in found
    ]
    text = (folder / FIELDS).read_text(encoding="utf-8")
    for at, fault in _field_faults(fields.fields, found):
        faults.append(f"{FIELDS}:{line_of(text, 'fields', at)}: {fault}")
    faults += _script_faults(found, fields.fields)
    if faults:
        raise WorksheetError(faults)
    reviews = {FIELDS: fields.review_by} | {f"{key}.toml": found[key].review_by for key in found}
    return Worksheet(fields.fields, MappingProxyType(found), reviews)


def _read(file: Traversable, shape: type[T], faults: list[str]) -> T | None:
    """What a file says, or None and why among the faults."""
    try:
        text = file.read_text(encoding="utf-8")
        return msgspec.convert(tomllib.loads(text), shape)
    except msgspec.ValidationError as error:
        place = _PLACE.search(str(error))
        line = line_of(text, place["table"], int(place["at"])) if place else 1
        faults.append(f"{file.name}:{line}: {error}")
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        faults.append(f"{file.name}: {error}")
    return None


def line_of(text: str, table: str, at: int) -> int:
    """The line on which the entry begins: that of its `[[table]]`."""
    headings = [number for number, line in enumerate(text.splitlines(), 1) if line.strip() == f"[[{table}]]"]
    return headings[at] if at < len(headings) else 1


def _field_faults(fields: Sequence[Field], scripts: Mapping[str, Script]) -> Iterator[tuple[int, str]]:
    asked = {field.fact for field in fields if field.ask}
    seen: set[tuple[str, Treatment]] = set()
    for at, field in enumerate(fields):
        if field.fact not in asked:
            yield at, f"{field.fact} has no question: one of its fields needs `ask`"
        if field.script not in scripts:
            yield at, f"{field.script!r} is no script"
        if field.need is Need.OPTIONAL and (field.when or field.unless):
            yield at, f"{field.key} is optional, so nothing decides whether it is needed"
        for word in _BRACED.findall(field.ask):
            if word not in FILLED_IN:
                yield at, f"{{{word}}} is nothing that is filled in"
        if field.fact in _leads_to(field.fact, fields):
            yield at, f"whether {field.key} is needed depends on itself"
        places = {(field.key, treatment) for treatment in Treatment if field.concerns(treatment)}
        if places & seen:
            yield at, f"{field.key} stands twice for the same treatment"
        seen |= places


def _leads_to(fact: FactName, fields: Sequence[Field]) -> set[FactName]:
    """The facts on which it depends whether this one is needed, however far."""
    found: set[FactName] = set()
    facing = {fact}
    while facing:
        facing = {
            condition.fact
            for field in fields
            if field.fact in facing
            for condition in (*field.when, *field.unless)
        } - found
        found |= facing
    return found


def _script_faults(scripts: Mapping[str, Script], fields: Sequence[Field]) -> Iterator[str]:
    for key, script in scripts.items():
        numbers = [line.number for line in script.lines]
        if numbers != sorted(numbers):
            yield f"{key}.toml: lines are in the order of the call"
        for line in script.lines:
            yield from (
                f"{key}.toml: line {line.number}: {{{word}}} is nothing that is filled in"
                for word in _BRACED.findall(line.say)
                if word not in FILLED_IN
            )
        spoken = {fact for line in script.lines for fact in line.facts}
        silent = {
            field.fact
            for field in fields
            if field.script == key and field.how is How.PHONE and field.need is not Need.OPTIONAL
        }
        yield from (f"{key}.toml: no line asks for {fact}" for fact in sorted(silent - spoken))
