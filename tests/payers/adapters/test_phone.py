"""By phone: always a call."""

from datetime import UTC, datetime

import pytest

from payers.account import Account, AccountId
from payers.errors import Pending
from payers.exchange import Exchange
from payers.registry import adapter_for
from tests.payers.adapters.contract import inquiry


def test_every_question_becomes_a_call():
    adapter = adapter_for(Account(id=AccountId("p1"), name="By phone", adapter="phone"))
    with pytest.raises(Pending) as caught:
        adapter.ask(inquiry())
    assert caught.value.code == "call_needed"
    assert caught.value.exchange is None
    adapter.close()


def test_what_a_call_brought_is_not_read_by_a_program():
    adapter = adapter_for(Account(id=AccountId("p1"), name="By phone", adapter="phone"))
    call = Exchange(
        account_id="p1",
        trace="T",
        control_number=1,
        request=b"{}",
        requested_at=datetime.now(UTC),
        response=b"{}",
    )
    with pytest.raises(Pending):
        adapter.read(call, inquiry())
