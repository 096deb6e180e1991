"""Real servers for the tests: one PostgreSQL and one Valkey a session, an empty database a test."""

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
#: What a schema is made of, as far as a test may change it.
SCHEMA = """
select relname from pg_class where relnamespace = 'public'::regnamespace
union all select conname from pg_constraint union all select tgname from pg_trigger where not tgisinternal
union all select proname from pg_proc where pronamespace = 'public'::regnamespace order by 1
"""


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

    parser.addoption(
        "--matrix",
        action="store_true",
        help="print the adapters' contract as a table, adapter by case (tests/payers/adapters)",
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


@pytest.fixture(scope="session")
def emptied(postgres_server: Postgres, migrated_template: str) -> Iterator["Emptied"]:
    made = Emptied(postgres_server, migrated_template)
    yield made
    made.close()


@pytest.fixture
def postgres_url(emptied: "Emptied") -> Iterator[str]:
    """A database that is the test's alone, with the newest schema and nothing in it."""
    yield database_url(emptied.server, emptied.name)
    emptied.empty()


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


class Emptied:
    """One database for one test after the other, emptied in between: a new one each costs half a second.

    A test that changed the schema, or closed the database, leaves a new one to the next.
    """

    def __init__(self, server: Postgres, template: str) -> None:
        self.server, self._template = server, template
        self.name = create_database(server, template)
        with self._session() as session:
            self._schema = self._names(session, SCHEMA)
            self._tables = self._names(session, "select tablename from pg_tables where schemaname = 'public'")
            self._sequences = self._names(session, "select sequencename from pg_sequences")

    def empty(self) -> None:
        try:
            is_whole = self._empty()
        except psycopg.OperationalError:
            is_whole = False
        if not is_whole:
            drop_database(self.server, self.name)
            self.name = create_database(self.server, self._template)

    def _empty(self) -> bool:
        with self._session() as session:
            if self._names(session, SCHEMA) != self._schema:
                return False
            session.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
            session.execute("set session_replication_role = replica")
            filled = " union all ".join(
                f"select '{table}' where exists (select from \"{table}\")"
                for table in self._tables
                if table != "alembic_version"
            )
            for table in self._names(session, filled):
                session.execute(f'delete from "{table}"')
            for sequence in self._sequences:
                session.execute(f"select setval('{sequence}', 1, false)")
        return True

    def close(self) -> None:
        drop_database(self.server, self.name)

    def _session(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(database_url(self.server, self.name).replace("+psycopg", ""), autocommit=True)

    def _names(self, session: psycopg.Connection[tuple[object, ...]], query: str) -> list[str]:
        return [str(row[0]) for row in session.execute(query)]


def fresh_database(server: Postgres, template: str) -> Iterator[str]:
    name = create_database(server, template)
    yield database_url(server, name)
    drop_database(server, name)


def create_database(server: Postgres, template: str) -> str:
    name = f"test_{next(numbers)}"
    with administrate(server) as session:
        session.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
    return name


def drop_database(server: Postgres, name: str) -> None:
    with administrate(server) as session:
        session.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def database_url(server: Postgres, name: str) -> str:
    return server.url.replace("@/verify?", f"@/{name}?")


def administrate(server: Postgres) -> psycopg.Connection[tuple[object, ...]]:
    url = database_url(server, "postgres").replace("+psycopg", "")
    return psycopg.connect(url, autocommit=True)
