"""What holds for every command: help, exit codes, words on stderr, no traceback."""

import http.server
import json
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.verify.cli.conftest import environment, verify

COMMANDS = [
    ("up",),
    ("migrate",),
    ("doctor",),
    ("simulator",),
    ("submit",),
    ("show",),
    ("watch",),
    ("list",),
    ("read",),
    ("ask",),
    ("reread",),
    ("schema",),
    ("users", "add"),
    ("users", "link"),
    ("practices", "add"),
    ("accounts", "add"),
    ("payers", "add"),
    ("notes", "add"),
    ("estimate",),
    ("prices", "list"),
    ("prices", "import"),
]


def running(folder: Path, address: str, token_mode: int = 0o600) -> Path:
    """A data folder as `verify up` leaves it while it runs at `address`."""
    (folder / "address").write_text(address + "\n")
    token = folder / "cli-token"
    token.write_text("verify_tok_invented\n")
    token.chmod(token_mode)
    return folder


class Foreign(http.server.BaseHTTPRequestHandler):
    """Some other program's web server."""

    def do_GET(self) -> None:
        body = b"<h1>It works</h1>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def foreign_server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Foreign) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_with_an_example(command: tuple[str, ...]) -> None:
    done = verify(*command, "--help")
    assert done.returncode == 0
    assert f"\n    {'verify'} {' '.join(command)}" in done.stdout.replace(
        "VERIFY_DATABASE_URL=postgresql+psycopg://… ", ""
    )


def test_the_help_lists_every_exit_code() -> None:
    words = " ".join(verify("--help").stdout.split())
    assert "0 done, 1 failed, 2 wrong input or configuration, 3 not found, 4 refused" in words
    assert "7 a server cannot be reached, 130 interrupted" in words


def test_help_comes_at_once() -> None:
    """Start-up is processor work alone; its wall time on a busy machine says nothing."""
    assert min(processor_seconds("--help") for _ in range(5)) < 0.3


def processor_seconds(*arguments: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    verify(*arguments)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_help_loads_no_database_network_or_model_code() -> None:
    program = (
        "import sys; from verify.cli.app import main; main(['--help']);"
        "print(sorted({'sqlalchemy', 'requests', 'pydantic', 'celery', 'rich', 'psycopg'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    "arguments",
    [("list",), ("show", "ver_1"), ("watch",), ("submit", "-"), ("notes", "add", "ver_1", "text")],
    ids=" ".join,
)
def test_nothing_running_says_how_to_start_it(arguments: tuple[str, ...], tmp_path: Path) -> None:
    done = verify(*arguments, "--data", tmp_path, stdin="{}")
    assert done.returncode == 7
    assert done.stdout == ""
    assert "Start it with `verify up`" in done.stderr


def test_a_system_that_has_gone_is_said_to_have_gone(tmp_path: Path) -> None:
    done = verify("list", "--data", running(tmp_path, "http://127.0.0.1:9"))
    assert done.returncode == 7
    assert "Nothing answers at http://127.0.0.1:9" in done.stderr


def test_a_token_that_others_can_read_is_not_used(tmp_path: Path, foreign_server: str) -> None:
    done = verify("list", "--data", running(tmp_path, foreign_server, token_mode=0o640))
    assert done.returncode == 1
    assert f"chmod 600 {tmp_path / 'cli-token'}" in done.stderr


def test_another_programs_server_is_named_as_such(tmp_path: Path, foreign_server: str) -> None:
    done = verify("list", "--data", running(tmp_path, foreign_server))
    assert done.returncode == 1
    assert f"{foreign_server} is not a verify server" in done.stderr


def test_a_setting_that_cannot_be_used_is_named_without_its_value() -> None:
    done = verify("list", changes={"VERIFY_PORT": "secret-thing"})
    assert done.returncode == 2
    assert "VERIFY_PORT cannot be used" in done.stderr
    assert "secret-thing" not in done.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [("{", "stdin is not JSON: "), ("\ud800", "stdin is not JSON"), ("", "stdin is not JSON: ")],
)
def test_a_submission_that_is_not_json_is_refused_with_its_place(
    text: str, words: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-P", "-m", "verify.cli", "submit", "-", "--data", str(tmp_path)]
    done = subprocess.run(
        command,
        input=text.encode(errors="surrogatepass"),
        env=environment(),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert words in done.stderr.decode()


def test_options_that_are_missing_are_named(tmp_path: Path) -> None:
    done = verify("submit", "--last", "Example", "--data", tmp_path)
    assert done.returncode == 2
    assert "--first, --service, --on missing" in done.stderr


def test_a_file_and_options_together_are_refused(tmp_path: Path) -> None:
    assert verify("submit", "-", "--last", "Example", "--data", tmp_path).returncode == 2


@pytest.mark.parametrize("times", [1, 60])
def test_a_reader_that_stops_early_is_told_nothing(answer: Path, times: int) -> None:
    command = f"{sys.executable} -P -m verify.cli read {f'{answer} ' * times} --json | true"
    done = subprocess.run(
        ["bash", "-c", command], env=environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stderr == ""


def test_a_fault_of_ours_ends_in_one_line_without_the_data_it_was_about() -> None:
    program = (
        "import sys; from verify.cli import app;\n"
        "@app.app.command()\n"
        "def burst() -> None: raise KeyError('Ada Example')\n"
        "sys.exit(app.main(['burst']))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("verify: A fault of the program (KeyError at <string>:3)")
    assert "Example" not in done.stderr


def test_doctor_finds_a_missing_system_and_says_what_to_do(tmp_path: Path) -> None:
    done = verify("doctor", "--json", "--data", tmp_path / "none")
    assert done.returncode == 1
    findings = {each["check"]: each for each in json.loads(done.stdout)}
    assert findings["PostgreSQL"]["level"] == "fault"
    assert "verify up" in findings["PostgreSQL"]["what_to_do"]
