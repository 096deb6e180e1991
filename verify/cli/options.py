"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sqlalchemy import Connection

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
    from verify.settings import with_options

    said = {"data_folder": data, "port": port}
    return with_options(**{field: str(value) for field, value in said.items() if value is not None})


def client(data: Path | None) -> Client:
    from verify.client import connect

    return connect(chosen(data).data_folder)


@contextmanager
def database(data: Path | None) -> Iterator[Connection]:
    """A transaction on the database the settings name, or on our own one in the data folder."""
    from verify.store import connect

    engine = connect(database_url(chosen(data)), pool_size=1, pool_timeout=5)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def database_url(settings: Settings) -> str:
    """Raises Stop where our own PostgreSQL is meant and does not run."""
    from verify.servers.postgres import Postgres

    if settings.database_url is not None:
        return settings.database_url
    return Postgres(settings.data_folder / "postgres").url
