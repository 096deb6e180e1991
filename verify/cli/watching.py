"""Progress while payers are asked: a display on a terminal, a line per change elsewhere."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any, TextIO

from verify.cli.terminal import write_json
from verify.cli.wording import inquiries
from verify.client import MOVING, Client, settled

PAUSE_SECONDS = 1.0
Show = Callable[[list[str]], None]


def watch_one(api: Client, id: str, seconds: float, *, json: bool, live: bool) -> bool:
    """Shows the verification until it is settled; False when `seconds` ran out first."""
    document: dict[str, Any] = {}
    with display(live) as show:
        for document in api.watch(id, seconds=seconds):
            if json:
                write_json(document)
            else:
                show(
                    [
                        f"{document['id']}  {document.get('state_text') or document['state']}",
                        *indented(document),
                    ]
                )
    return settled(document)


def watch_all(api: Client, seconds: float, *, json: bool, live: bool) -> bool:
    """Shows how many are in which state until none is being asked; False when `seconds` ran out first."""
    end, shown = time.monotonic() + seconds, None
    with display(live) as show:
        while True:
            counts = {
                state: sum(1 for _ in api.verifications(state=state, limit=100_000))
                for state in sorted(MOVING)
            }
            newest = Counter(row["state"] for row in api.verifications(limit=200))
            if (seen := (counts, newest)) != shown:
                shown = seen
                if json:
                    write_json({"moving": counts, "newest": newest})
                else:
                    show(overview(counts, newest))
            if not any(counts.values()):
                return True
            if time.monotonic() + PAUSE_SECONDS > end:
                return False
            time.sleep(PAUSE_SECONDS)


def overview(counts: dict[str, int], newest: Counter[str]) -> list[str]:
    asked = ", ".join(f"{count} {state}" for state, count in counts.items())
    settled_ones = ", ".join(
        f"{count} {state}" for state, count in sorted(newest.items()) if state not in MOVING
    )
    return [asked, f"  of the newest {newest.total()}: {settled_ones or 'none settled'}"]


def indented(document: dict[str, Any]) -> Iterator[str]:
    return (f"  {line}" for line in inquiries(document))


@contextmanager
def display(live: bool, to: TextIO | None = None) -> Iterator[Show]:
    """What shows lines, on stdout if not said: in place on a terminal, else one after the other with the time."""
    to = to or sys.stdout
    if not live:
        yield partial(printed, to=to)
        return
    from rich.console import Console
    from rich.live import Live
    from rich.spinner import Spinner
    from rich.text import Text

    with Live(console=Console(file=to), refresh_per_second=8) as screen:

        def show(lines: list[str]) -> None:
            screen.update(Spinner("dots", Text("\n".join(lines))))

        yield show
        # What stays on the screen afterwards stands still.
        if isinstance(screen.renderable, Spinner):
            screen.update(screen.renderable.text)


def printed(lines: list[str], *, to: TextIO) -> None:
    now = datetime.now().astimezone().strftime("%H:%M:%S")
    print(f"{now}  {'; '.join(line.strip() for line in lines)}", file=to, flush=True)
