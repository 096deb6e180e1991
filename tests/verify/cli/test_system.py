"""The command line against a running system: `verify up --demo`, started once for this file."""

import base64
import json
import os
import pty
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
import requests

from tests.verify.cli.conftest import Ended, environment, verify

pytestmark = pytest.mark.flow

SUBMISSION = {
    "patient": {"last_name": "Example", "first_name": "Ada", "birth_date": "1988-04-02"},
    "coverage": {"payer": "bluehollow", "member_id": "ACT50017230"},
    "service_lines": ["tms"],
    "date_of_service": "2026-12-01",
}


class System(NamedTuple):
    data: Path
    process: subprocess.Popen[str]

    def verify(self, *arguments: str, stdin: str = "") -> Ended:
        return verify(*arguments, "--data", self.data, stdin=stdin)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    data = tmp_path_factory.mktemp("system") / "data"
    command = [
        sys.executable,
        "-P",
        "-m",
        "verify.cli",
        "up",
        "--demo",
        "--data",
        str(data),
        "--port",
        str(free_port()),
    ]
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        said = []
        while "End with Ctrl-C" not in (line := process.stdout.readline()):
            said.append(line)
            assert line, "".join(said)
        yield System(data, process)
        process.send_signal(signal.SIGINT)
        assert process.wait(15) == 0


@pytest.fixture(scope="module")
def submitted(system: System) -> str:
    """The id of an answered verification."""
    done = system.verify("submit", "-", "--wait", "--json", stdin=json.dumps(SUBMISSION))
    assert done.returncode == 0, done.stderr
    return str(json.loads(done.stdout)["id"])


def test_submitting_by_options_prints_the_id_alone(system: System) -> None:
    done = system.verify(
        *("submit", "--last", "Example", "--first", "Bo", "--born", "1990-01-31", "--payer", "bluehollow"),
        *(
            "--member-id",
            "ACT50017231",
            "--service",
            "tms",
            "--service",
            "psychotherapy",
            "--on",
            "2026-12-01",
        ),
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"ver_\w{26}\n", done.stdout)


def test_the_same_submission_again_is_the_same_verification(system: System, submitted: str) -> None:
    assert system.verify("submit", "-", stdin=json.dumps(SUBMISSION)).stdout.strip() == submitted


def test_waiting_shows_the_answer_and_what_to_do(system: System) -> None:
    other = {**SUBMISSION, "coverage": {"payer": "bluehollow", "member_id": "ACT50017239"}}
    done = system.verify("submit", "-", "--wait", stdin=json.dumps(other))
    assert done.returncode == 0, done.stderr
    assert "waiting for the payer" in done.stderr
    assert "WHAT THE PAYER SAYS" in done.stdout
    assert re.search(r"Deductible remaining +\$\d", done.stdout)
    assert "Next: " in done.stdout
    assert re.search(r"271 segments? \d+", done.stdout)


def test_show_gives_the_whole_document(system: System, submitted: str) -> None:
    document = json.loads(system.verify("show", submitted, "--json").stdout)
    assert document["id"] == submitted
    assert document["patient"]["last_name"] == "Example"
    assert document["summary"]["coverage_status"] == "active"
    assert document["facts"]
    assert all(fact["source"] for fact in document["facts"])


def test_show_says_what_the_course_will_cost(system: System, submitted: str) -> None:
    shown = system.verify("show", submitted).stdout
    assert "WHAT THE COURSE WILL COST THE PATIENT" in shown
    assert re.search(r"\$[\d,.]+ expected, between \$[\d,.]+ and \$[\d,.]+", shown)


def test_the_estimate_of_a_verification_is_told_and_given_as_json(system: System, submitted: str) -> None:
    told = system.verify("estimate", "--verification", submitted)
    assert told.returncode == 0, told.stderr
    for words in ("Confidence C", "What would narrow it", "Session by session", "Reckoned with"):
        assert words in told.stdout
    it = json.loads(system.verify("estimate", "--verification", submitted, "--json").stdout)["estimate"]
    assert it["expected"]["amount"] in told.stdout.replace(",", "")
    assert sum(one["takes_place"] for one in it["sessions"]) == 36
    absent = system.verify("estimate", "--verification", "ver_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB")
    assert (absent.returncode, absent.stdout) == (3, "")
    assert system.verify("estimate", "case.json", "--verification", submitted).returncode == 2
    assert system.verify("estimate").returncode == 2


