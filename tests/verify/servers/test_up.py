"""`verify up` as a person runs it: a process of its own, with everything it starts."""

import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest
import requests

from tests.verify.servers.waiting import wait_until
from verify.servers.folder import command_line
from verify.servers.installation import Installation, free_port, remember

ROOT = Path(__file__).parents[3]
READY_SECONDS = 90.0


class Up:
    """One run of `verify up`, and what it said."""

    def __init__(self, folder: Path, output: IO[str], *options: str) -> None:
        self.folder = folder
        self._output = output
        self.port = free_port("127.0.0.1", 18_470)
        command = [sys.executable, "-m", "verify.cli", "up", "--data", str(folder), "--port", str(self.port)]
        self.process = subprocess.Popen(
            [*command, *options], cwd=ROOT, stdout=output, stderr=output, stdin=subprocess.DEVNULL
        )

    def said(self) -> str:
        return Path(self._output.name).read_text()

    def is_ready(self) -> bool:
        assert self.process.poll() is None, self.said()
        return "End with Ctrl-C.\n" in self.said()

    def end(self) -> float:
        """Seconds from the request to end until it had ended."""
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(30)
        return time.monotonic() - began


@contextmanager
def running(folder: Path, log: Path, *options: str) -> Iterator[Up]:
    with log.open("w") as output:
        up = Up(folder, output, *options)
        try:
            wait_until(up.is_ready, READY_SECONDS)
            yield up
        finally:
            up.process.kill()
            up.process.wait()


def descendants(pid: int) -> list[int]:
    """Of a living process, by the kernel's own list."""
    found = []
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            found += [child, *descendants(child)]
    return found


def gone(pids: list[int]) -> bool:
    return not any(command_line(pid) for pid in pids)


@pytest.mark.flow
def test_up_on_a_long_path_from_start_to_a_clean_end(tmp_path: Path) -> None:
    folder = tmp_path / ("a very long name, 100% of it & more " * 4) / "data"
    with running(folder, tmp_path / "log", "--no-demo") as up:
        address = f"http://127.0.0.1:{up.port}"
        assert (folder / "address").read_text().strip() == address
        assert requests.get(f"{address}/readyz", timeout=10).status_code == 200
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in (folder / "logs").iterdir())
        for worker in ("worker-urgent", "worker-standard", "worker-nightly"):
            wait_until((folder / "heartbeats" / worker).exists, 30)

        second = subprocess.run(
            [sys.executable, "-m", "verify.cli", "up", "--data", str(folder), "--port", "0"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert second.returncode == 1
        assert f"runs already on {folder}: {address}" in second.stdout + second.stderr

        children = descendants(up.process.pid)
        assert len(children) >= 7, "two servers, web, three workers, beat"
        assert up.end() < 10
        assert up.process.returncode == 0
        assert gone(children)
        assert not (folder / "address").exists()


@pytest.mark.flow
def test_up_goes_on_where_a_killed_one_left_off_and_leaves_no_child_behind(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with running(folder, tmp_path / "first", "--demo") as up:
        assert "demo: invented people only" in up.said()
        assert "/sign-in/" in up.said()
        token = (folder / "cli-token").read_text()
        assert stat.S_IMODE((folder / "cli-token").stat().st_mode) == 0o600
        children = descendants(up.process.pid)
        os.kill(up.process.pid, signal.SIGKILL)
        wait_until(lambda: gone(children))
    with running(folder, tmp_path / "second") as up:
        assert "demo: invented people only" in up.said(), "a demo stays one"
        assert (folder / "cli-token").read_text() == token
        up.process.send_signal(signal.SIGINT)
        assert up.process.wait(10) == 0


def refused(*options: str) -> str:
    outcome = subprocess.run(
        [sys.executable, "-m", "verify.cli", "up", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert outcome.returncode == 1
    return outcome.stdout + outcome.stderr


def test_a_busy_port_is_named_with_the_way_out(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        said = refused("--data", str(tmp_path / "data"), "--port", str(port))
    assert f"port {port} is in use by another program" in said
    assert "verify up --port" in said


def test_real_patients_and_a_demo_never_share_a_folder(data_folder: Path) -> None:
    remember(data_folder, Installation(demo=False))
    assert "--demo needs an empty data folder" in refused("--data", str(data_folder), "--port", "0", "--demo")
