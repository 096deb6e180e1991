"""Planning a night: everybody is looked at once, page by page, whoever dies in between."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, update

from tests.house import House, house
from tests.verify.authorizations.records import authorization
from verify import steps
from verify.steps import nightly
from verify.steps.authorizations import add_authorization
from verify.steps.run import sweep
from verify.store import clinic, nights
from verify.store import jobs as queue
from verify.store.jobs import Claim
from verify.store.tables import jobs, payer_accounts, practices, verifications
from verify.store.tables_nightly import night_items
from verify.store.tables_nightly import nights as night_rows
from verify.verification import JobId


@pytest.fixture
def still_house(postgres_url: str, valkey_url: str, tmp_path: Path) -> Iterator[House]:
    """A house in which nothing runs."""
    with house(tmp_path / "data", postgres_url, valkey_url) as built:
        yield built


def patient(built: House, practice_id: str, number: int, **values: Any) -> str:
    """Answered nine days ago, first visit in two; `values` are columns to differ in."""
    in_two_days = (date.today() + timedelta(days=2)).isoformat()
    made = built.submit(
        practice_id,
        f"ACT{number:08}",
        patient={"first_name": f"P{number}"},
        date_of_service=in_two_days,
    )
    earlier = func.now() - timedelta(days=9)
    row = {"state": "needs_person", "answered_at": earlier, **values}
    with built.work.engine.begin() as connection:
        connection.execute(update(verifications).where(verifications.c.id == made).values(row))
    return made


def claim(built: House, practice_id: str) -> Claim:
    with built.work.engine.begin() as connection:
        job_id = connection.execute(
            select(jobs.c.id).where(jobs.c.practice_id == practice_id, jobs.c.step == "plan_night")
        ).scalar_one()
        taken = queue.claim(connection, JobId(job_id), lease_seconds=30)
    assert taken is not None
    return taken


def lease_runs_out(built: House) -> None:
    with built.work.engine.begin() as connection:
        connection.execute(
            update(jobs).where(jobs.c.state == "leased").values(lease_until=func.now() - timedelta(seconds=1))
        )


def items(built: House) -> list[Any]:
    with built.work.engine.connect() as connection:
        return list(connection.execute(select(night_items).order_by(night_items.c.verification_id)))


def plan(built: House, practice_id: str) -> None:
    steps.start_night(built.work, practice_id, "system")
    nightly.plan_night(built.work, claim(built, practice_id))


def test_a_planner_that_dies_between_pages_is_followed_by_one_that_goes_on(
    still_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nightly, "PAGE", 3)
    practice_id = still_house.add_clinic()
    made = [patient(still_house, practice_id, number) for number in range(8)]
    steps.start_night(still_house.work, practice_id, "system")
    dying = claim(still_house, practice_id)
    assert nightly._plan_page(still_house.work, dying)
    assert len(items(still_house)) == 3
    lease_runs_out(still_house)
    nightly.plan_night(still_house.work, claim(still_house, practice_id))
    assert [item.verification_id for item in items(still_house)] == sorted(made)
    assert len({item.recheck_id for item in items(still_house)}) == 8
    assert not nightly._plan_page(still_house.work, dying), "the dead one's lease is lost"
    assert len(items(still_house)) == 8
    night = still_house.rows(night_rows, practice_id=practice_id)[0]
    assert (night.state, night.looked_at) == ("running", 8)


@pytest.mark.parametrize(
    "values",
    [
        {"state": "asking"},
        {"state": "cancelled"},
        {"state": "needs_information"},
        {"date_of_service": date.today() - timedelta(days=4_000)},
        {"answered_at": func.now()},
    ],
    ids=lambda values: next(iter(values)),
)
def test_who_is_not_due_or_in_hands_is_left_alone(still_house: House, values: dict[str, Any]) -> None:
    practice_id = still_house.add_clinic()
    patient(still_house, practice_id, 1, **values)
    plan(still_house, practice_id)
    assert items(still_house) == []


def test_a_payer_that_is_asked_by_phone_is_not_asked_at_night(still_house: House) -> None:
    practice_id = still_house.add_clinic()
    patient(still_house, practice_id, 1)
    with still_house.work.engine.begin() as connection:
        connection.execute(update(payer_accounts).values(adapter="phone"))
    plan(still_house, practice_id)
    assert items(still_house) == []


def test_who_is_being_asked_again_is_not_asked_a_second_time(still_house: House) -> None:
    practice_id = still_house.add_clinic()
    patient(still_house, practice_id, 1)
    plan(still_house, practice_id)
    assert len(items(still_house)) == 1
    found = steps.look_ahead(still_house.work, practice_id)
    assert found.wanted == []


def test_looking_ahead_is_what_the_night_then_does(still_house: House) -> None:
    practice_id = still_house.add_clinic()
    for number in range(5):
        patient(still_house, practice_id, number)
    ahead: list[str] = []
    after: str | None = ""
    while after is not None:
        page = steps.look_ahead(still_house.work, practice_id, after=after, limit=2)
        ahead += [each.row.id for each in page.wanted]
        after = page.next_
    plan(still_house, practice_id)
    assert sorted(ahead) == [item.verification_id for item in items(still_house)]


def test_eight_clocks_begin_one_night(still_house: House) -> None:
    practice_id = still_house.add_clinic()
    with still_house.work.engine.begin() as connection:
        connection.execute(update(practices).values(created_at=func.now() - timedelta(days=3), night_hour=0))
    with ThreadPoolExecutor(8) as threads:
        begun = list(threads.map(lambda _: steps.night(still_house.work), range(16)))
    assert sum(begun) == 1
    assert len(still_house.rows(night_rows, practice_id=practice_id)) == 1
    assert still_house.count(jobs, jobs.c.step == "plan_night") == 1


def test_a_practice_without_an_hour_has_no_nights(still_house: House) -> None:
    practice_id = still_house.add_clinic()
    with still_house.work.engine.begin() as connection:
        connection.execute(
            update(practices).values(created_at=func.now() - timedelta(days=3), night_hour=None)
        )
    assert steps.night(still_house.work) == 0
    assert still_house.rows(night_rows, practice_id=practice_id) == []


def test_a_planner_that_always_dies_ends_its_night_and_nothing_else(still_house: House) -> None:
    practice_id = still_house.add_clinic()
    steps.start_night(still_house.work, practice_id, "system")
    for _ in range(queue.MAX_ATTEMPTS):
        claim(still_house, practice_id)
        lease_runs_out(still_house)
    sweep(still_house.work)
    steps.night(still_house.work)
    night = still_house.rows(night_rows, practice_id=practice_id)[0]
    assert (night.state, night.planned_at) == ("finished", None)


def test_a_night_ends_though_a_person_cancelled_what_it_asked(still_house: House) -> None:
    practice_id = still_house.add_clinic()
    patient(still_house, practice_id, 1)
    plan(still_house, practice_id)
    (item,) = items(still_house)
    with still_house.work.engine.begin() as connection:
        assert nights.finish_idle(connection) == []
    steps.cancel(still_house.work, item.recheck_id, practice_id, "system")
    steps.night(still_house.work)
    (item,) = items(still_house)
    assert (item.state, item.cause) == ("failed", "cancelled")
    assert still_house.rows(night_rows, practice_id=practice_id)[0].state == "finished"


def test_a_night_asks_again_where_an_authorization_comes_near_its_end(still_house: House) -> None:
    practice_id, work = still_house.add_clinic(), still_house.work
    first_visit = date.today() + timedelta(days=20)
    made = [
        still_house.submit(
            practice_id,
            f"ACT{number:08}",
            patient={"first_name": f"P{number}"},
            date_of_service=first_visit.isoformat(),
        )
        for number in range(2)
    ]
    with work.engine.begin() as connection:
        connection.execute(
            update(verifications).values(state="needs_person", answered_at=func.now() - timedelta(days=2))
        )
    # Two weeks left tonight, and the course goes on.
    ends = nightly_day(still_house, practice_id) + timedelta(days=14)
    record = authorization(starts_on=None, ends_on=ends.isoformat())
    add_authorization(work, made[0], practice_id, "user_1", record)
    plan(still_house, practice_id)
    found = {item.verification_id: item.rules for item in items(still_house)}
    assert "authorization" in found[made[0]]
    assert "authorization" not in found.get(made[1], [])


def nightly_day(built: House, practice_id: str) -> date:
    with built.work.engine.connect() as connection:
        return clinic.day(connection, practice_id, nights.database_now(connection))
