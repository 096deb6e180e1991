"""The test fixtures themselves: every test has a database and a Valkey of its own."""

import os

import psycopg
import pytest
import redis


@pytest.mark.parametrize("turn", [1, 2])
def test_a_database_is_fresh_in_every_test(empty_postgres_url: str, turn: int) -> None:
    with psycopg.connect(empty_postgres_url.replace("+psycopg", "")) as session:
        session.execute("CREATE TABLE only_here (turn int)")


@pytest.mark.parametrize("turn", [1, 2, 3])
def test_a_shared_database_is_empty_and_whole_in_every_test(postgres_url: str, turn: int) -> None:
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as session:
        session.execute("INSERT INTO sign_in_failures (who_index) VALUES ('nobody')")
        assert session.execute("SELECT count(*) FROM sign_in_failures").fetchone() == (1,)
        assert session.execute("SELECT nextval('control_number')").fetchone() == (1,)
        if turn == 2:
            session.execute("CREATE TABLE only_in_the_second (turn int)")
        else:
            assert session.execute("SELECT to_regclass('only_in_the_second')").fetchone() == (None,)


@pytest.mark.parametrize("turn", [1, 2])
def test_valkey_is_empty_in_every_test(valkey: redis.Redis, turn: int) -> None:
    assert valkey.dbsize() == 0
    valkey.set("only", turn)


def test_settings_of_the_machine_are_out_of_reach() -> None:
    assert not [name for name in os.environ if name.startswith("VERIFY_") and name != "VERIFY_CORPUS"]
