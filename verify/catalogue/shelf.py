"""The catalogue, read from its files and checked: each by itself, then all of them together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple, TypeVar

import msgspec

from verify.catalogue.book_faults import (
    Placed,
    book_faults,
    line_faults,
    meaning_faults,
    shared_faults,
    source_faults,
)
from verify.catalogue.code import Code, CodeBook, Rule, WrongCode, stands_in
from verify.catalogue.document import CatalogueError, Document, Fault
from verify.catalogue.entry_faults import entry_faults
from verify.catalogue.service_line import Entry, Group, ServiceLine
from verify.catalogue.source import Source, Tags, Words

T = TypeVar("T")

#: The files of a folder: sources, days on which clinics are closed, codes, and lines named by their key.
SOURCES, CLOSED_DAYS, CODES, LINES = "sources.toml", "closed_days.toml", "codes", "service_lines"


class ClosedDay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    on: date
    label: Words
    sources: Tags


class ClosedDays(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file of days on which clinics are usually closed, beside weekends."""

    review_by: date
    days: tuple[ClosedDay, ...]


class Review(NamedTuple):
    """A file, and the day by which somebody reads its sources again."""

    file: str
    by: date


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """Everything the files say; compared by identity, so that what is drawn from it can be kept for it."""

    service_lines: Mapping[str, ServiceLine]
    codes: tuple[Code, ...]
    rules: tuple[Rule, ...]
    wrong_codes: tuple[WrongCode, ...]
    sources: Mapping[str, Source]
    #: Days on which clinics are usually closed, with their names.
    closed_days: Mapping[date, str]
    reviews: tuple[Review, ...]

    def line_meant_by(self, code: str) -> str:
        """The line a code alone means; empty where it may be several, or none."""
        return next((key for key, line in self.service_lines.items() if code in line.meant_by), "")

    def overdue(self, today: date) -> list[Review]:
        """Files whose sources should have been read again, the longest overdue first."""
        return sorted((one for one in self.reviews if one.by < today), key=lambda one: one.by)


#: The clinic's own folder of this process, where it has one.
_clinic: list[Path] = []


def grouped(catalogue: Catalogue) -> dict[Group, list[ServiceLine]]:
    """The lines by group; those that a code alone means are the usual ones and come first."""
    lines = sorted(catalogue.service_lines.values(), key=lambda line: (not line.meant_by, line.key))
    return {group: [line for line in lines if line.group is group] for group in Group}


@cache
def load() -> Catalogue:
    """The catalogue of this process: ours, with the clinic's own files. Raises CatalogueError."""
    return read_folders(own_folder(), *_clinic)


def use_folder(folder: Path | None) -> None:
    """Makes a clinic's folder part of this process's catalogue, at its start. Raises CatalogueError."""
    wanted = [folder] if folder else []
    if wanted != _clinic:
        read_folders(own_folder(), *wanted)
        _clinic[:] = wanted
        load.cache_clear()


def own_folder() -> Traversable:
    """The files this program comes with."""
    return files("verify.catalogue")


def read_folders(*folders: Traversable) -> Catalogue:
    """The catalogue of the first folder, with later folders' files in the place of those of the same name.

    Raises CatalogueError with every fault that was found.
    """
    faults: list[Fault] = []
    documents: dict[str, Document] = {}
    for folder in folders:
        if not folder.is_dir():
            raise CatalogueError([Fault(str(folder), 1, "is no folder")])
        shown_in = "" if folder is folders[0] else f"{folder}/"
        for name, file in _files(folder):
            document = _try(faults, Document, shown_in + name, file.read_bytes())
            if document is not None:
                # A clinic's sources stand beside ours; its other files take the place of ours.
                documents[document.name if name == SOURCES else name] = document
    shelf = _Shelf(faults, documents)
    shelf.check()
    if faults:
        raise CatalogueError(faults)
    return shelf.catalogue()


def _files(folder: Traversable) -> Iterator[tuple[str, Traversable]]:
    """What a folder has, by what it is called there: "codes/tms.toml"."""
    for name in (SOURCES, CLOSED_DAYS):
        if (file := folder / name).is_file():
            yield name, file
    for name in (CODES, LINES):
        if (inner := folder / name).is_dir():
            found = sorted(inner.iterdir(), key=lambda file: file.name)
            yield from ((f"{name}/{file.name}", file) for file in found if file.name.endswith(".toml"))


