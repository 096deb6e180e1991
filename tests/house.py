"""A whole system for tests: real servers, keys, simulator payer, worker processes; nothing stands in."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Row, func, insert, select, update

from payers.simulator.benefits import (
    ADVANTAGE_PLAN,
    BEHAVIORAL_ADMINISTRATOR,
    MANAGED_CARE,
    OTHER_PAYER,
    PHARMACY_ADMINISTRATOR,
)
from payers.simulator.server import Simulator
from verify.intake.submission import Submission
from verify.security.keys import Keyring
from verify.servers.processes import PROCESSES, command, environment
from verify.settings import Settings
from verify.steps import Work, accept, open_work
from verify.store import clinic, connect, migrate
from verify.store.tables import inquiries, jobs, payer_accounts, users, verifications
from verify.verification import new_id

T = TypeVar("T")

COMPANIES_BY_CODE = {
    "behavioral": BEHAVIORAL_ADMINISTRATOR,
    "pharmacy": PHARMACY_ADMINISTRATOR,
    "other": OTHER_PAYER,
    "advantage": ADVANTAGE_PLAN,
    "community": MANAGED_CARE,
}

BY_NAME = {process.name: process for process in PROCESSES}
WORKERS = ("worker-urgent", "worker-standard", "worker-nightly", "beat")
#: A verification in one of these is waiting for nobody but a person.
SETTLED = ("needs_information", "needs_person", "verified", "verified_with_gaps", "cancelled")


class House:
    """A running system and what a test does to it."""

    def __init__(self, settings: Settings, simulator: Simulator, logs: Path) -> None:
        self.settings = settings
        self.simulator = simulator
        self.logs = logs
        self.work: Work = open_work(settings)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}

    # --- processes ---

    def start(self, *names: str) -> None:
        """Starts processes of the product's own table, each with its log in `logs`."""
        self.logs.mkdir(exist_ok=True)
        for name in names:
            process = BY_NAME[name]
            variables = environment(process, self.settings)
            (self.settings.data_folder / "heartbeats").mkdir(exist_ok=True)
            with (self.logs / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    command(process, self.settings),
                    stdout=log,
                    stderr=log,
                    stdin=subprocess.DEVNULL,
                    env=variables,
                    start_new_session=True,
                )

    def kill(self, name: str) -> None:
        """SIGKILL to the process and everything it started."""
        process = self.processes.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop(self) -> None:
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.processes.clear()
        self.work.close()

    # --- the clinic ---

    def add_clinic(self, *, time_zone: str = "America/Chicago", **account: Any) -> str:
        """A practice with one payer, "bluehollow", on the simulator and one, "unionfund", by phone."""
        known = self.simulator.credentials
        values = {
            "adapter": "caqh_core_mime",
            "url": self.simulator.url,
            "sender_id": known.sender_id,
            "receiver_id": known.receiver_id,
            "secrets": {"username": known.username, "password": known.password},
            "allow_private_addresses": True,
            "total_deadline_seconds": 10,
            "max_in_flight": 200,
            "requests_per_second": 500,
            **account,
        }
        with self.work.engine.begin() as connection:
            practice_id = clinic.add_practice(
                connection, name="Larkspur", time_zone=time_zone, npi="1999999984", tax_id="990000001"
            )
            electronic = clinic.add_account(
                connection,
                self.work.keyring,
                practice_id=practice_id,
                name="Clearinghouse",
                **values,
            )
            by_phone = clinic.add_account(
                connection,
                self.work.keyring,
                practice_id=practice_id,
                name="Phone",
                adapter="phone",
                secrets={},
            )
            clinic.add_payer(
                connection,
                practice_id=practice_id,
                code="bluehollow",
                name="Blue Hollow Health Plan",
                aliases=["BHHP"],
                payer_id="BHHP1",
                account_id=electronic,
                phone="555-0100",
            )
            clinic.add_payer(
                connection,
                practice_id=practice_id,
                code="unionfund",
                name="Lakeside Union Welfare Fund",
                account_id=by_phone,
                phone="555-0103",
            )
        return practice_id

    def add_companies(self, practice_id: str) -> dict[str, str]:
        """The companies the simulator's carved-out members lead to, as payers of the practice: code -> id."""
        with self.work.engine.begin() as connection:
            electronic = next(
                row
                for row in clinic.accounts(connection)
                if row.practice_id == practice_id and row.adapter != "phone"
            )
            return {
                code: clinic.add_payer(
                    connection,
                    practice_id=practice_id,
                    code=code,
                    name=company.name.title(),
                    payer_id=company.id,
                    account_id=electronic.id,
                    phone=company.phone,
                )
                for code, company in COMPANIES_BY_CODE.items()
            }

    def add_user(self, practice_id: str, role: str = "coordinator") -> str:
        user_id = new_id("user")
        row = {
            "id": user_id,
            "practice_id": practice_id,
            "email": f"{user_id}@example.test",
            "name": "Robin",
            "role": role,
        }
        with self.work.engine.begin() as connection:
            connection.execute(insert(users).values(row))
        return user_id

    def submit(self, practice_id: str, member_id: str, **changes: Any) -> str:
        """The id of a verification of an invented patient; `changes` replace fields of `submission`."""
        accepted = accept(
            self.work, submission(member_id, **changes), practice_id=practice_id, actor="system"
        )
        return accepted.verification_id

    # --- looking ---

    def verification(self, verification_id: str) -> Row[Any]:
        with self.work.engine.connect() as connection:
            return connection.execute(
                select(verifications).where(verifications.c.id == verification_id)
            ).one()

    def inquiries(self, verification_id: str) -> Sequence[Row[Any]]:
        with self.work.engine.connect() as connection:
            return connection.execute(
                select(inquiries)
                .where(inquiries.c.verification_id == verification_id)
                .order_by(inquiries.c.id)
            ).all()

    def rows(self, table: Any, **where: Any) -> Sequence[Row[Any]]:
        with self.work.engine.connect() as connection:
            query = select(table).where(*(table.c[name] == value for name, value in where.items()))
            return connection.execute(query.order_by(table.c.id)).all()

    def count(self, table: Any, *conditions: Any) -> int:
        with self.work.engine.connect() as connection:
            return connection.execute(select(func.count()).select_from(table).where(*conditions)).scalar_one()

    def wait_until_settled(self, verification_id: str, seconds: float = 30) -> Row[Any]:
        """The verification once its follow-ups are made and no job of it is left."""

        def settled() -> Row[Any] | None:
            row = self.verification(verification_id)
            return row if row.state in SETTLED and not self._busy(verification_id) else None

        return wait_for(
            settled, seconds, f"verification settled (is {self.verification(verification_id).state})"
        )

    def wait_until(self, verification_id: str, state: str, seconds: float = 30) -> None:
        """Until it is in the state and nothing is left to do for it."""

        def reached() -> bool | None:
            arrived = self.verification(verification_id).state == state
            return True if arrived and not self._busy(verification_id) else None

        wait_for(reached, seconds, f"verification {state}")

    def wait_for_inquiry(self, verification_id: str, state: str, seconds: float = 30) -> Row[Any]:
        def reached() -> Row[Any] | None:
            return next((row for row in self.inquiries(verification_id) if row.state == state), None)

        return wait_for(reached, seconds, f"an inquiry {state}")

    def wait_until_home(self, verification_id: str) -> None:
        """Until no question of it is on its way: one that comes home later sets its own next time."""
        on_their_way = {"planned", "asking"}
        self.wait_for(verification_id, lambda asked: not on_their_way & {row.state for row in asked})

    def wait_for(
        self, verification_id: str, looks_right: Callable[[Sequence[Row[Any]]], bool], seconds: float = 30
    ) -> Sequence[Row[Any]]:
        """The verification's inquiries once they look right."""

        def look() -> Sequence[Row[Any]] | None:
            asked = self.inquiries(verification_id)
            return asked if looks_right(asked) else None

        return wait_for(look, seconds, "inquiries that look right")

    def _busy(self, verification_id: str) -> bool:
        asked = [row.id for row in self.inquiries(verification_id)]
        waiting = jobs.c.state.in_(("queued", "leased"))
        return self.count(jobs, jobs.c.subject_id.in_([verification_id, *asked]), waiting) > 0

    # --- time ---

    def let_retry_come(self, verification_id: str) -> None:
        """Moves the retry time of its questions to now, as if the wait were over."""
        asked = [row.id for row in self.inquiries(verification_id)]
        with self.work.engine.begin() as connection:
            connection.execute(
                update(jobs)
                .where(jobs.c.subject_id.in_(asked), jobs.c.state == "queued")
                .values(not_before=func.now(), due_at=func.now())
            )

    def make_expire(self, verification_id: str) -> None:
        with self.work.engine.begin() as connection:
            connection.execute(
                update(verifications)
                .where(verifications.c.id == verification_id)
                .values(expires_at=func.now())
            )

    def mend_account(self, practice_id: str) -> None:
        with self.work.engine.begin() as connection:
            connection.execute(
                update(payer_accounts)
                .where(payer_accounts.c.practice_id == practice_id)
                .values(paused_code=None, paused_at=None)
            )


