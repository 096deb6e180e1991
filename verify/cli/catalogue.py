"""The service catalogue at the terminal: what is there, one treatment whole, and whether the files hold."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from verify.cli.ending import Exit, Stop, say
from verify.cli.options import Data, Json, catalogue
from verify.cli.terminal import fitted, table, write, write_json

LIST = """List the treatments of the catalogue.

\b
  verify catalogue list
  verify catalogue list --json         one JSON object a line
"""
SHOW = """Show one treatment: its codes and the rules between them, wrong codes, course, and the source of each.

What nobody has checked is marked "not verified".

\b
  verify catalogue show tms
  verify catalogue show spravato_medical --json
"""
CHECK = """Check every file of the catalogue; with FOLDER, with a clinic's own files over ours. Needs nothing running.

Each fault is said with file, line and reason. Exit code 2 for faults; files past their day of review are said and
are no fault. FOLDER has the layout of verify/catalogue: sources.toml, closed_days.toml, codes/, service_lines/.

\b
  verify catalogue check
  verify catalogue check ~/clinic/catalogue
"""
HEADINGS = ("KEY", "BENEFIT", "FDA", "SESSIONS", "CODES", "TREATMENT")
group = typer.Typer(help="The service catalogue.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    group.command("list", help=LIST, short_help="List the treatments.")(list_lines)
    group.command("show", help=SHOW, short_help="Show one treatment.")(show_line)
    group.command("check", help=CHECK, short_help="Check the files.")(check_files)
    app.add_typer(group, name="catalogue")


def list_lines(data: Data = None, json: Json = False) -> None:
    from verify.catalogue import grouped
    from verify.cli.catalogue_wording import as_json, sessions_words

    found = catalogue(data)
    if json:
        for line in found.service_lines.values():
            write_json(as_json(line, found))
        return
    rows = [
        [
            line.key,
            line.benefit_domain.value,
            line.fda_status.value,
            sessions_words(line.course),
            " ".join(code.code for code in line.codes),
            line.label,
        ]
        for line in (line for lines in grouped(found).values() for line in lines)
    ]
    for row in fitted(table(HEADINGS, rows)):
        write(row)


def show_line(
    key: Annotated[str, typer.Argument(metavar="KEY", show_default=False)],
    data: Data = None,
    json: Json = False,
) -> None:
    from verify.cli.catalogue_wording import as_json, lines

    found = catalogue(data)
    line = found.service_lines.get(key)
    if line is None:
        raise Stop(f"No treatment {key!r}; there are {', '.join(found.service_lines)}.", Exit.NOT_FOUND)
    if json:
        write_json(as_json(line, found))
        return
    for text in lines(line, found):
        write(text)


def check_files(
    folder: Annotated[
        Path | None, typer.Argument(metavar="[FOLDER]", exists=True, file_okay=False, show_default=False)
    ] = None,
    on: Annotated[
        datetime | None,
        typer.Option(metavar="DATE", formats=["%Y-%m-%d"], help="The day of review; today if not said."),
    ] = None,
) -> None:
    from verify.catalogue import own_folder, read_folders

    found = catalogue() if folder is None else read_folders(own_folder(), folder)
    today: date = (on or datetime.now().astimezone()).date()
    for review in found.overdue(today):
        say(f"verify: {review.file}: its sources were to be read again by {review.by}")
    write(
        f"{len(found.reviews) + 1} files hold: {len(found.service_lines)} treatments, {len(found.codes)} codes"
    )
