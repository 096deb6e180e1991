"""Accounts that speak CAQH CORE to a server of the test's own."""

from payers.account import Account, AccountId
from payers.simulator.envelope import Credentials


def account(adapter: str, **changes: object) -> Account:
    """One that the simulator would let in, at an address where nobody listens."""
    known = Credentials()
    settings: dict[str, object] = {
        "id": AccountId("a1"),
        "name": "Test payer",
        "adapter": adapter,
        "url": "http://127.0.0.1:9/core",
        "sender_id": known.sender_id,
        "receiver_id": known.receiver_id,
        "secrets": {"username": known.username, "password": known.password},
        "allow_private_addresses": True,
    }
    return Account(**(settings | changes))
