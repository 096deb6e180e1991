"""Steps on a real database, run by hand: no worker does anything a test does not ask for."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, select, update

from tests.verify.steps.desk import desk
from tests.verify.web.conftest import Practice, submission
from tests.verify.web.conftest import add_practice as add_whole_practice
from verify import steps
from verify.intake.submission import Submission
from verify.security.keys import Keyring
from verify.settings import Settings
from verify.steps import Work, open_work
from verify.store import clinic
from verify.store.tables import jobs, verifications

__all__ = ["desk"]


@pytest.fixture
def work(postgres_url: str, valkey_url: str, tmp_path: Path) -> Iterator[Work]:
    key_file = tmp_path / "keys.json"
    Keyring.create(key_file)
    opened = open_work(
        Settings(
            data_folder=tmp_path, database_url=postgres_url, redis_url=valkey_url, key_file=key_file, port=0
        )
    )
    yield opened
    opened.close()


@pytest.fixture
def practice(work: Work) -> Practice:
    """Its only payer is asked by phone, so that no test asks anybody anything."""
    return add_whole_practice(work, "Larkspur")


@pytest.fixture
def submit(work: Work, practice: Practice) -> Callable[..., str]:
    def submitted(**changes: Any) -> str:
        asked = Submission.model_validate(submission(**changes))
        return steps.accept(work, asked, practice_id=practice.id, actor="system").verification_id

    return submitted


def run_all(work: Work) -> None:
    """Every job that may run now, until there is none."""
    while due := _waiting(work):
        for job_id in due:
            steps.run(work, job_id)


def _waiting(work: Work) -> list[str]:
    with work.engine.connect() as connection:
        return list(connection.execute(select(jobs.c.id).where(jobs.c.state == "queued")).scalars())


def verification(work: Work, verification_id: str) -> Row[Any]:
    with work.engine.connect() as connection:
        return connection.execute(select(verifications).where(verifications.c.id == verification_id)).one()


def rows(work: Work, table: Any, **where: Any) -> list[Row[Any]]:
    with work.engine.connect() as connection:
        found = select(table).where(*(table.c[name] == value for name, value in where.items()))
        return list(connection.execute(found.order_by(table.c.id)))


def set_rows(work: Work, table: Any, values: dict[str, Any], **where: Any) -> None:
    with work.engine.begin() as connection:
        connection.execute(
            update(table).where(*(table.c[name] == value for name, value in where.items())).values(values)
        )


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
