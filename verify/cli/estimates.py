"""What a course costs the patient: from case files with nothing running, or of a verification."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from verify.cli.ending import Exit, Stop
from verify.cli.options import Data, Json, client
from verify.cli.terminal import write, write_json

if TYPE_CHECKING:
    from verify.client import Asked, Client

ESTIMATE = """Estimate what a course of treatment costs the patient, session by session.

Reads case files (verify schema estimate prints their shape): dated sessions with prices and rules, and what is
left of deductible and out-of-pocket maximum. Facts marked unknown give a low and a high figure, and say what
knowing each is worth.

With --verification the planned course of a verification, from what is known of the plan and the price list; for
that the program must be running. --sessions, --start, --weekdays and --assume reckon with another course, a savings
card or a second plan, and store nothing; docs/affordability.md lists the names. --treatments puts the treatments
that the price list has side by side.

Exit codes: 0 all estimated, 1 a case could not be; its faulty fields are named.

\b
  verify estimate case.json
  verify estimate *.json --json                one JSON object a line, in the order given
  verify estimate --verification ver_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB
  verify estimate --verification ver_01JD… --sessions 30 --start 2026-12-07 --weekdays mon,wed,fri
  verify estimate --verification ver_01JD… --assume card_patient_pays=10 --assume card_source="letter of Nov 3"
  verify estimate --verification ver_01JD… --treatments
"""


def register(app: typer.Typer) -> None:
    app.command(help=ESTIMATE, short_help="Estimate what a course costs the patient.")(estimate)


def estimate(
    files: Annotated[list[Path] | None, typer.Argument(metavar="[CASE…]", show_default=False)] = None,
    verification: Annotated[
        str, typer.Option(metavar="ID", help="The verification whose course is estimated.")
    ] = "",
    sessions: Annotated[str, typer.Option(metavar="N", help="So many sessions of each treatment.")] = "",
    start: Annotated[str, typer.Option(metavar="DAY", help="First visit, as 2026-12-07.")] = "",
    weekdays: Annotated[str, typer.Option(metavar="DAYS", help="The patient comes on mon,wed,fri.")] = "",
    assume: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Any assumption, as sessions.tms=30.", show_default=False),
    ] = None,
    treatments: Annotated[bool, typer.Option("--treatments", help="Treatments side by side.")] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    asked = [("sessions", sessions), ("start", start), ("weekdays", weekdays)]
    asked = [(name, text) for name, text in asked if text] + [assumption(one) for one in assume or []]
    if bool(files) == bool(verification):
        raise Stop("Either case files or --verification ID.", Exit.USAGE)
    if files and (asked or treatments):
        raise Stop("A case file says everything itself: these options are for --verification.", Exit.USAGE)
    if verification:
        of_verification(client(data), verification, asked, treatments=treatments, json=json)
        return
    from verify.affordability.command import run_estimate

    raise typer.Exit(run_estimate(files or [], json, sys.stdout, sys.stderr))


def assumption(text: str) -> tuple[str, str]:
    """NAME=VALUE. Raises Stop."""
    name, said, value = text.partition("=")
    if not said or not name:
        raise Stop("--assume takes NAME=VALUE, as sessions.tms=30.", Exit.USAGE)
    return name, value


def of_verification(
    there: Client, verification_id: str, asked: Asked, *, treatments: bool, json: bool
) -> None:
    from verify.cli.cost_wording import lines, side_by_side

    if treatments:
        document, words = there.treatments(verification_id, asked), side_by_side
    else:
        document, words = there.estimate(verification_id, asked), lines
    if json:
        write_json(document)
        return
    for line in words(document):
        write(line)
