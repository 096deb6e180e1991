"""What a course costs the patient, from case files; needs no database and nothing running."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from verify.cli.options import Json

ESTIMATE = """Estimate what a course of treatment costs the patient, session by session.

Reads case files (verify schema estimate prints their shape): dated sessions with prices and rules, and what is
left of deductible and out-of-pocket maximum. Facts marked unknown give a low and a high figure, and say what
knowing each is worth.

Exit codes: 0 all estimated, 1 a case could not be; its faulty fields are named.

\b
  verify estimate case.json
  verify estimate *.json --json                one JSON object a line, in the order given
"""


def register(app: typer.Typer) -> None:
    app.command(help=ESTIMATE, short_help="Estimate a course's cost from case files.")(estimate)


def estimate(
    files: Annotated[list[Path], typer.Argument(metavar="CASE…", show_default=False)],
    json: Json = False,
) -> None:
    from verify.affordability.command import run_estimate

    raise typer.Exit(run_estimate(files, json, sys.stdout, sys.stderr))
