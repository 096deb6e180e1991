"""What doctor says of a healthy installation, and of each thing that breaks."""

import json
import os
import socket
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from payers.account import Account, AccountId
from verify.catalogue import own_folder
from verify.security.keys import Keyring
from verify.servers.account_checks import check_account, check_address
from verify.servers.diagnosis import Finding, Level
from verify.servers.doctor import (
    as_json,
    as_text,
    check_backup,
    check_catalogue,
    check_clock,
    examine,
    exit_code,
)
from verify.servers.installation import Installation, remember
from verify.servers.own import make_private, own_servers, with_addresses
from verify.settings import Settings, environment_for, read
from verify.store import connect, migrate


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """An installation whose servers run; a test that breaks it mends it again."""
    chosen = read({"VERIFY_DATA": str(tmp_path_factory.mktemp("doctor") / "data")})
    make_private(chosen)
    Keyring.create(chosen.key_file)
    servers = own_servers(chosen)
    for server in servers.values():
        server.start()
    engine = connect(with_addresses(chosen).database_url or "")
    migrate(engine)
    engine.dispose()
    yield chosen
    for server in servers.values():
        server.stop()


def findings_of(chosen: Settings) -> list[Finding]:
    return examine(environment_for(chosen))


def levels(findings: list[Finding]) -> dict[str, Level]:
    return {finding.check: finding.level for finding in findings}


def only(findings: list[Finding], check: str) -> Finding:
    return next(finding for finding in findings if finding.check == check)


def test_a_healthy_installation_has_no_fault(healthy: Settings) -> None:
    findings = findings_of(healthy)
    assert levels(findings) == {
        "configuration": Level.OK,
        # Its files grow old by themselves.
        "catalogue": only(findings, "catalogue").level,
        # Grows old by itself: a warning once a card should have been read again.
        "policy cards": only(findings, "policy cards").level,
        "worksheet": only(findings, "worksheet").level,
        "data folder": Level.OK,
        "disk": only(findings, "disk").level,
        "keys": Level.OK,
        "keys copy": Level.WARNING,
        "Valkey": Level.OK,
        "PostgreSQL": Level.OK,
        "clock": Level.OK,
        "migrations": Level.OK,
        "payer accounts": Level.WARNING,
    }
    assert only(findings, "policy cards").level is not Level.FAULT
    assert exit_code([finding for finding in findings if finding.check != "disk"]) == 0


def test_everything_that_is_not_well_says_what_to_do(healthy: Settings) -> None:
    for finding in findings_of(healthy):
        assert bool(finding.what_to_do) == (finding.level is not Level.OK)


def test_text_and_json_say_the_same(healthy: Settings) -> None:
    findings = findings_of(healthy)
    text = as_text(findings)
    read_again = json.loads(as_json(findings))
    assert [each["check"] for each in read_again] == [finding.check for finding in findings]
    for finding in findings:
        assert finding.what in text
        assert finding.what_to_do in text


def test_keys_that_others_can_read_are_a_fault(healthy: Settings) -> None:
    healthy.key_file.chmod(0o644)
    try:
        findings = findings_of(healthy)
    finally:
        healthy.key_file.chmod(0o600)
    assert only(findings, "keys").level is Level.FAULT
    assert "chmod 600" in only(findings, "keys").what
    assert exit_code(findings) == 1


def test_a_folder_that_others_can_look_into_is_a_fault(healthy: Settings) -> None:
    healthy.data_folder.chmod(0o755)
    try:
        findings = findings_of(healthy)
    finally:
        healthy.data_folder.chmod(0o700)
    assert only(findings, "data folder").what_to_do == f"Run: chmod 700 {healthy.data_folder}"


def test_a_variable_that_cannot_be_used_is_named_without_its_value() -> None:
    (found,) = examine({"VERIFY_PORT": "hunter2"})
    assert found.level is Level.FAULT
    assert "VERIFY_PORT" in found.what
    assert "hunter2" not in found.what


def test_servers_that_do_not_run_are_faults_and_nothing_else_is_asked_of_them(tmp_path: Path) -> None:
    findings = examine({"VERIFY_DATA": str(tmp_path / "data")})
    found = levels(findings)
    assert found["PostgreSQL"] is found["Valkey"] is found["keys"] is found["data folder"] is Level.FAULT
    assert "migrations" not in found
    assert not (tmp_path / "data").exists(), "looking changes nothing"


def test_an_address_is_never_shown_with_its_password(tmp_path: Path) -> None:
    variables = {
        "VERIFY_DATA": str(tmp_path),
        "VERIFY_DATABASE_URL": "postgresql+psycopg://verify:hunter2@127.0.0.1:1/verify",
        "VERIFY_REDIS_URL": "redis://:hunter2@127.0.0.1:1/0",
    }
    findings = examine(variables)
    assert levels(findings)["PostgreSQL"] is levels(findings)["Valkey"] is Level.FAULT
    assert "hunter2" not in as_text(findings)


