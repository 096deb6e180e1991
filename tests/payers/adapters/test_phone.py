"""By phone: always a call."""

import pytest

from payers.account import Account, AccountId
from payers.errors import Pending
from payers.registry import adapter_for
from tests.payers.adapters.contract import inquiry


def test_every_question_becomes_a_call():
    adapter = adapter_for(Account(id=AccountId("p1"), name="By phone", adapter="phone"))
    with pytest.raises(Pending) as caught:
        adapter.ask(inquiry())
    assert caught.value.code == "call_needed"
    assert caught.value.exchange is None
    adapter.close()