def test_an_estimate_takes_sessions_days_and_any_other_assumption(system: System, submitted: str) -> None:
    of = ("estimate", "--verification", submitted)
    # A day on which the plan is active, whatever day it is today.
    first = json.loads(system.verify("show", submitted, "--json").stdout)["date_of_service"]
    options = ("--sessions", "6", "--start", first, "--weekdays", "mon,thu")
    second = ("second_method=qmb", "second_source=card", "compare_start=2027-03-08")
    told = system.verify(*of, *options, *(word for one in second for word in ("--assume", one)))
    assert told.returncode == 0, told.stderr
    for words in (
        "Assumed here, and stored nowhere",
        "6 sessions on Mondays and Thursdays from",
        "owes no cost share of what Medicare covers (card)",
        "Begun on another day",
        "2027-03-08  $0.00 expected",
    ):
        assert words in told.stdout
    it = json.loads(system.verify(*of, *options, "--json").stdout)
    days = [date.fromisoformat(one["date"]) for one in it["estimate"]["sessions"]]
    assert (len(days), days[0].isoformat()) == (6, first)
    assert {day.weekday() for day in days[1:]} == {0, 3}


def test_an_assumption_that_cannot_be_read_ends_with_its_name(system: System, submitted: str) -> None:
    wrong = system.verify("estimate", "--verification", submitted, "--sessions", "1O")
    assert wrong.returncode == 2
    assert "sessions" in wrong.stderr
    assert system.verify("estimate", "--verification", submitted, "--assume", "sessions").returncode == 2
    assert system.verify("estimate", "case.json", "--sessions", "6").returncode == 2


def test_treatments_stand_side_by_side(system: System, submitted: str) -> None:
    told = system.verify("estimate", "--verification", submitted, "--treatments")
    assert told.returncode == 0, told.stderr
    for words in ("FIRST WEEK", "(TMS), through the plan", "Which is best is a clinical matter."):
        assert words in told.stdout
    given = system.verify("estimate", "--verification", submitted, "--treatments", "--json")
    assert {one["service_line"] for one in json.loads(given.stdout)["treatments"]} >= {"tms"}


def test_findings_say_what_is_known_and_what_to_ask_first(system: System, submitted: str) -> None:
    told = system.verify("findings", submitted, "--service", "tms")
    assert told.returncode == 0, told.stderr
    for words in (
        "WHAT TO ASK, THE DEAREST FIRST",
        "HOW MUCH IS KNOWN",
        "not usable yet, confidence C",
        "not asked",
        "worth up to $",
    ):
        assert words in told.stdout
    found = json.loads(system.verify("findings", submitted, "--json").stdout)
    assert {"findings", "facts", "questions", "completeness", "trail"} <= set(found)
    patient = json.loads(system.verify("show", submitted, "--json").stdout)["patient"]["id"]
    newest = system.verify("findings", "--patient", patient, "--service", "tms", "--json")
    assert json.loads(newest.stdout)["verification_id"]
    assert system.verify("findings", "--patient", patient, "--service", "ketamine_iv").returncode == 3
    mistyped = system.verify("findings", submitted, "--service", "tmss")
    assert (mistyped.returncode, mistyped.stdout) == (3, "")
    assert "no such treatment" in mistyped.stderr
    assert system.verify("findings").returncode == 2


class Told(NamedTuple):
    """A patient of the demo, what somebody learns for them in a portal, and what is found then."""

    last_name: str
    service: str
    learned: tuple[str, ...]
    found: dict[str, str]
    #: Of a finding's sentence.
    words: str


