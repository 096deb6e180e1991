"""Every adapter is under the contract, and the table says what became of each case."""

import re
from pathlib import Path

import pytest

from payers.registry import ADAPTERS
from tests.payers.adapters.matrix import OUTSIDE, Cell, table

HERE = Path(__file__).parent


def test_every_adapter_is_under_the_contract_or_says_why_not():
    under = {
        file.stem.removeprefix("test_")
        for file in HERE.glob("test_*.py")
        if re.search(r"^class \w+\(AdapterContract\):", file.read_text(), re.MULTILINE)
    }
    assert under | OUTSIDE.keys() == ADAPTERS.keys()
    assert not under & OUTSIDE.keys()


def test_a_line_is_a_case_and_a_column_an_adapter():
    cells = [
        Cell("b", "is read: ACT", "passed"),
        Cell("a", "is read: ACT", "failed"),
        Cell("a", "holds no secret", "passed"),
        Cell("a", "holds no secret", "passed"),
        Cell("b", "holds no secret", "n/a"),
        Cell("b", "closes", "failed"),
        Cell("b", "closes", "passed"),
    ]
    assert [line.split("  ") for line in table(cells)] == [
        line.split("  ")
        for line in (
            "case             a           b",
            "is read: ACT     FAILED      passed",
            "holds no secret  passed 2    n/a",
            "closes                       FAILED 1/2",
        )
    ]


def test_an_empty_run_is_an_empty_table():
    assert list(table([])) == ["case"]


@pytest.mark.parametrize("adapter", sorted(OUTSIDE))
def test_a_reason_is_words(adapter: str):
    assert len(OUTSIDE[adapter].split()) > 3
