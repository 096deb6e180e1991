"""A change of a verification reaches another system through real workers."""

import time

import pytest

from tests.house import House, wait_for
from tests.verify.steps.receiving import Delivery, Receiver
from verify.store import notices

pytestmark = pytest.mark.flow


def test_another_system_hears_of_a_verification_from_the_workers(running_house: House) -> None:
    practice_id = running_house.add_clinic()
    with Receiver("503 Busy", "204 No Content") as receiver:
        with running_house.work.engine.begin() as connection:
            seals = running_house.work.seals(practice_id)
            made = notices.add_endpoint(connection, seals, receiver.url, allow_private_addresses=True)
        verification_id = running_house.submit(practice_id, "ACT20000031")
        state = running_house.wait_until_settled(verification_id).state

        def told() -> Delivery | None:
            return receiver.deliveries[1] if len(receiver.deliveries) > 1 else None

        delivery = wait_for(told, 30, "the second try of the notice")
    assert delivery.signed_by(made.secret, time.time())
    assert delivery.headers["webhook-id"] == receiver.deliveries[0].headers["webhook-id"]
    assert delivery.document["type"] == f"verification.{state}"
    assert b"Okafor" not in delivery.body
