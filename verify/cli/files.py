"""Messages on disk: read a 271 without a database, and print the shapes we publish."""

from __future__ import annotations

from typing import Annotated

import typer

from verify.cli.ending import Exit, Stop
from verify.cli.terminal import write_json

SCHEMA = """Print a JSON Schema: submission (what `verify submit` and the API take), benefits (`verify read --json`).

\b
  verify schema submission
  verify schema benefits > benefits.schema.json
"""


def register(app: typer.Typer) -> None:
    app.command(help=SCHEMA, short_help="Print a JSON Schema.")(schema)


def schema(name: Annotated[str, typer.Argument(metavar="submission|benefits", show_default=False)]) -> None:
    match name:
        case "submission":
            from verify.intake.submission import Submission

            write_json(Submission.model_json_schema())
        case "benefits":
            from payers.x12_mapping import schema as benefits

            write_json(benefits())
        case _:
            raise Stop(f"No schema {name!r}; there are submission and benefits.", Exit.USAGE)
