"""What must hold within a file of codes, and between the files: each fault with its place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from typing import Any, NamedTuple

from verify.catalogue.code import CODE_RUN, MODIFIER, PROCEDURE_CODE, Code, CodeBook, NeedsModifier, WrongCode
from verify.catalogue.course_model import CourseModel
from verify.catalogue.document import Document, Fault
from verify.catalogue.service_line import BenefitDomain, Entry
from verify.catalogue.toml_lines import Place
from verify.catalogue.unit import PerDose, PerTime, Unit, needs_dose


class Placed(NamedTuple):
    """A code with the file it stands in and its place there."""

    document: Document
    at: int
    code: Code

    def fault(self, reason: str) -> Fault:
        return self.document.fault(("codes", self.at, "code"), f"{self.code.code} {reason}")


def source_faults(document: Document, tags: Collection[str]) -> Iterator[Fault]:
    """Tags that no source has."""
    for place, tag in _tags(document.values, ()):
        if tag not in tags:
            yield document.fault(place, f"no source is called {tag!r}")


def _tags(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(value, list):
        for at, one in enumerate(value):
            yield from _tags(one, (*place, at))
    elif isinstance(value, dict):
        for key, one in value.items():
            if key in {"sources", "seen"} and isinstance(one, list):
                yield from (((*place, key, at), tag) for at, tag in enumerate(one))
            else:
                yield from _tags(one, (*place, key))


def book_faults(document: Document, book: CodeBook) -> Iterator[Fault]:
    """What a file of codes contradicts itself in, or says in a shape that is none."""
    for at, code in enumerate(book.codes):
        for reason in _code_faults(code):
            yield Placed(document, at, code).fault(reason)
    for at, rule in enumerate(book.rules):
        runs = [*rule.codes, *getattr(rule, "and_codes", ())]
        for run in runs:
            if not CODE_RUN.fullmatch(run):
                yield document.fault(("rules", at), f"{run!r} is no procedure code and no run of them")
        if isinstance(rule, NeedsModifier):
            for modifier in rule.modifiers:
                if not MODIFIER.fullmatch(modifier):
                    yield document.fault(("rules", at, "modifiers"), f"{modifier!r} is no modifier")
    for at, wrong in enumerate(book.wrong):
        if not PROCEDURE_CODE.fullmatch(wrong.code):
            yield document.fault(("wrong", at, "code"), f"{wrong.code!r} is no procedure code")


def _code_faults(code: Code) -> Iterator[str]:
    if not PROCEDURE_CODE.fullmatch(code.code):
        yield "is no procedure code"
    if code.valid_from and code.valid_until and code.valid_until < code.valid_from:
        yield "ends before it begins"
    if code.successor and code.valid_until is None:
        yield "has a successor and no last day"
    if not _is_possible(code.unit):
        yield "has a unit that nothing fits"


def _is_possible(unit: Unit) -> bool:
    match unit:
        case PerTime():
            until = unit.from_minutes if unit.up_to_minutes is None else unit.up_to_minutes
            return 0 < unit.from_minutes <= until and (unit.each_further_minutes or 1) > 0
        case PerDose():
            return unit.above_mg >= 0 and (unit.up_to_mg is None or unit.above_mg < unit.up_to_mg)
        case _:
            return True


def shared_faults(
    codes: Sequence[Placed], wrong: Sequence[tuple[Document, int, WrongCode]]
) -> Iterator[Fault]:
    """What the files of codes say against each other."""
    known = {one.code.code for one in codes}
    for one in codes:
        if one.code.successor and one.code.successor not in known:
            yield one.fault(f"is followed by {one.code.successor}, which is in no file")
    for one, other in combinations(codes, 2):
        if one.code.code == other.code.code and _overlap(one.code, other.code):
            yield other.fault("is valid twice on the same day")
    for document, at, entry in wrong:
        if entry.code in known:
            yield document.fault(("wrong", at), f"{entry.code} is a code of the catalogue and a wrong one")
        for instead in entry.instead:
            if instead not in known:
                yield document.fault(("wrong", at, "instead"), f"{instead} is in no file of codes")


def _overlap(one: Code, other: Code) -> bool:
    latest_begin = max(one.valid_from or date.min, other.valid_from or date.min)
    return latest_begin <= min(one.valid_until or date.max, other.valid_until or date.max)


def meaning_faults(entries: Sequence[tuple[Document, Entry]]) -> Iterator[Fault]:
    """Codes that mean several lines."""
    meant: dict[str, str] = {}
    for document, entry in entries:
        for at, code in enumerate(entry.meant_by):
            if code in meant:
                yield document.fault(("meant_by", at), f"{code} means {meant[code]} already")
            meant.setdefault(code, entry.key)


def line_faults(document: Document, entry: Entry, codes: Mapping[str, Code]) -> Iterator[Fault]:
    """What a line takes from the files of codes and is not there, or does not fit its course."""
    if document.name.rpartition("/")[2] != f"{entry.key}.toml":
        yield document.fault(("key",), f"its key is {entry.key!r}, which belongs in {entry.key}.toml")
    for at, name in enumerate(entry.code_names):
        if name not in codes:
            yield document.fault(("codes", at), f"{name} is in no file of codes")
    for at, service in enumerate(entry.course.services):
        if (code := codes.get(service.code)) and (missing := _missing(code.unit, entry.course)):
            place = ("course", "services", at, "code")
            yield document.fault(place, f"the units of {service.code} need the course's {missing}")
    if entry.benefit.domain is not BenefitDomain.SELF_PAY:
        return
    for at, service in enumerate(entry.course.services):
        if service.code in codes:
            place = ("course", "services", at, "code")
            yield document.fault(
                place, f"{service.code} is billed to plans; a self-pay price has a name of its own"
            )


def _missing(unit: Unit, course: CourseModel) -> str:
    if needs_dose(unit) and not course.doses:
        return "doses"
    return "minutes" if isinstance(unit, PerTime) and course.minutes is None else ""
