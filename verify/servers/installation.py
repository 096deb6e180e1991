"""What `verify up` keeps about itself in the data folder: who runs it, where, and whether it is a demo."""

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from verify.client import ADDRESS_FILE


class Refused(Exception):
    """`verify up` cannot run like this; the text says what to do."""


class Installation(msgspec.Struct, frozen=True, kw_only=True):
    """Decided at the first `up` on a folder, and kept."""

    demo: bool
    #: Where the demo clinic's payer account points; 0 without a demo.
    simulator_port: int = 0


@contextmanager
def claimed(folder: Path) -> Iterator[None]:
    """The data folder, ours alone. Raises Refused while another `up` runs on it."""
    with (folder / "up.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Refused(_already_running(folder, lock.read().strip())) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        try:
            yield
        finally:
            lock.truncate(0)
            (folder / ADDRESS_FILE).unlink(missing_ok=True)


def _already_running(folder: Path, pid: str) -> str:
    try:
        where = (folder / ADDRESS_FILE).read_text().strip()
    except FileNotFoundError:
        where = "it is still starting"
    return (
        f"verify runs already on {folder}: {where}\n"
        f"Use that one, end it (Ctrl-C there, or: kill {pid}), or choose another folder with --data."
    )


def recall(folder: Path) -> Installation | None:
    """What the first `up` decided, or None before it."""
    try:
        return msgspec.json.decode((folder / "installation.json").read_bytes(), type=Installation)
    except FileNotFoundError:
        return None


def remember(folder: Path, installation: Installation) -> None:
    write_private(folder / "installation.json", msgspec.json.encode(installation).decode() + "\n")


def write_private(path: Path, text: str) -> None:
    """The whole file at once, readable by its owner alone from the start."""
    draft = path.with_name(f".{path.name}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


def check_port(host: str, port: int) -> None:
    """Raises Refused, naming a port that is free, while another program listens there."""
    try:
        _bind(host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            free = free_port(host, port + 1)
            raise Refused(
                f"port {port} is in use by another program: stop that one, or run: verify up --port {free}"
            ) from error
        raise Refused(
            f"cannot listen on {host}:{port} ({error.strerror}): check VERIFY_HOST and --port"
        ) from error


def free_port(host: str, first: int) -> int:
    """The first free port from `first` on, of twenty; else any."""
    for port in range(first, min(first + 20, 65536)):
        try:
            return _bind(host, port)
        except OSError:
            continue
    return _bind(host, 0)


def _bind(host: str, port: int) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        # As servers do; a port whose last connections are only fading away is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
        return int(probe.getsockname()[1])
