"""A practice whose payer is reached through the simulator, for tests that run steps by hand."""

from typing import Any

from sqlalchemy import Connection, select

from payers.simulator.server import Simulator
from tests.verify.web.conftest import submission
from verify import steps
from verify.intake.submission import Submission
from verify.steps import Work
from verify.store import clinic
from verify.store.tables import jobs


def add_practice(connection: Connection) -> str:
    return clinic.add_practice(
        connection, name="Larkspur", time_zone="America/Chicago", npi="1999999984", tax_id="990000001"
    )


def add_door(work: Work, connection: Connection, practice_id: str, simulator: Simulator, adapter: str) -> str:
    """The id of an account at the simulator."""
    through = simulator.account(adapter)
    return clinic.add_account(
        connection,
        work.keyring,
        practice_id=practice_id,
        name=adapter,
        adapter=adapter,
        url=through.url,
        sender_id=through.sender_id,
        receiver_id=through.receiver_id,
        options=through.options,
        secrets=through.secrets,
        allow_private_addresses=True,
    )


def submit(work: Work, practice_id: str, member_id: str, **changes: Any) -> str:
    asked = Submission.model_validate(submission(coverage={"member_id": member_id}, **changes))
    return steps.accept(work, asked, practice_id=practice_id, actor="system").verification_id


def run_once(work: Work) -> None:
    """The receiving, then each question once."""
    for step in ("receive", "ask"):
        with work.engine.connect() as connection:
            due = select(jobs.c.id).where(jobs.c.step == step, jobs.c.state == "queued")
            ids = list(connection.execute(due).scalars())
        for job_id in ids:
            steps.run(work, job_id)
