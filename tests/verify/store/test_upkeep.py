"""Old rows that are no evidence go; what may be needed stays."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select, update

from verify.store import clinic, connect, jobs
from verify.store.tables import jobs as table
from verify.store.upkeep import tidy
from verify.verification import Lane, new_id


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = connect(postgres_url)
    yield engine
    engine.dispose()


def test_finished_jobs_go_after_a_month_and_others_never(engine: Engine) -> None:
    with engine.begin() as connection:
        practice_id = clinic.add_practice(
            connection, name="Larkspur", time_zone="America/Chicago", npi="1999999984", tax_id="990000001"
        )
        made = {
            state: jobs.accept(
                connection, step="ask", subject_id=new_id("inq"), practice_id=practice_id, lane=Lane.STANDARD
            )
            for state in ("queued", "done", "failed")
        }
        for state, hint in made.items():
            assert hint is not None
            old = func.now() - timedelta(days=31)
            connection.execute(
                update(table).where(table.c.id == hint.job_id).values(state=state, finished_at=old)
            )
    with engine.begin() as connection:
        assert tidy(connection)["jobs"] == 1
        assert tidy(connection)["jobs"] == 0
        left = set(connection.execute(select(table.c.state)).scalars())
    assert left == {"queued", "failed"}
