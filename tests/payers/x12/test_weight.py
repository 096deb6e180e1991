"""Importing the codec is cheap: it brings nothing along but a few small modules of the standard library."""

import subprocess
import sys

from tests.payers.x12.corpus import ROOT
from tests.payers.x12.messages import answer, message, subscriber

HEAVY = {
    "pydantic",
    "msgspec",
    "requests",
    "urllib3",
    "http",
    "sqlalchemy",
    "psycopg",
    "redis",
    "celery",
    "fastapi",
    "asyncio",
    "dataclasses",
    "inspect",
    "re",
    "typing",
}


PROGRAM = """
import sys
before = set(sys.modules)
import payers.x12
[_] = payers.x12.parse(sys.argv[1]).transactions
print(*set(sys.modules) - before)
"""


def test_importing_the_codec_and_reading_a_message_brings_nothing_heavy_along() -> None:
    # -S: what site-packages bring to every start is not ours, and would hide what is.
    command = [sys.executable, "-S", "-c", PROGRAM, message(answer(subscriber())).decode()]
    environment = {"PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    loaded = done.stdout.split()
    assert not HEAVY & {name.partition(".")[0] for name in loaded}
    assert "payers.x12.model" in loaded
