"""Steps run by hand, on a real database and a real broker, in a practice with one payer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from verify.security.keys import Keyring
from verify.settings import Settings
from verify.steps import Work, open_work
from verify.store import clinic


@pytest.fixture
def work(postgres_url: str, valkey_url: str, tmp_path: Path) -> Iterator[Work]:
    key_file = tmp_path / "keys.json"
    Keyring.create(key_file)
    opened = open_work(
        Settings(data_folder=tmp_path, database_url=postgres_url, redis_url=valkey_url, key_file=key_file)
    )
    yield opened
    opened.close()


@pytest.fixture
def practice_id(work: Work) -> str:
    return add_practice(work)


def add_practice(work: Work) -> str:
    with work.engine.begin() as connection:
        made = clinic.add_practice(
            connection, name="Larkspur", time_zone="America/Chicago", npi="1999999984", tax_id="990000001"
        )
        account = clinic.add_account(
            connection, work.keyring, practice_id=made, name="Phone", adapter="phone", secrets={}
        )
        clinic.add_payer(
            connection,
            practice_id=made,
            code="bluehollow",
            name="Blue Hollow Health Plan",
            aliases=["BHHP"],
            account_id=account,
        )
    return made
