"""Several doors to one payer, tried in order; and a check that is not bought twice."""

from typing import Any

import pytest
from sqlalchemy import update

from tests.house import House
from verify.store import clinic
from verify.store.routes import add_route, routes_of
from verify.store.tables import exchanges, payer_accounts

pytestmark = pytest.mark.flow


@pytest.fixture
def practice_id(running_house: House) -> str:
    return running_house.add_clinic(cents_per_check=25)


def second_door(house: House, practice_id: str, **changes: Any) -> tuple[str, str]:
    """The accounts of the payer's first door and of a second one, which is another account at the simulator."""
    known = house.simulator.credentials
    values: dict[str, Any] = {
        "url": house.simulator.url,
        "sender_id": known.sender_id,
        "receiver_id": known.receiver_id,
        "secrets": {"username": known.username, "password": known.password},
        "allow_private_addresses": True,
        **changes,
    }
    with house.work.engine.begin() as connection:
        payer = clinic.find_payer(connection, practice_id, "bluehollow")
        assert payer is not None
        (first,) = routes_of(connection, payer.id)
        second = clinic.add_account(
            connection,
            house.work.keyring,
            practice_id=practice_id,
            name="Second door",
            adapter="caqh_core_mime",
            **values,
        )
        add_route(connection, practice_id=practice_id, payer_id=payer.id, account_id=second, their_id="BHHP2")
    return first.account_id, second


def change(house: House, account_id: str, **values: Any) -> None:
    with house.work.engine.begin() as connection:
        connection.execute(update(payer_accounts).where(payer_accounts.c.id == account_id).values(values))


def doors_used(house: House, verification_id: str) -> list[set[str]]:
    """For each question the accounts its exchanges went through."""
    return [
        {row.account_id for row in house.rows(exchanges, inquiry_id=inquiry.id)}
        for inquiry in house.inquiries(verification_id)
    ]


def test_a_paused_door_is_passed_by(running_house: House, practice_id: str) -> None:
    first, second = second_door(running_house, practice_id)
    change(running_house, first, paused_code="unauthorized")
    made = running_house.submit(practice_id, "ACT10000301")
    assert running_house.wait_until_settled(made).coverage_status == "active"
    assert doors_used(running_house, made) == [{second}, {second}]


def test_a_door_that_nobody_answers_at_is_passed_by_at_once(running_house: House, practice_id: str) -> None:
    first, second = second_door(running_house, practice_id)
    change(running_house, first, url="http://127.0.0.1:9/core")
    made = running_house.submit(practice_id, "ACT10000302")
    assert running_house.wait_until_settled(made).coverage_status == "active"
    assert doors_used(running_house, made) == [{first, second}, {first, second}]


def test_refused_credentials_pause_one_door_and_the_other_answers(
    running_house: House, practice_id: str
) -> None:
    first, second = second_door(running_house, practice_id)
    change(running_house, first, url=running_house.simulator.url, sender_id="NOBODY")
    with running_house.work.engine.begin() as connection:
        running_house.work.adapters.close()
        seals = running_house.work.seals(practice_id)
        sealed = seals.close_json({"username": "x", "password": "wrong"}, clinic.SECRETS, first)
        connection.execute(
            update(payer_accounts).where(payer_accounts.c.id == first).values(secrets_sealed=sealed)
        )
    made = running_house.submit(practice_id, "ACT10000303")
    assert running_house.wait_until_settled(made).coverage_status == "active"
    assert all(second in used for used in doors_used(running_house, made))
    (row,) = running_house.rows(payer_accounts, id=first)
    assert row.paused_code == "unauthorized"


def test_in_the_hours_of_one_door_the_other_is_used(running_house: House, practice_id: str) -> None:
    first, second = second_door(running_house, practice_id)
    always = [{"from": "00:00", "to": "00:00", "zone": "UTC"}]
    change(running_house, first, options={"maintenance": always})
    made = running_house.submit(practice_id, "ACT10000304")
    assert running_house.wait_until_settled(made).coverage_status == "active"
    assert doors_used(running_house, made) == [{second}, {second}]


def test_the_same_question_of_the_same_day_is_not_bought_twice(
    running_house: House, practice_id: str
) -> None:
    first = running_house.submit(practice_id, "ACT10000305")
    running_house.wait_until_settled(first)
    second = running_house.submit(practice_id, "ACT10000305", service_lines=["psychotherapy"])
    row = running_house.wait_until_settled(second)
    assert row.coverage_status == "active"
    asked = running_house.inquiries(second)
    assert {each.outcome_code for each in asked} == {"reused"}
    assert {each.reused_id for each in asked} == {each.id for each in running_house.inquiries(first)}
    assert doors_used(running_house, second) == [set(), set()]


def test_other_data_of_the_patient_are_another_question(running_house: House, practice_id: str) -> None:
    first = running_house.submit(practice_id, "ACT10000306")
    running_house.wait_until_settled(first)
    second = running_house.submit(
        practice_id, "ACT10000306", patient={"middle_name": "N"}, service_lines=["psychotherapy"]
    )
    running_house.wait_until_settled(second)
    assert all(not each.reused_id for each in running_house.inquiries(second))


def test_every_check_is_counted_with_its_price(running_house: House, practice_id: str) -> None:
    made = running_house.submit(practice_id, "ACT10000307")
    running_house.wait_until_settled(made)
    bought = [
        row.cents
        for inquiry in running_house.inquiries(made)
        for row in running_house.rows(exchanges, inquiry_id=inquiry.id)
    ]
    assert bought == [25, 25]
