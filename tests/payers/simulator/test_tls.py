"""The simulator over https: a throw-away authority, and if wanted nobody in without its certificate."""

import socket
import ssl
from collections.abc import Iterator

import pytest

from payers.account import Account
from payers.adapter import Reply
from payers.errors import AccountError, Unavailable
from payers.registry import adapter_for
from payers.simulator.certificates import Authority
from payers.simulator.server import Simulator
from tests.payers.adapters.contract import inquiry

ADAPTERS = ["caqh_core_mime", "caqh_core_soap"]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def encrypted(authority: Authority) -> Iterator[Simulator]:
    with Simulator(tls=authority.server()) as running:
        yield running


@pytest.fixture(scope="module")
def guarded(authority: Authority) -> Iterator[Simulator]:
    with Simulator(tls=authority.server(asks_for_certificate=True)) as running:
        yield running


def ask(known: Account, member: str = "ACT-") -> Reply:
    adapter = adapter_for(known)
    try:
        return adapter.ask(inquiry(member))
    finally:
        adapter.close()


def refused(known: Account) -> AccountError:
    with pytest.raises(AccountError) as caught:
        ask(known)
    return caught.value


def without(secrets: dict[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in secrets.items() if name not in names}


@pytest.mark.parametrize("adapter", [*ADAPTERS, "stedi_json", "stedi_x12", "stedi_2026", "optum_v3"])
def test_every_adapter_asks_over_https(encrypted: Simulator, adapter: str):
    assert encrypted.url.startswith("https://127.0.0.1:")
    assert ask(encrypted.account(adapter)).benefits.members[-1].coverage.status == "active"


@pytest.mark.parametrize("adapter", [*ADAPTERS, "stedi_json", "optum_v3"])
def test_who_shows_a_certificate_is_let_in(guarded: Simulator, adapter: str):
    assert ask(guarded.account(adapter)).benefits.members[-1].coverage.status == "active"


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_certificate_does_without_a_password(guarded: Simulator, adapter: str):
    known = guarded.account(adapter)
    known = guarded.account(adapter, secrets=without(known.secrets, "username", "password"))
    reply = ask(known)
    assert reply.benefits.members[-1].coverage.status == "active"
    assert b"(removed)" not in reply.exchange.request


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_wrong_password_is_refused_in_spite_of_a_certificate(guarded: Simulator, adapter: str):
    secrets = guarded.account(adapter).secrets | {"password": "guessed-wrong"}
    assert refused(guarded.account(adapter, secrets=secrets)).code == "unauthorized"


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_who_shows_no_certificate_is_not_let_in(guarded: Simulator, adapter: str):
    asked = len(guarded.questions())
    secrets = without(guarded.account(adapter).secrets, "client_certificate", "client_key")
    assert refused(guarded.account(adapter, secrets=secrets)).code == "tls"
    assert len(guarded.questions()) == asked


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_a_certificate_of_a_stranger_is_not_let_in(
    guarded: Simulator, adapter: str, tmp_path_factory: pytest.TempPathFactory
):
    stranger = Authority(tmp_path_factory.mktemp("stranger"))
    secrets = guarded.account(adapter).secrets | stranger.client()
    assert refused(guarded.account(adapter, secrets=secrets)).code == "tls"


@pytest.mark.parametrize("adapter", ADAPTERS)
def test_an_authority_nobody_told_us_of_is_not_trusted(encrypted: Simulator, adapter: str):
    assert refused(encrypted.account(adapter, options={})).code == "tls"


#: Python's ssl module tells a reset and an early end apart no more.
BREAKS = {"DROP-": "truncated", "TRUNC-": "truncated", "HANG-": "timeout"}


@pytest.mark.parametrize("adapter", ADAPTERS)
@pytest.mark.parametrize("member", BREAKS)
def test_a_connection_misbehaves_over_https_too(encrypted: Simulator, adapter: str, member: str):
    with pytest.raises(Unavailable) as caught:
        ask(encrypted.account(adapter, total_deadline=0.6), member)
    assert caught.value.code == BREAKS[member]
    assert caught.value.exchange is not None


def test_the_authority_passes_the_strictest_reading(guarded: Simulator, authority: Authority):
    context = ssl.create_default_context(cafile=str(authority.file))
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    with (
        socket.create_connection(("127.0.0.1", guarded.port), 5) as plain,
        context.wrap_socket(plain, server_hostname="127.0.0.1") as encrypted,
    ):
        assert encrypted.getpeercert()


def test_one_encrypted_connection_carries_many_questions(encrypted: Simulator):
    adapter = adapter_for(encrypted.account("caqh_core_soap"))
    for _ in range(5):
        assert adapter.ask(inquiry()).benefits.members
    adapter.close()
