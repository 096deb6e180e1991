"""Batches by hand: the steps without workers, against the simulator's batch desk."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import and_, func, or_, select

from tests.house import House, house
from tests.night_batches import add_batch_clinic, batches, due, go_on, item_of
from tests.verify.steps.conftest import rows, set_rows
from verify import steps
from verify.store import clinic
from verify.store.routes import add_route
from verify.store.tables import exchanges, jobs, payer_accounts


@pytest.fixture
def still_house(postgres_url: str, valkey_url: str, tmp_path: Path) -> Iterator[House]:
    """A house in which nothing runs."""
    with house(tmp_path / "data", postgres_url, valkey_url) as built:
        yield built


@pytest.fixture
def practice_id(still_house: House) -> str:
    return add_batch_clinic(still_house, cents_per_check=25)


def do(built: House, *only: str) -> None:
    """Every job that may run now, of these steps where any are named, until there is none."""
    while due := _due(built, only):
        for job_id in due:
            steps.run(built.work, job_id)


def _due(built: House, only: tuple[str, ...]) -> list[str]:
    now = func.clock_timestamp()
    free = and_(jobs.c.state == "queued", jobs.c.not_before <= now)
    abandoned = and_(jobs.c.state == "leased", jobs.c.lease_until < now)
    named = [jobs.c.step.in_(only)] if only else []
    with built.work.engine.connect() as connection:
        return list(connection.execute(select(jobs.c.id).where(or_(free, abandoned), *named)).scalars())


def gathered(built: House, practice_id: str, *ids: str) -> tuple[list[str], Any]:
    """Patients, and the batch that tonight's questions about them wait in."""
    made = list(due(built, practice_id, ids).values())
    steps.start_night(built.work, practice_id, "system")
    do(built)
    (batch,) = batches(built, practice_id)
    return made, batch


def handed_in(built: House, practice_id: str, *ids: str) -> tuple[list[str], Any]:
    """The same, once the source has the batch."""
    made, _ = gathered(built, practice_id, *ids)
    proceed(built, practice_id)
    return made, newest(built, practice_id)


def proceed(built: House, practice_id: str) -> None:
    """The next thing a batch waits for has come, once; then whatever follows at once."""
    go_on(built, practice_id)
    do(built)


def options_of(built: House, practice_id: str) -> dict[str, Any]:
    """Of the account that asks in batches."""
    (account,) = rows(built.work, payer_accounts, practice_id=practice_id, adapter="stedi_json")
    return dict(account.options)


def newest(built: House, practice_id: str) -> Any:
    return batches(built, practice_id)[-1]


def change_account(built: House, practice_id: str, **values: Any) -> None:
    """Of the account that asks in batches."""
    set_rows(built.work, payer_accounts, values, practice_id=practice_id, adapter="stedi_json")


def states(built: House, made: str) -> set[str]:
    """Of the questions of its re-check."""
    return {row.state for row in built.inquiries(item_of(built, made).recheck_id)}


def outcomes(built: House, made: str) -> list[str | None]:
    asked = built.inquiries(item_of(built, made).recheck_id)
    return [row.outcome for each in asked for row in rows(built.work, exchanges, inquiry_id=each.id)]


def add_second_way(built: House, practice_id: str) -> str:
    """Another account that reaches the payer, one by one; its id."""
    known = built.simulator.credentials
    with built.work.engine.begin() as connection:
        payer = clinic.find_payer(connection, practice_id, "bluehollow")
        assert payer is not None
        second = clinic.add_account(
            connection,
            built.work.keyring,
            practice_id=practice_id,
            name="Second door",
            adapter="caqh_core_mime",
            url=built.simulator.url,
            sender_id=known.sender_id,
            receiver_id=known.receiver_id,
            secrets={"username": known.username, "password": known.password},
            allow_private_addresses=True,
        )
        add_route(connection, practice_id=practice_id, payer_id=payer.id, account_id=second, their_id="BHHP2")
    return second


def spoil_key(built: House, practice_id: str) -> bytes:
    """Gives the account a wrong key; the right one, sealed."""
    (account,) = rows(built.work, payer_accounts, practice_id=practice_id, adapter="stedi_json")
    wrong = built.work.seals(practice_id).close_json({"api_key": "wrong"}, clinic.SECRETS, account.id)
    change_account(built, practice_id, secrets_sealed=wrong)
    return bytes(account.secrets_sealed)
