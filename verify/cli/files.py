"""Messages on disk: read a 271 without a database, and print the shapes we publish."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from verify.cli.ending import Exit, Stop
from verify.cli.options import Json
from verify.cli.terminal import clean, write, write_json

READ = """Read 271s on disk, as tables or as JSON; needs no database and nothing running.

With --service every member has the answers for that treatment (tms, ketamine_iv …) or service type (MH, 30 …)
on the day given, each stated, derived, ambiguous or not stated. --show prints the raw segments behind a figure.
Prints what the files hold, names and member ids too.

Exit codes: 0 all read, 1 something was lost in a file, 4 a file is not X12; the worst of all files counts.

\b
  verify read answer.271 --service tms --on 2026-12-01
  verify read answer.271 --show 14
  verify read *.271 --json                     one JSON object a line, a file each
"""
SCHEMA = """Print a JSON Schema.

submission is what `verify submit` and the API take, benefits what `verify read --json` gives, estimate what
`verify estimate` takes and gives, appointment what a sender of Standard Webhooks or CloudEvents posts, evidence
and authorization what `verify policies match` and `verify authorizations` take.

\b
  verify schema submission
  verify schema benefits > benefits.schema.json
"""
SERVICE_TYPE = re.compile(r"[A-Z0-9]{1,3}")


class Asked(NamedTuple):
    """What the answers are to be about; empty when nothing was asked."""

    service_types: tuple[str, ...]
    procedures: tuple[str, ...]
    on: date


def register(app: typer.Typer) -> None:
    app.command(help=READ, short_help="Read 271s on disk.")(read)
    app.command(help=SCHEMA, short_help="Print a JSON Schema.")(schema)


def read(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", exists=True, dir_okay=False, readable=True, show_default=False),
    ],
    service: Annotated[
        str, typer.Option(metavar="LINE", help="Answers for this treatment, such as tms, or service type.")
    ] = "",
    on: Annotated[
        datetime | None,
        typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="Day of service; today if not said."),
    ] = None,
    show: Annotated[
        int | None,
        typer.Option(metavar="SEGMENT", min=1, help="The raw segments behind this one, of one file."),
    ] = None,
    json: Json = False,
) -> None:
    from payers import x12_mapping as mapping
    from verify.cli.answer_wording import lines

    if show is not None:
        show_segments(files, show)
        return
    asked = about(service, on)
    worst = 0
    for file in files:
        transactions, problems = mapping.read_file(file.read_bytes())
        worst = max(worst, mapping.exit_code(transactions, problems))
        shape = mapping.to_json(
            str(file),
            transactions,
            problems,
            service_types=asked.service_types,
            on=asked.on,
            procedures=asked.procedures,
        )
        if json:
            write_json(shape)
        else:
            for line in lines(shape):
                write(line)
    raise typer.Exit(worst)


def show_segments(files: list[Path], number: int) -> None:
    from payers.x12_mapping import show

    if len(files) != 1:
        raise Stop("--show looks into one file at a time.", Exit.USAGE)
    found = show(files[0].read_bytes(), number)
    if not found:
        raise Stop(f"{files[0]} has no segment {number}.", Exit.NOT_FOUND)
    for at, segment in found:
        write(f"{at:>6}  {clean(segment)}")


def about(service: str, on: datetime | None) -> Asked:
    """The service types and codes the treatment is read by. Stops for one nobody knows."""
    day = (on or datetime.now().astimezone()).date()
    if not service:
        return Asked((), (), day)
    from verify.cli.options import catalogue

    known = catalogue().service_lines
    if line := known.get(service):
        return Asked(line.reads, tuple(code.code for code in line.codes_on(day)), day)
    if SERVICE_TYPE.fullmatch(service):
        return Asked((service,), (), day)
    raise Stop(
        f"No treatment {service!r}; there are {', '.join(known)}, and service types such as MH.", Exit.USAGE
    )


def schema(
    name: Annotated[
        str,
        typer.Argument(
            metavar="submission|benefits|estimate|appointment|evidence|authorization", show_default=False
        ),
    ],
) -> None:
    match name:
        case "submission":
            from verify.intake.submission import Submission

            write_json(Submission.model_json_schema())
        case "benefits":
            from payers.x12_mapping import json_schema

            write_json(json_schema())
        case "estimate":
            from verify.affordability.schema import estimate_schemas

            write_json(estimate_schemas())
        case "appointment":
            from verify.intake.appointments import standard

            write_json(standard.json_schema())
        case "evidence":
            from verify.policies import EvidenceSheet

            write_json(EvidenceSheet.model_json_schema())
        case "authorization":
            from verify.authorizations import Authorization

            write_json(Authorization.model_json_schema())
        case _:
            names = "submission, benefits, estimate, appointment, evidence and authorization"
            raise Stop(f"No schema {name!r}; there are {names}.", Exit.USAGE)
