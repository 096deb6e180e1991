"""What a container's health check hears."""

import os
import time
from pathlib import Path

import pytest

from tests.verify.cli.conftest import verify
from tests.verify.steps.receiving import Receiver
from verify.servers.compose_secrets import NAMES, make
from verify.servers.health import trouble
from verify.servers.processes import PROCESSES
from verify.settings import read

BY_NAME = {process.name: process for process in PROCESSES}


@pytest.mark.parametrize("name", ["worker-urgent", "beat"])
def test_a_process_with_a_fresh_heartbeat_is_well(name: str, tmp_path: Path) -> None:
    file = tmp_path / "beat"
    chosen = read({"VERIFY_DATA": str(tmp_path), "VERIFY_HEARTBEAT_FILE": str(file)})
    assert trouble(BY_NAME[name], chosen) == "has not begun to work"
    file.touch()
    assert trouble(BY_NAME[name], chosen) == ""
    os.utime(file, (time.time() - 45, time.time() - 45))
    assert trouble(BY_NAME[name], chosen) == "was last alive 45 s ago"


def test_under_verify_up_the_heartbeat_is_found_in_the_data_folder(tmp_path: Path) -> None:
    (tmp_path / "heartbeats").mkdir()
    (tmp_path / "heartbeats" / "beat").touch()
    assert trouble(BY_NAME["beat"], read({"VERIFY_DATA": str(tmp_path)})) == ""


@pytest.mark.parametrize(
    ("status", "words"), [("200 OK", ""), ("503 Away", "does not answer, or is not ready")]
)
def test_the_web_server_is_well_when_it_is_ready(status: str, words: str, tmp_path: Path) -> None:
    class Web(Receiver):
        def take(self, talk: object) -> None:
            head = b""
            while b"\r\n\r\n" not in head:
                head += talk.sock.recv(4096)  # type: ignore[attr-defined]
            assert head.startswith(b"GET /readyz ")
            talk.answer(b"", status)  # type: ignore[attr-defined]

    with Web() as web:
        variables = {"VERIFY_DATA": str(tmp_path), "VERIFY_PORT": str(web.port), "VERIFY_HOST": "0.0.0.0"}
        assert trouble(BY_NAME["web"], read(variables)) == words


def test_the_command_exits_by_what_it_finds(tmp_path: Path) -> None:
    file = tmp_path / "beat"
    changes = {"VERIFY_HEARTBEAT_FILE": str(file), "VERIFY_DATA": str(tmp_path / "data")}
    silent = verify("health", "beat", changes=changes)
    assert (silent.returncode, silent.stderr) == (1, "verify: beat has not begun to work\n")
    file.touch()
    assert verify("health", "beat", changes=changes).returncode == 0
    assert verify("health", "nobody", changes=changes).returncode == 2
    assert not (tmp_path / "data").exists(), "a check leaves nothing behind"


def test_passwords_are_made_once_and_differ(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    assert [file.name for file in make(folder)] == list(NAMES)
    assert folder.stat().st_mode & 0o077 == 0
    first = {name: (folder / name).read_text() for name in NAMES}
    assert len(set(first.values())) == len(NAMES)
    assert all(len(text.strip()) == 64 for text in first.values())
    assert make(folder) == []
    assert {name: (folder / name).read_text() for name in NAMES} == first
