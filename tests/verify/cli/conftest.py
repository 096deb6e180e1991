"""The command as a process of its own, as a person or a script runs it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pytest

from tests.conftest import fresh_database
from verify.security.keys import Keyring
from verify.servers.postgres import Postgres

ROOT = Path(__file__).parents[3]


class Ended(Protocol):
    returncode: int
    stdout: str
    stderr: str


def environment(**changes: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("VERIFY_")}
    return {**inherited, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "100", **changes}


def verify(*arguments: str | Path, stdin: str = "", changes: Mapping[str, str] | None = None) -> Ended:
    """Runs `verify` and waits for its end."""
    command: Sequence[str] = [sys.executable, "-P", "-m", "verify.cli", *map(str, arguments)]
    return subprocess.run(
        command,
        input=stdin,
        env=environment(**(changes or {})),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


ACCOUNT = {
    "name": "Invented clearinghouse",
    "adapter": "caqh_core_mime",
    "url": "https://core.example.test/realtime",
    "sender_id": "CLINIC1",
    "receiver_id": "HOUSE1",
    "secrets": {"username": "clinic", "password": "marked-secret"},
}
PRACTICE = ("practices", "add", "Example Psychiatry", "--npi", "1999999984", "--zone", "America/Denver")


class Place:
    """A data folder with keys, and a database beside it; nothing else runs."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.database_url = database_url
        # The broker is not needed, so none is there.
        self._changes = {"VERIFY_DATABASE_URL": database_url, "VERIFY_REDIS_URL": "redis://127.0.0.1:9/0"}

    def verify(self, *arguments: str, stdin: str = "") -> Ended:
        return verify(*arguments, "--data", self.folder, stdin=stdin, changes=self._changes)


@pytest.fixture(scope="module")
def clinic(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres, migrated_template: str
) -> Iterator[Place]:
    """With the newest tables, and one practice."""
    folder = tmp_path_factory.mktemp("clinic") / "data"
    folder.mkdir(mode=0o700)
    Keyring.load_or_create(folder / "keys.json")
    for url in fresh_database(postgres_server, migrated_template):
        place = Place(folder, url)
        done = place.verify(*PRACTICE)
        assert re.fullmatch(r"prac_\w{26}\n", done.stdout), done.stderr
        yield place


@pytest.fixture(scope="module")
def account(clinic: Place) -> str:
    done = clinic.verify("accounts", "add", "-", stdin=json.dumps(ACCOUNT))
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def answer(tmp_path: Path) -> Path:
    """An invented 271 on disk: one active subscriber with a deductible and an authorization line."""
    file = tmp_path / "answer.271"
    file.write_text("~\n".join(ANSWER) + "~\n")
    return file


ANSWER = (
    "ISA*00*          *00*          *ZZ*PAYER          *ZZ*CLINIC         *261201*0900*^*00501*000000007*0*T*:",
    "GS*HB*PAYER*CLINIC*20261201*0900*7*X*005010X279A1",
    "ST*271*0007*005010X279A1",
    "BHT*0022*11*REF7*20261201*0900",
    "HL*1**20*1",
    "NM1*PR*2*INVENTED HEALTH*****PI*INV01",
    "HL*2*1*21*1",
    "NM1*1P*2*EXAMPLE PSYCHIATRY*****XX*1999999984",
    "HL*3*2*22*0",
    "TRN*2*T-7*9CLINIC0001",
    "NM1*IL*1*EXAMPLE*ADA****MI*INV700100",
    "DMG*D8*19880402*F",
    "EB*1**30**INVENTED PPO",
    "EB*C*IND*30***23*1500*****Y",
    "EB*C*IND*30***29*350*****Y",
    "EB*A*IND*MH*****.2**Y*Y",
    "SE*15*0007",
    "GE*1*7",
    "IEA*1*000000007",
)
