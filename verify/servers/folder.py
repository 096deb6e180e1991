"""A server's folder: 0700, one owner at a time, with a path short enough for sockets."""

import contextlib
import fcntl
import hashlib
import os
import signal
import stat
import subprocess
import tempfile
import time
from pathlib import Path
from typing import BinaryIO

#: sun_path holds 108 bytes with its end mark on Linux, 104 on macOS.
SOCKET_PATH_BYTES = 103
#: The longest name a server puts into the folder.
LONGEST_NAME = "/.s.PGSQL.5432.lock"


class ServerFault(Exception):
    """A server could not be started or stopped; the text says what to do."""


class InUse(ServerFault):
    """Another process of ours runs the server in this folder."""


class Folder:
    """A private folder, and the short name by which its sockets are bound and reached.

    The sockets live in the folder itself. Where its path is too long, a link to it in a private
    temporary folder gives the short name; the name follows from the path alone, so that it
    stays the same after a restart and other processes of ours can work it out.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self._lock: BinaryIO | None = None

    @property
    def short(self) -> Path:
        if len(os.fsencode(self.path)) + len(LONGEST_NAME) <= SOCKET_PATH_BYTES:
            return self.path
        return self._link

    def open(self) -> None:
        """Makes the folder and its short name, and takes it for ourselves. Raises ServerFault."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.chmod(0o700)
        self._take()
        self.mend()

    def mend(self) -> None:
        """Puts the short name back: temporary folders get swept. Raises ServerFault."""
        if self.short == self.path:
            return
        holder = self._link.parent
        holder.mkdir(mode=0o700, exist_ok=True)
        found = holder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in self._owners() or found.st_mode & 0o077:
            raise ServerFault(
                f"{holder} is not a private folder of ours: remove it, or use a shorter data folder"
            )
        if not self._link.is_symlink() or self._link.readlink() != self.path:
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(self.path)
        os.chown(holder, self.path.stat().st_uid, -1)

    def close(self) -> None:
        """Lets others have the folder."""
        if self._lock is None:
            return
        if self.short != self.path:
            with contextlib.suppress(OSError):
                self._link.unlink(missing_ok=True)
                self._link.parent.rmdir()
        self._lock.close()
        self._lock = None

    @property
    def _link(self) -> Path:
        base = Path(tempfile.gettempdir())
        if len(os.fsencode(base)) > 60:
            base = Path("/tmp")  # noqa: S108 - the holder below is 0700 and checked
        name = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:12]
        return base / f"verify-{os.geteuid()}-{name}" / "s"

    def _owners(self) -> set[int]:
        """The owner may be nobody when we are root: see `Postgres`."""
        return {os.geteuid(), self.path.stat().st_uid}

    def _take(self) -> None:
        """An flock, which the kernel releases however we end."""
        if self._lock is not None:
            return
        lock = (self.path / "lock").open("ab")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            raise InUse(f"another process runs the server in {self.path}: stop it first") from error
        self._lock = lock


def leftover(pid_file: Path, mark: str) -> int | None:
    """The pid of a server that an earlier process of ours left behind, or None.

    A pid is reused sooner or later: only a process whose command line holds `mark` counts.
    """
    try:
        pid = int(pid_file.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return None
    return pid if mark in command_line(pid) else None


def command_line(pid: int) -> str:
    """Of a running process, or nothing."""
    if Path("/proc/self").exists():
        try:
            return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes())
        except OSError:
            return ""
    shown = subprocess.run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, check=False)
    return os.fsdecode(shown.stdout)


def end_leftover(pid: int, mark: str, number: signal.Signals, seconds: float) -> None:
    """Asks it to end and kills it when it does not."""
    for sent, patience in ((number, seconds), (signal.SIGKILL, 5.0)):
        deadline = time.monotonic() + patience
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sent)
        while mark in command_line(pid):
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)


def last_lines(log: Path, count: int = 5) -> str:
    """What a server said before it gave up."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-count:])
    except OSError:
        return "(no log)"
