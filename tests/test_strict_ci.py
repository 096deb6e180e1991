"""CI is red when a test was skipped."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def session(folder: Path, reason: str, ci: str) -> subprocess.CompletedProcess[str]:
    """A pytest session of its own, with one test that skips for `reason`."""
    (folder / "test_one.py").write_text(
        f"import pytest\ndef test_passes(): pass\ndef test_skips(): pytest.skip({reason!r})\n"
    )
    return subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "tests.strict_ci",
            "-p",
            "no:cacheprovider",
            str(folder),
        ],
        cwd=folder,
        env={**os.environ, "CI": ci, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_skip_fails_the_session_in_ci(tmp_path: Path) -> None:
    done = session(tmp_path, "no chromium here", "true")
    assert done.returncode == 1
    assert "no chromium here" in done.stdout.split("skipped, which fails in CI")[1]


@pytest.mark.parametrize(("reason", "ci"), [("no chromium here", ""), ("the corpus is absent", "true")])
def test_a_skip_passes_on_a_users_machine_and_for_the_corpus(tmp_path: Path, reason: str, ci: str) -> None:
    assert session(tmp_path, reason, ci).returncode == 0
