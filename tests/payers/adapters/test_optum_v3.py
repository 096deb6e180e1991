"""Optum's v3 JSON: the contract, and tokens that are shared, renewed in time and never kept."""

import pytest

from payers.account import Account
from payers.simulator.server import Simulator
from tests.payers.adapters.contract import AdapterContract
from tests.payers.adapters.test_stedi_json import EXPECTED


class TestContract(AdapterContract):
    expected = EXPECTED

    @pytest.fixture
    def account(self, simulator: Simulator) -> Account:
        return simulator.account("optum_v3")
