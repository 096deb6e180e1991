"""The four statements the queue stands on, on a real PostgreSQL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from psycopg.errors import UniqueViolation
from sqlalchemy import Engine, func, select, update

from verify.store import clinic, connect, jobs
from verify.store.tables import jobs as table
from verify.verification import JobId, Lane, new_id


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = connect(postgres_url)
    yield engine
    engine.dispose()


@pytest.fixture
def practice_id(engine: Engine) -> str:
    with engine.begin() as connection:
        return clinic.add_practice(
            connection, name="Larkspur", time_zone="America/Chicago", npi="1999999984", tax_id="990000001"
        )


def accept(
    engine: Engine, practice_id: str, *, step: str = "ask", lane: Lane = Lane.STANDARD, **options: object
) -> JobId:
    with engine.begin() as connection:
        hint = jobs.accept(
            connection, step=step, subject_id=new_id("inq"), practice_id=practice_id, lane=lane, **options
        )
    assert hint is not None
    return hint.job_id


def claim(engine: Engine, job_id: JobId, lease_seconds: float = 30) -> jobs.Claim | None:
    with engine.begin() as connection:
        return jobs.claim(connection, job_id, lease_seconds=lease_seconds)


def finish(engine: Engine, held: jobs.Claim) -> bool:
    with engine.begin() as connection:
        return jobs.finish(connection, held)


def sweep(engine: Engine, lane: Lane = Lane.STANDARD, window: int = 100) -> list[JobId]:
    with engine.begin() as connection:
        return [hint.job_id for hint in jobs.sweep(connection, lane=lane, window=window)]


def make_due(engine: Engine, **columns: object) -> None:
    with engine.begin() as connection:
        past = func.now() - timedelta(seconds=1)
        connection.execute(update(table).values({**dict.fromkeys(columns, past), "due_at": past}))


def state(engine: Engine, job_id: JobId) -> str:
    with engine.connect() as connection:
        return connection.execute(select(table.c.state).where(table.c.id == job_id)).scalar_one()


def test_the_same_step_of_the_same_subject_is_one_job(engine: Engine, practice_id: str) -> None:
    subject = new_id("ver")
    with engine.begin() as connection:
        made = [
            jobs.accept(
                connection,
                step="judge",
                subject_id=subject,
                practice_id=practice_id,
                lane=Lane.URGENT,
                run=run,
            )
            for run in ("first", "first", "second")
        ]
    assert [hint is not None for hint in made] == [True, False, True]


def test_of_many_hints_at_once_one_takes_the_job(engine: Engine, practice_id: str) -> None:
    job_id = accept(engine, practice_id)
    with ThreadPoolExecutor(8) as threads:
        taken = list(threads.map(lambda _: claim(engine, job_id), range(16)))
    assert sum(held is not None for held in taken) == 1


def test_a_finished_job_cannot_be_taken_again(engine: Engine, practice_id: str) -> None:
    job_id = accept(engine, practice_id)
    held = claim(engine, job_id)
    assert held is not None
    assert finish(engine, held)
    assert claim(engine, job_id) is None
    assert not finish(engine, held)


def test_who_lost_the_lease_finishes_nothing(engine: Engine, practice_id: str) -> None:
    job_id = accept(engine, practice_id)
    zombie = claim(engine, job_id, lease_seconds=0)
    heir = claim(engine, job_id)
    assert zombie is not None
    assert heir is not None
    assert not finish(engine, zombie)
    with engine.begin() as connection:
        assert not jobs.extend(connection, zombie, lease_seconds=60)
        assert not jobs.postpone(connection, zombie, until=datetime.now(UTC))
    assert finish(engine, heir)


def test_an_early_hint_waits_for_the_retry_time(engine: Engine, practice_id: str) -> None:
    job_id = accept(engine, practice_id)
    held = claim(engine, job_id)
    assert held is not None
    with engine.begin() as connection:
        assert jobs.postpone(connection, held, until=datetime.now(UTC) + timedelta(hours=1))
    assert claim(engine, job_id) is None
    assert sweep(engine) == []
    make_due(engine, not_before=True)
    assert sweep(engine) == [job_id]
    assert claim(engine, job_id) is not None


def test_a_sweep_finds_what_no_hint_reached_and_backs_off(engine: Engine, practice_id: str) -> None:
    job_id = accept(engine, practice_id)
    assert sweep(engine) == [], "within its grace it is left alone"
    make_due(engine)
    assert sweep(engine) == [job_id]
    assert sweep(engine) == [], "backed off"
    with engine.connect() as connection:
        wait = connection.execute(select(table.c.due_at - func.now())).scalar_one()
    assert timedelta(seconds=8) < wait <= timedelta(seconds=10)
    make_due(engine)
    sweep(engine)
    with engine.connect() as connection:
        wait = connection.execute(select(table.c.due_at - func.now())).scalar_one()
    assert timedelta(seconds=18) < wait <= timedelta(seconds=20)


def test_two_sweeps_at_once_share_the_work(engine: Engine, practice_id: str) -> None:
    made = {accept(engine, practice_id) for _ in range(40)}
    make_due(engine)
    with ThreadPoolExecutor(4) as threads:
        found = [job_id for batch in threads.map(lambda _: sweep(engine), range(4)) for job_id in batch]
    assert sorted(found) == sorted(made)


def test_a_night_keeps_a_window_of_hints(engine: Engine, practice_id: str) -> None:
    made = [accept(engine, practice_id, lane=Lane.NIGHTLY) for _ in range(10)]
    first = sweep(engine, Lane.NIGHTLY, window=4)
    assert len(first) == 4
    assert sweep(engine, Lane.NIGHTLY, window=4) == []
    assert claim(engine, first[0]) is not None
    assert len(sweep(engine, Lane.NIGHTLY, window=4)) == 1
    assert set(first) <= set(made)


def test_what_a_night_has_begun_comes_before_what_it_begins(engine: Engine, practice_id: str) -> None:
    begins = [accept(engine, practice_id, lane=Lane.NIGHTLY, step="receive") for _ in range(2)]
    follows = [accept(engine, practice_id, lane=Lane.NIGHTLY, step="judge") for _ in range(2)]
    assert set(sweep(engine, Lane.NIGHTLY, window=2)) == set(follows)
    make_due(engine)
    assert set(begins) <= set(sweep(engine, Lane.NIGHTLY, window=4))


def test_a_batch_comes_before_what_a_night_begins_once_its_wait_is_over_and_not_sooner(
    engine: Engine, practice_id: str
) -> None:
    begins = [accept(engine, practice_id, lane=Lane.NIGHTLY, step="receive") for _ in range(3)]
    soon = datetime.now(UTC) + timedelta(hours=1)
    batch = accept(engine, practice_id, lane=Lane.NIGHTLY, step="collect", not_before=soon)
    assert sweep(engine, Lane.NIGHTLY, window=1) != [batch], "an early hint would only be in the way"
    with engine.begin() as connection:
        connection.execute(
            update(table).where(table.c.id == batch).values(not_before=func.now() - timedelta(seconds=1))
        )
    assert sweep(engine, Lane.NIGHTLY, window=2) == [batch]
    held = claim(engine, batch)
    assert held is not None
    with engine.begin() as connection:
        assert jobs.postpone(connection, held, until=soon)
    assert set(sweep(engine, Lane.NIGHTLY, window=10)) < set(begins)


def test_what_is_brought_forward_of_a_batch_comes_first(engine: Engine, practice_id: str) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    made = {
        step: accept(engine, practice_id, lane=Lane.NIGHTLY, step=step, not_before=later)
        for step in ("ask", "hand_in")
    }
    with engine.begin() as connection:
        subjects = connection.execute(select(table.c.subject_id)).scalars().all()
        jobs.bring_forward(connection, subjects)
    assert sweep(engine, Lane.NIGHTLY, window=1) == [made["hand_in"]]
    assert sweep(engine, Lane.NIGHTLY, window=2) == [made["ask"]]


def test_a_second_job_of_a_subject_is_of_another_run(engine: Engine, practice_id: str) -> None:
    subject = new_id("inq")
    for run in ("", "batch_of_the_night"):
        with engine.begin() as connection:
            jobs.accept_nightly(
                connection, step="ask", subject_ids=[subject], practice_id=practice_id, run=run
            )
    with pytest.raises(UniqueViolation), engine.begin() as connection:
        jobs.accept_nightly(connection, step="ask", subject_ids=[subject], practice_id=practice_id)


def test_a_nightly_job_is_not_hinted_at_once(engine: Engine, practice_id: str) -> None:
    with engine.begin() as connection:
        hints = [
            jobs.accept(connection, step="ask", subject_id=new_id("inq"), practice_id=practice_id, lane=lane)
            for lane in (Lane.URGENT, Lane.STANDARD, Lane.NIGHTLY)
        ]
    assert [hint.at_once for hint in hints if hint] == [True, True, False]


def test_a_job_that_ends_no_lease_is_given_to_a_person(engine: Engine, practice_id: str) -> None:
    job_id = accept(engine, practice_id)
    for _ in range(jobs.MAX_ATTEMPTS):
        assert claim(engine, job_id, lease_seconds=0) is not None
    assert claim(engine, job_id) is None
    make_due(engine)
    assert sweep(engine) == []
    with engine.begin() as connection:
        assert [claim.job_id for claim in jobs.take_poisoned(connection)] == [job_id]
        assert jobs.take_poisoned(connection) == []
    assert state(engine, job_id) == "failed"


def test_a_cancelled_subject_has_nothing_left_to_run(engine: Engine, practice_id: str) -> None:
    job_id = accept(engine, practice_id)
    held = claim(engine, job_id)
    assert held is not None
    with engine.begin() as connection:
        assert jobs.cancel(connection, [held.subject_id]) == 1
    assert not finish(engine, held)


def test_the_backlog_counts_each_lane(engine: Engine, practice_id: str) -> None:
    accept(engine, practice_id, lane=Lane.URGENT)
    claim(engine, accept(engine, practice_id, lane=Lane.URGENT))
    accept(engine, practice_id, lane=Lane.NIGHTLY)
    with engine.connect() as connection:
        seen = {row.lane: (row.queued, row.leased, row.failed) for row in jobs.backlog(connection)}
    assert seen == {"urgent": (1, 1, 0), "nightly": (1, 0, 0)}
