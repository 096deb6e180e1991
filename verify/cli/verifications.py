"""Verifications at the terminal: submit, show, watch, list and note, through the running system's API."""

from __future__ import annotations

import sys
import uuid
from pathlib import Path
from typing import Annotated, Any

import typer

from verify.cli.ending import Exit, Stop, say
from verify.cli.options import Data, Json, client
from verify.cli.terminal import clean, fitted, table, write, write_json

WAIT_SECONDS = 120.0

SUBMIT = """Submit a verification and print its id.

From options, from a JSON FILE, or from stdin with "-" (`verify schema submission` prints the shape).
A missing payer or member id is accepted: the verification then says what it needs. Other users of this
machine may see options in the process list; a file or stdin keeps a patient's data out of it.

\b
  verify submit --last Example --first Ada --born 1988-04-02 --payer bluehollow \\
      --member-id ACT50017230 --service tms --on 2026-12-01 --wait
  verify submit request.json --json
  our-export | verify submit -

A file of up to 10,000 rows is shown as it was read, and submitted when you confirm it or with --yes; bad
rows are left out and said by number. Exit code 5 when some were not submitted.

\b
  verify submit --csv visits.csv
  verify submit --jsonl visits.jsonl --yes --json
"""
SHOW = """Show one verification: what the payer says, what is unknown, what to do, and the evidence.

Prints the patient's name, birth date and member id; the look is recorded.

\b
  verify show ver_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB
  verify show ver_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB --json
"""
WATCH = """Watch a verification until it waits for a person or is done; without ID, all that are being asked.

\b
  verify watch ver_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB
  verify watch --for 600
"""
LIST = """List verifications, newest first. Prints patients' names; the look is recorded.

\b
  verify list --state needs_person
  verify list --limit 500 --json      one JSON object a line
"""
NOTE = """Add a note to a verification; "-" reads it from stdin. A note is never changed or deleted.

\b
  verify notes add ver_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB "Card copied, front and back." --kind patient
"""

VerificationId = Annotated[str, typer.Argument(metavar="ID", show_default=False)]
notes = typer.Typer(help="Notes on a verification.", no_args_is_help=True, rich_markup_mode=None)


def register(app: typer.Typer) -> None:
    app.command(help=SUBMIT, short_help="Submit a verification.")(submit)
    app.command(help=SHOW, short_help="Show one verification.")(show)
    app.command(help=WATCH, short_help="Watch until payers have answered.")(watch)
    app.command("list", help=LIST, short_help="List verifications.")(worklist)
    notes.command("add", help=NOTE, short_help="Add a note.")(add_note)
    app.add_typer(notes, name="notes")


