"""A PostgreSQL of our own: private, durable, restartable, never left behind."""

import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from sqlalchemy import create_engine, text

from tests.verify.servers.waiting import wait_until
from verify.servers import postgres
from verify.servers.folder import ServerFault, command_line
from verify.servers.postgres import Postgres, identity, programs

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """Has a path far too long for a socket, with characters that URLs treat as special."""
    folder = tmp_path_factory.mktemp("server") / ("a very long name, 100% of it & more " * 4) / "postgres"
    server = Postgres(folder)
    server.start()
    yield server
    server.stop()


def connect(server: Postgres) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True)


def show(server: Postgres, setting: str) -> object:
    with connect(server) as session:
        row = session.execute(f"SHOW {setting}").fetchone()
    assert row
    return row[0]


def test_a_folder_with_a_long_path_works_from_sqlalchemy(server: Postgres) -> None:
    engine = create_engine(server.url)
    with engine.connect() as session:
        assert session.execute(text("SELECT current_database()")).scalar() == "verify"
    engine.dispose()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("server_encoding", "UTF8"),
        ("lc_collate", "C"),
        ("data_checksums", "on"),
        ("fsync", "on"),
        ("synchronous_commit", "on"),
        ("listen_addresses", ""),
        ("max_connections", "120"),
    ],
)
def test_setting(server: Postgres, setting: str, value: str) -> None:
    if setting == "lc_collate":
        with connect(server) as session:
            row = session.execute("SELECT datcollate FROM pg_database WHERE datname = 'verify'").fetchone()
        assert row == (value,)
    else:
        assert show(server, setting) == value


def test_only_we_can_reach_its_folder(server: Postgres) -> None:
    folder = Path(str(show(server, "data_directory"))).parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_its_log_never_holds_a_value_that_was_sent_to_it(server: Postgres) -> None:
    with connect(server) as session:
        session.execute("CREATE TABLE patients (name text PRIMARY KEY)")
        session.execute("INSERT INTO patients VALUES ('Marked-Canary')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            session.execute("INSERT INTO patients VALUES ('Marked-Canary')")
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            session.execute("SELECT 'Marked-Canary'::int")
    log = Path(str(show(server, "data_directory"))).parent / "postgres.log"
    assert "ready to accept connections" in log.read_text()
    assert "Marked-Canary" not in log.read_text()


def test_what_was_committed_survives_a_kill(server: Postgres) -> None:
    with connect(server) as session:
        session.execute("CREATE TABLE kept (number int)")
        session.execute("INSERT INTO kept VALUES (42)")
    url, pid = server.url, server.pid
    assert pid
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not server.running())
    assert server.start() == url
    with connect(server) as session:
        assert session.execute("SELECT number FROM kept").fetchall() == [(42,)]


def test_a_swept_temporary_folder_is_mended(server: Postgres) -> None:
    short = Path(server.url.partition("host=")[2].replace("%2F", "/"))
    short.unlink()
    short.parent.rmdir()
    server.start()
    assert show(server, "fsync") == "on"


def test_a_second_server_on_the_same_folder_is_refused(server: Postgres) -> None:
    folder = Path(str(show(server, "data_directory"))).parent
    with pytest.raises(ServerFault, match="another process runs the server"):
        Postgres(folder).start()
    assert server.running()


def test_a_stale_pid_file_that_names_a_living_stranger_is_no_hindrance(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "postgres")
    server.start()
    server.stop()
    pid_file = tmp_path / "postgres" / "data" / "postmaster.pid"
    pid_file.write_text(f"{os.getppid()}\n{pid_file.parent}\n0\n5432\n")
    server.start()
    assert server.running()
    server.stop()


def test_an_interrupted_set_up_is_done_again(tmp_path: Path) -> None:
    unfinished = tmp_path / "postgres" / "data.unfinished"
    unfinished.mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18\n")
    server = Postgres(tmp_path / "postgres")
    server.start()
    assert server.running()
    server.stop()
    assert not unfinished.exists()


def ways() -> list[str]:
    """The identities this machine lets PostgreSQL run as; nobody must be able to reach its program."""
    if os.geteuid() != 0:
        return ["same"]
    reachable = all(folder.stat().st_mode & 0o001 for folder in (programs(), *programs().parents))
    return list(dict.fromkeys([identity(), *(["nobody"] if reachable else [])]))


@pytest.mark.parametrize("way", ways())
def test_it_runs_as_whomever_the_machine_allows_and_changes_over(
    way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under /tmp itself, since pytest's folders are closed to nobody."""
    with TemporaryDirectory(dir="/tmp") as place:
        Path(place).chmod(0o711)
        server = Postgres(Path(place) / "postgres")
        for identity_now in (way, identity(), way):
            monkeypatch.setattr(postgres, "identity", lambda now=identity_now: now)
            server.start()
            with connect(server) as session:
                session.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
            assert stat.S_IMODE((Path(place) / "postgres").stat().st_mode) == 0o700
            server.stop()
            monkeypatch.undo()


def test_it_dies_with_its_parent_even_when_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from verify.servers.postgres import Postgres\n"
        "server = Postgres(Path(sys.argv[1])); server.start(); print(server.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path / "postgres")],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout
    pid = int(parent.stdout.readline())
    assert "postgres" in command_line(pid)
    parent.kill()
    parent.communicate()
    wait_until(lambda: str(tmp_path) not in command_line(pid))
