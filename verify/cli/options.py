"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from verify.cli.ending import Stop

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from verify.catalogue import Catalogue
    from verify.client import Client
    from verify.settings import Settings

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="DIR", help="The data folder; else VERIFY_DATA, else data/ beside run.py."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]


def chosen(data: Path | None, *, port: int | None = None) -> Settings:
    """The settings, with what the command line says put over them."""
    from verify.settings import environment_with, read

    return read(environment_with(data_folder=data, port=port))


def catalogue(data: Path | None = None) -> Catalogue:
    """The catalogue, with the clinic's own files where the settings name a folder of them."""
    from verify.catalogue import load, use_folder

    use_folder(chosen(data).catalogue_folder)
    return load()


def client(data: Path | None) -> Client:
    from verify.client import connect

    return connect(chosen(data).data_folder)


@contextmanager
def engine(data: Path | None) -> Iterator[Engine]:
    """The database the settings name, or our own in the data folder, started for the while if need be."""
    from verify.servers.own import reached
    from verify.store import connect

    with reached(chosen(data)) as complete:
        assert complete.database_url is not None
        there = connect(complete.database_url, pool_size=1, pool_timeout=5)
        try:
            yield there
        finally:
            there.dispose()


@contextmanager
def transaction(data: Path | None) -> Iterator[Connection]:
    """One transaction on a database with this version's tables. Raises Stop where they are older."""
    from verify.store import revisions

    with engine(data) as there:
        if not revisions(there).is_current:
            raise Stop("The database has not this version's tables yet: run `verify migrate`.")
        with there.begin() as connection:
            yield connection
