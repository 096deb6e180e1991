"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from verify.client import Client
    from verify.settings import Settings

Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="DIR", help="The data folder; else VERIFY_DATA, else data/ beside run.py."),
]
Json = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]


def chosen(data: Path | None) -> Settings:
    """The settings, with the folder named on the command line put over them."""
    from verify.settings import settings

    return settings() if data is None else settings_in(data)


def settings_in(folder: Path) -> Settings:
    from verify.settings import with_options

    return with_options(data_folder=str(folder))


def client(data: Path | None) -> Client:
    from verify.client import connect

    return connect(chosen(data).data_folder)
