"""Child processes that never outlive us, even after kill -9."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from functools import cache
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launch.py")


class Child:
    """One running program, leader of its own session so that Ctrl-C reaches only us."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self.pid = process.pid

    def running(self) -> bool:
        return self._process.poll() is None

    def exit_code(self) -> int | None:
        """None while it runs; the negative signal number if one killed it."""
        return self._process.poll()

    def send(self, number: signal.Signals) -> None:
        """To the program alone, not to its own children."""
        if self.running():
            self._process.send_signal(number)

    def wait(self, seconds: float) -> bool:
        """Whether it has ended within the time."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def kill(self) -> None:
        """Ends it and everything in its process group, at once."""
        if self.running():
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()


def start_child(
    command: Sequence[str | Path],
    *,
    log: Path | None = None,
    environment: Mapping[str, str] | None = None,
    identity: str = "same",
    death_signal: signal.Signals = signal.SIGKILL,
) -> Child:
    """Starts the program; output is appended to `log` (0600), or goes where ours goes.

    `death_signal` is what the child gets when we die. `identity`: see launch.py. Raises OSError.
    """
    launcher = [sys.executable, "-I", "-S", LAUNCHER, str(os.getpid()), str(int(death_signal)), identity]
    arguments = [str(part) for part in (*launcher, *command)]

    def start() -> subprocess.Popen[bytes]:
        output = None if log is None else os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            return subprocess.Popen(
                arguments,
                env=None if environment is None else dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=None if output is None else subprocess.STDOUT,
                start_new_session=True,
            )
        finally:
            if output is not None:
                os.close(output)

    return Child(_starter(os.getpid()).call(start))


def end_all(children: Sequence[Child], *, number: signal.Signals, seconds: float) -> None:
    """Asks all of them to end, then kills those still there after `seconds`."""
    for child in children:
        child.send(number)
    deadline = time.monotonic() + seconds
    for child in children:
        if not child.wait(max(0.0, deadline - time.monotonic())):
            child.kill()


class _Starter:
    """Starts processes from one thread that lives as long as we do.

    Linux tells a child of its parent's death when the *thread* that started it ends.
    """

    def __init__(self) -> None:
        self._work: queue.SimpleQueue[
            tuple[Callable[[], subprocess.Popen[bytes]], Future[subprocess.Popen[bytes]]]
        ] = queue.SimpleQueue()
        threading.Thread(target=self._run, name="child-starter", daemon=True).start()

    def call(self, start: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
        future: Future[subprocess.Popen[bytes]] = Future()
        self._work.put((start, future))
        return future.result()

    def _run(self) -> None:
        while True:
            start, future = self._work.get()
            try:
                future.set_result(start())
            except OSError as error:
                future.set_exception(error)


@cache
def _starter(_pid: int) -> _Starter:
    """One for each process: a fork does not inherit the thread."""
    return _Starter()
