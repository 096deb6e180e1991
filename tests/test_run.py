"""run.py prepares an environment and hands on, on any machine with a supported Python."""

import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import run

ROOT = Path(__file__).parents[1]

PROGRAM = """\
import os, sys, time
print(sys.argv[1:], flush=True)
if "wait" in sys.argv:
    time.sleep(60)
sys.exit(7)
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout of run.py alone, with locks that ask for nothing and a program that prints its options."""
    folder = tmp_path_factory.mktemp("check out")
    shutil.copy(ROOT / "run.py", folder)
    for lock in (run.LOCK, run.TEST_LOCK):
        (folder / lock).write_text("# nothing\n")
    (folder / "verify").mkdir()
    (folder / "verify" / "__init__.py").touch()
    (folder / "verify" / "cli.py").write_text(PROGRAM)
    return folder


def call(checkout: Path, *arguments: str, cwd: Path = Path("/")) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(checkout / "run.py"), *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_installs_once_and_hands_options_and_exit_code_on(checkout: Path) -> None:
    first = call(checkout, "verify", "show", "--json", "a b")
    assert (first.stdout, first.returncode) == ("['show', '--json', 'a b']\n", 7), first.stderr
    assert "preparing .venv" in first.stderr
    second = call(checkout, "up", "--port", "0")
    assert (second.stdout, second.stderr) == ("['up', '--port', '0']\n", "")


def test_a_changed_lock_is_installed_again(checkout: Path) -> None:
    call(checkout, "verify")
    (checkout / run.LOCK).write_text("# nothing, and later\n")
    assert "preparing .venv" in call(checkout, "verify").stderr


def test_a_signal_reaches_the_program_itself(checkout: Path) -> None:
    call(checkout, "verify")
    with subprocess.Popen(
        [sys.executable, str(checkout / "run.py"), "verify", "wait"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "['wait']\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == -signal.SIGTERM


def test_a_folder_with_a_verify_of_its_own_does_not_stand_in_for_ours(checkout: Path, tmp_path: Path) -> None:
    (tmp_path / "verify").mkdir()
    (tmp_path / "verify" / "__init__.py").touch()
    assert call(checkout, "verify", "here", cwd=tmp_path).stdout == "['here']\n"


def test_what_pip_cannot_install_is_said_and_not_stamped(checkout: Path) -> None:
    (checkout / run.LOCK).write_text("no-such-package==1\n")  # without a hash, refused before any download
    for _ in range(2):
        outcome = call(checkout, "verify")
        assert outcome.returncode == 1
        assert "run.py: pip could not install requirements.lock" in outcome.stderr
    (checkout / run.LOCK).write_text("# nothing\n")


def test_without_a_command_it_shows_its_usage() -> None:
    bare, asked = call(ROOT), call(ROOT, "--help")
    assert (bare.returncode, asked.returncode) == (2, 0)
    assert bare.stdout == asked.stdout == run.USAGE


def test_an_unknown_command_is_named() -> None:
    outcome = call(ROOT, "strat")
    assert outcome.returncode == 2
    assert "unknown command 'strat'" in outcome.stderr


def test_every_command_is_in_the_usage() -> None:
    assert set(re.findall(r"^python run\.py (\w+)", run.USAGE, re.MULTILINE)) == set(run.COMMANDS)


@pytest.mark.parametrize("version", [(3, 10, 9), (3, 14, 0)])
def test_an_unsupported_python_is_named_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, int, int]
) -> None:
    monkeypatch.setattr(run, "sys", SimpleNamespace(platform="linux", version_info=version))
    problem = run.unsupported()
    assert problem is not None
    assert ".".join(map(str, version)) in problem
    assert "python3.12 run.py" in problem


def test_windows_is_sent_to_the_compose_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "sys", SimpleNamespace(platform="win32", version_info=(3, 12, 1)))
    assert "docker compose up" in str(run.unsupported())


def test_an_unknown_benchmark_lists_the_known_ones() -> None:
    with pytest.raises(run.SetupFailed, match="which benchmark"):
        run.bench("python", ["no-such"])


@pytest.mark.parametrize("lock", [run.LOCK, run.TEST_LOCK])
def test_the_locks_have_a_hash_for_everything_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    pinned = re.findall(r"^[a-z0-9][^ ]*==[^ \n]+(?: ;[^\\\n]*)? \\\n    --hash=sha256:", text, re.MULTILINE)
    assert len(pinned) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE)) > 30
    assert "://" not in text


def test_the_test_lock_holds_the_plain_lock() -> None:
    plain, test = (
        set(re.findall(r"^[a-z0-9][^ ]*==[^ \n]+", (ROOT / lock).read_text(), re.MULTILINE))
        for lock in (run.LOCK, run.TEST_LOCK)
    )
    assert plain <= test
