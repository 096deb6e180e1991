"""Notices out at the terminal: addresses, secrets, sending again, the digest."""

import json
import re
from collections.abc import Iterator

import psycopg
import pytest

from tests.conftest import fresh_database
from tests.verify.cli.test_clinic import PRACTICE, Place
from verify.security.keys import Keyring
from verify.servers.postgres import Postgres

URL = "https://ehr.example.org/hooks"


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres, migrated_template: str
) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("webhooks") / "data"
    folder.mkdir(mode=0o700)
    Keyring.load_or_create(folder / "keys.json")
    for url in fresh_database(postgres_server, migrated_template):
        made = Place(folder, url)
        assert made.verify(*PRACTICE).returncode == 0
        yield made


@pytest.fixture(scope="module")
def endpoint(place: Place) -> tuple[str, str]:
    """Its id and secret."""
    done = place.verify("webhooks", "add", URL, "--on", "needs_person")
    endpoint_id, secret = done.stdout.split()
    assert re.fullmatch(r"hook_\w{26}", endpoint_id), done.stderr
    assert re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret)
    return endpoint_id, secret


def test_an_address_is_listed_without_its_secret(place: Place, endpoint: tuple[str, str]) -> None:
    listed = place.verify("webhooks", "list", "--json")
    (shown,) = json.loads(listed.stdout)["endpoints"]
    assert shown["id"] == endpoint[0]
    assert shown["url"] == URL
    assert shown["states"] == ["needs_person"]
    assert "whsec" not in listed.stdout
    assert endpoint[0] in place.verify("webhooks", "list").stdout


def test_the_secret_is_sealed(place: Place, endpoint: tuple[str, str]) -> None:
    with psycopg.connect(place.database_url.replace("+psycopg", "")) as session:
        rows = str(session.execute("select e::text from notice_endpoints e").fetchall())
    assert URL in rows
    assert endpoint[1] not in rows
    assert endpoint[1].encode().hex() not in rows


def test_a_new_secret_is_made(place: Place, endpoint: tuple[str, str]) -> None:
    done = place.verify("webhooks", "rotate", endpoint[0])
    assert done.stdout.startswith("whsec_")
    assert done.stdout.strip() != endpoint[1]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("add", "http://ehr.example.org/hook"), 2),
        (("add", "https://10.0.0.1/hook"), 2),
        (("add", "not an address"), 2),
        (("add", URL, "--on", "asking"), 2),
        (("rotate", "hook_none"), 3),
        (("enable", "hook_none"), 3),
        (("replay", "msg_none"), 3),
        (("replay",), 2),
        (("replay", "msg_none", "--failed"), 2),
    ],
)
def test_what_cannot_be_is_refused_in_words(place: Place, arguments: tuple[str, ...], code: int) -> None:
    done = place.verify("webhooks", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert done.stderr.startswith("verify: ")


def test_everything_given_up_is_replayed_at_once(place: Place, endpoint: tuple[str, str]) -> None:
    done = place.verify("webhooks", "replay", "--failed")
    assert (done.returncode, done.stderr) == (0, "verify: 0 to be sent again\n")


def test_the_digest_is_chosen_and_given_up(place: Place) -> None:
    def chosen() -> list[tuple[object, ...]]:
        with psycopg.connect(place.database_url.replace("+psycopg", "")) as session:
            return session.execute("select hour, recipients from digest_settings").fetchall()

    done = place.verify("digest", "--hour", "6", "--to", "lead@example.org", "--to", "desk@example.org")
    assert done.returncode == 0
    assert "VERIFY_SMTP_URL" in done.stderr
    assert chosen() == [(6, ["lead@example.org", "desk@example.org"])]
    assert place.verify("digest", "--to", "lead@example.org\nBcc: x@y").returncode == 2
    assert place.verify("digest").returncode == 0
    assert chosen() == []
