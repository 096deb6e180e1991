"""The test fixtures themselves: every test has a database and a Valkey of its own."""

import os

import psycopg
import pytest
import redis


@pytest.mark.parametrize("turn", [1, 2])
def test_a_database_is_fresh_in_every_test(empty_postgres_url: str, turn: int) -> None:
    with psycopg.connect(empty_postgres_url.replace("+psycopg", "")) as session:
        session.execute("CREATE TABLE only_here (turn int)")


@pytest.mark.parametrize("turn", [1, 2])
def test_valkey_is_empty_in_every_test(valkey: redis.Redis, turn: int) -> None:
    assert valkey.dbsize() == 0
    valkey.set("only", turn)


def test_settings_of_the_machine_are_out_of_reach() -> None:
    assert not [name for name in os.environ if name.startswith("VERIFY_") and name != "VERIFY_CORPUS"]
