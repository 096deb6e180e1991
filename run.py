"""Installs everything into .venv and runs the product in place: `python run.py up`, `python run.py test`.

Standard library only, so that a machine with Python 3.11 to 3.13 and nothing else can run it.
"""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
USAGE = """\
python run.py up [options]        start everything: databases, web, workers, clock (and the demo clinic)
python run.py test [options]      run the tests (options go to pytest)
python run.py check               linters, types and import contracts
python run.py bench NAME          run tests/benchmarks/NAME.py
python run.py verify COMMAND …    the command line (python run.py verify --help)
"""


def main(arguments: list[str]) -> int:
    """Prepares the environment for the command and hands its options on."""
    if problem := unsupported():
        print(problem, file=sys.stderr)
        return 2
    if not arguments or arguments[0] in {"-h", "--help", "help"}:
        print(USAGE, end="")
        return 0 if arguments else 2
    command, options = arguments[0], arguments[1:]
    if command not in COMMANDS:
        print(f"run.py: unknown command {command!r}\n\n{USAGE}", end="", file=sys.stderr)
        return 2
    lock, to_run = COMMANDS[command]
    try:
        python = install(ROOT / lock)
        steps = to_run(python, options)
    except SetupFailed as failure:
        print(f"run.py: {failure}", file=sys.stderr)
        return 1
    for step in steps[:-1]:
        if code := subprocess.run(step, env=environment(), check=False).returncode:
            return code
    # The last step takes this process's place, so that signals reach the program itself.
    return os.execve(steps[-1][0], steps[-1], environment())  # noqa: S606  # no shell is meant


class SetupFailed(Exception):
    """The environment could not be made; the text says what to do."""


def unsupported() -> str | None:
    """Why this machine cannot run the product in place, or None."""
    if sys.platform == "win32":
        return (
            "Windows is not supported directly: docker compose --profile demo up demo (docs/deployment.md)."
        )
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        found = ".".join(map(str, sys.version_info[:3]))
        return f"This needs Python 3.11, 3.12 or 3.13 (found {found}). Run it as: python3.12 run.py …"
    return None


def install(lock: Path) -> str:
    """The path of the environment's Python, with everything in `lock` installed by hash.

    A stamp per lock file makes the second run a matter of milliseconds. The test lock holds
    everything the plain lock does, so it stamps both.
    """
    python = VENV / "bin" / "python"
    wanted = {lock.name: fingerprint(lock)}
    if lock.name == TEST_LOCK:
        wanted[LOCK] = fingerprint(ROOT / LOCK)
    if python.exists() and all(stamp(name) == value for name, value in wanted.items()):
        return str(python)
    say(f"preparing {VENV.name} from {lock.name}, about half a minute the first time …")
    if not python.exists() or stamp("python") != version():
        make_environment()
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    outcome = subprocess.run([*pip, "--require-hashes", "-r", str(lock)], env=environment(), check=False)
    if outcome.returncode:
        raise SetupFailed(
            f"pip could not install {lock.name}; its words are above. Is the network reachable?"
        )
    for name, value in {**wanted, "python": version()}.items():
        stamp_file(name).write_text(value)
    return str(python)


def make_environment() -> None:
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise SetupFailed(
            "Python's venv module could not make an environment"
            f" (on Debian and Ubuntu: apt install python3-venv).\n{made.stdout}{made.stderr}"
        )


def fingerprint(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def version() -> str:
    return ".".join(map(str, sys.version_info[:2]))


def stamp_file(name: str) -> Path:
    return VENV / f".installed-{name}"


def stamp(name: str) -> str | None:
    file = stamp_file(name)
    return file.read_text() if file.exists() else None


def environment() -> dict[str, str]:
    """This process's environment, with our packages importable from the checkout."""
    inherited = {k: v for k, v in os.environ.items() if k not in {"PYTHONHOME", "VIRTUAL_ENV"}}
    paths = [str(ROOT), *filter(None, [inherited.get("PYTHONPATH")])]
    return {**inherited, "PYTHONPATH": os.pathsep.join(paths), "PYTHONUNBUFFERED": "1"}


def say(text: str) -> None:
    print(f"run.py: {text}", file=sys.stderr, flush=True)


def verify(python: str, options: list[str]) -> list[list[str]]:
    # -P: the folder one stands in may have a "verify" of its own.
    return [[python, "-P", "-m", "verify.cli", *options]]


def up(python: str, options: list[str]) -> list[list[str]]:
    return verify(python, ["up", *options])


def test(python: str, options: list[str]) -> list[list[str]]:
    return [
        [
            python,
            "-m",
            "pytest",
            "--rootdir",
            str(ROOT),
            "-c",
            str(ROOT / "pyproject.toml"),
            *(options or [str(ROOT / "tests")]),
        ]
    ]


def check(python: str, _options: list[str]) -> list[list[str]]:
    os.chdir(ROOT)
    beside = Path(python).parent
    return [
        [python, "-m", "ruff", "format", "--check", "."],
        [python, "-m", "ruff", "check", "."],
        [python, "-m", "mypy"],
        [str(beside / "lint-imports")],
    ]


def bench(python: str, options: list[str]) -> list[list[str]]:
    folder = ROOT / "tests" / "benchmarks"
    known = sorted(file.stem for file in folder.glob("[a-z]*.py"))
    if not options or options[0] not in known:
        raise SetupFailed(f"which benchmark? One of: {', '.join(known)}")
    return [[python, str(folder / f"{options[0]}.py"), *options[1:]]]


LOCK, TEST_LOCK = "requirements.lock", "requirements-test.lock"
COMMANDS = {
    "up": (LOCK, up),
    "verify": (LOCK, verify),
    "test": (TEST_LOCK, test),
    "check": (TEST_LOCK, check),
    "bench": (TEST_LOCK, bench),
}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
