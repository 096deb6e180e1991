"""Accounts that speak CAQH CORE to a server of the test's own."""

from msgspec.structs import replace

from payers.account import Account, AccountId
from payers.adapter import Reply
from payers.inquiry import Inquiry
from payers.registry import adapter_for
from payers.simulator.envelope import Credentials
from tests.payers.raw_server import RawServer, Talk


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


def ask_server(
    known: Account, body: bytes, content_type: str, asked: Inquiry, status: str = "200 OK"
) -> tuple[bytes, Reply]:
    """Asks a server that answers these bytes: what it got, and the reply. Raises what the adapter raises."""
    got: list[bytes] = []

    def handle(talk: Talk) -> None:
        while request := talk.read_request():
            got.append(request)
            talk.answer(body, status, f"Content-Type: {content_type}\r\n" if content_type else "")

    with RawServer(handle) as server:
        adapter = adapter_for(replace(known, url=server.url))
        try:
            reply = adapter.ask(asked)
        finally:
            adapter.close()
    return got[0], reply
