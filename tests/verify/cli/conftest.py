"""The command as a process of its own, as a person or a script runs it."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import pytest

ROOT = Path(__file__).parents[3]


class Ended(Protocol):
    returncode: int
    stdout: str
    stderr: str


def environment(**changes: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("VERIFY_")}
    return {**inherited, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "100", **changes}


def verify(*arguments: str | Path, stdin: str = "", changes: Mapping[str, str] | None = None) -> Ended:
    """Runs `verify` and waits for its end."""
    command: Sequence[str] = [sys.executable, "-P", "-m", "verify.cli", *map(str, arguments)]
    return subprocess.run(
        command,
        input=stdin,
        env=environment(**(changes or {})),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def answer(tmp_path: Path) -> Path:
    """An invented 271 on disk: one active subscriber with a deductible and an authorization line."""
    file = tmp_path / "answer.271"
    file.write_text("~\n".join(ANSWER) + "~\n")
    return file


ANSWER = (
    "ISA*00*          *00*          *ZZ*PAYER          *ZZ*CLINIC         *261201*0900*^*00501*000000007*0*T*:",
    "GS*HB*PAYER*CLINIC*20261201*0900*7*X*005010X279A1",
    "ST*271*0007*005010X279A1",
    "BHT*0022*11*REF7*20261201*0900",
    "HL*1**20*1",
    "NM1*PR*2*INVENTED HEALTH*****PI*INV01",
    "HL*2*1*21*1",
    "NM1*1P*2*EXAMPLE PSYCHIATRY*****XX*1999999984",
    "HL*3*2*22*0",
    "TRN*2*T-7*9CLINIC0001",
    "NM1*IL*1*EXAMPLE*ADA****MI*INV700100",
    "DMG*D8*19880402*F",
    "EB*1**30**INVENTED PPO",
    "EB*C*IND*30***23*1500*****Y",
    "EB*C*IND*30***29*350*****Y",
    "EB*A*IND*MH*****.2**Y*Y",
    "SE*15*0007",
    "GE*1*7",
    "IEA*1*000000007",
)
