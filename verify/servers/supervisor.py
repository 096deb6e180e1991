"""Keeps servers and processes running: starts again what died or hangs, and ends everything in time."""

import os
import shutil
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn, Protocol

import msgspec

from verify.servers.children import Child, end_all, start_child
from verify.servers.folder import ServerFault

#: A worker whose heartbeat file was not touched for so long hangs (measured: a healthy one, 6 s at most).
HEARTBEAT_SECONDS = 30.0
#: Until its first heartbeat: a loaded machine takes its time to start Python.
BOOT_SECONDS = 60.0
#: Between one start and the next of what keeps dying: doubled each time, from the first to the last.
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 30.0
#: What lived so long is forgiven its earlier deaths.
HEALTHY_SECONDS = 60.0
#: All must have ended ten seconds after they were asked to. Processes get the first of them; PostgreSQL,
#: which writes everything out then, what is left (1.3 s of a checkpoint measured on a busy machine).
END_SECONDS = 8.0
PROCESS_SECONDS = 4.0
LEAST_SERVER_SECONDS = 0.5

CHECK_SECONDS = 0.25
LOG_BYTES = 20 * 1024 * 1024

Say = Callable[[str], None]


class Server(Protocol):
    """A Postgres or a Valkey."""

    def start(self) -> str: ...
    def stop(self, seconds: float = ...) -> None: ...
    def running(self) -> bool: ...


class Program(msgspec.Struct, frozen=True, kw_only=True):
    """What to run and how to see that it hangs."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    heartbeat: Path | None = None


class Patience:
    """How long to wait before the next start of what keeps dying. Times are of the monotonic clock."""

    def __init__(self) -> None:
        self.deaths = 0
        self._started_at = 0.0
        self._next_at = 0.0

    def started(self, now: float) -> None:
        self._started_at = now

    def died(self, now: float) -> float:
        """Seconds until the next start is due."""
        if now - self._started_at >= HEALTHY_SECONDS:
            self.deaths = 0
        wait = min(FIRST_WAIT_SECONDS * 2.0**self.deaths, LONGEST_WAIT_SECONDS)
        self.deaths += 1
        self._next_at = now + wait
        return wait

    def due(self, now: float) -> bool:
        return now >= self._next_at


class Heartbeat:
    """Whether a file is still being touched, judged by our monotonic clock: a set wall clock kills nobody."""

    def __init__(self, file: Path, now: float) -> None:
        self._file = file
        self._seen = self._touched()
        self._since = now
        self._beating = False

    def late(self, now: float) -> bool:
        if (touched := self._touched()) != self._seen:
            self._seen, self._since, self._beating = touched, now, True
        return now - self._since > (HEARTBEAT_SECONDS if self._beating else BOOT_SECONDS)

    def _touched(self) -> int | None:
        try:
            return self._file.stat().st_mtime_ns
        except OSError:
            return None


class Watched:
    """One program and its present life."""

    def __init__(self, program: Program, say: Say) -> None:
        self.program = program
        self._say = say
        self.patience = Patience()
        self._heartbeat: Heartbeat | None = None
        self.child: Child | None = None

    def start(self, now: float) -> None:
        program = self.program
        self.child = start_child(program.command, log=program.log, environment=program.environment)
        self.patience.started(now)
        self._heartbeat = Heartbeat(program.heartbeat, now) if program.heartbeat else None

    def check(self, now: float) -> None:
        """Starts it again when it is due; ends it when it hangs."""
        if self.child is None:
            if self.patience.due(now):
                self.start(now)
            return
        if self.child.running():
            if not (self._heartbeat and self._heartbeat.late(now)):
                return
            self._say(f"{self.program.name} hangs: no heartbeat. It is ended and started again")
            self.child.kill()
        wait = self.patience.died(now)
        self._say(f"{self.program.name} ended ({how(self.child.exit_code())}); starting again in {wait:g} s")
        self.child = None


class Supervisor:
    """Watches servers, which run already, and starts and watches processes."""

    def __init__(self, servers: Mapping[str, Server], say: Say) -> None:
        self._servers = servers
        self._patience = {name: Patience() for name in servers}
        self._down: set[str] = set()
        self._watched: list[Watched] = []
        self._say = say

    def start(self, programs: Sequence[Program]) -> None:
        for program in programs:
            rotate(program.log)
            watched = Watched(program, self._say)
            self._watched.append(watched)
            watched.start(time.monotonic())

    def watch(self) -> NoReturn:
        """Until an exception, which is how a signal ends it (see up.py)."""
        while True:
            self.check()
            time.sleep(CHECK_SECONDS)

    def check(self) -> None:
        now = time.monotonic()
        for name, server in self._servers.items():
            self._check_server(name, server, now)
        for watched in self._watched:
            watched.check(now)
            rotate(watched.program.log)

    def deaths(self, name: str) -> int:
        """How often in a row a process died soon after its start."""
        return sum(watched.patience.deaths for watched in self._watched if watched.program.name == name)

    def end(self) -> None:
        """Ends everything: asks, then kills."""
        deadline = time.monotonic() + END_SECONDS
        children = [watched.child for watched in self._watched if watched.child]
        end_all(children, number=signal.SIGTERM, seconds=PROCESS_SECONDS)
        for server in reversed(list(self._servers.values())):
            server.stop(max(LEAST_SERVER_SECONDS, deadline - time.monotonic()))

    def _check_server(self, name: str, server: Server, now: float) -> None:
        if server.running():
            server.start()  # puts a swept socket link back
            self._down.discard(name)
            return
        patience = self._patience[name]
        if name not in self._down:
            self._down.add(name)
            self._say(f"{name} ended; starting again in {patience.died(now):g} s")
        if not patience.due(now):
            return
        try:
            server.start()
            patience.started(now)
            self._say(f"{name} is back")
        except (ServerFault, OSError) as fault:
            self._say(f"{fault}\nTrying again in {patience.died(now):g} s")


def how(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        return signal.Signals(-exit_code).name
    return f"exit code {exit_code}"


def rotate(log: Path) -> None:
    """Keeps one older file. Copied and cut, since the process holds the file open for appending."""
    try:
        if log.stat().st_size > LOG_BYTES:
            shutil.copy2(log, log.with_suffix(".log.1"))
            os.truncate(log, 0)
    except FileNotFoundError:
        return