def submission(member_id: str, **changes: Any) -> Submission:
    """An invented patient who needs TMS in a week."""
    fields: dict[str, Any] = {
        "patient": {
            "last_name": "Okafor",
            "first_name": "Adaeze",
            "birth_date": "1984-03-12",
            "sex": "F",
        },
        "coverage": {"payer": "bluehollow", "member_id": member_id},
        "service_lines": ["tms"],
        "date_of_service": (date.today() + timedelta(days=7)).isoformat(),
    }
    for name, value in changes.items():
        fields[name] = {**fields[name], **value} if isinstance(value, dict) else value
    return Submission.model_validate(fields)


def wait_for(look: Callable[[], T | None], seconds: float, what: str) -> T:
    """The first thing `look` finds, within `seconds`."""
    gives_up = time.monotonic() + seconds
    while time.monotonic() < gives_up:
        if (found := look()) is not None:
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s in vain for {what}")


@contextmanager
def house(
    folder: Path,
    database_url: str,
    redis_url: str,
    *,
    latency: float | str = 0,
    **settings: Any,
) -> Iterator[House]:
    """A house without processes yet, on servers that run; everything of it is in `folder`."""
    folder.mkdir(exist_ok=True)
    chosen = Settings(
        data_folder=folder,
        database_url=database_url,
        redis_url=redis_url,
        key_file=folder / "keys.json",
        **settings,
    )
    Keyring.load_or_create(chosen.key_file)
    engine = connect(database_url)
    migrate(engine)
    engine.dispose()
    with Simulator(latency=latency, log=folder / "simulator.jsonl") as simulator:
        built = House(chosen, simulator, folder / "logs")
        try:
            yield built
        finally:
            built.stop()
