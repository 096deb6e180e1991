"""Codes lead to adapters, and every adapter has its line, its page and its column."""

import csv
from pathlib import Path

import pytest

from payers.account import Account, AccountId
from payers.errors import AccountError
from payers.registry import ADAPTERS, adapter_for

ROOT = Path(__file__).parents[2]


def test_a_code_nobody_knows_is_the_accounts_fault():
    with pytest.raises(AccountError) as caught:
        adapter_for(Account(id=AccountId("a1"), name="Test", adapter="carrier_pigeon"))
    assert caught.value.code == "unknown_adapter"


def test_every_adapter_file_is_registered():
    files = {file.stem for file in (ROOT / "payers" / "adapters").glob("[a-z]*.py")}
    assert files == {path.split(":")[0].rpartition(".")[2] for path in ADAPTERS.values()} == ADAPTERS.keys()


@pytest.mark.parametrize("code", ADAPTERS)
def test_every_adapter_has_a_page_and_a_column_in_the_matrix(code: str):
    page = code.replace("_", "-")
    assert (ROOT / "docs" / "payers" / f"{page}.md").exists()
    with (ROOT / "docs" / "payers" / "matrix.csv").open() as file:
        assert code in next(csv.reader(file))