def test_a_database_without_its_tables_is_a_fault(healthy: Settings, empty_postgres_url: str) -> None:
    findings = findings_of(msgspec.structs.replace(healthy, database_url=empty_postgres_url))
    assert only(findings, "migrations").what_to_do == "Run: verify migrate"
    assert only(findings, "payer accounts").level is Level.FAULT


@pytest.mark.parametrize(
    ("skew", "level"),
    [(0.0, Level.OK), (-1.9, Level.OK), (2.0, Level.WARNING), (-29.0, Level.WARNING), (30.0, Level.FAULT)],
)
def test_clocks_may_differ_a_little(skew: float, level: Level) -> None:
    assert [finding.level for finding in check_clock(skew)] == [level]


def test_the_copy_of_the_keys_is_asked_for_until_noted_and_again_later(tmp_path: Path) -> None:
    keys, now = tmp_path / "keys.json", datetime.now(UTC)
    keys.touch()
    mark = tmp_path / "keys.json.copied"
    (missing,) = check_backup(keys, now)
    assert missing.what_to_do.endswith(f"touch {mark}")
    mark.touch()
    assert [finding.level for finding in check_backup(keys, now)] == [Level.OK]
    assert [finding.level for finding in check_backup(keys, now + timedelta(days=92))] == [Level.WARNING]
    os.utime(mark, (time.time() - 60, time.time() - 60))
    (changed,) = check_backup(keys, now)
    assert "changed after" in changed.what


def test_heartbeats_are_looked_at_where_up_has_run(healthy: Settings) -> None:
    remember(healthy.data_folder, Installation(demo=False))
    beats = healthy.data_folder / "heartbeats"
    beats.mkdir()
    (beats / "worker-urgent").touch()
    (beats / "worker-nightly").touch()
    (beats / "beat").touch()
    os.utime(beats / "worker-nightly", (time.time() - 100, time.time() - 100))
    try:
        found = [(each.level, each.what) for each in findings_of(healthy) if each.check == "heartbeat"]
    finally:
        (healthy.data_folder / "installation.json").unlink()
    assert found == [
        (Level.OK, "worker-urgent is alive"),
        (Level.FAULT, "worker-standard never ran here"),
        (Level.FAULT, "worker-nightly was last alive 100 s ago"),
        (Level.OK, "beat is alive"),
    ]


@pytest.fixture
def listening() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/core"


def account(url: str, **secrets: str) -> Account:
    return Account(
        id=AccountId("acct-1"),
        name="Clearinghouse",
        adapter="caqh_core_mime",
        url=url,
        secrets=secrets,
        allow_private_addresses=True,
    )


def test_an_account_that_is_whole_and_answers_is_well(listening: str) -> None:
    found = check_account("Clearinghouse", None, account(listening, username="a", password="b"))
    assert found.level is Level.OK
    assert "answers" in found.what


def test_an_account_without_its_secrets_is_a_fault(listening: str) -> None:
    found = check_account("Clearinghouse", None, account(listening, username="a"))
    assert (found.level, found.what) == (Level.FAULT, "Clearinghouse: missing_secret")


def test_an_account_whose_secrets_were_sealed_with_other_keys_is_a_fault() -> None:
    assert "cannot be read" in check_account("Clearinghouse", None, None).what


def test_a_paused_account_says_why(listening: str) -> None:
    found = check_account("Clearinghouse", "unauthorized", account(listening))
    assert "paused (unauthorized)" in found.what
    assert "credentials" in found.what_to_do


def test_an_address_where_nobody_listens_is_a_fault(listening: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    found = check_address("Clearinghouse", f"http://127.0.0.1:{port}/core")
    assert found.level is Level.FAULT
    assert "ConnectionRefusedError" in found.what
    assert check_address("Clearinghouse", "ftp://127.0.0.1").level is Level.FAULT


def test_a_clinics_catalogue_that_does_not_hold_is_a_fault_with_file_line_and_reason(
    healthy: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "service_lines" / "tms.toml"
    file.parent.mkdir()
    text = (Path(str(own_folder())) / "service_lines" / "tms.toml").read_text()
    file.write_text(text.replace("review_by", "reveiw_by", 1))
    chosen = msgspec.structs.replace(healthy, catalogue_folder=tmp_path)
    (found,) = check_catalogue(chosen, date(2026, 11, 28))
    line = text.splitlines().index("review_by = 2027-02-28") + 1
    assert (found.level, found.what) == (Level.FAULT, f"{file}:{line}: the key reveiw_by is not known")


def test_a_file_past_its_day_of_review_is_a_warning(healthy: Settings) -> None:
    (found,) = check_catalogue(healthy, date(2099, 1, 1))
    assert found.level is Level.WARNING
    assert "codes/tms.toml" in found.what
    assert [each.level for each in check_catalogue(healthy, date(2026, 11, 28))] == [Level.OK]
