"""Nightly re-verification at the terminal: whom and why, start, progress, report."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any

import typer

from verify.cli.ending import Exit, Stop, say
from verify.cli.options import Data, Json, client
from verify.cli.terminal import clean, fitted, table, write, write_json

NIGHTLY = """Nightly re-verification: whom the payers are asked about again, how it goes, and what changed.

It begins by itself at the practice's hour of night. A day has one night, by the practice's clock.

\b
  verify nightly --dry-run           whom tonight's night would ask, and why; asks nobody
  verify nightly run                 begin today's night now
  verify nightly status --watch      how far it is
  verify nightly report              what changed for whom, and who could not be asked
"""
RUN = """Begin today's night now instead of at its hour. A day that had its night keeps it (exit 4)."""
STATUS = """How far the newest night is: done, rate, time left, failures by cause, per payer.

\b
  verify nightly status
  verify nightly status --watch --for 3600
"""
REPORT = """What the newest night found: what changed for whom, what it does to the visit, who could not be asked.

Prints patients' names; the look is recorded.

\b
  verify nightly report
  verify nightly report --night night_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB --json
"""
PAUSE_SECONDS = 1.0

Night = Annotated[str, typer.Option("--night", metavar="ID", help="A night's id; else the newest.")]

nightly = typer.Typer(help=NIGHTLY, rich_markup_mode=None, invoke_without_command=True)


def register(app: typer.Typer) -> None:
    nightly.command("run", help=RUN, short_help="Begin today's night now.")(run)
    nightly.command("status", help=STATUS, short_help="How far it is.")(status)
    nightly.command("report", help=REPORT, short_help="What changed for whom.")(report)
    nightly.callback(invoke_without_command=True)(look_ahead)
    app.add_typer(nightly, name="nightly", short_help="Nightly re-verification.")


def look_ahead(
    context: typer.Context,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Whom tonight's night would ask, and why; asks nobody.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="At most so many.")] = 1_000,
    data: Data = None,
    json: Json = False,
) -> None:
    if context.invoked_subcommand is not None:
        if dry_run:
            raise Stop("--dry-run stands alone: verify nightly --dry-run", Exit.USAGE)
        return
    if not dry_run:
        write(context.get_help())
        raise typer.Exit(Exit.USAGE)
    shown = 0
    lines: list[tuple[str, ...]] = []
    for row in islice(client(data).ahead(), limit):
        shown += 1
        if json:
            write_json(row)
        else:
            lines.append(_ahead(row))
    for line in fitted(table(("PATIENT", "TREATMENT", "PAYER", "VISIT", "WHY"), lines)) if lines else []:
        write(line)
    say(f"verify: {shown} would be asked again; nobody has been asked")


def run(data: Data = None, json: Json = False) -> None:
    started = client(data).start_night()
    night = started["night"]
    if json:
        write_json(started)
    else:
        write(night["id"])
    if not started["created"]:
        raise Stop(
            f"{night['local_date']} had its night already; `verify nightly report` shows it.", Exit.CONFLICT
        )
    say("verify: begun; `verify nightly status --watch` follows it")


def status(
    night: Night = "latest",
    watch: Annotated[bool, typer.Option("--watch", help="Go on until it is finished.")] = False,
    seconds: Annotated[
        float, typer.Option("--for", metavar="SECONDS", min=0, help="Stop watching after this.")
    ] = 12 * 3600.0,
    data: Data = None,
    json: Json = False,
) -> None:
    api = client(data)
    end = time.monotonic() + (seconds if watch else 0)
    seen: Any = None
    while True:
        document = api.night(night)
        if (mark := _mark(document)) != seen:
            seen = mark
            _show(document, json=json, briefly=watch)
        if document["state"] in ("finished", "missed") or time.monotonic() + PAUSE_SECONDS > end:
            break
        time.sleep(PAUSE_SECONDS)
    if watch and not json:
        _show(document, json=False, briefly=False)


def report(
    night: Night = "latest",
    limit: Annotated[int, typer.Option(min=1, max=1_000_000, help="At most so many.")] = 1_000,
    data: Data = None,
    json: Json = False,
) -> None:
    from verify.recheck import WEIGHT_WORDS, Weight

    api = client(data)
    progress = api.night(night)
    if json:
        write_json(progress)
    else:
        _show(progress, json=False, briefly=False)
    heading = ""
    for row in islice(api.night_report(progress["id"]), limit):
        if json:
            write_json(row)
            continue
        title = "Could not be asked" if row["state"] == "failed" else WEIGHT_WORDS[Weight(row["weight"])]
        if title != heading:
            heading = title
            write()
            write(title)
        for line in _report_lines(row):
            write(line)


