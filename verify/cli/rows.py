"""A file of rows from the terminal: how it was read, the question, progress, and what was left out."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from verify.cli.ending import Exit, Stop, say
from verify.cli.terminal import table, write, write_json
from verify.cli.watching import display
from verify.client import Client

KINDS = {"csv": "text/csv", "jsonl": "application/x-ndjson"}
PAUSE_SECONDS = 0.5
#: Rows to correct that are printed; the page has them all.
MOST_SHOWN = 20
MISSING = {
    "payer": "without a payer",
    "member_id": "without a member id",
    "birth_date": "without a birth date",
    "unknown_payer": "with a payer nobody here knows",
}


def submit_rows(
    api: Client, csv: Path | None, jsonl: Path | None, *, priority: str, yes: bool, json: bool
) -> Exit:
    """Previews the file, submits it when confirmed, and waits until its rows are in. The exit code."""
    file, kind = (csv, KINDS["csv"]) if csv else (jsonl, KINDS["jsonl"])
    assert file is not None
    read = api.upload(file.read_bytes(), kind)
    for line in preview(read):
        say(line)
    rows = read["rows"]
    if rows["waiting"] == 0:
        say("verify: nothing can be submitted")
    elif yes or asked(rows["waiting"]):
        read = followed(api, api.confirm_file(read["id"], priority or None))
    else:
        api.cancel_file(read["id"])
        raise Stop("Nothing was submitted; --yes submits without asking.", Exit.USAGE)
    return told(read, json=json)


def preview(read: dict[str, Any]) -> list[str]:
    """The file as it was read: columns, what to know, rows to correct."""
    rows = read["rows"]
    lines = [*table(("IN THE FILE", "IS READ AS"), read["columns"])]
    if read["unused"]:
        lines.append(f"not used: {', '.join(read['unused'])}")
    lines += ["", *(f"note: {note}" for note in read["notes"])]
    lines.append(
        f"{rows['total']:,} rows: {rows['waiting']:,} can be submitted, {rows['rejected']:,} to correct, "
        f"{rows['repeated']:,} the same as an earlier row"
    )
    lines += [f"  {count:,} {MISSING[name]}: each becomes a task" for name, count in read["missing"].items()]
    return lines + to_correct(read["problems"])


def to_correct(problems: list[dict[str, Any]]) -> list[str]:
    if not problems:
        return []
    said = [
        (each["row"], "; ".join(f"{one['column']} {one['detail']}".strip() for one in each["problems"]))
        for each in problems[:MOST_SHOWN]
    ]
    more = ["…"] if len(problems) > MOST_SHOWN else []
    return ["", *table(("ROW", "WHAT TO CORRECT"), said), *more]


def asked(count: int) -> bool:
    """Whether the person says yes; nobody there says no."""
    if not sys.stdin.isatty():
        return False
    print(f"Submit {count:,} rows? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def followed(api: Client, read: dict[str, Any]) -> dict[str, Any]:
    """The file when it is over; each step of it shown."""
    shown = None
    live = sys.stderr.isatty()
    try:
        with display(live, to=sys.stderr) as show:
            while True:
                if (line := progress(read)) != shown:
                    show([shown := line])
                if read["state"] != "running":
                    return read
                time.sleep(PAUSE_SECONDS)
                read = api.file(read["id"])
    except KeyboardInterrupt:
        say(f"verify: it goes on without you; the page Spreadsheet shows {read['id']} and can stop it")
        raise


def progress(read: dict[str, Any]) -> str:
    rows = read["rows"]
    done = rows["accepted"] + rows["known"]
    return f"{done:,} submitted, {rows['failed']:,} failed, {rows['waiting']:,} left"


def told(read: dict[str, Any], *, json: bool) -> Exit:
    """Prints what came of it: the document, or the file's id."""
    if json:
        write_json(read)
    else:
        write(read["id"])
    rows = read["rows"]
    left_out = rows["rejected"] + rows["failed"]
    if left_out:
        say(
            f"verify: {left_out:,} rows were not submitted; the page Spreadsheet hands them out with the reasons"
        )
    if read["state"] in {"stopped", "cancelled"}:
        say(f"verify: the file is {read['state']}, with {rows['waiting']:,} rows left")
    return Exit.SOME_FAILED if left_out or rows["waiting"] else Exit.OK
