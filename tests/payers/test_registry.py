"""Codes lead to adapters, and every adapter has its line, its page and its column."""

import csv
from pathlib import Path

import pytest

from payers.account import Account, AccountId
from payers.errors import AccountError
from payers.registry import ADAPTERS, BATCHES, adapter_for

ROOT = Path(__file__).parents[2]


def test_a_code_nobody_knows_is_the_accounts_fault():
    with pytest.raises(AccountError) as caught:
        adapter_for(Account(id=AccountId("a1"), name="Test", adapter="carrier_pigeon"))
    assert caught.value.code == "unknown_adapter"


def module(path: str) -> str:
    return path.split(":")[0].rpartition(".")[2]


def test_every_adapter_file_is_registered():
    files = {file.stem for file in (ROOT / "payers" / "adapters").glob("[a-z]*.py")}
    assert {module(path) for path in ADAPTERS.values()} == ADAPTERS.keys()
    others = {module(path) for path in BATCHES.values()}
    assert files == ADAPTERS.keys() | others
    assert not ADAPTERS.keys() & others


@pytest.mark.parametrize("code", [*ADAPTERS, *sorted({module(path) for path in BATCHES.values()})])
def test_every_way_of_reaching_a_payer_has_a_page(code: str):
    assert (ROOT / "docs" / "payers" / f"{code.replace('_', '-')}.md").exists()


@pytest.mark.parametrize("code", ADAPTERS)
def test_every_adapter_has_a_column_in_the_matrix(code: str):
    with (ROOT / "docs" / "payers" / "matrix.csv").open() as file:
        assert code in next(csv.reader(file))


@pytest.mark.parametrize("code", BATCHES)
def test_another_face_is_that_of_an_adapter(code: str):
    assert code in ADAPTERS
