"""A Valkey of our own: private, durable, restartable, never left behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from celery import Celery

from tests.verify.servers.waiting import wait_until
from verify.queue import broker_url
from verify.servers.folder import ServerFault, command_line
from verify.servers.valkey import Valkey

ROOT = Path(__file__).parents[3]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Valkey]:
    server = Valkey(tmp_path / ("a very long name, 100% of it & more " * 4) / "valkey")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def client(server: Valkey) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(server.url) as client:
        yield client


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("appendonly", "yes"),
        ("appendfsync", "everysec"),
        ("maxmemory-policy", "noeviction"),
        ("save", ""),
        ("port", "0"),
    ],
)
def test_setting(client: redis.Redis, setting: str, value: str) -> None:
    assert client.config_get(setting) == {setting: value}


def test_data_survives_a_kill(server: Valkey, client: redis.Redis) -> None:
    for number in range(1000):
        client.set(f"key-{number}", number)
    url, pid = server.url, server.pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not server.running())
    assert server.start() == url
    assert client.dbsize() == 1000


def test_a_broken_append_only_file_is_put_aside(server: Valkey, client: redis.Redis, tmp_path: Path) -> None:
    for number in range(100):
        client.set(f"key-{number}", number)
    server.stop()
    records = next(tmp_path.rglob("*.incr.aof"))
    whole = records.read_bytes()
    records.write_bytes(whole[:200] + b"broken" + whole[200:])
    server.start()
    assert client.dbsize() == 0
    assert next(tmp_path.rglob("appendonlydir.broken")).is_dir()


def test_celery_reaches_it_by_its_own_form_of_the_url(server: Valkey, client: redis.Redis) -> None:
    app = Celery(broker=broker_url(server.url))
    app.send_task("anything", args=["id"])
    assert client.llen("celery") == 1
    app.close()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("unix:///data/valkey.sock?db=0", "redis+socket:///data/valkey.sock?virtual_host=0"),
        ("unix:///data/valkey.sock?db=3", "redis+socket:///data/valkey.sock?virtual_host=3"),
        ("unix:///data/valkey.sock", "redis+socket:///data/valkey.sock?virtual_host=0"),
        ("rediss://:secret@cache:6379/1", "rediss://:secret@cache:6379/1"),
    ],
)
def test_broker_url(url: str, expected: str) -> None:
    assert broker_url(url) == expected


def test_a_second_server_on_the_same_folder_is_refused(tmp_path: Path, server: Valkey) -> None:
    folder = next(tmp_path.rglob("valkey.log")).parent
    with pytest.raises(ServerFault, match="another process runs the server"):
        Valkey(folder).start()
    assert server.running()


def test_it_dies_with_its_parent_even_when_a_thread_of_it_started_it(tmp_path: Path) -> None:
    """Linux tells a child when the thread that started it ends: that must not end it early."""
    program = (
        "import sys, threading, time; from pathlib import Path; from verify.servers.valkey import Valkey\n"
        "server = Valkey(Path(sys.argv[1])); short = threading.Thread(target=server.start)\n"
        "short.start(); short.join(); time.sleep(0.3); print(server.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "v")], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout
    pid = int(parent.stdout.readline())
    assert "valkey" in command_line(pid)
    parent.kill()
    parent.communicate()
    wait_until(lambda: "valkey" not in command_line(pid))
