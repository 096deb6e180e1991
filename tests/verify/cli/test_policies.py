"""`verify policies` and `verify authorizations`, from the shell."""

import json
from pathlib import Path

import pytest

from tests.verify.authorizations.records import authorization
from tests.verify.cli.conftest import verify
from tests.verify.policies.sheets import sheet, trial
from tests.verify.web.conftest import Site, site, work
from verify.client import ADDRESS_FILE, TOKEN_FILE

__all__ = ["site", "work"]


def test_the_cards_are_listed_with_how_we_know_and_until_when() -> None:
    done = verify("policies", "list", "--service", "ketamine_iv")
    assert done.returncode == 0, done.stderr
    heading, *rows = done.stdout.splitlines()
    assert heading.split()[:2] == ["CARD", "SERVICE"]
    assert [row.split()[0] for row in rows] == [
        "bcbs_ma_spravato",
        "medicare_ketamine",
        "qualchoice_ketamine",
        "uhc_ketamine",
        "veterans_affairs",
    ]
    assert "not stated" in rows[1]


def test_the_cards_are_objects_one_a_line() -> None:
    done = verify("policies", "list", "--json")
    cards = [json.loads(line) for line in done.stdout.splitlines()]
    assert all(card["sources"] and card["review_by"] for card in cards)


def test_a_service_without_a_card_is_not_stated() -> None:
    done = verify("policies", "list", "--service", "psychotherapy")
    assert (done.returncode, done.stdout) == (0, "")
    assert "not stated" in done.stderr


def test_a_card_is_shown_with_its_sources_and_what_it_lacks() -> None:
    done = verify("policies", "show", "aetna_tms")
    assert done.returncode == 0, done.stderr
    for words in (
        "Age: The policy asks for an age of at least 15. [cpb]",
        "Age: The policy asks for an age of at least 18. [verity]",
        "30 sessions, 6 in a taper",
        "Not stated in our copy: which of two first days holds.",
        "cpb: CPB 0469 in a stored copy",
    ):
        assert words in done.stdout
    assert json.loads(verify("policies", "show", "aetna_tms", "--json").stdout)["key"] == "aetna_tms"


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ("cigna_spravato", "a first course (MDSI): 2 months"),
        ("bcbs_ma_spravato", "a first course: 28 days"),
        ("medicare_palmetto_tms", "at most 1 of 90867 in six weeks"),
        ("qualchoice_tms", "20 sessions, Then a new request."),
        ("uhc_tms", "One of 2 ways is enough. The policy asks for 2 failed antidepressants"),
        ("anthem_tms", "What it asks\n    not stated"),
        ("anthem_tms", "Authorization\n    not stated"),
        ("cigna_tms", "not required, in network from 2026-03-06."),
    ],
)
def test_a_card_tells_units_lengths_caps_and_silence(card: str, words: str) -> None:
    assert words in verify("policies", "show", card).stdout


def test_a_card_nobody_has_is_not_found() -> None:
    done = verify("policies", "show", "larkspur_tms")
    assert done.returncode == 3
    assert "`verify policies list` names them" in done.stderr


def test_the_check_says_by_its_exit_code_whether_all_is_well() -> None:
    done = verify("policies", "check", "--on", "2026-12-01")
    assert (done.returncode, done.stdout) == (0, "ok       40 can be used\n")
    late = verify("policies", "check", "--on", "2027-06-01")
    assert late.returncode == 1
    assert "aetna_tms was read on 2026-11-28, and was to be read again by 2027-02-28" in late.stdout
    assert "medicare_contractors.toml was to be read again" in late.stdout
    found = json.loads(verify("policies", "check", "--on", "2027-01-01", "--json").stdout)
    assert [one["level"] for one in found] == ["warning", "warning", "ok"]