SIX = (
    Told(
        "Abernathy",
        "tms",
        (),
        {"authorization": "required", "authorization_held": "units_short"},
        "36 are planned: 6 short",
    ),
    Told(
        "Lindqvist",
        "tms",
        ("tms.in_network@behavioral=yes", "tms.in_network@medical=no"),
        {"administrator": "other_company", "network": "in_part"},
        "Which counts depends on the benefit",
    ),
    Told(
        "Solberg",
        "tms",
        ("tms.authorization=no", "tms.in_network@behavioral=yes", "tms.in_network@medical=yes"),
        {
            "authorization": "not_required",
            "policy": "criteria_not_met",
            "policy_authorization": "not_required",
        },
        "5 of 9 criteria met on paper, 1 not met, 3 unknown",
    ),
    Told(
        "Castellanos",
        "spravato_medical",
        (),
        {"who_holds": "another_company", "drug_benefit": "not_stated"},
        "Example Advantage Plan",
    ),
    Told(
        "Marchand",
        "spravato_medical",
        ("spravato_medical.drug_benefit=pharmacy",),
        {"drug_benefit": "other_benefit", "buy_and_bill": "must_not_buy"},
        "pharmacy",
    ),
    Told(
        "Delacroix",
        "ketamine_iv",
        (),
        {"covered": "not_stated", "out_of_network": "not_stated"},
        "is not stated",
    ),
)


@pytest.mark.parametrize("told", SIX, ids=lambda told: told.last_name)
def test_the_demo_has_the_patients_a_coordinator_meets(system: System, told: Told) -> None:
    listed = [json.loads(line) for line in system.verify("list", "--json").stdout.splitlines()]
    (row,) = [one for one in listed if one["patient"]["last_name"] == told.last_name]
    assert system.verify("watch", row["id"]).returncode == 0
    if told.learned:
        where = ("--source", "portal", "--reference", "Benefits page")
        done = system.verify("facts", "add", row["id"], *told.learned, *where)
        assert done.returncode == 0, done.stderr
    asked = ("findings", "--patient", row["patient"]["id"], "--service", told.service)
    document = json.loads(system.verify(*asked, "--json").stdout)
    assert {"facts", "findings", "questions"} <= document.keys()
    assert document["questions"]
    found = {one["rule"]: one["conclusion"] for one in document["findings"]}
    assert {rule: found[rule] for rule in told.found} == told.found
    words = system.verify(*asked).stdout
    assert told.words in words
    assert "approved" not in words.lower()


def test_facts_are_written_down_and_taken_back(system: System) -> None:
    other = {**SUBMISSION, "coverage": {"payer": "bluehollow", "member_id": "ACT50017244"}}
    made = json.loads(system.verify("submit", "-", "--wait", "--json", stdin=json.dumps(other)).stdout)["id"]
    fields = system.verify("facts", "fields", made).stdout
    assert re.search(r"tms\.copay +.* as 30 per visit", fields)
    source = ("--source", "portal", "--reference", "Benefits page")
    done = system.verify(
        "facts", "add", made, "tms.referral=yes, from the PCP", "plan_year_begins=7/1", *source
    )
    assert (done.returncode, done.stdout) == (0, "2 written down\n"), done.stderr
    told = system.verify("findings", made).stdout
    assert "a referral is needed for" in told
    line = next(line for line in told.splitlines() if "from the PCP" in line and "portal" in line)
    fact = line.split()[-1]
    taken = system.verify("facts", "withdraw", made, fact, "--reason", "another patient's page")
    assert (taken.returncode, taken.stdout) == (0, "taken back\n"), taken.stderr
    again = system.verify("facts", "withdraw", made, fact, "--reason", "again")
    assert again.returncode == 4
    wrong = system.verify("facts", "add", made, "tms.copay=MARKED", *source)
    assert wrong.returncode == 2
    assert "/answers/tms.copay" in wrong.stderr
    assert "MARKED" not in wrong.stderr
    assert system.verify("facts", "add", made, "tms.copay", *source).returncode == 2


