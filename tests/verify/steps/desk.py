"""A desk that does the jobs that are due: the steps without workers, on real servers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import Row, func, select, update

from tests.house import submission
from verify.security.keys import Keyring
from verify.settings import Settings
from verify.steps import Work, accept, open_work, run
from verify.store import clinic, notices, verifications
from verify.store.tables import jobs
from verify.store.tables_notices import notice_endpoints
from verify.store.tables_notices import notices as notice_rows
from verify.verification import VerificationState


@dataclass
class Desk:
    """One practice, and what a test does in it."""

    work: Work
    practice_id: str

    def set(self, **settings: Any) -> None:
        """Other settings from now on."""
        changed = msgspec.structs.replace(self.work.settings, **settings)
        object.__setattr__(self.work, "settings", changed)

    def submit(self, member_id: str = "", **changes: Any) -> str:
        taken = accept(
            self.work, submission(member_id, **changes), practice_id=self.practice_id, actor="system"
        )
        return taken.verification_id

    def move(self, verification_id: str, *states: str) -> None:
        """Moves it as steps and people do, one transaction a state."""
        for state in states:
            with self.work.engine.begin() as connection:
                row = verifications.lock(connection, verification_id)
                assert row is not None
                verifications.change(connection, row, state=VerificationState(state).value)

    def add_endpoint(self, url: str, **choices: Any) -> notices.Made:
        choices.setdefault("allow_private_addresses", True)
        with self.work.engine.begin() as connection:
            return notices.add_endpoint(connection, self.work.seals(self.practice_id), url, **choices)

    def do(self, step: str = "notify") -> int:
        """Does the jobs of a step that are due; how many."""
        with self.work.engine.connect() as connection:
            due = connection.execute(
                select(jobs.c.id)
                .where(jobs.c.step == step, jobs.c.state == "queued", jobs.c.not_before <= func.now())
                .order_by(jobs.c.id)
            ).scalars()
            ids = list(due)
        return sum(run(self.work, job_id) for job_id in ids)

    def let_time_pass(self) -> None:
        """As if every wait were over."""
        with self.work.engine.begin() as connection:
            connection.execute(update(jobs).where(jobs.c.state == "queued").values(not_before=func.now()))

    def notices(self) -> Sequence[Row[Any]]:
        with self.work.engine.connect() as connection:
            return connection.execute(select(notice_rows).order_by(notice_rows.c.id)).all()

    def endpoint(self) -> Row[Any]:
        with self.work.engine.connect() as connection:
            return connection.execute(select(notice_endpoints)).one()


@pytest.fixture
def desk(
    postgres_url: str, valkey_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Desk]:
    # A test tries again at once; being put off for the endpoint's rate is tried elsewhere.
    monkeypatch.setattr("verify.steps.notify.MOST_PER_SECOND", 1e6)
    key_file = tmp_path / "keys.json"
    Keyring.create(key_file)
    settings = Settings(
        data_folder=tmp_path,
        database_url=postgres_url,
        redis_url=valkey_url,
        key_file=key_file,
        public_url="https://verify.larkspur.example/",
    )
    work = open_work(settings)
    with work.engine.begin() as connection:
        practice_id = clinic.add_practice(
            connection, name="Larkspur", time_zone="America/Chicago", npi="1999999984", tax_id="990000001"
        )
    yield Desk(work, practice_id)
    work.close()
