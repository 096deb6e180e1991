"""An account that shows a certificate, from its sealed secrets through a real worker to a payer that asks for it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from payers.simulator.certificates import Authority
from payers.simulator.server import Simulator
from tests.house import House
from verify.store.tables import follow_ups

pytestmark = pytest.mark.flow


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Simulator]:
    with Simulator(tls=Authority(tmp_path).server(asks_for_certificate=True)) as running:
        yield running


def clinic_at(house: House, payer: Simulator, secrets: dict[str, str]) -> str:
    account = payer.account("caqh_core_soap")
    return house.add_clinic(
        adapter=account.adapter, url=account.url, options=account.options, secrets=secrets
    )


def test_a_certificate_alone_gets_an_answer_over_soap(running_house: House, guarded: Simulator) -> None:
    assert guarded.tls is not None
    practice_id = clinic_at(running_house, guarded, guarded.tls.secrets)
    row = running_house.wait_until_settled(running_house.submit(practice_id, "ACT20000001"))
    assert row.coverage_status == "active"
    assert {entry.outcome for entry in guarded.questions()} == {"active"}


def test_a_certificate_that_is_not_taken_stops_the_account_with_one_task(
    running_house: House, guarded: Simulator, tmp_path_factory: pytest.TempPathFactory
) -> None:
    stranger = Authority(tmp_path_factory.mktemp("stranger"))
    practice_id = clinic_at(running_house, guarded, stranger.client())
    first = running_house.submit(practice_id, "ACT20000002")
    running_house.wait_for_inquiry(first, "unavailable")
    second = running_house.submit(practice_id, "ACT20000003", patient={"first_name": "Bo"})
    held = running_house.wait_for(second, lambda asked: any(row.ask_again_at for row in asked))
    assert {row.outcome_code for row in held if row.ask_again_at} == {"tls"}
    assert all(row.attempt == 0 for row in held), "nothing is asked through a paused account"
    assert max(row.attempt for row in running_house.inquiries(first)) == 1
    tasks = [
        task
        for made in (first, second)
        for task in running_house.rows(follow_ups, verification_id=made)
        if task.kind == "mend_account"
    ]
    assert ["Code: tls." in task.detail for task in tasks] == [True]
    assert guarded.questions() == []
