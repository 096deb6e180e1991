"""The catalogue, read from its files and checked."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

import msgspec

from verify.catalogue.service_line import WHOLE_PLAN, ServiceLine

#: Asked at once for every line; the next ones only where these say nothing. One service type per inquiry,
#: because payers often answer only the first of several.
OPENING_SERVICE_TYPES = (WHOLE_PLAN, "MH")


class CatalogueError(Exception):
    """A data file cannot be used; the message names the file and the reason."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    service_lines: Mapping[str, ServiceLine]


@cache
def load() -> Catalogue:
    """The catalogue this program comes with. Raises CatalogueError naming file and reason."""
    return read_folder(files("verify.catalogue") / "service_lines")


def read_folder(folder: Traversable) -> Catalogue:
    """The service lines of a folder, one TOML file each, named by its key. Raises CatalogueError."""
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".toml"))
    lines = {line.key: line for line in (_read(folder / name) for name in names)}
    return Catalogue(MappingProxyType(lines))


def _read(file: Traversable) -> ServiceLine:
    try:
        line = msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), ServiceLine)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise CatalogueError(f"{file.name}: {error}") from error
    if file.name != f"{line.key}.toml":
        raise CatalogueError(f"{file.name}: its key is {line.key!r}, which belongs in {line.key}.toml")
    return line


def opening_service_types(lines: Iterable[ServiceLine]) -> list[str]:
    """What to ask at once for these lines, each once: 30 first, then MH where a line asks with it."""
    wanted = {code for line in lines for code in line.ask}
    return [code for code in OPENING_SERVICE_TYPES if wanted and (code == WHOLE_PLAN or code in wanted)]


def next_service_type(line: ServiceLine, asked: Collection[str]) -> str | None:
    """The next one to ask for a line that is still open, or None when all have been asked."""
    return next((code for code in line.ask if code not in asked), None)