SHEET = sheet(
    diagnoses=[{"code": "F33.2"}],
    trials=[trial(), trial("venlafaxine")],
    trials_complete="yes",
    scores=[{"scale": "PHQ-9", "points": 21, "on": "2026-11-01"}],
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    written = tmp_path / "sheet.json"
    written.write_text(SHEET.model_dump_json())
    return written


def test_a_card_is_held_against_a_sheet_on_disk(file: Path) -> None:
    asked = ("policies", "match", "uhc_tms", file, "--born", "1984-03-12", "--on", "2026-11-30")
    done = verify(*asked)
    assert done.returncode == 0, done.stderr
    assert "+ Failed antidepressants: met." in done.stdout
    assert "? Psychotherapy: unknown." in done.stdout
    assert "The payer decides." in done.stdout
    assert "approved" not in done.stdout
    found = json.loads(verify(*asked, "--json").stdout)
    assert found["card"] == "uhc_tms"
    assert {one["key"]: one["result"] for one in found["criteria"]}["trials"] == "met"


def test_a_renewal_is_held_against_the_scores_since_the_course_began(tmp_path: Path) -> None:
    written = tmp_path / "sheet.json"
    scores = [
        {"scale": "PHQ-9", "points": 20, "on": "2026-11-02"},
        {"scale": "PHQ-9", "points": 15, "on": "2026-11-23"},
    ]
    written.write_text(sheet(scores=scores).model_dump_json())
    asked = ("policies", "match", "medicare_wps_tms", written, "--on", "2026-11-30", "--renewal")
    done = verify(*asked, "--began", "2026-11-02")
    assert done.returncode == 0, done.stderr
    assert "for a renewal" in done.stdout
    assert "+ Improvement so far: met." in done.stdout
    assert "? Improvement so far: unknown." in verify(*asked).stdout
    assert "? Improvement so far: unknown." in verify(*asked, "--began", "2026-12-01").stdout
    assert verify(*asked[:-1], "--began", "2026-11-02").returncode == 2
    told = verify("policies", "show", "medicare_wps_tms").stdout
    assert "Improvement so far (a renewal): The policy asks that a depression scale is at least 25 %" in told


def test_a_sheet_may_come_from_stdin_and_the_birth_date_may_be_missing() -> None:
    done = verify("policies", "match", "aetna_tms", "-", "--on", "2026-11-30", stdin="{}")
    assert done.returncode == 0, done.stderr
    assert "? Age: unknown." in done.stdout
    assert "Missing\n    the birth date" in done.stdout


def test_a_sheet_that_cannot_be_read_is_told_by_its_places_alone() -> None:
    done = verify(
        "policies", "match", "aetna_tms", "-", stdin='{"trials": [{"drug": "MARKED", "weeks": -3}]}'
    )
    assert done.returncode == 2
    assert "/trials/0/weeks" in done.stderr
    assert "MARKED" not in done.stderr


@pytest.mark.parametrize("name", ["evidence", "authorization"])
def test_the_shapes_are_printed(name: str) -> None:
    assert json.loads(verify("schema", name).stdout)["type"] == "object"


# --- authorizations -----------------------------------------------------------------------------------------

CASE = {
    "authorization": authorization(granted=[{"codes": ["90868"], "units": 2}], number="MARKED").model_dump(
        mode="json"
    ),
    "plan": {
        "service_line": "tms",
        "sessions": [{"on": f"2026-12-{day:02}", "services": [{"code": "90868"}]} for day in range(1, 5)],
        "payer": ["Blue Hollow"],
    },
}


def test_an_authorization_on_disk_is_held_against_a_course_on_disk(tmp_path: Path) -> None:
    case = tmp_path / "case.json"
    case.write_text(json.dumps(CASE))
    done = verify("authorizations", "match", case, "--on", "2026-11-02")
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("2026-11-03  units low")
    assert "2 of 2 units of 90868 are left and 4 are planned: 2 short." in done.stdout
    assert "MARKED" not in done.stdout + done.stderr
    (found,) = json.loads(verify("authorizations", "match", case, "--on", "2026-11-02", "--json").stdout)
    assert (found["kind"], found["due_on"]) == ("units_low", "2026-11-03")


def test_one_that_fits_says_so_and_ends_well() -> None:
    fits = {**CASE, "authorization": authorization().model_dump(mode="json")}
    done = verify("authorizations", "match", "-", "--on", "2026-11-02", stdin=json.dumps(fits))
    assert (done.returncode, done.stdout) == (0, "")
    assert "nothing speaks against it" in done.stderr


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "The plan cannot be read"),
        ("{}", "The plan cannot be read"),
        (json.dumps({"plan": CASE["plan"]}), "The authorization cannot be read"),
        (json.dumps({**CASE, "authorization": {"status": "approved", "number": "MARKED"}}), "/status"),
        (
            json.dumps({**CASE, "plan": {"service_line": "tms", "sessions": [{"on": "soon"}]}}),
            "$.sessions[0]",
        ),
    ],
)
def test_a_case_that_cannot_be_read_is_told_by_its_places_alone(content: str, words: str) -> None:
    done = verify("authorizations", "match", "-", stdin=content)
    assert done.returncode == 2
    assert words in done.stderr
    assert "MARKED" not in done.stderr


def test_authorizations_are_recorded_and_listed_through_the_running_system(
    site: Site, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from verify.cli.app import main

    folder = tmp_path / "client"
    folder.mkdir()
    (folder / ADDRESS_FILE).write_text(site.url)
    token = str(site.program().headers["Authorization"]).removeprefix("Bearer ")
    (folder / TOKEN_FILE).write_text(token)
    (folder / TOKEN_FILE).chmod(0o600)
    made = site.submit()
    record = tmp_path / "record.json"
    record.write_text(authorization(status="submitted", number="A7").model_dump_json())
    assert main(["authorizations", "add", made, str(record), "--data", str(folder)]) == 0
    authorization_id = capsys.readouterr().out.strip()
    assert main(["authorizations", "list", made, "--program", "medicaid", "--data", str(folder)]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith(f"{authorization_id}  tms  submitted  A7  2026-11-30 to 2027-02-28")
    assert "! There is none yet (submitted)" in shown
    assert main(["authorizations", "list", made, "--json", "--data", str(folder)]) == 0
    assert json.loads(capsys.readouterr().out)[0]["id"] == authorization_id
    assert (
        main(["authorizations", "list", site.submit(service_lines=["psychotherapy"]), "--data", str(folder)])
        == 0
    )
    assert "no authorization is on record" in capsys.readouterr().err
    assert main(["authorizations", "list", "ver_none", "--data", str(folder)]) == 3
