"""The migrations and the tables say the same, and evidence cannot be changed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, delete, insert, text, update
from sqlalchemy.exc import DBAPIError

from verify.store import clinic, connect, migrate, revisions
from verify.store.tables import access_rows, events, metadata


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = connect(postgres_url)
    yield engine
    engine.dispose()


def test_the_migrations_make_the_tables_as_written(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_an_empty_database_is_brought_to_the_newest_by_many_at_once(empty_postgres_url: str) -> None:
    engine = connect(empty_postgres_url)
    try:
        assert not revisions(engine).is_current
        with ThreadPoolExecutor(3) as threads:
            results = list(threads.map(lambda _: migrate(engine), range(3)))
        assert all(result.is_current for result in results)
    finally:
        engine.dispose()


def test_the_access_record_is_added_to_and_never_changed(engine: Engine) -> None:
    with engine.begin() as connection:
        practice_id = clinic.add_practice(
            connection, name="Larkspur", time_zone="America/Chicago", npi="1999999984", tax_id="990000001"
        )
        connection.execute(
            insert(access_rows).values(
                practice_id=practice_id,
                actor="system",
                action="read",
                object_type="patient",
                object_id="",
                outcome="done",
            )
        )
    for change in (
        update(access_rows).values(actor="somebody"),
        delete(access_rows),
        text("truncate access_rows"),
        text("truncate exchanges"),
    ):
        with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(change)


def test_errors_of_statements_do_not_carry_their_values(engine: Engine) -> None:
    with pytest.raises(DBAPIError) as caught, engine.begin() as connection:
        connection.execute(
            insert(events).values(practice_id="prac_x", verification_id="MARKEDNAME", actor="a", what="w")
        )
    assert "parameters" not in str(caught.value).lower() or "hidden" in str(caught.value).lower()
