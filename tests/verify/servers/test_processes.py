"""The table of processes: every lane has a worker, and a child reads its parent's settings."""

import signal
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from verify.queue import CLOCK
from verify.servers.processes import PROCESSES, Process, command, environment, heartbeat_file, needed
from verify.settings import Settings, read
from verify.verification import Lane

WORKERS = [process for process in PROCESSES if "worker" in process.module]


@pytest.fixture
def chosen(data_folder: Path) -> Settings:
    variables = {
        "VERIFY_DATA": str(data_folder),
        "VERIFY_DATABASE_URL": "postgresql+psycopg://verify@/verify?host=%2Fdata%20folder",
        "VERIFY_REDIS_URL": "unix:///data/valkey.sock?db=0",
        "VERIFY_PORT": "8555",
        "VERIFY_CONCURRENCY": "7",
    }
    return read(variables)


def queues(process: Process) -> list[str]:
    return process.module[process.module.index("-Q") + 1].split(",")


def test_every_lane_and_the_clock_are_read_by_exactly_one_worker() -> None:
    read_queues = [queue for process in WORKERS for queue in queues(process)]
    assert sorted(read_queues) == sorted([*(lane.value for lane in Lane), CLOCK])


def test_the_urgent_lane_shares_its_worker_with_no_patients_work() -> None:
    (urgent,) = [process for process in WORKERS if Lane.URGENT.value in queues(process)]
    assert set(queues(urgent)) == {Lane.URGENT.value, CLOCK}


@pytest.mark.parametrize("process", WORKERS, ids=lambda process: process.name)
def test_workers_run_as_measured(process: Process, chosen: Settings) -> None:
    """Design decision 3."""
    line = " ".join(command(process, chosen, python="python"))
    assert line.startswith("python -m celery -A workers.app worker")
    for option in ("-P threads", "-c 7", "--prefetch-multiplier 1", "--without-gossip", "--without-mingle"):
        assert option in line
    assert process.heartbeat


def test_names_are_fit_for_files_and_unique() -> None:
    names = [process.name for process in PROCESSES]
    assert len(set(names)) == len(names)
    assert all(name.replace("-", "").isalpha() for name in names)


def test_without_a_demo_there_is_no_simulator() -> None:
    assert {process.name for process in needed(demo=True)} - {
        process.name for process in needed(demo=False)
    } == {"simulator"}


def test_every_command_is_complete(chosen: Settings) -> None:
    for process in PROCESSES:
        assert not [part for part in command(process, chosen, simulator_port=1) if "{" in part]


@pytest.mark.parametrize("process", PROCESSES, ids=lambda process: process.name)
def test_a_child_reads_its_parents_settings_and_no_others(
    process: Process, chosen: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERIFY_LEASE_SECONDS", "11")
    monkeypatch.setenv("VERIFY_HEARTBEAT_FILE", "/nowhere")
    expected = heartbeat_file(process, chosen) if process.heartbeat else None
    own = {"process": process.name, "niceness": process.niceness, "heartbeat_file": expected}
    assert read(environment(process, chosen)) == msgspec.structs.replace(chosen, **own)


def test_a_crash_below_python_says_where_it_happened(chosen: Settings) -> None:
    crash = "import os, signal\ndef asking(): os.kill(os.getpid(), signal.SIGSEGV)\nasking()"
    ended = subprocess.run(
        [sys.executable, "-c", crash], env=environment(WORKERS[0], chosen), capture_output=True, text=True
    )
    assert ended.returncode == -signal.SIGSEGV
    assert "Segmentation fault" in ended.stderr
    assert "in asking" in ended.stderr