def test_prices_are_listed_and_taken_from_a_file(system: System, tmp_path: Path) -> None:
    listed = [json.loads(line) for line in system.verify("prices", "list", "--json").stdout.splitlines()]
    assert {"90868", "96365"} <= {row["code"] for row in listed}
    file = tmp_path / "prices.csv"
    head = "code,kind,payer,amount,valid_from,valid_until,source,verified\n"
    file.write_text(head + "90853,typical,,45.00,2026-01-01,,survey,yes\n")
    taken = system.verify("prices", "import", str(file))
    assert (taken.returncode, taken.stdout) == (0, "1 added, 0 changed from a day on, 0 known already\n")
    row = next(line for line in system.verify("prices", "list").stdout.splitlines() if "90853" in line)
    assert "$45.00" in row and " no " in row
    file.write_text(head + "90853,typical,,$4S,2026-02-01,,survey,\n90853,odd,,45,2026-02-01,,survey,\n")
    refused = system.verify("prices", "import", str(file))
    assert refused.returncode == 2
    assert "row 2, amount" in refused.stderr and "row 3, kind" in refused.stderr


def test_something_that_is_not_there_is_not_found(system: System) -> None:
    done = system.verify("show", "ver_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB")
    assert (done.returncode, done.stdout) == (3, "")


def test_a_wrong_field_is_named_by_its_place_without_its_value(system: System) -> None:
    wrong = {**SUBMISSION, "patient": {**SUBMISSION["patient"], "birth_date": "MARKED"}}  # type: ignore[dict-item]
    done = system.verify("submit", "-", stdin=json.dumps(wrong))
    assert (done.returncode, done.stdout) == (2, "")
    assert "/patient/birth_date" in done.stderr
    assert "MARKED" not in done.stderr


def test_the_list_is_a_table_or_one_object_a_line(system: System, submitted: str) -> None:
    table = system.verify("list").stdout.splitlines()
    assert table[0].split()[:2] == ["ID", "STATE"]
    assert any(line.startswith(submitted) for line in table)
    rows = [
        json.loads(line) for line in system.verify("list", "--json", "--limit", "1000").stdout.splitlines()
    ]
    assert submitted in {row["id"] for row in rows}
    states = [
        json.loads(line)["state"]
        for line in system.verify("list", "--json", "--state", "needs_information").stdout.splitlines()
    ]
    assert set(states) == {"needs_information"}


def test_a_limit_beyond_a_page_is_filled_from_several(system: System, submitted: str) -> None:
    every = system.verify("list", "--json", "--limit", "100000").stdout.splitlines()
    assert len(system.verify("list", "--json", "--limit", "3").stdout.splitlines()) == 3
    assert len({json.loads(line)["id"] for line in every}) == len(every) > 3


def test_watching_something_settled_ends_at_once_with_a_line(system: System, submitted: str) -> None:
    done = system.verify("watch", submitted)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.match(rf"\d\d:\d\d:\d\d  {submitted}  ", done.stdout)


def test_watching_on_a_terminal_leaves_the_last_state_standing(system: System, submitted: str) -> None:
    parent, child = pty.openpty()
    command = [sys.executable, "-P", "-m", "verify.cli", "watch", submitted, "--data", str(system.data)]
    done = subprocess.run(command, env=environment(TERM="xterm"), stdout=child, timeout=60, check=False)
    os.close(child)
    shown = os.read(parent, 100_000).decode()
    os.close(parent)
    assert done.returncode == 0
    assert submitted in shown


def test_watching_everything_ends_when_nothing_is_being_asked(system: System, submitted: str) -> None:
    done = system.verify("watch", "--json", "--for", "3")
    last = json.loads(done.stdout.splitlines()[-1])
    assert set(last) == {"moving", "newest"}
    assert "watch again" in done.stderr or not any(last["moving"].values())


def test_a_note_is_added_from_stdin_and_shown(system: System, submitted: str) -> None:
    done = system.verify(
        "notes", "add", submitted, "-", "--kind", "patient", stdin="Card copied,\nfront and back.\n"
    )
    assert done.returncode == 0, done.stderr
    assert "(patient): Card copied, front and back." in system.verify("show", submitted).stdout


def test_an_empty_note_is_refused(system: System, submitted: str) -> None:
    assert system.verify("notes", "add", submitted, "  ").returncode == 2


def test_a_new_user_signs_in_with_the_link_once(system: System) -> None:
    done = system.verify("users", "add", "bo@example.test", "--name", "Bo Example", "--role", "front_desk")
    assert done.returncode == 0, done.stderr
    page, _, token = done.stdout.strip().partition("#")
    assert page.startswith((system.data / "address").read_text().strip() + "/sign-in/")
    assert [sign_in(page, token), sign_in(page, token)] == [303, 401]


