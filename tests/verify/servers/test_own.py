"""Our own servers for a command: those of a running `up`, or started for the while."""

import stat
from pathlib import Path

import redis

from verify.servers.own import own_servers, reached, with_addresses
from verify.settings import read


def test_servers_are_started_for_a_command_and_stopped_after_it(data_folder: Path) -> None:
    chosen = read({"VERIFY_DATA": str(data_folder)})
    with reached(chosen) as complete, redis.Redis.from_url(complete.redis_url or "") as client:
        assert client.ping()
    for server in own_servers(chosen).values():
        server.start()  # nobody holds the folder any more
        server.stop()


def test_servers_that_run_already_are_used_and_left_running(data_folder: Path) -> None:
    chosen = read({"VERIFY_DATA": str(data_folder)})
    with reached(chosen) as outer:
        with reached(chosen) as inner:
            assert inner == outer
        with redis.Redis.from_url(outer.redis_url or "") as client:
            assert client.ping()


def test_a_data_folder_is_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o755)
    with reached(read({"VERIFY_DATA": str(folder)})):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_addresses_of_others_leave_nothing_to_start(data_folder: Path) -> None:
    chosen = read(
        {
            "VERIFY_DATA": str(data_folder),
            "VERIFY_DATABASE_URL": "postgresql+psycopg://db/verify",
            "VERIFY_REDIS_URL": "redis://cache/0",
        }
    )
    assert own_servers(chosen) == {}
    assert with_addresses(chosen) == chosen
