"""Real servers for the tests: one PostgreSQL and one Valkey a session, a fresh database a test."""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
import redis

from verify.servers.postgres import Postgres
from verify.servers.valkey import Valkey
from verify.store import connect, migrate

TEMPLATE = "migrated"
numbers = count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--verifications",
        type=int,
        default=60,
        help="how many verifications the fault storm runs (500 in full)",
    )

    parser.addoption(
        "--mutations",
        type=int,
        default=400,
        help="how many mutated webhook requests are sent (10000 in full)",
    )

    parser.addoption(
        "--rows",
        type=int,
        default=1000,
        help="how many rows the file has that survives a killed worker (10000 in full)",
    )


@pytest.fixture(autouse=True)
def no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test never reaches the servers, keys or data of whoever runs it."""
    for name in os.environ:
        if name.startswith("VERIFY_") and name != "VERIFY_CORPUS":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(tmp_path_factory.mktemp("postgres"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def migrated_template(postgres_server: Postgres) -> str:
    """The name of a database with the newest schema, for cloning."""
    url = database_url(postgres_server, TEMPLATE)
    with administrate(postgres_server) as session:
        session.execute(f'CREATE DATABASE "{TEMPLATE}"')
    engine = connect(url)
    migrate(engine)
    engine.dispose()
    return TEMPLATE


@pytest.fixture
def empty_postgres_url(postgres_server: Postgres) -> Iterator[str]:
    """A database of the test's own, without a schema."""
    yield from fresh_database(postgres_server, "template1")


@pytest.fixture
def postgres_url(postgres_server: Postgres, migrated_template: str) -> Iterator[str]:
    """A database of the test's own, with the newest schema and nothing in it."""
    yield from fresh_database(postgres_server, migrated_template)


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    server = Valkey(tmp_path_factory.mktemp("valkey"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def valkey_url(valkey_server: Valkey) -> Iterator[str]:
    """An empty Valkey; for redis-py. `verify.queue.broker_url` gives Celery's form."""
    with redis.Redis.from_url(valkey_server.url) as client:
        client.flushall()
    yield valkey_server.url


@pytest.fixture
def valkey(valkey_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(valkey_url) as client:
        yield client


@pytest.fixture
def data_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    return folder


def fresh_database(server: Postgres, template: str) -> Iterator[str]:
    name = f"test_{next(numbers)}"
    with administrate(server) as session:
        session.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    yield database_url(server, name)
    with administrate(server) as session:
        session.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def database_url(server: Postgres, name: str) -> str:
    return server.url.replace("@/verify?", f"@/{name}?")


def administrate(server: Postgres) -> psycopg.Connection[tuple[object, ...]]:
    url = database_url(server, "postgres").replace("+psycopg", "")
    return psycopg.connect(url, autocommit=True)