def sign_in(page: str, token: str) -> int:
    """The status a browser gets that opens the page and presses its button."""
    with requests.Session() as browser:
        hidden = re.findall(
            r'<input type="hidden" name="(\w+)" value="([^"]*)"', browser.get(page, timeout=10).text
        )
        form = {**dict(hidden), "token": token}
        return browser.post(page, data=form, allow_redirects=False, timeout=10).status_code


def test_an_address_that_has_an_account_is_a_conflict_and_gets_a_new_link(system: System) -> None:
    arguments = ("users", "add", "twice@example.test", "--name", "Twice Example")
    assert system.verify(*arguments).returncode == 0
    again = system.verify(*arguments)
    assert (again.returncode, again.stdout) == (4, "")
    assert "/sign-in/" in system.verify("users", "link", "twice@example.test").stdout


def test_a_role_nobody_knows_lists_the_roles(system: System) -> None:
    done = system.verify("users", "add", "x@example.test", "--name", "X", "--role", "boss")
    assert done.returncode == 2
    assert "coordinator" in done.stderr


def test_nobody_by_that_address_is_not_found(system: System) -> None:
    assert system.verify("users", "link", "nobody@example.test").returncode == 3


def test_migrating_a_current_database_changes_nothing(system: System) -> None:
    done = system.verify("migrate")
    assert done.returncode == 0
    assert "the database is at revision" in done.stderr


def test_doctor_finds_no_fault_in_a_running_system(system: System) -> None:
    done = system.verify("doctor")
    assert done.returncode == 0, done.stdout
    assert "fault" not in done.stdout


def test_a_second_up_on_the_same_folder_says_so(system: System) -> None:
    done = system.verify("up")
    assert done.returncode == 1
    assert "runs already" in done.stderr


def test_a_wrong_token_says_how_to_get_a_new_one(system: System, tmp_path: Path) -> None:
    (tmp_path / "address").write_text((system.data / "address").read_text())
    token = tmp_path / "cli-token"
    token.write_text("verify_tok_01JD3M8Z6T0V5Q4R7W9X2Y1ZAB_" + "x" * 43)
    token.chmod(0o600)
    done = verify("list", "--data", tmp_path)
    assert done.returncode == 1
    assert "restart `verify up`" in done.stderr


