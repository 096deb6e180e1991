"""What a month's checks cost, account by account, and what did not have to be asked."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from payers.simulator.server import Simulator
from tests.verify.steps.conftest import run_all
from tests.verify.steps.doors import add_door, add_practice, run_once, submit
from verify.steps import Work
from verify.store import clinic
from verify.store.check_costs import AccountCosts, costs_of, month
from verify.store.tables import payer_accounts

CHICAGO = ZoneInfo("America/Chicago")


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture
def practice_id(work: Work, simulator: Simulator) -> str:
    with work.engine.begin() as connection:
        made = add_practice(connection)
        account_id = add_door(work, connection, made, simulator, "stedi_json")
        connection.execute(update(payer_accounts).values(cents_per_check=25))
        clinic.add_payer(
            connection,
            practice_id=made,
            code="bluehollow",
            name="Blue Hollow Health Plan",
            account_id=account_id,
            payer_id="BHHP1",
        )
        clinic.add_account(
            connection, work.keyring, practice_id=made, name="Phone", adapter="phone", secrets={}
        )
    return made


def costs(work: Work, practice_id: str, *, ago: timedelta = timedelta()) -> AccountCosts:
    """Of the only account that is no phone, in the two days around a moment."""
    middle, day = datetime.now(UTC) - ago, timedelta(days=1)
    with work.engine.connect() as connection:
        (found,) = costs_of(connection, practice_id, middle - day, middle + day)
    return found


def test_checks_are_counted_with_their_price_and_what_was_saved(work: Work, practice_id: str) -> None:
    submit(work, practice_id, "ACT10000701")
    run_all(work)
    first = costs(work, practice_id)
    assert (first.checks, first.answered, first.cents, first.unpriced) == (2, 2, 50, 0)
    submit(work, practice_id, "ACT10000701", service_lines=["psychotherapy"])
    run_all(work)
    again = costs(work, practice_id)
    assert (again.checks, again.cents) == (2, 50)
    assert (again.saved, again.saved_cents) == (2, 50)
    assert costs(work, practice_id, ago=timedelta(days=9))[2:] == (0, 0, None, 0, 0, 0)


def test_a_refusal_is_a_check_and_what_never_went_out_is_none(work: Work, practice_id: str) -> None:
    submit(work, practice_id, "AAA72-702")
    run_all(work)
    refused = costs(work, practice_id)
    assert refused.checks > refused.answered == 0
    with work.engine.begin() as connection:
        connection.execute(update(payer_accounts).values(url="http://127.0.0.1:9/"))
    submit(work, practice_id, "ACT10000703", patient={"last_name": "Other"})
    run_once(work)
    assert costs(work, practice_id).checks == refused.checks


def test_a_check_without_a_price_is_not_free(work: Work, practice_id: str) -> None:
    with work.engine.begin() as connection:
        connection.execute(update(payer_accounts).values(cents_per_check=None))
    submit(work, practice_id, "ACT10000704")
    run_all(work)
    assert costs(work, practice_id)[2:6] == (2, 2, None, 2)


def test_another_practices_checks_are_its_own(work: Work, simulator: Simulator, practice_id: str) -> None:
    submit(work, practice_id, "ACT10000705")
    run_all(work)
    with work.engine.begin() as connection:
        elsewhere = add_practice(connection)
        add_door(work, connection, elsewhere, simulator, "stedi_json")
    assert costs(work, elsewhere).checks == 0


def test_a_month_begins_and_ends_on_the_practices_clock() -> None:
    since, until = month("2026-12", CHICAGO)
    assert (since.isoformat(), until.isoformat()) == (
        "2026-12-01T00:00:00-06:00",
        "2027-01-01T00:00:00-06:00",
    )
    march, april = month("2026-03", CHICAGO)
    assert (march.utcoffset(), april.utcoffset()) == (timedelta(hours=-6), timedelta(hours=-5))
    for wrong in ("", "2026", "2026-13", "2026-1", "26-11", "2026-00"):
        with pytest.raises(ValueError, match="month"):
            month(wrong, CHICAGO)
