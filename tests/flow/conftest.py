"""One running system for all flow tests; each test has a practice of its own in it."""

from collections.abc import Iterator

import pytest

from tests.conftest import administrate, database_url
from tests.house import WORKERS, House, house
from verify.servers.postgres import Postgres
from verify.servers.valkey import Valkey


@pytest.fixture(scope="session")
def running_house(postgres_server: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("flow")
    with administrate(postgres_server) as session:
        session.execute("CREATE DATABASE flow")
    broker = Valkey(folder / "valkey")
    redis_url = broker.start()
    with house(folder, database_url(postgres_server, "flow"), redis_url, concurrency=16) as built:
        built.start(*WORKERS)
        yield built
    broker.stop()
