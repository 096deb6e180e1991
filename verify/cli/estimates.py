"""What a course costs the patient: from case files with nothing running, or of a verification."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from verify.cli.ending import Exit, Stop
from verify.cli.options import Data, Json, client
from verify.cli.terminal import write, write_json

ESTIMATE = """Estimate what a course of treatment costs the patient, session by session.

Reads case files (verify schema estimate prints their shape): dated sessions with prices and rules, and what is
left of deductible and out-of-pocket maximum. Facts marked unknown give a low and a high figure, and say what
knowing each is worth.

With --verification the planned course of a verification, from what is known of the plan and the price list; for
that the program must be running.

Exit codes: 0 all estimated, 1 a case could not be; its faulty fields are named.

\b
  verify estimate case.json
  verify estimate *.json --json                one JSON object a line, in the order given
  verify estimate --verification ver_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB
"""


def register(app: typer.Typer) -> None:
    app.command(help=ESTIMATE, short_help="Estimate what a course costs the patient.")(estimate)


def estimate(
    files: Annotated[list[Path] | None, typer.Argument(metavar="[CASE…]", show_default=False)] = None,
    verification: Annotated[
        str, typer.Option(metavar="ID", help="The verification whose course is estimated.")
    ] = "",
    data: Data = None,
    json: Json = False,
) -> None:
    if bool(files) == bool(verification):
        raise Stop("Either case files or --verification ID.", Exit.USAGE)
    if verification:
        of_verification(client(data).estimate(verification), json=json)
        return
    from verify.affordability.command import run_estimate

    raise typer.Exit(run_estimate(files or [], json, sys.stdout, sys.stderr))


def of_verification(document: dict[str, Any], *, json: bool) -> None:
    from verify.cli.cost_wording import lines

    if json:
        write_json(document)
        return
    for line in lines(document):
        write(line)
