"""What a clearinghouse tells of outages shuts a way for a time; that nobody tells is no failure of a question."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import select, update

from payers.account import Account, AccountId
from payers.simulator.server import Simulator
from tests.verify.steps.conftest import rows, run_all
from tests.verify.steps.doors import add_door, add_practice, run_once, submit
from verify.steps import Work
from verify.steps.outages import KEPT_SECONDS, WITHOUT_AN_END, Outages
from verify.store import clinic
from verify.store.routes import add_route
from verify.store.tables import exchanges, inquiries, jobs, payer_accounts

NOW = datetime(2026, 11, 28, 15, tzinfo=UTC)
END = "2026-11-28T17:00:00Z"


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def outages(clock: Clock) -> Outages:
    return Outages(clock)


def account(simulator: Simulator) -> Account:
    return simulator.account("optum_v3", id=AccountId("acct_1"))


def times_asked(simulator: Simulator) -> int:
    return sum(entry.outcome == "outages" for entry in simulator.questions())


def closed(outages: Outages, now: datetime = NOW, their_id: str = "BHHP1") -> datetime | None:
    return outages.closed_until("acct_1", their_id, now)


def test_a_way_is_closed_until_the_end_that_was_told(simulator: Simulator, outages: Outages) -> None:
    simulator.lists.report_outage("BHHP1", endDateTime=END)
    assert closed(outages) is None, "nothing is known before somebody asked"
    assert outages.renew(account(simulator), NOW)
    assert closed(outages) == NOW + timedelta(hours=2)
    assert closed(outages, their_id="CEDR7") is None
    assert closed(outages, their_id="") is None
    assert outages.closed_until("acct_2", "BHHP1", NOW) is None
    assert closed(outages, NOW + timedelta(hours=2)) is None, "its end came"


def test_without_an_end_it_is_closed_for_half_an_hour(simulator: Simulator, outages: Outages) -> None:
    simulator.lists.report_outage("BHHP1")
    outages.renew(account(simulator), NOW)
    assert closed(outages) == NOW + WITHOUT_AN_END
    assert closed(outages, NOW + WITHOUT_AN_END) is None


def test_one_that_comes_and_goes_lets_questions_pass(simulator: Simulator, outages: Outages) -> None:
    simulator.lists.report_outage("BHHP1", intermittentPayerOutage="Yes", endDateTime=END)
    outages.renew(account(simulator), NOW)
    assert closed(outages) is None


def test_it_is_asked_once_in_five_minutes(simulator: Simulator, outages: Outages, clock: Clock) -> None:
    heard = [outages.renew(account(simulator), NOW) for _ in range(5)]
    assert (heard, times_asked(simulator)) == ([True, False, False, False, False], 1)
    clock.seconds += KEPT_SECONDS - 1
    assert not outages.renew(account(simulator), NOW)
    clock.seconds += 1
    assert outages.renew(account(simulator), NOW)
    assert times_asked(simulator) == 2


def test_one_thread_asks_and_the_others_do_not_wait(simulator: Simulator, outages: Outages) -> None:
    together = threading.Barrier(8)

    def renew(_: int) -> bool:
        together.wait()
        return outages.renew(account(simulator), NOW)

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(renew, range(8))) == 1
    assert times_asked(simulator) == 1


def test_what_is_no_longer_told_is_over(simulator: Simulator, outages: Outages, clock: Clock) -> None:
    simulator.lists.report_outage("BHHP1", endDateTime=END)
    outages.renew(account(simulator), NOW)
    simulator.lists.end_outages()
    clock.seconds += KEPT_SECONDS
    outages.renew(account(simulator), NOW)
    assert closed(outages) is None


@pytest.mark.parametrize(
    "broken", [{"url": "http://127.0.0.1:9/"}, {"secrets": {"client_id": "x", "client_secret": "no"}}, {"secrets": {}}]
)  # fmt: skip
def test_a_failure_to_hear_is_none_of_the_question(
    simulator: Simulator, outages: Outages, clock: Clock, broken: dict[str, Any]
) -> None:
    simulator.lists.report_outage("BHHP1", endDateTime=END)
    outages.renew(account(simulator), NOW)
    clock.seconds += KEPT_SECONDS
    assert not outages.renew(replace(account(simulator), **broken), NOW)
    assert closed(outages) == NOW + timedelta(hours=2), "what was told still holds"
    assert not outages.renew(account(simulator), NOW), "and it is left alone for as long as after an answer"


def test_an_account_that_tells_of_none_is_not_asked(simulator: Simulator, outages: Outages) -> None:
    assert not outages.renew(simulator.account("stedi_json"), NOW)
    assert simulator.questions() == []


# --- a question -------------------------------------------------------------------------------------------


@pytest.fixture
def practice_id(work: Work, simulator: Simulator) -> str:
    """Its payer is reached through Optum."""
    with work.engine.begin() as connection:
        made = add_practice(connection)
        clinic.add_payer(
            connection,
            practice_id=made,
            code="bluehollow",
            name="Blue Hollow Health Plan",
            account_id=add_door(work, connection, made, simulator, "optum_v3"),
            payer_id="BHHP1",
        )
    return made


def test_a_question_waits_for_the_end_of_the_outage_unasked(
    work: Work, simulator: Simulator, practice_id: str
) -> None:
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=20)
    simulator.lists.report_outage("BHHP1", endDateTime=end.isoformat())
    submit(work, practice_id, "ACT10000501")
    run_once(work)
    waiting = rows(work, inquiries)
    assert {(row.state, row.outcome_code, row.ask_again_at) for row in waiting} == {
        ("planned", "outage", end)
    }
    assert rows(work, exchanges) == []
    assert times_asked(simulator) == 1, "two questions, one look"


def test_an_outage_that_is_over_sooner_than_was_told_is_noticed(
    work: Work, simulator: Simulator, practice_id: str, clock: Clock
) -> None:
    object.__setattr__(work, "outages", Outages(clock))
    simulator.lists.report_outage("BHHP1", endDateTime="2100-01-01T00:00:00Z")
    submit(work, practice_id, "ACT10000501")
    run_once(work)
    soon = datetime.now(UTC) + WITHOUT_AN_END
    assert all(row.ask_again_at <= soon for row in rows(work, inquiries)), "it is looked at again before"
    simulator.lists.end_outages()
    clock.seconds += KEPT_SECONDS
    with work.engine.begin() as connection:
        connection.execute(update(jobs).values(not_before=datetime.now(UTC)))
    run_all(work)
    assert {row.state for row in rows(work, inquiries)} == {"answered"}


def test_the_next_door_is_taken_while_the_first_is_out(
    work: Work, simulator: Simulator, practice_id: str
) -> None:
    with work.engine.begin() as connection:
        payer = clinic.find_payer(connection, practice_id, "bluehollow")
        assert payer is not None
        second = add_door(work, connection, practice_id, simulator, "stedi_json")
        add_route(connection, practice_id=practice_id, payer_id=payer.id, account_id=second, their_id="BHHP1")
    simulator.lists.report_outage("BHHP1")
    submit(work, practice_id, "ACT10000501")
    run_all(work)
    assert {row.account_id for row in rows(work, exchanges)} == {second}
    assert {row.state for row in rows(work, inquiries)} == {"answered"}


def test_a_question_is_asked_though_nobody_tells_of_outages(
    work: Work, simulator: Simulator, practice_id: str
) -> None:
    with work.engine.begin() as connection:
        (row,) = connection.execute(select(payer_accounts))
        connection.execute(
            update(payer_accounts).values(options={**row.options, "payer_list_url": "/nothing/here/"})
        )
    submit(work, practice_id, "ACT10000501")
    run_all(work)
    assert {row.state for row in rows(work, inquiries)} == {"answered"}
