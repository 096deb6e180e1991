"""Courses are kept version by version, and a verification that asks again takes over what was planned."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, Row, delete, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from verify.catalogue import load
from verify.courses import CoursePlan, Outline, plan_course
from verify.intake.submission import Patient, Policy
from verify.security.keys import Keyring
from verify.store import clinic, connect, courses, patients, users, verifications
from verify.store.sealing import Seals
from verify.store.tables_courses import courses as table

LINES = load().service_lines


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = connect(postgres_url)
    yield engine
    engine.dispose()


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as opened:
        yield opened


@pytest.fixture
def seals(connection: Connection, tmp_path: Any) -> Seals:
    return Seals(Keyring.create(tmp_path / "keys.json"), practice(connection))


def practice(connection: Connection) -> str:
    return clinic.add_practice(
        connection, name="Larkspur", time_zone="America/Chicago", npi="1999999984", tax_id="990000001"
    )


def verification(connection: Connection, seals: Seals, rechecks_id: str | None = None) -> Row[Any]:
    person = Patient(last_name="Quill", first_name="Ana", birth_date=date(1984, 5, 17))
    policy = Policy(payer="Sunrise", member_id="BHX1")
    patient_id = patients.save_patient(connection, seals, person.model_dump(mode="json"))
    coverage_id = patients.save_coverage(connection, seals, patient_id, None, policy.model_dump(mode="json"))
    made = verifications.add(
        connection,
        dedupe_key=(rechecks_id or "first").encode(),
        practice_id=seals.practice_id,
        patient_id=patient_id,
        coverage_id=coverage_id,
        service_lines=["tms", "psychotherapy"],
        date_of_service=date(2026, 12, 1),
        reason="new",
        lane="standard",
        state="ready",
        requested_by="system",
        rechecks_id=rechecks_id,
    )
    assert made is not None
    return verifications.read(connection, made)


def plan(key: str = "tms", sessions: int = 36) -> CoursePlan:
    return plan_course(LINES[key], Outline(starts_on=date(2026, 12, 1), sessions=sessions))


def test_each_planning_is_a_version_and_the_last_one_counts(connection: Connection, seals: Seals) -> None:
    row = verification(connection, seals)
    assert courses.newest(connection, row) == {}
    for sessions in (36, 30, 40):
        courses.add(connection, row, plan(sessions=sessions), by="system")
    courses.add(connection, row, plan("psychotherapy", 12), by="system")
    kept = courses.newest(connection, row)
    assert {key: (it.version, len(it.plan.sessions)) for key, it in kept.items()} == {
        "tms": (3, 40),
        "psychotherapy": (1, 12),
    }
    every = courses.versions(connection, seals.practice_id, row.id, "tms")
    assert [(it.version, len(it.plan.sessions)) for it in every] == [(3, 40), (2, 30), (1, 36)]


def test_a_plan_comes_back_as_it_was_kept_with_the_name_of_who_planned_it(
    connection: Connection, seals: Seals
) -> None:
    row = verification(connection, seals)
    person = users.add(
        connection, practice_id=seals.practice_id, email="ines@p.example", name="Ines", role="coordinator"
    )
    made = courses.add(connection, row, plan(), by=person)
    kept = courses.newest(connection, row)["tms"]
    assert (kept.id, kept.plan, kept.edited_by, kept.edited_by_name) == (made, plan(), person, "Ines")


def test_what_asks_again_takes_over_the_course_until_it_is_planned_anew(
    connection: Connection, seals: Seals
) -> None:
    first = verification(connection, seals)
    courses.add(connection, first, plan(sessions=30), by="system")
    second = verification(connection, seals, first.id)
    third = verification(connection, seals, second.id)
    assert courses.newest(connection, third)["tms"].verification_id == first.id
    courses.add(connection, third, plan(sessions=33), by="system")
    kept = courses.newest(connection, third)["tms"]
    assert (kept.verification_id, kept.version, len(kept.plan.sessions)) == (third.id, 1, 33)
    assert len(courses.newest(connection, second)["tms"].plan.sessions) == 30


def test_for_many_at_once_each_has_the_courses_of_its_own_chain(connection: Connection, seals: Seals) -> None:
    first = verification(connection, seals)
    again = verification(connection, seals, first.id)
    bare = verification(connection, seals, again.id)
    courses.add(connection, first, plan(sessions=30), by="system")
    courses.add(connection, again, plan("psychotherapy", 12), by="system")
    courses.add(connection, again, plan(sessions=33), by="system")
    alone = {row.id: courses.newest(connection, row) for row in (first, again, bare)}
    assert courses.newest_of(connection, seals.practice_id, list(alone)) == alone
    assert {key: len(it.plan.sessions) for key, it in alone[bare.id].items()} == {
        "tms": 33,
        "psychotherapy": 12,
    }
    assert {key: len(it.plan.sessions) for key, it in alone[first.id].items()} == {"tms": 30}
    assert courses.newest_of(connection, practice(connection), list(alone)) == {}
    assert courses.newest_of(connection, seals.practice_id, []) == {}


def test_another_practice_sees_none(connection: Connection, seals: Seals) -> None:
    row = verification(connection, seals)
    courses.add(connection, row, plan(), by="system")
    assert courses.versions(connection, practice(connection), row.id, "tms") == []


@pytest.mark.parametrize(
    "change", [update(table).values(version=9), delete(table), text("truncate courses")], ids=str
)
def test_a_version_is_never_changed_or_removed(
    engine: Engine, seals: Seals, change: Any, connection: Connection
) -> None:
    row = verification(connection, seals)
    courses.add(connection, row, plan(), by="system")
    with pytest.raises(DBAPIError, match="append-only"):
        connection.execute(change)


def test_the_same_version_cannot_be_there_twice(connection: Connection, seals: Seals) -> None:
    row = verification(connection, seals)
    courses.add(connection, row, plan(), by="system")
    again = {
        "id": "course_x",
        "practice_id": row.practice_id,
        "patient_id": row.patient_id,
        "coverage_id": row.coverage_id,
        "verification_id": row.id,
        "service_line": "tms",
        "version": 1,
        "document": {},
        "edited_by": "system",
    }
    with pytest.raises(IntegrityError):
        connection.execute(table.insert().values(**again))
