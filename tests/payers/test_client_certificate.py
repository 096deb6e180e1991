"""The certificate an account shows: taken, refused at home, or refused by the payer; never asked with again."""

import ssl
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from payers import client_certificate
from payers.account import Account
from payers.errors import AccountError, Unavailable
from payers.exchange import Exchange
from payers.http import HTTPSource
from payers.simulator.certificates import Authority
from tests.payers.raw_server import RawServer, Talk
from tests.payers.test_http import BODY, EVIDENCE, account

NOW = datetime.now(UTC)
LONG_AGO = {"since": timedelta(days=-9), "until": timedelta(days=-2)}
NOT_YET = {"since": timedelta(days=2), "until": timedelta(days=9)}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("stranger"))


def serve(talk: Talk) -> None:
    while talk.read_request():
        talk.answer(b"ok")


def versions(version: ssl.TLSVersion, context: ssl.SSLContext) -> ssl.SSLContext:
    context.minimum_version = context.maximum_version = version
    return context


@pytest.fixture(params=[ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["TLS 1.2", "TLS 1.3"])
def payer(authority: Authority, request: pytest.FixtureRequest) -> Iterator[RawServer]:
    """A payer that lets in only who has a certificate of its authority."""
    context = versions(request.param, authority.server(asks_for_certificate=True).context)
    with RawServer(serve, tls=context) as server:
        yield server


def asking(payer: RawServer, authority: Authority, shown: dict[str, str], **changes: object) -> Account:
    return account(
        payer.url,
        secrets={"username": "clinic", "password": "correct-horse-battery", **shown},
        options={"ca_file": str(authority.file)},
        total_deadline=5.0,
        **changes,
    )


def ask(known: Account) -> Exchange:
    source = HTTPSource(known)
    try:
        return source.post(BODY, EVIDENCE).exchange
    finally:
        source.close()


def refused(known: Account) -> AccountError:
    with pytest.raises(AccountError) as caught:
        ask(known)
    return caught.value


def locked(shown: dict[str, str], password: bytes) -> str:
    """The private key of these secrets, locked."""
    key = serialization.load_pem_private_key(shown["client_key"].encode(), None)
    kept = serialization.BestAvailableEncryption(password)
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, kept).decode()


# Taken


def test_a_certificate_the_payer_knows_lets_the_question_in(payer: RawServer, authority: Authority):
    assert ask(asking(payer, authority, authority.client())).response == b"ok"


def test_a_locked_key_opens_with_its_password(payer: RawServer, authority: Authority):
    shown = authority.client()
    shown |= {"client_key": locked(shown, b"open"), "client_key_password": "open"}
    assert ask(asking(payer, authority, shown)).response == b"ok"


def test_a_password_for_a_key_that_is_not_locked_does_no_harm(payer: RawServer, authority: Authority):
    shown = authority.client() | {"client_key_password": "open"}
    assert ask(asking(payer, authority, shown)).response == b"ok"


def test_the_certificates_of_a_chain_may_stand_in_any_order(payer: RawServer, authority: Authority):
    shown = authority.client()
    shown["client_certificate"] = authority.file.read_text() + shown["client_certificate"]
    assert ask(asking(payer, authority, shown)).response == b"ok"


def test_what_a_tool_prints_around_a_certificate_and_a_key_does_no_harm(
    payer: RawServer, authority: Authority
):
    shown = {name: f"Bag Attributes\n    localKeyID: 01\n{text}" for name, text in authority.client().items()}
    assert ask(asking(payer, authority, shown)).response == b"ok"


