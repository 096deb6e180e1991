"""The payer directory at the terminal: finding, taking in, taking over, ways, enrollment, quirks, costs."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import psycopg
import pytest

from payers.simulator.server import Simulator
from tests.verify.cli.conftest import ACCOUNT, Ended, Place, verify
from verify.cli.app import main

ROWS = (
    ("00540", "Lakeside Health of Texas", "LHT", "supported"),
    ("H0001", "Hillside", "", "enrollment_required"),
    ("CRL01", "Carelon Behavioral Health", "", "supported"),
    ("S1", "Seaside", "", "not_supported"),
)


class Run(Protocol):
    def __call__(self, *arguments: str, stdin: str = "") -> Ended: ...


@pytest.fixture
def run(clinic: Place, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command in this process: starting one for each of a hundred takes minutes."""
    monkeypatch.setenv("VERIFY_DATABASE_URL", clinic.database_url)
    monkeypatch.setenv("VERIFY_REDIS_URL", "redis://127.0.0.1:9/0")

    def run(*arguments: str, stdin: str = "") -> Ended:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        code = main([*arguments, "--data", str(clinic.folder)])
        out, err = capsys.readouterr()
        return Done(code, out, err)

    return run


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def list_file(tmp_path: Path) -> Path:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["payer_id", "name", "other_names", "eligibility"])
    writer.writerows(ROWS)
    file = tmp_path / "payers.csv"
    file.write_text(text.getvalue())
    return file


@pytest.fixture(scope="module")
def second(clinic: Place) -> str:
    done = clinic.verify("accounts", "add", "-", stdin=json.dumps({**ACCOUNT, "name": "Second house"}))
    return done.stdout.strip()


