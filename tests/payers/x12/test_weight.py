"""Importing the codec is cheap, and brings nothing heavy along."""

import subprocess
import sys

HEAVY = {
    "pydantic",
    "requests",
    "urllib3",
    "http",
    "sqlalchemy",
    "psycopg",
    "redis",
    "celery",
    "fastapi",
    "asyncio",
}


def test_the_codec_brings_no_network_database_or_pydantic_along() -> None:
    program = "import sys, payers.x12; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not HEAVY & set(loaded)
    assert "payers" in loaded
