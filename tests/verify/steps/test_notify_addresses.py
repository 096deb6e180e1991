"""Addresses that lead inside, written in every way we know of: none is reached, and none is let in by its spelling."""

from collections.abc import Sequence

import pytest

from tests.verify.steps.desk import Desk
from tests.verify.steps.receiving import Receiver
from verify.cli.webhooks import refusal

#: Each leads to loopback, to a private network, or to where cloud machines keep their credentials. PORT is a
#: listening receiver of the test's.
INSIDE = (
    "https://127.0.0.1:PORT/",
    "https://127.0.0.53:PORT/",
    "https://localhost:PORT/",
    "https://LOCALHOST.:PORT/",
    "https://2130706433:PORT/",
    "https://0x7f000001:PORT/",
    "https://0177.0.0.1:PORT/",
    "https://127.1:PORT/",
    "https://0:PORT/",
    "https://0.0.0.0:PORT/",
    "https://[::1]:PORT/",
    "https://[::]:PORT/",
    "https://[::ffff:127.0.0.1]:PORT/",
    "https://[::ffff:7f00:1]:PORT/",
    "https://[64:ff9b::7f00:1]:PORT/",
    "https://[2002:7f00:1::]:PORT/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[::ffff:169.254.169.254]/",
    "https://[fe80::1]/",
    "https://[fd00:ec2::254]/",
    "https://224.0.0.1/",
    "https://[ff02::1]/",
    "https://255.255.255.255/",
    "https://192.0.2.1/",
    "https://１２７.0.0.1:PORT/",
    "https://127。0。0。1:PORT/",
    "https://hooks.example.org@127.0.0.1:PORT/",
    "https://127.0.0.1:PORT\\@hooks.example.org/",
    "http://127.0.0.1:PORT/",
    "http://localhost:PORT/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:PORT/",
    "ftp://127.0.0.1:PORT/",
    "//127.0.0.1:PORT/",
    "https://",
    "https://127.0.0.1:0/",
    "https://127.0.0.1:99999/",
    "https://[127.0.0.1/",
)
#: Refused even where the endpoint may be in a private network.
NEVER = (
    "http://169.254.169.254/latest/meta-data/",
    "https://169.254.169.254/",
    "https://[fe80::1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://224.0.0.1/",
)
#: What an address is refused with; anything else would mean that something was tried there.
REFUSED = {"private_address", "bad_url"}


#: Names that no resolver knows, on some machines: then nothing could be tried either.
UNRESOLVED = (
    "https://[127.0.0.1/",
    "https://127。0。0。1:PORT/",
    "https://１２７.0.0.1:PORT/",
    "https://127.0.0.1:PORT\\@hooks.example.org/",
)


def refusals(desk: Desk, addresses: Sequence[str], *, port: int, private: bool) -> dict[str, str]:
    """Address -> why the notice to it could not be sent."""
    written = {
        desk.add_endpoint(address.replace("PORT", str(port)), allow_private_addresses=private)[0]: address
        for address in addresses
    }
    desk.move(desk.submit(), "needs_information")
    assert desk.do() == len(addresses)
    rows = desk.notices()
    assert {(row.standing, row.response_status, row.attempt) for row in rows} == {("pending", None, 1)}
    return {written[row.endpoint_id]: row.error_code for row in rows}


def test_nothing_is_sent_inside(desk: Desk) -> None:
    with Receiver() as receiver:
        found = refusals(desk, INSIDE, port=receiver.port, private=False)
        assert receiver.connections == 0
    tried = {address: code for address, code in found.items() if code not in REFUSED}
    assert set(tried) <= set(UNRESOLVED), tried
    assert len(found) == len(INSIDE) > 40


def test_link_local_and_multicast_are_refused_always(desk: Desk) -> None:
    found = refusals(desk, NEVER, port=9, private=True)
    assert found == dict.fromkeys(NEVER, "private_address")


def test_a_redirect_inside_is_not_followed(desk: Desk) -> None:
    with Receiver() as inside, Receiver("307 Here", headers=f"Location: {inside.url}\r\n") as outside:
        desk.add_endpoint(outside.url)
        desk.move(desk.submit(), "needs_information")
        desk.do()
        assert inside.connections == 0
    assert [row.response_status for row in desk.notices()] == [307]


@pytest.mark.parametrize("address", INSIDE[16:28])
def test_the_command_refuses_private_literals_at_once(address: str) -> None:
    assert "private network" in refusal(address, private=False)


@pytest.mark.parametrize(
    "address",
    ["file:///x", "//h/", "https://", "https://u:p@h/", "https://h:0/", "https://h/#f", "https://[x/"],
)
def test_the_command_refuses_what_is_no_address_of_ours(address: str) -> None:
    assert refusal(address, private=True)


def test_the_command_takes_an_ordinary_address() -> None:
    assert refusal("https://ehr.example.org/hooks?clinic=7", private=False) == ""
    assert refusal("http://10.0.4.7:9000/hook", private=True) == ""