def test_an_interrupted_watch_ends_with_130(system: System, submitted: str) -> None:
    slow = {**SUBMISSION, "coverage": {"payer": "bluehollow", "member_id": "SLOW15-77"}}
    verification = system.verify("submit", "-", stdin=json.dumps(slow)).stdout.strip()
    command = [sys.executable, "-P", "-m", "verify.cli", "watch", verification, "--data", str(system.data)]
    with subprocess.Popen(
        command, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 130
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


MARKED = {
    "patient": {"last_name": "Markedlast", "first_name": "Markedfirst", "birth_date": "1951-07-19"},
    "coverage": {"payer": "bluehollow", "group_number": "MARKEDGROUP"},
    "service_lines": ["tms"],
    "date_of_service": "2026-12-01",
}
#: Each family of outcomes once, by payer and member id.
COURSES = [
    ("bluehollow", "ACT7MARKEDID"),
    ("bluehollow", "INA7MARKEDID"),
    ("bluehollow", "CRV7MARKEDID"),
    ("bluehollow", "AAA757MARKEDID"),
    ("bluehollow", "AAA587MARKEDID"),
    ("bluehollow", "H5037MARKEDID"),
    ("bluehollow", "NOISE7MARKEDID"),
    ("bluehollow", "TRUNC7MARKEDID"),
    ("bluehollow", "X999MARKEDID"),
    ("unionfund", "PHONE7MARKEDID"),
    ("nobody knows this payer", "LOST7MARKEDID"),
]
MARKS = [
    b"markedlast",
    b"markedfirst",
    b"markedid",
    b"markedgroup",
    b"markednote",
    b"1951-07-19",
    b"19510719",
]


def disguises(mark: bytes) -> Iterator[bytes]:
    """The mark as it is, in hex, and in base64 at each of its three offsets, as far as its own bits go."""
    yield mark
    for case in (mark, mark.upper(), mark.capitalize()):
        yield case.hex().encode()
        for offset in range(3):
            own = slice(-(-offset * 8 // 6), (offset + len(case)) * 8 // 6)
            yield base64.b64encode(b"\0" * offset + case)[own].lower()


@pytest.mark.parametrize("around", [(b"", b""), (b"a", b"bc"), (b"ab", b"c"), (b"abc", b"")])
def test_a_mark_is_seen_through_every_disguise_and_none_is_so_short_that_an_id_could_hold_it(
    around: tuple[bytes, bytes],
) -> None:
    """Ids are random: four letters of one are soon those of a mark."""
    before, after = around
    for mark in MARKS:
        shown = base64.b64encode(before + mark.upper() + after).lower()
        assert any(disguise in shown for disguise in disguises(mark))
        assert min(map(len, disguises(mark))) >= 8


def test_no_file_of_a_running_system_holds_what_belongs_to_a_patient(system: System) -> None:
    for payer, member_id in COURSES:
        request = {**MARKED, "coverage": {**MARKED["coverage"], "payer": payer, "member_id": member_id}}  # type: ignore[dict-item]
        done = system.verify("submit", "-", stdin=json.dumps(request))
        assert done.returncode == 0, done.stderr
    made = done.stdout.strip()
    assert system.verify("notes", "add", made, "Markednote").returncode == 0
    assert "Markedlast" in system.verify("show", made).stdout
    system.verify("watch", "--for", "8")
    time.sleep(1.5)  # Valkey writes its file out each second

    found = {
        (file.relative_to(system.data), mark)
        for file in system.data.rglob("*")
        if file.is_file()
        for content in [file.read_bytes().lower()]
        for mark in MARKS
        if any(disguise in content for disguise in disguises(mark))
    }
    assert found == set()
    assert (system.data / "valkey").is_dir()
    assert any((system.data / "logs").iterdir())


# --- files of rows ----------------------------------------------------------------------------------------

ROWS = "Last,First,DOB,Insurance,Member ID,Treatment,Appointment\n"
GOOD_ROW = "Example,Cy,3/4/1988,bluehollow,ACT50017250,TMS,2026-12-01\n"


def spreadsheet(folder: Path, *rows: str) -> str:
    file = folder / "visits.csv"
    file.write_text(ROWS + "".join(rows))
    return str(file)


def test_a_spreadsheet_is_previewed_and_submitted_with_yes(system: System, tmp_path: Path) -> None:
    file = spreadsheet(tmp_path, GOOD_ROW, GOOD_ROW.upper())
    done = system.verify("submit", "--csv", file, "--yes", "--json")
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["rows"]
    assert (rows["accepted"] + rows["known"], rows["repeated"], rows["waiting"]) == (1, 1, 0)
    assert re.search(r"^DOB +Birth date$", done.stderr, re.MULTILINE)
    assert "month first" in done.stderr
    assert "1 submitted, 0 failed, 0 left" in done.stderr


def test_rows_left_out_are_named_and_change_the_exit_code(system: System, tmp_path: Path) -> None:
    file = spreadsheet(tmp_path, GOOD_ROW, "Markedname,Di,someday,bluehollow,ACT50017251,TMS,2026-12-01\n")
    done = system.verify("submit", "--csv", file, "--yes")
    assert done.returncode == 5
    assert re.fullmatch(r"imp_\w{26}\n", done.stdout)
    assert re.search(r"^3 +Birth date is not a date we can read", done.stderr, re.MULTILINE)
    assert "Markedname" not in done.stdout + done.stderr


def test_without_a_yes_nothing_is_submitted(system: System, tmp_path: Path) -> None:
    done = system.verify("submit", "--csv", spreadsheet(tmp_path, GOOD_ROW))
    assert (done.returncode, done.stdout) == (2, "")
    assert "Nothing was submitted" in done.stderr


def test_json_lines_are_submitted_the_same_way(system: System, tmp_path: Path) -> None:
    file = tmp_path / "visits.jsonl"
    file.write_text(json.dumps(SUBMISSION) + "\n")
    assert system.verify("submit", "--jsonl", str(file), "--yes").returncode == 0


def test_a_file_of_no_use_says_what_to_do(system: System, tmp_path: Path) -> None:
    file = tmp_path / "visits.csv"
    file.write_bytes(b"PK\x03\x04")
    done = system.verify("submit", "--csv", str(file), "--yes")
    assert (done.returncode, done.stdout) == (2, "")
    assert "Excel workbook" in done.stderr


def test_a_file_of_rows_goes_with_no_option_of_a_single_submission(system: System, tmp_path: Path) -> None:
    file = spreadsheet(tmp_path, GOOD_ROW)
    assert system.verify("submit", "--csv", file, "--last", "Example", "--yes").returncode == 2


# --- courses ----------------------------------------------------------------------------------------------


def course(system: System, submitted: str) -> dict[str, object]:
    done = system.verify("course", "show", submitted, "--service", "tms", "--json")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_the_usual_course_is_shown_and_planned_anew(system: System, submitted: str) -> None:
    shown = system.verify("course", "show", submitted)
    assert shown.returncode == 0, shown.stderr
    assert "(tms, as usual)" in shown.stdout
    edited = system.verify(
        "course",
        "edit",
        submitted,
        *("--start", "2027-03-01", "--weekdays", "mon,wed,fri", "--sessions", "30", "--drop", "2"),
        *("--add", "2027-03-06", "--codes", "5=90869+99214:25"),
    )
    assert edited.returncode == 0, edited.stderr
    assert re.search(r"2027-03-06 +acute +90868 +added", edited.stdout)
    assert "90869 99214:25" in edited.stdout
    assert "ask:   99214 is no code we know for Transcranial" in edited.stdout
    found = course(system, submitted)
    assert (len(found["sessions"]), found["outline"]["weekdays"]) == (30, ["mon", "wed", "fri"])  # type: ignore[arg-type,index]


def test_a_session_is_moved_by_the_number_it_is_shown_under(system: System, submitted: str) -> None:
    assert system.verify("course", "edit", submitted, "--start-over").returncode == 0
    before = course(system, submitted)["sessions"]
    done = system.verify("course", "edit", submitted, "--move", "3=2027-04-10", "--json")
    assert done.returncode == 0, done.stderr
    moved = [one for one in json.loads(done.stdout)["sessions"] if one["on"] == "2027-04-10"]
    assert [one["moved_from"] for one in moved] == [before[2]["on"]]  # type: ignore[index]
    over = system.verify("course", "edit", submitted, "--start-over", "--json")
    assert not any(one["moved_from"] for one in json.loads(over.stdout)["sessions"])


def test_a_schedule_by_hand_and_a_number_undo_each_other(system: System, submitted: str) -> None:
    by_hand = ("--days", "2027-05-03", "--days", "2027-05-07")
    assert system.verify("course", "edit", submitted, *by_hand).returncode == 0
    assert [one["on"] for one in course(system, submitted)["sessions"]] == ["2027-05-03", "2027-05-07"]  # type: ignore[attr-defined]
    assert system.verify("course", "edit", submitted, "--sessions", "36").returncode == 0
    assert len(course(system, submitted)["sessions"]) == 36  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--service", "psychotherapy"), 3, "No course of 'psychotherapy'; there are tms"),
        (("--start", "soon"), 2, "'soon' is no date"),
        (("--weekdays", "someday"), 2, "weekdays are mon, tue"),
        (("--move", "3"), 2, "write the session's number"),
        (("--move", "x=2027-01-01"), 2, "no number"),
        (("--drop", "999"), 2, "Session 999: there are"),
        (("--codes", "1=?"), 2, "write codes as"),
        (("--start-over", "--drop", "1"), 2, "--start-over forgets"),
        (("--sessions", "0"), 2, "/sessions: must be between 1 and 400"),
        (("--dose", "2=56"), 2, "/doses: must begin with session 1"),
    ],
)
def test_what_cannot_be_planned_is_said(
    system: System, submitted: str, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = system.verify("course", "edit", submitted, *arguments)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
