"""Appointment systems are set up at the terminal; secrets come from files and are shown once."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import fresh_database
from tests.senders import Visit, siu
from tests.verify.cli.conftest import environment, verify
from tests.verify.cli.test_clinic import PRACTICE, Place
from verify.intake.appointments.signatures import standard_key
from verify.security.keys import Keyring
from verify.servers.postgres import Postgres
from verify.store import connect, sources


@pytest.fixture(scope="module")
def clinic(
    tmp_path_factory: pytest.TempPathFactory, postgres_server: Postgres, migrated_template: str
) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("sources") / "data"
    folder.mkdir(mode=0o700)
    Keyring.load_or_create(folder / "keys.json")
    for url in fresh_database(postgres_server, migrated_template):
        place = Place(folder, url)
        assert place.verify(*PRACTICE).returncode == 0
        yield place


def added(clinic: Place, *arguments: str, **config: object) -> list[str]:
    """The lines printed: id, path, and the secret where one was made."""
    given = ("--config", "-") if config else ()
    done = clinic.verify("sources", "add", *arguments, *given, stdin=json.dumps(config))
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def source(clinic: Place, source_id: str) -> sources.Source:
    engine = connect(clinic.database_url)
    try:
        with engine.connect() as connection:
            found = sources.read(connection, Keyring.load(clinic.folder / "keys.json"), source_id)
    finally:
        engine.dispose()
    assert found is not None
    return found


def test_a_source_of_ours_gets_a_secret_that_is_shown_once(clinic: Place) -> None:
    source_id, path, secret = added(clinic, "Front desk", "--scheme", "standard", "--service", "tms")
    assert path == f"/webhooks/appointments/{source_id}"
    assert standard_key(secret) is not None
    assert [each.value for each in source(clinic, source_id).signing] == [secret]
    listed = clinic.verify("sources", "list")
    assert "Front desk" in listed.stdout
    assert secret not in listed.stdout


def test_a_vendor_s_secret_api_and_visit_types_come_from_a_file(clinic: Place) -> None:
    config = {
        "secret": "c2VjcmV0",
        "credentials": {"client_id": "a", "client_secret": "b"},
        "api": {"url": "https://ehr.example.test/api/2.0", "token_url": "https://ehr.example.test/token"},
        "service_lines": {"TMS session": "tms"},
    }
    lines = added(clinic, "Elation", "--scheme", "elation", **config)
    assert len(lines) == 2, "a secret that was given is not printed"
    kept = source(clinic, lines[0])
    assert kept.credentials == config["credentials"]
    assert kept.options["service_lines"] == {"TMS session": "tms"}
    assert "c2VjcmV0" not in repr(kept)


@pytest.mark.parametrize(
    ("arguments", "config", "words"),
    [
        (("--scheme", "pigeon"), {}, "No scheme"),
        (("--scheme", "elation"), {}, "gives the secret itself"),
        (("--scheme", "standard"), {"secret": "short"}, "whsec_"),
        (("--scheme", "standard", "--service", "haircut"), {}, "No treatment"),
        (("--scheme", "fhir"), {"api": {"url": "http://ehr.example.test"}}, "https://"),
        (("--scheme", "hl7v2"), {"api": {"url": "https://ehr.example.test"}}, "has no api"),
        (("--scheme", "fhir"), {"colour": "green"}, "any of"),
    ],
)
def test_what_cannot_be_used_is_said_in_words(
    clinic: Place, arguments: tuple[str, ...], config: dict[str, object], words: str
) -> None:
    given = ("--config", "-") if config else ()
    done = clinic.verify("sources", "add", "Odd", *arguments, *given, stdin=json.dumps(config))
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr


def test_a_name_is_given_once(clinic: Place) -> None:
    added(clinic, "Twice", "--scheme", "hl7v2")
    done = clinic.verify("sources", "add", "Twice", "--scheme", "hl7v2")
    assert done.returncode == 4


def test_a_rotation_keeps_the_old_secret_for_a_while_and_a_retired_source_is_listed_so(clinic: Place) -> None:
    source_id, _, first = added(clinic, "Turning", "--scheme", "cloudevents")
    done = clinic.verify("sources", "rotate", source_id, "--keep", "1")
    assert done.returncode == 0, done.stderr
    newest, older = source(clinic, source_id).signing
    assert (newest.value, newest.until) == (done.stdout.strip(), None)
    assert older.value == first
    assert older.until is not None
    assert clinic.verify("sources", "retire", source_id).returncode == 0
    assert clinic.verify("sources", "retire", source_id).returncode == 4
    assert "retired" in clinic.verify("sources", "list").stdout
    assert clinic.verify("sources", "rotate", "source_none").returncode == 3


def test_the_published_schema_is_printed() -> None:
    done = verify("schema", "appointment")
    document = json.loads(done.stdout)
    assert document["properties"]["type"]["enum"][0] == "appointment.booked"


def test_the_listener_takes_a_message_and_ends_when_asked(clinic: Place, tmp_path: Path) -> None:
    source_id = added(clinic, "Interface", "--scheme", "hl7v2")[0]
    command = ("-m", "verify.cli", "mllp", source_id, "--port", "0", "--data", str(clinic.folder))
    changes = {"VERIFY_DATABASE_URL": clinic.database_url, "VERIFY_REDIS_URL": "redis://127.0.0.1:9/0"}
    with subprocess.Popen(
        [sys.executable, "-P", *command], env=environment(**changes), stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdout is not None
        found = re.fullmatch(r"127\.0\.0\.1:(\d+)\n", running.stdout.readline())
        assert found is not None
        with socket.create_connection(("127.0.0.1", int(found[1])), timeout=20) as peer:
            peer.sendall(b"\x0b" + siu(Visit()) + b"\x1c\x0d")
            assert b"MSA|AA|" in peer.recv(4096)
        running.send_signal(signal.SIGTERM)
        assert running.wait(10) == 130
    assert '"deliveries":1' in clinic.verify("sources", "list", "--json").stdout.replace(" ", "")


def test_patient_data_is_not_listened_for_in_the_clear_by_accident(clinic: Place) -> None:
    done = clinic.verify("mllp", "source_none", "--host", "0.0.0.0")
    assert done.returncode == 2
    assert "in the clear" in done.stderr
