"""Stedi's v3 JSON: the contract, what goes over the wire, and the JSON held against the raw 271 in it."""

import pytest

from payers.account import Account
from payers.errors import AccountError, Rejected, Unavailable, Unreadable
from payers.simulator.server import Simulator
from tests.payers.adapters.contract import FAILURES, AdapterContract

#: What v3 says where CORE has an envelope of its own.
EXPECTED = FAILURES | {
    "NOISE-": (Unreadable, "not_json", ""),
    "HTML-": (Unreadable, "not_json", ""),
    "UNAUTH-": (AccountError, "unauthorized", ""),
    "RECV-": (Unavailable, "http_5xx", ""),
    "ENVL-": (Rejected, "aaa", "AAA03=33"),
}


class TestContract(AdapterContract):
    expected = EXPECTED

    @pytest.fixture
    def account(self, simulator: Simulator) -> Account:
        return simulator.account("stedi_json")
