"""One `up` a folder, ports that are free, files for their owner alone."""

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from verify.servers.installation import (
    ADDRESS_FILE,
    Installation,
    Refused,
    check_port,
    claimed,
    free_port,
    recall,
    remember,
    write_private,
)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_second_one_on_the_same_folder_is_told_where_the_first_is(data_folder: Path) -> None:
    with claimed(data_folder):
        with pytest.raises(Refused, match="it is still starting"), claimed(data_folder):
            pass
        write_private(data_folder / ADDRESS_FILE, "http://127.0.0.1:8470\n")
        with pytest.raises(Refused, match=r"runs already on .*: http://127.0.0.1:8470"), claimed(data_folder):
            pass
    assert not (data_folder / ADDRESS_FILE).exists()
    with claimed(data_folder):
        pass


def test_a_busy_port_is_named_with_the_way_out(taken_port: int) -> None:
    with pytest.raises(Refused, match=rf"port {taken_port} is in use .*: verify up --port \d+"):
        check_port("127.0.0.1", taken_port)


def test_an_address_that_is_not_ours_is_said_so() -> None:
    with pytest.raises(Refused, match="check VERIFY_HOST"):
        check_port("192.0.2.1", 8470)


def test_the_free_port_that_is_named_is_free(taken_port: int) -> None:
    free = free_port("127.0.0.1", taken_port)
    assert free != taken_port
    check_port("127.0.0.1", free)


def test_no_port_beyond_the_last_is_tried() -> None:
    assert 0 < free_port("127.0.0.1", 65536) < 65536


def test_what_was_decided_is_remembered(data_folder: Path) -> None:
    assert recall(data_folder) is None
    remember(data_folder, Installation(demo=True, simulator_port=8471))
    assert recall(data_folder) == Installation(demo=True, simulator_port=8471)


def test_private_files_are_private_even_over_an_open_one(data_folder: Path) -> None:
    file = data_folder / "cli-token"
    file.write_text("old")
    file.chmod(0o644)
    write_private(file, "new")
    assert file.read_text() == "new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
