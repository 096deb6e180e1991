"""`verify ask`: one question without a database, every scenario by every adapter, and a real account from files."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from payers.registry import ADAPTERS
from payers.simulator.scenarios import SCENARIOS
from payers.simulator.server import Simulator
from tests.verify.cli.conftest import verify

INQUIRY: dict[str, Any] = {
    "payer_id": "EXHP1",
    "payer_name": "Example Health",
    "requester": {"name": "Quiet Clinic", "npi": "1234567893"},
    "member_id": "ACT100200",
    "subscriber": {"last": "Roe", "first": "Jane", "birth_date": "1990-01-02", "sex": "F"},
    "service_type": "MH",
}


@pytest.fixture(scope="module")
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture
def account(simulator: Simulator, tmp_path: Path) -> Path:
    file = tmp_path / "account.json"
    file.write_bytes(msgspec.json.encode(simulator.account("stedi_json", name="Clearinghouse")))
    return file


def asked(account: Path, **changes: Any) -> Any:
    return verify("ask", "--account", account, "--inquiry", "-", stdin=json.dumps({**INQUIRY, **changes}))


# Of the simulator


def test_every_adapter_ends_every_scenario_as_the_table_says() -> None:
    # A busy machine gets more time than the documented run.
    done = verify("ask", "--payer", "all", "--scenario", "all", "--deadline", "4", "--json")
    cells = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each for each in cells if not each["as_expected"]] == []
    assert done.returncode == 0
    pairs = {(each["adapter"], each["scenario"]) for each in cells}
    assert pairs == {(adapter, scenario.prefix) for adapter in ADAPTERS for scenario in SCENARIOS}
    total = len(ADAPTERS) * len(SCENARIOS)
    assert f"{total} of {total} ended as expected" in done.stderr


def test_several_are_a_table_by_adapter() -> None:
    done = verify(
        "ask", "--payer", "stedi_json", "--payer", "phone", "--scenario", "ACT", "--scenario", "AAA75"
    )
    assert done.returncode == 0, done.stderr
    assert [line.split()[:4] for line in done.stdout.splitlines()] == [
        ["adapter", "scenario", "outcome", "code"],
        ["phone", "ACT", "pending", "call_needed"],
        ["phone", "AAA75", "pending", "call_needed"],
        ["stedi_json", "ACT", "answered", seconds(done.stdout.splitlines()[3])],
        ["stedi_json", "AAA75", "rejected", "aaa"],
    ]


def seconds(line: str) -> str:
    return line.split()[-1]


def test_one_is_answered_in_full() -> None:
    done = verify("ask", "--payer", "caqh_core_mime", "--scenario", "ACT", "--service", "MH")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("answered after")
    assert "EXAMPLE, ADA (subscriber ACT-01): active" in done.stdout
    assert "authorization" in done.stdout


def test_a_rejection_says_what_was_refused() -> None:
    done = verify("ask", "--payer", "optum_v3", "--scenario", "AAA75", "--json")
    said = json.loads(done.stdout)
    assert (said["outcome"], said["code"], said["detail"]) == ("rejected", "aaa", "AAA03=75 in 2100C")
    assert [each["reason"] for each in said["answer"]["members"][0]["rejections"]] == ["75"]


def test_what_does_not_end_as_the_scenario_says_is_told_and_fails() -> None:
    # Whoever waits this long gets the late answer after all.
    late = ("--scenario", "LATE1-", "--deadline", "10")
    done = verify("ask", "--payer", "stedi_json", "--payer", "stedi_x12", *late)
    assert done.returncode == 1
    assert [line.split("  ")[-1] for line in done.stdout.splitlines()[1:]] == ["expected unavailable"] * 2
    assert "0 of 2 ended as expected" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Either --payer"),
        (("--payer", "stedi_json"), "Either --payer"),
        (("--payer", "stedi_json", "--scenario", "ACT", "--account", "x"), "Either --payer"),
        (("--account", "x"), "Either --payer"),
        (("--payer", "aetna", "--scenario", "ACT"), "stedi_json"),
        (("--payer", "stedi_json", "--scenario", "nothing"), "AAA75"),
        (("--account", "-", "--inquiry", "-"), "one of them may be stdin"),
    ],
)
def test_wrong_arguments_say_what_there_is(arguments: tuple[str, ...], words: str) -> None:
    done = verify("ask", *arguments)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stdout == ""


# Through an account


def test_a_question_through_an_account_of_a_file_prints_the_answer(
    account: Path, simulator: Simulator
) -> None:
    before = len(simulator.questions())
    done = asked(account)
    assert done.returncode == 0, done.stderr
    assert "Roe, Jane (subscriber ACT100200): active" in done.stdout
    assert len(simulator.questions()) == before + 1
    assert "only-for-the-simulator" not in done.stdout + done.stderr


def test_an_answer_through_an_account_is_there_as_json(account: Path) -> None:
    file = account.with_name("inquiry.json")
    file.write_text(json.dumps(INQUIRY))
    done = verify("ask", "--account", account, "--inquiry", file, "--json")
    said = json.loads(done.stdout)
    assert said["outcome"] == "answered"
    assert said["answer"]["members"][0]["answers"]["active"]["value"] == "active"


def test_no_answer_ends_with_1_and_says_why_without_the_patient(account: Path) -> None:
    done = asked(account, member_id="H503-1")
    assert (done.returncode, done.stdout.split()[:2]) == (1, ["unavailable", "http_5xx"])
    assert "ROE" not in (done.stdout + done.stderr).upper()


def test_a_wrong_key_is_the_accounts_fault(account: Path) -> None:
    given = json.loads(account.read_text())
    account.write_text(json.dumps({**given, "secrets": {"api_key": "marked-secret"}}))
    done = asked(account)
    assert (done.returncode, done.stdout.split()[:2]) == (1, ["account", "unauthorized"])
    assert "marked-secret" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subscriber": {"first": "Jane"}}, "last"),
        ({"date_of_service": "soon"}, "date_of_service"),
        ({"favorite_color": "green"}, "favorite_color"),
        ({"control_number": "x"}, "control_number"),
    ],
)
def test_an_inquiry_that_cannot_be_asked_names_its_field(account: Path, changes: dict, field: str) -> None:
    done = asked(account, **changes)
    assert done.returncode == 2
    assert field in done.stderr
    assert "Jane" not in done.stderr


def test_an_inquiry_that_is_no_object_is_refused(account: Path) -> None:
    assert verify("ask", "--account", account, "--inquiry", "-", stdin="[]").returncode == 2