def test_the_key_never_lies_in_clear_in_a_file_and_none_is_left(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    seen: list[tuple[bytes, int]] = []

    class Looking(ssl.SSLContext):
        def load_cert_chain(self, certfile: str, *arguments: object, **named: object) -> None:  # type: ignore[override]
            seen.append((Path(certfile).read_bytes(), Path(certfile).stat().st_mode & 0o777))
            super().load_cert_chain(certfile, *arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    known = account("https://127.0.0.1/", secrets=authority.client())
    client_certificate.show(Looking(ssl.PROTOCOL_TLS_CLIENT), known, NOW)
    [(held, mode)] = seen
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in held
    assert b"BEGIN PRIVATE KEY" not in held
    assert mode == 0o600
    assert list(tmp_path.iterdir()) == []


# Refused at home


@pytest.mark.parametrize("missing", ["client_certificate", "client_key"])
def test_half_a_pair_is_a_missing_secret(authority: Authority, missing: str):
    shown = authority.client() | {missing: ""}
    assert refused(account("https://127.0.0.1/", secrets=shown)).code == "missing_secret"


def test_a_locked_key_without_its_password_is_a_missing_secret(authority: Authority):
    shown = authority.client()
    shown["client_key"] = locked(shown, b"open")
    assert refused(account("https://127.0.0.1/", secrets=shown)).code == "missing_secret"


def wrong_ones(authority: Authority) -> dict[str, dict[str, str]]:
    good, other = authority.client(), authority.client()
    return {
        "ended": authority.client(**LONG_AGO),
        "not yet valid": authority.client(**NOT_YET),
        "another key": good | {"client_key": other["client_key"]},
        "no certificate": good | {"client_certificate": "MARKED"},
        "no key": good | {"client_key": "MARKED"},
        "cut": good | {"client_key": good["client_key"][:90]},
        "exchanged": {"client_certificate": good["client_key"], "client_key": good["client_certificate"]},
        "wrong password": good | {"client_key": locked(good, b"open"), "client_key_password": "MARKED"},
    }


@pytest.mark.parametrize(
    "wrong",
    [
        "ended",
        "not yet valid",
        "another key",
        "no certificate",
        "no key",
        "cut",
        "exchanged",
        "wrong password",
    ],
)
def test_a_certificate_that_cannot_be_good_is_refused_before_anything_is_sent(
    authority: Authority, wrong: str
):
    error = refused(account("https://127.0.0.1:9/", secrets=wrong_ones(authority)[wrong]))
    assert (error.code, error.exchange) == ("tls", None)
    assert "MARKED" not in f"{error!r} {error.__cause__!r}"
    assert error.__suppress_context__ or error.__context__ is None


def test_a_certificate_that_ends_while_the_program_runs_asks_nobody_any_more(
    payer: RawServer, authority: Authority, monkeypatch: pytest.MonkeyPatch
):
    source = HTTPSource(asking(payer, authority, authority.client()))
    assert source.post(BODY, EVIDENCE).exchange.response == b"ok"
    connections = payer.connections
    monkeypatch.setattr(source, "_certificate_ends", datetime.now(UTC) - timedelta(seconds=1))
    with pytest.raises(AccountError) as caught:
        source.post(BODY, EVIDENCE)
    assert (caught.value.code, caught.value.exchange) == ("tls", EVIDENCE)
    assert payer.connections == connections
    source.close()


# Refused by the payer


@pytest.mark.parametrize("time", range(5))
def test_a_payer_that_misses_a_certificate_is_asked_once(payer: RawServer, authority: Authority, time: int):
    error = refused(asking(payer, authority, {}))
    assert error.code == "tls"
    assert error.exchange is not None
    assert error.exchange.request == EVIDENCE.request
    assert payer.connections == 1


@pytest.mark.parametrize("time", range(5))
def test_a_certificate_of_another_authority_is_the_accounts_fault(
    payer: RawServer, authority: Authority, stranger: Authority, time: int
):
    assert refused(asking(payer, authority, stranger.client())).code == "tls"
    assert payer.connections == 1


def test_a_payer_of_another_authority_is_shown_no_question(payer: RawServer, stranger: Authority):
    assert refused(asking(payer, stranger, stranger.client())).code == "tls"


def test_a_connection_that_breaks_under_a_good_certificate_is_no_fault_of_the_account(authority: Authority):
    def break_off(talk: Talk) -> None:
        talk.read_request()
        talk.reset()

    with (
        RawServer(break_off, tls=authority.server(asks_for_certificate=True).context) as server,
        pytest.raises(Unavailable) as caught,
    ):
        ask(asking(server, authority, authority.client()))
    assert caught.value.code == "dropped"