def submit(
    file: Annotated[str | None, typer.Argument(metavar="[FILE|-]", show_default=False)] = None,
    last: Annotated[str, typer.Option(metavar="NAME", help="The patient's last name, as on the card.")] = "",
    first: Annotated[str, typer.Option(metavar="NAME", help="First name.")] = "",
    middle: Annotated[str, typer.Option(metavar="NAME", help="Middle name.")] = "",
    born: Annotated[str, typer.Option(metavar="DATE", help="Birth date, YYYY-MM-DD.")] = "",
    sex: Annotated[str, typer.Option(metavar="M|F|U", help="Sex, as the plan holds it.")] = "",
    phone: Annotated[str, typer.Option(metavar="NUMBER", help="The patient's phone.")] = "",
    payer: Annotated[
        str, typer.Option(metavar="PAYER", help="The payer's code, name or alias, as on the card.")
    ] = "",
    member_id: Annotated[str, typer.Option(metavar="ID", help="Member id, as on the card.")] = "",
    group: Annotated[str, typer.Option(metavar="NUMBER", help="Group number.")] = "",
    subscriber_last: Annotated[
        str, typer.Option(metavar="NAME", help="Last name of the policy's holder, if another.")
    ] = "",
    subscriber_first: Annotated[
        str, typer.Option(metavar="NAME", help="First name of the policy's holder.")
    ] = "",
    subscriber_born: Annotated[
        str, typer.Option(metavar="DATE", help="Birth date of the policy's holder.")
    ] = "",
    relationship: Annotated[
        str, typer.Option(metavar="WORD", help="The patient is the holder's: spouse, child or other.")
    ] = "",
    service: Annotated[
        list[str] | None, typer.Option(metavar="LINE", help="Treatment, such as tms; repeat for several.")
    ] = None,
    on: Annotated[str, typer.Option(metavar="DATE", help="First day of service, YYYY-MM-DD.")] = "",
    reason: Annotated[str, typer.Option(metavar="WORD", help="new, recheck or change.")] = "",
    priority: Annotated[str, typer.Option(metavar="WORD", help="urgent, standard or nightly.")] = "",
    npi: Annotated[str, typer.Option(metavar="NPI", help="NPI of the treating provider.")] = "",
    csv: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="A spreadsheet saved as CSV."),
    ] = None,
    jsonl: Annotated[
        Path | None,
        typer.Option(metavar="FILE", exists=True, dir_okay=False, help="JSON lines, a row each."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Submit the rows without asking.")] = False,
    wait: Annotated[bool, typer.Option("--wait", help="Wait for the answer and show it.")] = False,
    data: Data = None,
    json: Json = False,
) -> None:
    from verify.cli.submission import PLACES, from_file, from_options

    options: dict[str, Any] = {name: value for name, value in locals().items() if name in PLACES}
    if csv is not None or jsonl is not None:
        options.pop("priority")
        if file is not None or any(options.values()) or (csv and jsonl) or wait:
            raise Stop("A file of rows goes with --priority, --yes and --json alone.", Exit.USAGE)
        from verify.cli.rows import submit_rows

        raise typer.Exit(submit_rows(client(data), csv, jsonl, priority=priority, yes=yes, json=json))
    if file is not None and any(options.values()):
        raise Stop("Either a file or options, not both.", Exit.USAGE)
    asked = from_options(options) if file is None else from_file(file)
    api = client(data)
    # A key of its own each time: what was submitted before is recognized by what it says.
    document = api.submit(asked, str(uuid.uuid4()))
    if wait:
        say(f"verify: {document['id']} submitted, waiting for the payer")
        document = await_settled(api, document["id"])
    if json:
        write_json(document)
    elif wait:
        show_document(document)
    else:
        write(document["id"])


def await_settled(api: Any, id: str) -> dict[str, Any]:
    """The verification once it is settled. Stops with words when the payer takes too long."""
    from verify.client import settled

    *_, document = api.watch(id, seconds=WAIT_SECONDS)
    if not settled(document):
        say(f"verify: the payer has not answered yet; `verify watch {id}` goes on watching")
    return dict(document)


def show(id: VerificationId, data: Data = None, json: Json = False) -> None:
    api = client(data)
    document = api.verification(id)
    if json:
        write_json(document)
        return
    from verify.cli.cost_wording import brief

    show_document(document)
    write()
    write("WHAT THE COURSE WILL COST THE PATIENT")
    for line in brief(api.estimate(id)):
        write(f"  {line}" if line else "")


def show_document(document: dict[str, Any]) -> None:
    from verify.cli.wording import lines

    for line in lines(document):
        write(line)


def worklist(
    state: Annotated[
        str | None, typer.Option(metavar="STATE", help="Only those in this state, such as needs_person.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")] = 50,
    data: Data = None,
    json: Json = False,
) -> None:
    from verify.cli.wording import ROW_HEADINGS, row

    found = client(data).verifications(state=state, limit=limit)
    if json:
        for document in found:
            write_json(document)
        return
    rows = [row(document) for document in found]
    for line in fitted(table(ROW_HEADINGS, rows)) if rows else []:
        write(line)
    if not rows:
        say("verify: none. `verify submit` makes one; `verify up --demo` comes with an invented clinic.")


def watch(
    id: Annotated[str | None, typer.Argument(metavar="[ID]", show_default=False)] = None,
    seconds: Annotated[
        float, typer.Option("--for", metavar="SECONDS", min=0, help="Stop watching after this.")
    ] = 3600.0,
    data: Data = None,
    json: Json = False,
) -> None:
    from verify.cli.watching import watch_all, watch_one

    api = client(data)
    live = sys.stdout.isatty() and not json
    finished = (
        watch_all(api, seconds, json=json, live=live)
        if id is None
        else watch_one(api, id, seconds, json=json, live=live)
    )
    if not finished:
        say("verify: still being asked; watch again to go on")


def add_note(
    id: VerificationId,
    body: Annotated[str, typer.Argument(metavar="TEXT|-", show_default=False)],
    kind: Annotated[
        str, typer.Option(metavar="KIND", help="call, patient, clinical, billing or other.")
    ] = "other",
    data: Data = None,
    json: Json = False,
) -> None:
    text = sys.stdin.read() if body == "-" else body
    if not text.strip():
        raise Stop("The note is empty.", Exit.USAGE)
    document = client(data).add_note(id, kind, text.strip(), str(uuid.uuid4()))
    if json:
        write_json(document)
    else:
        write(clean(document["id"]))
