"""Kept answers, read again after a reader was mended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from verify.cli.ending import Exit, Stop, say
from verify.cli.options import Data, Json, chosen
from verify.cli.terminal import fitted, table, write, write_json

if TYPE_CHECKING:
    from verify.steps import Reread, Work

REREAD = """Read kept answers again, after an update mended a reader. No payer is asked, and nothing is billed.

Without options, every answer that could not be read. What can be read now is stored and judged anew, its follow-up
closes, and the timeline says so; the raw exchange stays as it is. What cannot be read still stays as it was.
--all also reads again what was read before: where an answer or a rejection says something else now, that is taken;
an answer never becomes a rejection this way, nor the other way round. `verify up` need not run, but judging waits for it.

Prints ids and codes, nothing of a patient.

\b
  verify reread --dry-run
  verify reread
  verify reread --inquiry inq_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB
"""
HEADINGS = ("inquiry", "verification", "service type", "was", "is now", "odd", "taken")


def register(app: typer.Typer) -> None:
    app.command(help=REREAD, short_help="Read kept answers again.")(reread)


def reread(
    everything: Annotated[bool, typer.Option("--all", help="Also what was read before.")] = False,
    inquiry: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Only this one; repeat for several.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be; change nothing.")] = False,
    json: Json = False,
    data: Data = None,
) -> None:
    from verify import steps
    from verify.store import readings

    named = tuple(inquiry or ())
    states = readings.READABLE if everything or named else readings.UNREAD
    with at_work(data) as work:
        with work.engine.connect() as connection:
            ids = readings.readable(connection, states=states, among=named)
        if missing := [each for each in named if each not in ids]:
            raise Stop(f"No kept answer to read for {', '.join(missing)}.", Exit.NOT_FOUND)
        found = []
        for inquiry_id in ids:
            found.append(steps.reread(work, inquiry_id, dry_run=dry_run))
            if json:
                write_json(found[-1]._asdict())
    if not json and found:
        for line in fitted(table(HEADINGS, map(row, found))):
            write(line)
    taken = sum(each.taken for each in found)
    say(
        f"verify: {len(found)} kept answers read again, {taken} {'would say' if dry_run else 'say'} something else now"
    )


def row(each: Reread) -> tuple[object, ...]:
    return (
        each.inquiry_id,
        each.verification_id,
        each.service_type,
        " ".join(filter(None, [each.before, each.code_before])),
        " ".join(filter(None, [each.after, each.code])),
        each.problems or "",
        "yes" if each.taken else "no",
    )


@contextmanager
def at_work(data: Data) -> Iterator[Work]:
    """The parts of the steps, on the servers that run or on our own, started for the while."""
    from verify.servers.own import reached
    from verify.steps import open_work
    from verify.store import revisions

    with reached(chosen(data)) as complete:
        work = open_work(complete, pool_size=2)
        try:
            if not revisions(work.engine).is_current:
                raise Stop("The database has not this version's tables yet: run `verify migrate`.")
            yield work
        finally:
            work.close()
