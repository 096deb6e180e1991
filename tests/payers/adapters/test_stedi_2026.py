"""Stedi's JSON of 2026-06-01: the contract, and what goes over the wire."""

import pytest

from payers.account import Account
from payers.simulator.server import Simulator
from tests.payers.adapters.contract import AdapterContract
from tests.payers.adapters.test_stedi_json import EXPECTED


class TestContract(AdapterContract):
    expected = EXPECTED

    @pytest.fixture
    def account(self, simulator: Simulator) -> Account:
        return simulator.account("stedi_2026")
