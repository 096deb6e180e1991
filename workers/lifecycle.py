"""Logging, connections and the heartbeat file at start and stop of a worker."""

import os
import sys
import threading
from pathlib import Path
from typing import Any

from celery import bootsteps, signals

from verify.queue import app, configure
from verify.security.logging import configure_logging
from verify.settings import settings
from verify.steps import Work, open_work

#: Seconds between two touches of the heartbeat file; its supervisor allows 30.
HEARTBEAT_SECONDS = 1.0

_lock = threading.Lock()
_work: list[Work] = []


def current_work() -> Work:
    """This process's connections, opened when its first task needs them."""
    with _lock:
        if not _work:
            # A pool of threads waits mostly for payers; few of them are in the database at once.
            _work.append(open_work(settings(), pool_size=12))
        return _work[0]


@signals.setup_logging.connect
def set_up_logging(**_: Any) -> None:
    """Takes logging out of Celery's hands: its lines could carry arguments and exception texts."""
    configure_logging(settings().process, sys.stderr, level=settings().log_level)


@signals.worker_init.connect
def step_back(**_: Any) -> None:
    """A nightly worker leaves the processor to the lanes somebody waits for."""
    os.nice(settings().niceness)


@signals.worker_process_shutdown.connect
@signals.worker_shutdown.connect
def close_work(**_: Any) -> None:
    with _lock:
        while _work:
            _work.pop().close()


class Heartbeat(bootsteps.StartStopStep):
    """Touches a file from the worker's own event loop: a wedged loop shows as an old file.

    `process alive` says nothing (measured: reliability, C6).
    """

    requires = frozenset({"celery.worker.components:Timer"})

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.file: Path | None = settings().heartbeat_file
        self.entry: Any = None

    def start(self, parent: Any) -> None:
        if self.file is not None:
            self.file.touch()
            self.entry = parent.timer.call_repeatedly(HEARTBEAT_SECONDS, self.file.touch, priority=10)

    def stop(self, _parent: Any) -> None:
        if self.entry is not None:
            self.entry.cancel()


app.steps["worker"].add(Heartbeat)

if (url := settings().redis_url) is not None:
    configure(url)
