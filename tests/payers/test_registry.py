"""Codes lead to adapters, and every adapter has its line, its page and its column."""

import csv
from pathlib import Path

import pytest

from payers.account import Account, AccountId
from payers.errors import AccountError
from payers.registry import ADAPTERS, BATCHES, OUTAGES, PAYER_LISTS, adapter_for

ROOT = Path(__file__).parents[2]


def test_a_code_nobody_knows_is_the_accounts_fault():
    with pytest.raises(AccountError) as caught:
        adapter_for(Account(id=AccountId("a1"), name="Test", adapter="carrier_pigeon"))
    assert caught.value.code == "unknown_adapter"


#: Other faces of an adapter's account -> the page that tells of them.
FACES = {"stedi_batch": "stedi-batch", "stedi_payers": "payer-lists", "optum_payers": "payer-lists"}


def module(path: str) -> str:
    return path.split(":")[0].rpartition(".")[2]


def test_every_adapter_file_is_registered():
    files = {file.stem for file in (ROOT / "payers" / "adapters").glob("[a-z]*.py")}
    others = {module(path) for faces in (BATCHES, PAYER_LISTS, OUTAGES) for path in faces.values()}
    assert {module(path) for path in ADAPTERS.values()} == ADAPTERS.keys()
    assert others == FACES.keys()
    assert files == ADAPTERS.keys() | others


@pytest.mark.parametrize("page", [*(code.replace("_", "-") for code in ADAPTERS), *sorted(FACES.values())])
def test_every_way_of_reaching_a_payer_has_a_page(page: str):
    assert (ROOT / "docs" / "payers" / f"{page}.md").exists()


@pytest.mark.parametrize("code", ADAPTERS)
def test_every_adapter_has_a_column_in_the_matrix(code: str):
    with (ROOT / "docs" / "payers" / "matrix.csv").open() as file:
        assert code in next(csv.reader(file))


def test_another_face_is_that_of_an_adapter():
    assert BATCHES.keys() | PAYER_LISTS.keys() | OUTAGES.keys() <= ADAPTERS.keys()
