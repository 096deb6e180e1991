"""Setting up a clinic of one's own at the terminal, without the demo and with nothing running."""

import json
import re
from pathlib import Path

import psycopg
import pytest

from tests.verify.cli.conftest import ACCOUNT, PRACTICE, Place


def test_an_account_and_a_payer_are_added_once(clinic: Place, account: str) -> None:
    payer = ("payers", "add", "invented", "Invented Health", "--account", account, "--payer-id", "INV01")
    assert re.fullmatch(r"payer_\w{26}\n", clinic.verify(*payer).stdout)
    again = clinic.verify(*payer)
    assert (again.returncode, again.stdout) == (4, "")
    assert "one like this already" in again.stderr


def test_an_account_that_is_not_there_is_not_found(clinic: Place) -> None:
    done = clinic.verify("payers", "add", "other", "Other", "--account", "acct_none")
    assert done.returncode == 3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"adapter": "carrier_pigeon"}, "unknown_adapter"),
        ({"max_in_flight": "many"}, "max_in_flight"),
        ({"colour": "green"}, "colour"),
    ],
)
def test_an_account_that_cannot_be_used_is_refused_with_the_reason(
    clinic: Place, change: dict[str, object], words: str
) -> None:
    done = clinic.verify("accounts", "add", "-", stdin=json.dumps({**ACCOUNT, **change}))
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "marked-secret" not in done.stderr


def test_an_accounts_secrets_are_sealed(clinic: Place, account: str) -> None:
    with psycopg.connect(clinic.database_url.replace("+psycopg", "")) as session:
        rows = session.execute("select p::text from payer_accounts p").fetchall()
    assert "Invented clearinghouse" in str(rows)
    assert "marked-secret" not in str(rows)
    assert b"marked-secret".hex() not in str(rows)


def test_the_first_user_comes_in_by_a_link(clinic: Place) -> None:
    done = clinic.verify("users", "add", "ada@example.test", "--name", "Ada Example", "--role", "admin")
    assert done.stdout.startswith("http://127.0.0.1:8470/sign-in/"), done.stderr
    assert "works once" in done.stderr


@pytest.mark.parametrize("change", [("--npi", "123"), ("--zone", "Mars/Olympus")])
def test_a_practice_with_a_wrong_npi_or_zone_is_refused(clinic: Place, change: tuple[str, str]) -> None:
    assert clinic.verify(*PRACTICE, *change).returncode == 2


def test_an_older_database_is_told_to_migrate(clinic: Place, empty_postgres_url: str) -> None:
    fresh = Place(clinic.folder, empty_postgres_url)
    done = fresh.verify(*PRACTICE)
    assert done.returncode == 1
    assert "verify migrate" in done.stderr
    assert fresh.verify("migrate").returncode == 0
    assert fresh.verify(*PRACTICE).returncode == 0


def test_keys_are_made_for_an_empty_database_and_never_for_one_that_was_sealed(
    tmp_path: Path, empty_postgres_url: str
) -> None:
    folder = tmp_path / "data"
    place = Place(folder, empty_postgres_url)
    assert place.verify("migrate", "--keys").returncode == 0
    keys = (folder / "keys.json").read_bytes()
    assert place.verify(*PRACTICE).returncode == 0
    assert place.verify("migrate", "--keys").returncode == 0
    assert place.verify("accounts", "add", "-", stdin=json.dumps(ACCOUNT)).returncode == 0
    assert (folder / "keys.json").read_bytes() == keys
    (folder / "keys.json").unlink()
    done = place.verify("migrate", "--keys")
    assert done.returncode == 1
    assert "restore it from its copy" in done.stderr
    assert not (folder / "keys.json").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"batch_url": "/manager", "max_retry_hours": 100}, "bad_option"),
        ({"batch_url": "/manager", "nightly_batch": "no"}, "nightly_batch is true or false"),
    ],
)
def test_an_account_that_could_not_ask_in_batches_is_refused(
    clinic: Place, options: dict[str, object], said: str
) -> None:
    account = {
        "name": "Invented batches",
        "adapter": "stedi_json",
        "url": "https://stedi.example.test/eligibility",
        "secrets": {"api_key": "marked-secret"},
    }
    done = clinic.verify("accounts", "add", "-", stdin=json.dumps({**account, "options": options}))
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    sound = {"batch_url": "/manager", "max_retry_hours": 24, "nightly_batch": False}
    assert (
        clinic.verify("accounts", "add", "-", stdin=json.dumps({**account, "options": sound})).returncode == 0
    )