@pytest.fixture(scope="module")
def lakeside(clinic: Place, account: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The code of a payer of the practice."""
    done = clinic.verify(
        "payers", "add", "lakeside", "Lakeside Fund", "--account", account, "--payer-id", "LKF1", "--alias", "LF"
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return "lakeside"


def shown(run: Run, code: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("payers", "show", code, "--json").stdout)
    return found


def test_a_list_is_taken_in_searched_and_a_payer_adopted_from_it(
    run: Run, account: str, list_file: Path
) -> None:
    taken = run("payers", "import", str(list_file), "--account", account, "--kind", "csv")
    assert (taken.returncode, taken.stdout) == (0, "4 new, 0 changed, 0 the same, 0 gone\n"), taken.stderr
    again = run("payers", "import", str(list_file), "--account", account, "--json")
    assert json.loads(again.stdout)["same"] == 4
    found = run("payers", "search", "lakeside health tx")
    assert found.stdout.splitlines()[1].split("  ")[0] == "-"
    assert "00540 Invented clearinghouse" in found.stdout
    adopted = run("payers", "adopt", "00540", "--account", account)
    assert adopted.stdout == "lakeside_health_of_texas\n"
    found = run("payers", "search", "lht", "--json", "--limit", "1")
    assert json.loads(found.stdout)["code"] == "lakeside_health_of_texas"
    assert "passes" in run("payers", "show", "lakeside_health_of_texas").stdout
    again = run("payers", "adopt", "00540", "--account", account)
    assert (again.stdout, again.returncode) == ("lakeside_health_of_texas\n", 0)
    assert "was there already" in again.stderr


def test_a_payer_is_adopted_by_name_and_a_known_one_through_the_list(
    run: Run, account: str, list_file: Path
) -> None:
    run("payers", "import", str(list_file), "--account", account)
    by_name = run("payers", "adopt", "HILLSIDE, Inc.", "--account", account, "--code", "hill")
    assert by_name.stdout == "hill\n"
    known = run("payers", "adopt", "carelon_behavioral", "--account", account)
    assert known.stdout == "carelon_behavioral\n"
    carelon = shown(run, "carelon_behavioral")
    assert (carelon["kind"], carelon["ways"][0]["their_id"]) == ("behavioral_administrator", "CRL01")
    missing = run("payers", "adopt", "humana", "--account", account)
    assert (missing.returncode, "does not have it" in missing.stderr) == (4, True)
    assert run("payers", "adopt", "nobody at all", "--account", account).returncode == 3


@pytest.mark.parametrize(
    ("content", "kind", "code", "words"),
    [
        ("payer_id,name\n,Nameless\n77,Northern Pines\n", "csv", 5, "line 2: no payer id"),
        ("payer_id,name\n", "csv", 2, "Nothing of it could be read"),
        ("nonsense", "stedi_json", 2, "there is no list in it"),
        ("payer_id,name\n1,One\n", "parchment", 2, "No kind 'parchment'"),
    ],
)
def test_what_cannot_be_read_of_a_list_is_named(
    run: Run, second: str, tmp_path: Path, content: str, kind: str, code: int, words: str
) -> None:
    file = tmp_path / "list"
    file.write_text(content)
    done = run("payers", "import", str(file), "--account", second, "--kind", kind)
    assert done.returncode == code
    assert words in done.stderr


def test_half_a_list_is_not_taken_unless_somebody_says_so(run: Run, second: str, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    lines = [f"N{n},Northern Pines {n}" for n in range(40)]
    file.write_text("\n".join(["payer_id,name", *lines]))
    assert run("payers", "import", str(file), "--account", second).returncode == 0
    file.write_text("\n".join(["payer_id,name", *lines[:3]]))
    half = run("payers", "import", str(file), "--account", second)
    assert (half.returncode, "37 of 40" in half.stderr) == (4, True)
    whole = run("payers", "import", str(file), "--account", second, "--may-shrink")
    assert (whole.returncode, whole.stdout.strip()) == (0, "0 new, 0 changed, 3 the same, 37 gone")


@pytest.fixture
def at_stedi(run: Run) -> Iterator[str]:
    """An account at a clearinghouse that lists payers."""
    with Simulator() as simulator:
        through = simulator.account("stedi_json")
        given = {
            "name": "Stedi",
            "adapter": "stedi_json",
            "url": through.url,
            "secrets": through.secrets,
            "options": through.options,
            "allow_private_addresses": True,
        }
        yield run("accounts", "add", "-", stdin=json.dumps(given)).stdout.strip()


def test_a_list_is_fetched_from_the_clearinghouse(run: Run, at_stedi: str) -> None:
    done = run("payers", "import", "--fetch", "--account", at_stedi)
    assert (done.returncode, done.stdout) == (0, "41 new, 0 changed, 0 the same, 0 gone\n"), done.stderr
    assert "BHHP1 Stedi" in run("payers", "search", "blue hollow").stdout


def test_a_list_that_cannot_be_fetched_says_why(run: Run, account: str, at_stedi: str) -> None:
    none = run("payers", "import", "--fetch", "--account", account)
    assert (none.returncode, "no list that can be fetched" in none.stderr) == (2, True)
    assert run("payers", "import", "--account", account).returncode == 2


def test_a_clearinghouse_that_is_away_is_said_to_be(run: Run, clinic: Place, at_stedi: str) -> None:
    with psycopg.connect(clinic.database_url.replace("+psycopg", ""), autocommit=True) as session:
        session.execute("update payer_accounts set url = 'http://127.0.0.1:9/' where id = %s", (at_stedi,))
    done = run("payers", "import", "--fetch", "--account", at_stedi)
    assert (done.returncode, "could not be fetched: connect" in done.stderr) == (7, True)


def test_ways_are_added_ordered_and_taken_away(run: Run, account: str, second: str, lakeside: str) -> None:
    route = ("payers", "route")
    added = run(*route, "add", lakeside, "--account", second, "--payer-id", "LKF2")
    assert added.stdout.startswith("route_")
    assert run(*route, "add", lakeside, "--account", second).returncode == 4
    assert run(*route, "order", lakeside, second).returncode == 0
    assert [way["their_id"] for way in shown(run, lakeside)["ways"]] == ["LKF2", "LKF1"]
    assert run(*route, "order", lakeside, "acct_none").returncode == 3
    assert run(*route, "remove", lakeside, "--account", second).returncode == 0
    assert run(*route, "remove", lakeside, "--account", second).returncode == 3
    assert [way["account_id"] for way in shown(run, lakeside)["ways"]] == [account]


def test_an_enrollment_is_said_and_taken_back(run: Run, account: str, second: str, lakeside: str) -> None:
    said = ("payers", "enrolled", lakeside, "--account")
    assert run(*said, account, "--on", "2026-11-02").returncode == 0
    assert shown(run, lakeside)["ways"][0]["enrolled_at"].startswith("2026-11-02")
    assert "enrolled 2026-11-02" in run("payers", "show", lakeside).stdout
    assert run(*said, account, "--not").returncode == 0
    assert shown(run, lakeside)["ways"][0]["enrolled_at"] is None
    assert run(*said, second).returncode == 3


def test_quirks_are_set_with_their_source_or_not_at_all(run: Run, lakeside: str) -> None:
    given = {"source": "its companion guide", "read_on": "2026-11-28", "npi": "provider"}
    assert run("payers", "quirks", lakeside, "-", stdin=json.dumps(given)).returncode == 0
    assert json.loads(run("payers", "quirks", lakeside).stdout) == given
    text = run("payers", "show", lakeside).stdout
    assert "its companion guide, read 2026-11-28" in text
    assert "npi: provider" in text
    for bad, words in (
        ({"npi": "provider"}, "need a source"),
        ({**given, "npi": "anybody"}, "npi"),
        ({**given, "colour": 1}, "colour"),
        ([], "JSON object"),
    ):
        done = run("payers", "quirks", lakeside, "-", stdin=json.dumps(bad))
        assert (done.returncode, words in done.stderr) == (2, True), done.stderr
    assert json.loads(run("payers", "quirks", lakeside).stdout) == given
    assert run("payers", "quirks", lakeside, "-", stdin="{}").returncode == 0
    assert "asked as is usual" in run("payers", "show", lakeside).stdout


def test_a_name_is_added_and_one_that_two_go_by_is_said(run: Run, account: str, lakeside: str) -> None:
    run("payers", "add", "quartz", "Quartz Mutual", "--account", account, "--payer-id", "QM1")
    assert run("payers", "alias", lakeside, "Northern Fund of TX").returncode == 0
    assert "lakeside" in run("payers", "search", "northern fund texas").stdout
    both = run("payers", "alias", lakeside, "QUARTZ MUTUAL")
    assert (both.returncode, "quartz goes by it too" in both.stderr) == (0, True)
    assert run("payers", "alias", lakeside, "!").returncode == 2


def test_payers_and_accounts_are_listed(run: Run, account: str, lakeside: str) -> None:
    text = run("payers", "list").stdout
    assert "lakeside" in text
    assert "Invented clearinghouse" in text
    found = [json.loads(line) for line in run("payers", "list", "--json").stdout.splitlines()]
    assert "lakeside" in {each["code"] for each in found}
    listed = [json.loads(line) for line in run("accounts", "list", "--json").stdout.splitlines()]
    (own,) = [each for each in listed if each["id"] == account]
    assert own["payers"] >= 1
    assert "secrets" not in own
    assert "marked-secret" not in run("accounts", "list").stdout


def test_costs_are_those_of_one_month(run: Run, account: str) -> None:
    done = run("accounts", "costs", "--month", "2026-10", "--json")
    (own,) = [
        each for line in done.stdout.splitlines() if (each := json.loads(line))["account_id"] == account
    ]
    assert (own["month"], own["checks"], own["cents"], own["saved"]) == ("2026-10", 0, None, 0)
    assert "not known" in run("accounts", "costs").stdout
    assert run("accounts", "costs", "--month", "October").returncode == 2
    assert run("accounts", "costs", "--month", "2026-13").returncode == 2


@pytest.mark.parametrize(
    "command",
    [
        ("show", "nobody"),
        ("alias", "nobody", "Somebody"),
        ("quirks", "nobody"),
        ("route", "order", "nobody", "acct_1"),
        ("enrolled", "nobody", "--account", "acct_1"),
        ("search", "zzzz"),
        ("import", "--fetch", "--account", "acct_none"),
    ],
)
def test_who_is_not_there_is_not_found(run: Run, command: tuple[str, ...]) -> None:
    assert run("payers", *command).returncode == 3


def test_what_ships_with_the_program_is_listed_without_a_database() -> None:
    text = verify("payers", "known").stdout
    assert "87726 stedi (verified)" in text
    assert "asked at uhc" in text
    found = [json.loads(line) for line in verify("payers", "known", "--json").stdout.splitlines()]
    assert all(each["source"] and each["read_on"] for each in found)
