"""A payer that wants an enrollment first: one task for who enrolls, a call until then, and the question after it."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Row, update

from payers.directory import Support
from payers.simulator.server import Simulator
from tests.verify.steps.conftest import rows, run_all, verification
from tests.verify.steps.doors import add_door, add_practice, submit
from tests.verify.store.payer_lists import listed
from tests.verify.web.conftest import add_practice as add_whole_practice
from verify import steps
from verify.steps import Work
from verify.steps.enrollment import enrolled
from verify.store import clinic
from verify.store.payer_lists import import_list
from verify.store.routes import add_route, routes_of
from verify.store.tables import exchanges, follow_ups, inquiries
from verify.store.tables_directory import payer_routes


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture
def practice_id(work: Work, simulator: Simulator) -> str:
    """Its payer wants an enrollment at the only account that reaches it."""
    with work.engine.begin() as connection:
        made = add_practice(connection)
        account_id = add_door(work, connection, made, simulator, "stedi_json")
        clinic.add_payer(connection, practice_id=made, code="bluehollow", name="Blue Hollow Health Plan")
        payer = clinic.find_payer(connection, made, "bluehollow")
        assert payer is not None
        add_route(
            connection,
            practice_id=made,
            payer_id=payer.id,
            account_id=account_id,
            their_id="BHHP1",
            support="enrollment_required",
        )
    return made


def tasks(work: Work, kind: str) -> list[Row[Any]]:
    return [task for task in rows(work, follow_ups) if task.kind == kind and task.state == "open"]


def test_who_enrolls_is_told_once_and_the_payer_is_called_meanwhile(work: Work, practice_id: str) -> None:
    made = submit(work, practice_id, "ACT10000601")
    run_all(work)
    submit(work, practice_id, "ACT10000602", patient={"last_name": "Other"})
    run_all(work)
    (task,) = tasks(work, "enroll")
    assert (task.title, task.owner_role) == ("Enroll with Blue Hollow Health Plan at stedi_json", "admin")
    assert task.verification_id == made
    assert len(tasks(work, "call")) == 2
    assert rows(work, exchanges) == []


def test_what_waited_is_asked_when_the_task_is_done(work: Work, practice_id: str) -> None:
    made = submit(work, practice_id, "ACT10000603")
    other = submit(work, practice_id, "ACT10000604", patient={"last_name": "Other"})
    run_all(work)
    (task,) = tasks(work, "enroll")
    steps.close_follow_up(work, task.id, practice_id, "system", outcome="")
    run_all(work)
    assert {row.state for row in rows(work, inquiries)} == {"answered"}
    assert {verification(work, each).coverage_status for each in (made, other)} == {"active"}
    assert tasks(work, "enroll") == []
    submit(work, practice_id, "ACT10000605", patient={"last_name": "Third"})
    run_all(work)
    assert {row.state for row in rows(work, inquiries)} == {"answered"}
    assert tasks(work, "enroll") == []


def test_the_trail_is_followed_from_an_answer_that_came_after_an_enrollment(
    work: Work, practice_id: str
) -> None:
    submit(work, practice_id, "CRV10000606", service_lines=["psychotherapy"])
    run_all(work)
    (task,) = tasks(work, "enroll")
    with work.engine.begin() as connection:
        (way,) = rows(work, payer_routes)
        clinic.add_payer(
            connection,
            practice_id=practice_id,
            code="behavioral",
            name="Example Behavioral Health",
            account_id=way.account_id,
            payer_id="EXBH1",
        )
    steps.close_follow_up(work, task.id, practice_id, "system", outcome="")
    run_all(work)
    assert {row.hop for row in rows(work, inquiries)} == {0, 1}


def test_what_a_person_has_ended_meanwhile_is_not_asked(work: Work, practice_id: str) -> None:
    made = submit(work, practice_id, "ACT10000607")
    run_all(work)
    steps.cancel(work, made, practice_id, "system")
    assert tasks(work, "enroll"), "it stands with the clinic, not with one patient"
    with work.engine.begin() as connection:
        (way,) = rows(work, payer_routes)
        hints = enrolled(connection, practice_id, way.payer_id, way.account_id, at=work.now(), by="system")
    assert hints == []
    assert tasks(work, "enroll") == []


def test_another_door_that_is_open_needs_no_enrollment(
    work: Work, simulator: Simulator, practice_id: str
) -> None:
    with work.engine.begin() as connection:
        (way,) = rows(work, payer_routes)
        second = add_door(work, connection, practice_id, simulator, "caqh_core_mime")
        add_route(
            connection,
            practice_id=practice_id,
            payer_id=way.payer_id,
            account_id=second,
            their_id="BHHP1",
        )
    submit(work, practice_id, "ACT10000608")
    run_all(work)
    assert {row.account_id for row in rows(work, exchanges)} == {second}
    assert tasks(work, "enroll") == []


def test_beside_the_phone_it_is_told_too_and_the_answer_replaces_the_call(
    work: Work, practice_id: str
) -> None:
    with work.engine.begin() as connection:
        (way,) = rows(work, payer_routes)
        phone = clinic.add_account(
            connection, work.keyring, practice_id=practice_id, name="Phone", adapter="phone", secrets={}
        )
        add_route(connection, practice_id=practice_id, payer_id=way.payer_id, account_id=phone)
    submit(work, practice_id, "ACT10000609")
    run_all(work)
    (task,) = tasks(work, "enroll")
    assert len(tasks(work, "call")) == 1
    steps.close_follow_up(work, task.id, practice_id, "system", outcome="")
    run_all(work)
    assert {row.state for row in rows(work, inquiries)} == {"answered"}
    assert {row.account_id for row in rows(work, exchanges) if row.http_status} == {way.account_id}


def test_an_enrollment_elsewhere_is_not_ours_to_end(work: Work, practice_id: str) -> None:
    elsewhere = add_whole_practice(work, "Fernwood")
    submit(work, practice_id, "ACT10000610")
    run_all(work)
    (task,) = tasks(work, "enroll")
    with pytest.raises(steps.NotFound):
        steps.close_follow_up(work, task.id, elsewhere.id, "system", outcome="")
    with work.engine.connect() as connection:
        (way,) = routes_of(connection, rows(work, payer_routes, practice_id=practice_id)[0].payer_id)
    assert way.enrolled_at is None


def test_an_answer_shows_that_the_clinic_is_enrolled_whatever_a_list_wants(
    work: Work, practice_id: str
) -> None:
    with work.engine.begin() as connection:
        connection.execute(update(payer_routes).values(support="unknown"))
    submit(work, practice_id, "ACT10000611")
    run_all(work)
    (way,) = rows(work, payer_routes)
    with work.engine.begin() as connection:
        import_list(
            connection,
            practice_id,
            way.account_id,
            [listed("BHHP1", "Blue Hollow Health Plan", eligibility=Support.ENROLLMENT_REQUIRED)],
        )
    (way,) = rows(work, payer_routes)
    assert (way.support, way.enrolled_at is not None) == ("enrollment_required", True)