# --- words ----------------------------------------------------------------------------------------------


def _show(document: dict[str, Any], *, json: bool, briefly: bool) -> None:
    if json:
        write_json(document)
        return
    for line in [_line(document)] if briefly else list(status_lines(document)):
        write(line)


def status_lines(document: dict[str, Any]) -> Iterator[str]:
    """The progress of a night, for a person."""
    from verify.recheck import cause_words

    yield _line(document)
    if document["asked"]:
        yield f"  answered {document['answered']:,}, failed {document['failed']:,}, waiting {document['waiting']:,}"
        changed = document["changed"]
        told = {weight: changed.get(weight, 0) for weight in ("stops", "costs", "asks")}
        yield (
            f"  changed: {told['stops']:,} to look at before the visit, {told['costs']:,} that cost otherwise,"
            f" {told['asks']:,} not stated any more"
        )
        rows = [
            (payer["payer"], payer["waiting"], payer["answered"], payer["failed"])
            for payer in document["payers"]
        ]
        for line in table(("PAYER", "WAITING", "ANSWERED", "FAILED"), rows):
            yield f"  {line}"
    yield from _batch_lines(document["batches"])
    for failure in document["failures"]:
        yield f"  failed {failure['count']:,}: {clean(cause_words(failure['cause']))}"


def _batch_lines(batches: list[dict[str, Any]]) -> Iterator[str]:
    from verify.recheck import BATCH_WORDS, cause_words

    rows = [
        (
            batch["account"],
            BATCH_WORDS[batch["state"]] + (f" ({cause_words(batch['code'])})" if batch["code"] else ""),
            batch["handed_in_at"][:16].replace("T", " ") if batch["handed_in_at"] else "not yet",
            batch["questions"],
            batch["ended"],
            batch["returned"],
        )
        for batch in batches
    ]
    heading = ("BATCH THROUGH", "STATE", "HANDED IN", "QUESTIONS", "ENDED", "BY THEMSELVES")
    for line in table(heading, rows) if rows else []:
        yield f"  {line}"


def _line(document: dict[str, Any]) -> str:
    """ "2026-11-24 running: 120 of 4,000 done (3 %), 60 a minute, about 65 min left"."""
    done = document["answered"] + document["failed"]
    said = f"{document['local_date']} {document['state']}: "
    if document["state"] == "planning":
        return said + f"{document['looked_at']:,} looked at, {document['asked']:,} due so far"
    if not document["asked"]:
        return said + f"{document['looked_at']:,} looked at, nobody due"
    percent = 100 * done // document["asked"]
    said += f"{done:,} of {document['asked']:,} done ({percent} %)"
    if document["waiting"] and document["per_minute"]:
        said += f", {document['per_minute']:,} a minute"
        if document["seconds_left"] is not None:
            said += f", about {document['seconds_left'] // 60 + 1} min left"
    return said


def _report_lines(row: dict[str, Any]) -> Iterator[str]:
    from verify.recheck import cause_words

    lines = ", ".join(row["service_lines"])
    yield f"  {_name(row)} ({lines}, visit {row['date_of_service']}, {clean(row['payer'])})  {row['id']}"
    if row["state"] == "failed":
        yield f"    {clean(cause_words(row['cause']))}"
    for change in row["changes"]:
        if change["weight"] != "routine":
            yield f"    {clean(change['text'])}"
            if change["effect"]:
                yield f"      {clean(change['effect'])}"
    for task in row["follow_ups"]:
        if task["state"] == "open":
            yield f"    to do by {task['due_at'][:16].replace('T', ' ')}: {clean(task['title'])}"


def _ahead(row: dict[str, Any]) -> tuple[str, ...]:
    from verify.recheck import RULE_WORDS, Rule

    why = "; ".join(RULE_WORDS[Rule(code)] for code in row["rules"])
    return (_name(row), ", ".join(row["service_lines"]), row["payer"], row["date_of_service"], why)


def _name(row: dict[str, Any]) -> str:
    patient = row["patient"]
    return clean(f"{patient['last_name']}, {patient['first_name']}")


def _mark(document: dict[str, Any]) -> object:
    return document["state"], document["looked_at"], document["answered"], document["failed"]
