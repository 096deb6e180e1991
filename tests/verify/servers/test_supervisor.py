"""The supervisor on real processes: what dies or hangs comes back, and everything ends in time."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.verify.servers.waiting import wait_until
from verify.servers import supervisor as module
from verify.servers.folder import command_line
from verify.servers.supervisor import LONGEST_WAIT_SECONDS, Heartbeat, Patience, Program, Supervisor, rotate
from verify.servers.valkey import Valkey

ROOT = Path(__file__).parents[3]

#: Says its pid, beats while the second file is there, and lives on.
BEATING = """
import os, sys, time
from pathlib import Path
with open(sys.argv[1], "a") as pids: pids.write(f"{os.getpid()}\\n")
while True:
    if Path(sys.argv[3]).exists(): Path(sys.argv[2]).touch()
    time.sleep(0.05)
"""
STUBBORN = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
with open(sys.argv[1], "a") as pids: pids.write(f"{os.getpid()}\\n")
time.sleep(60)
"""
SHORT_LIVED = "import os, sys; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n'); sys.exit(3)"


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def watch(said: list[str]) -> Iterator[Supervisor]:
    supervisor = Supervisor({}, said.append)
    yield supervisor
    supervisor.end()


def program(folder: Path, text: str, *, heartbeat: bool = False) -> Program:
    files = [folder / "pids", folder / "heartbeat", folder / "beats"]
    return Program(
        name="worker",
        command=[sys.executable, "-c", text, *map(str, files)],
        environment=dict(os.environ),
        log=folder / "worker.log",
        heartbeat=folder / "heartbeat" if heartbeat else None,
    )


def pids(folder: Path) -> list[int]:
    file = folder / "pids"
    return [int(line) for line in file.read_text().splitlines()] if file.exists() else []


def starts(supervisor: Supervisor, folder: Path, count: int) -> bool:
    supervisor.check()
    return len(pids(folder)) >= count


def test_what_is_killed_is_started_again(watch: Supervisor, said: list[str], tmp_path: Path) -> None:
    watch.start([program(tmp_path, BEATING)])
    wait_until(lambda: starts(watch, tmp_path, 1))
    os.kill(pids(tmp_path)[0], signal.SIGKILL)
    wait_until(lambda: starts(watch, tmp_path, 2))
    assert said == ["worker ended (SIGKILL); starting again in 0.5 s"]


def test_what_keeps_dying_is_started_ever_more_slowly(
    watch: Supervisor, said: list[str], tmp_path: Path
) -> None:
    watch.start([program(tmp_path, SHORT_LIVED)])
    wait_until(lambda: starts(watch, tmp_path, 3))
    wait_until(lambda: watch.check() or len(said) == 3)
    assert said == [f"worker ended (exit code 3); starting again in {wait} s" for wait in ("0.5", "1", "2")]
    assert watch.deaths("worker") == 3


def test_patience_grows_to_a_limit_and_forgives_a_long_life() -> None:
    patience = Patience()
    patience.started(1000.0)
    waits = [patience.died(1001.0) for _ in range(10)]
    assert waits[:4] == [0.5, 1.0, 2.0, 4.0]
    assert waits[-1] == LONGEST_WAIT_SECONDS
    assert not patience.due(1001.0 + LONGEST_WAIT_SECONDS - 0.1)
    assert patience.due(1001.0 + LONGEST_WAIT_SECONDS)
    patience.started(2000.0)
    assert patience.died(2100.0) == 0.5


def test_a_process_whose_heartbeat_stops_is_killed_and_started_again(
    watch: Supervisor, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HEARTBEAT_SECONDS", 0.5)
    (tmp_path / "beats").touch()
    watch.start([program(tmp_path, BEATING, heartbeat=True)])
    wait_until(lambda: starts(watch, tmp_path, 1) and (tmp_path / "heartbeat").exists())
    lively_until = time.monotonic() + 1.0
    while time.monotonic() < lively_until:
        watch.check()
        time.sleep(0.05)
    assert len(pids(tmp_path)) == 1, "a lively one is left alone"
    (tmp_path / "beats").unlink()
    wait_until(lambda: starts(watch, tmp_path, 2))
    assert said[0] == "worker hangs: no heartbeat. It is ended and started again"


def test_a_frozen_process_is_killed_and_started_again(
    watch: Supervisor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "HEARTBEAT_SECONDS", 0.5)
    (tmp_path / "beats").touch()
    watch.start([program(tmp_path, BEATING, heartbeat=True)])
    wait_until(lambda: starts(watch, tmp_path, 1) and (tmp_path / "heartbeat").exists())
    watch.check()
    os.kill(pids(tmp_path)[0], signal.SIGSTOP)
    wait_until(lambda: starts(watch, tmp_path, 2))
    assert not command_line(pids(tmp_path)[0])


def test_an_old_heartbeat_file_of_an_earlier_run_hurts_nobody(tmp_path: Path) -> None:
    """Nor does a wall clock that was set: only a change of the file counts, by our monotonic clock."""
    file = tmp_path / "heartbeat"
    file.touch()
    os.utime(file, (1.0, 1.0))
    heartbeat = Heartbeat(file, now=100.0)
    assert not heartbeat.late(100.0 + module.BOOT_SECONDS)
    assert heartbeat.late(100.1 + module.BOOT_SECONDS)
    os.utime(file, (2.0, 2.0))
    assert not heartbeat.late(200.0)
    assert not heartbeat.late(200.0 + module.HEARTBEAT_SECONDS)
    assert heartbeat.late(200.1 + module.HEARTBEAT_SECONDS)


def test_what_ignores_the_request_to_end_is_killed(
    tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PROCESS_SECONDS", 0.5)
    supervisor = Supervisor({}, said.append)
    supervisor.start([program(tmp_path, STUBBORN)])
    wait_until(lambda: pids(tmp_path))
    began = time.monotonic()
    supervisor.end()
    assert 0.5 <= time.monotonic() - began < 1.5
    assert not command_line(pids(tmp_path)[0])


def test_a_killed_server_comes_back_at_the_same_address(said: list[str], tmp_path: Path) -> None:
    server = Valkey(tmp_path / "valkey")
    address = server.start()
    supervisor = Supervisor({"Valkey": server}, said.append)
    pid = server.pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: supervisor.check() or (server.running() and server.pid != pid))
    assert server.url == address
    assert said == ["Valkey ended; starting again in 0.5 s", "Valkey is back"]
    supervisor.end()
    assert not server.running()


def test_no_child_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    text = (
        "import sys; from pathlib import Path; from tests.verify.servers.test_supervisor import *\n"
        "folder = Path(sys.argv[1]); server = Valkey(folder / 'valkey'); server.start()\n"
        "supervisor = Supervisor({'Valkey': server}, print); supervisor.start([program(folder, STUBBORN)])\n"
        "wait_until(lambda: pids(folder)); print(server.pid, flush=True); supervisor.watch()"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", text, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    children = [int(parent.stdout.readline()), *pids(tmp_path)]
    assert len(children) == 2
    assert all(command_line(pid) for pid in children)
    parent.kill()
    parent.communicate()
    wait_until(lambda: not any(command_line(pid) for pid in children))


def test_a_log_that_grew_is_cut_while_its_process_goes_on_writing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOG_BYTES", 100)
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as writer:
        writer.write(b"x" * 101)
        rotate(log)
        writer.write(b"after")
    assert log.read_bytes() == b"after"
    assert (tmp_path / "web.log.1").read_bytes() == b"x" * 101
    rotate(tmp_path / "absent.log")