def _try(faults: list[Fault], read: Callable[..., T], *given: object) -> T | None:
    """What is read, or None and its faults among the others."""
    try:
        return read(*given)
    except CatalogueError as error:
        faults += error.faults
        return None


@dataclass
class _Shelf:
    """The files in their shapes; what has none is a fault already, and the rest is checked all the same."""

    faults: list[Fault]
    documents: Mapping[str, Document]
    sources: dict[str, Source] = field(default_factory=dict)
    books: list[tuple[Document, CodeBook]] = field(default_factory=list)
    entries: list[tuple[Document, Entry]] = field(default_factory=list)
    closed: tuple[Document, ClosedDays] | None = None

    def __post_init__(self) -> None:
        for name, document in self.documents.items():
            if name.endswith(SOURCES):
                self._take_sources(document)
            elif name.startswith(CODES) and (book := _try(self.faults, document.read, CodeBook)):
                self.books.append((document, book))
            elif name.startswith(LINES) and (entry := _try(self.faults, document.read, Entry)):
                self.entries.append((document, entry))
            elif name == CLOSED_DAYS and (days := _try(self.faults, document.read, ClosedDays)):
                self.closed = (document, days)

    def _take_sources(self, document: Document) -> None:
        for tag in document.values:
            source = _try(self.faults, document.read, Source, tag)
            if source is not None:
                self.sources[tag] = source

    def check(self) -> None:
        # A source that cannot be read is told once, where it stands, and not where it is named.
        tags = {tag for name, it in self.documents.items() if name.endswith(SOURCES) for tag in it.values}
        for name, document in self.documents.items():
            if not name.endswith(SOURCES):
                self.faults += source_faults(document, tags)
        for document, book in self.books:
            self.faults += book_faults(document, book)
        placed = [Placed(it, at, code) for it, book in self.books for at, code in enumerate(book.codes)]
        wrong = [(it, at, one) for it, book in self.books for at, one in enumerate(book.wrong)]
        self.faults += shared_faults(placed, wrong)
        codes = {one.code.code: one.code for one in placed}
        for document, entry in self.entries:
            self.faults += (document.fault(place, reason) for place, reason in entry_faults(entry))
            self.faults += line_faults(document, entry, codes)
        self.faults += meaning_faults(self.entries)
        if self.closed:
            self.faults += _closed_faults(*self.closed)

    def catalogue(self) -> Catalogue:
        codes = tuple(code for _, book in self.books for code in book.codes)
        rules = tuple(rule for _, book in self.books for rule in book.rules)
        wrong = tuple(one for _, book in self.books for one in book.wrong)
        lines = {entry.key: _line(entry, codes, rules, wrong) for _, entry in self.entries}
        return Catalogue(
            service_lines=MappingProxyType(lines),
            codes=codes,
            rules=rules,
            wrong_codes=wrong,
            sources=MappingProxyType(self.sources),
            closed_days=MappingProxyType({day.on: day.label for day in self._closed_days()}),
            reviews=tuple(self._reviews()),
        )

    def _reviews(self) -> Iterator[Review]:
        yield from (Review(document.name, book.review_by) for document, book in self.books)
        yield from (Review(document.name, entry.review_by) for document, entry in self.entries)
        if self.closed:
            yield Review(self.closed[0].name, self.closed[1].review_by)

    def _closed_days(self) -> Sequence[ClosedDay]:
        return self.closed[1].days if self.closed else ()


def _closed_faults(document: Document, closed: ClosedDays) -> Iterator[Fault]:
    days = [day.on for day in closed.days]
    for at, day in enumerate(days):
        if day in days[:at]:
            yield document.fault(("days", at), f"{day} stands twice")


def _line(
    entry: Entry, codes: Sequence[Code], rules: Sequence[Rule], wrong: Sequence[WrongCode]
) -> ServiceLine:
    """The line with its codes, and with what is to be known about them."""
    names = entry.code_names
    return ServiceLine(
        **{name: getattr(entry, name) for name in Entry.__struct_fields__},
        codes=tuple(code for name in names for code in codes if code.code == name),
        rules=tuple(rule for rule in rules if any(stands_in(name, rule.codes) for name in names)),
        wrong_codes=tuple(one for one in wrong if set(one.instead) & set(names)),
    )
