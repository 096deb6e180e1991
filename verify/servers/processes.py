"""The one table of our processes: what each runs, how it is watched, when it is needed."""

import os
import sys
from pathlib import Path

import msgspec

from verify.settings import HOME, PASSWORD_FILES, VARIABLES, Settings, environment_for


class Process(msgspec.Struct, frozen=True, kw_only=True):
    """One long-running program of ours. `verify up` is made from these, and compose held to them."""

    name: str
    #: What follows `python -m`; {words} are settings.
    module: tuple[str, ...]
    #: Touches VERIFY_HEARTBEAT_FILE every second; when the file grows old it is killed and started again.
    heartbeat: bool = False
    #: Answers 200 here when it is ready.
    ready_path: str | None = None
    #: Steps back for the others when the processor is busy.
    niceness: int = 0
    #: Plays the payers of the demo clinic.
    demo_only: bool = False


def _worker(name: str, queues: str, niceness: int = 0) -> Process:
    return Process(
        name=name,
        niceness=niceness,
        module=(
            *("celery", "-A", "workers.app", "worker", "-n", f"{name}@{{host}}", "-Q", queues),
            *("-P", "threads", "-c", "{concurrency}", "--prefetch-multiplier", "1"),
            *("--without-gossip", "--without-mingle", "--loglevel", "{log_level}"),
        ),
        heartbeat=True,
    )


#: In the order in which they start.
PROCESSES = (
    Process(
        name="simulator",
        module=("verify.cli", "simulator", "--port", "{simulator_port}", "--faults"),
        demo_only=True,
    ),
    Process(
        name="web",
        module=("verify.web",),
        ready_path="/readyz",
    ),
    # A lane of its own: nothing nightly ever takes a thread an urgent job could have, nor its processor.
    _worker("worker-urgent", "urgent,clock"),
    _worker("worker-standard", "standard"),
    _worker("worker-nightly", "nightly", niceness=10),
    Process(
        name="beat",
        module=("celery", "-A", "workers.app", "beat", "--loglevel", "{log_level}"),
        heartbeat=True,
    ),
)


def needed(*, demo: bool) -> tuple[Process, ...]:
    return tuple(process for process in PROCESSES if demo or not process.demo_only)


def command(
    process: Process, chosen: Settings, *, simulator_port: int = 0, python: str = sys.executable
) -> list[str]:
    values = {
        "host": chosen.host,
        "port": chosen.port,
        "concurrency": chosen.concurrency,
        "log_level": chosen.log_level,
        "data_folder": chosen.data_folder,
        "simulator_port": simulator_port,
    }
    return [python, "-m", *(part.format_map(values) for part in process.module)]


def environment(process: Process, chosen: Settings) -> dict[str, str]:
    """Ours, with every setting as it was chosen: a child never reads another than its parent."""
    ours = {*VARIABLES.values(), *PASSWORD_FILES.values()}
    inherited = {name: value for name, value in os.environ.items() if name not in ours}
    paths = [str(HOME), *filter(None, [inherited.get("PYTHONPATH")])]
    own = msgspec.structs.replace(
        chosen,
        process=process.name,
        niceness=process.niceness,
        heartbeat_file=heartbeat_file(process, chosen) if process.heartbeat else None,
    )
    return {
        **inherited,
        **environment_for(own),
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONUNBUFFERED": "1",
        # A crash below Python leaves in the log where it happened: files, lines and functions, no values.
        "PYTHONFAULTHANDLER": "1",
        # A file in the folder `verify up` was typed in must not stand in for a module of ours.
        "PYTHONSAFEPATH": "1",
    }


def heartbeat_file(process: Process, chosen: Settings) -> Path:
    return chosen.data_folder / "heartbeats" / process.name


def log_file(process: Process, chosen: Settings) -> Path:
    return chosen.data_folder / "logs" / f"{process.name}.log"
