"""The transport against servers that misbehave on real sockets."""

import contextlib
import gzip
import ipaddress
import logging
import random
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from payers.account import Account, AccountId
from payers.connections import RefusedAddress, check, is_private
from payers.errors import AccountError, PayerError, Rejected, Unavailable
from payers.exchange import Exchange
from payers.http import HTTPSource, raise_for_status, retry_after
from tests.payers.raw_server import RawServer, Talk

SECRET = "correct-horse-battery"
EVIDENCE = Exchange(
    account_id="a1",
    trace="T1",
    control_number=7,
    request=b"the question without credentials",
    requested_at=datetime(2026, 3, 2, 15, tzinfo=UTC),
    request_type="text/plain",
)
BODY = f"the question with {SECRET}".encode()


def account(url: str, **changes: object) -> Account:
    settings: dict[str, object] = {
        "id": AccountId("a1"),
        "name": "Test payer",
        "adapter": "caqh_core_mime",
        "url": url,
        "secrets": {"username": "clinic", "password": SECRET},
        "connect_timeout": 1.0,
        "total_deadline": 1.0,
        "allow_private_addresses": True,
    }
    return Account(**(settings | changes))


def post(server: RawServer, **changes: object) -> Exchange:
    source = HTTPSource(account(server.url, **changes))
    try:
        response = source.post(BODY, EVIDENCE)
        raise_for_status(response, account(server.url))
        return response.exchange
    finally:
        source.close()


def failure(server: RawServer, **changes: object) -> PayerError | AccountError:
    with pytest.raises((PayerError, AccountError)) as caught:
        post(server, **changes)
    return caught.value


def answering(body: bytes, status: str = "200 OK", headers: str = "") -> RawServer:
    def handle(talk: Talk) -> None:
        while talk.read_request():
            talk.answer(body, status, headers)

    return RawServer(handle)


def after_reading(act: object) -> RawServer:
    def handle(talk: Talk) -> None:
        talk.read_request()
        act(talk)

    return RawServer(handle)


def test_an_answer_comes_back_byte_for_byte_with_its_times_and_type():
    with answering(b"\x00ISA*\xff~", headers="Content-Type: application/x\r\n") as server:
        exchange = post(server)
    assert exchange.response == b"\x00ISA*\xff~"
    assert exchange.response_type == "application/x"
    assert exchange.http_status == 200
    assert exchange.response_at is not None and exchange.response_at.tzinfo is not None
    assert exchange.request == EVIDENCE.request


def test_a_hundred_questions_one_after_the_other_use_one_connection():
    with answering(b"ok") as server:
        source = HTTPSource(account(server.url))
        for _ in range(100):
            assert source.post(BODY, EVIDENCE).exchange.response == b"ok"
        source.close()
        assert server.connections == 1


def test_many_threads_share_one_source_and_each_gets_its_own_answer():
    def echo(talk: Talk) -> None:
        while request := talk.read_request():
            talk.answer(request.partition(b"\r\n\r\n")[2])

    with RawServer(echo) as server:
        source = HTTPSource(account(server.url, total_deadline=20.0, connect_timeout=10.0))
        with ThreadPoolExecutor(100) as pool:
            questions = [f"question {n}".encode() for n in range(400)]
            answers = pool.map(lambda body: source.post(body, EVIDENCE).exchange.response, questions)
            assert list(answers) == questions
        source.close()
        assert server.connections <= 100


@pytest.mark.parametrize(
    "dripped",
    [b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + b"x" * 500, b"HTTP/1.1 200 OK\r\nX: " + b"x" * 500],
    ids=["body", "headers"],
)
def test_a_slow_drip_is_cut_at_the_total_deadline(dripped: bytes):
    with after_reading(lambda talk: talk.drip(dripped, 0.05)) as server:
        started = time.monotonic()
        error = failure(server, total_deadline=0.6)
        assert time.monotonic() - started < 1.0
    assert isinstance(error, Unavailable)
    assert (error.code, error.sent) == ("timeout", True)


def test_a_body_cut_at_the_deadline_keeps_what_had_come():
    start = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nISA*00*"

    def begin(talk: Talk) -> None:
        talk.say(start)
        talk.hang()

    with after_reading(begin) as server:
        error = failure(server, total_deadline=0.4)
    assert error.code == "timeout"
    assert error.exchange is not None
    assert error.exchange.response == b"ISA*00*"
    assert error.exchange.http_status == 200


def test_a_payer_that_never_answers_is_a_timeout():
    with after_reading(Talk.hang) as server:
        error = failure(server, total_deadline=0.3)
    assert isinstance(error, Unavailable)
    assert (error.code, error.sent) == ("timeout", True)
    assert error.exchange is not None and error.exchange.request == EVIDENCE.request
    assert error.exchange.response_at is None


def test_a_payer_that_does_not_take_the_question_is_cut_at_the_deadline():
    with RawServer(Talk.hang) as server:
        source = HTTPSource(account(server.url, total_deadline=0.4))
        started = time.monotonic()
        with pytest.raises(Unavailable) as caught:
            source.post(b"x" * 50_000_000, EVIDENCE)
        assert time.monotonic() - started < 1.0
        source.close()
    assert caught.value.code == "timeout"


def test_nobody_listening_means_nothing_was_sent():
    with answering(b"") as server:
        url = server.url
    source = HTTPSource(account(url))
    with pytest.raises(Unavailable) as caught:
        source.post(BODY, EVIDENCE)
    assert (caught.value.code, caught.value.sent) == ("connect", False)
    assert caught.value.exchange is not None


def test_a_connection_reset_before_the_answer_is_dropped():
    with after_reading(Talk.reset) as server:
        error = failure(server)
    assert isinstance(error, Unavailable)
    assert (error.code, error.sent) == ("dropped", True)


def test_a_connection_reset_inside_the_answer_is_dropped_and_what_came_is_kept():
    def act(talk: Talk) -> None:
        talk.say(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nISA*00*")
        time.sleep(0.1)
        talk.reset()

    with after_reading(act) as server:
        error = failure(server)
    assert error.code == "dropped"
    assert error.exchange is not None and error.exchange.response == b"ISA*00*"


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nISA*00*",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7\r\nISA*00*\r\n40\r\nx",
    ],
    ids=["length", "chunked"],
)
def test_an_answer_that_ends_too_early_is_truncated_and_what_came_is_kept(said: bytes):
    with after_reading(lambda talk: talk.say(said)) as server:
        error = failure(server)
    assert error.code == "truncated"
    assert error.exchange is not None and error.exchange.response.startswith(b"ISA*00*")


def test_an_answer_without_a_length_is_read_to_the_end():
    with after_reading(lambda talk: talk.say(b"HTTP/1.1 200 OK\r\n\r\nISA*00*")) as server:
        assert post(server).response == b"ISA*00*"


def test_an_answer_over_the_cap_is_refused_and_kept_up_to_it():
    with answering(b"x" * 5000) as server:
        error = failure(server, max_answer_bytes=1000)
    assert isinstance(error, Unavailable)
    assert error.code == "too_large"
    assert error.exchange is not None and error.exchange.response == b"x" * 1000


def test_an_answer_of_exactly_the_cap_passes():
    with answering(b"x" * 1000) as server:
        assert len(post(server, max_answer_bytes=1000).response) == 1000


def test_noise_instead_of_http_is_dropped():
    with after_reading(lambda talk: talk.say(b"\x00\x01 not HTTP\r\n\r\n")) as server:
        error = failure(server)
    assert (type(error), error.code) == (Unavailable, "dropped")


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        ("400 Bad Request", Rejected, "http_4xx"),
        ("401 Unauthorized", AccountError, "unauthorized"),
        ("403 Forbidden", AccountError, "unauthorized"),
        ("404 Not Found", Rejected, "http_4xx"),
        ("408 Request Timeout", Unavailable, "timeout"),
        ("429 Too Many Requests", Unavailable, "http_429"),
        ("500 Internal Server Error", Unavailable, "http_5xx"),
        ("503 Service Unavailable", Unavailable, "http_5xx"),
        ("302 Found", AccountError, "bad_url"),
    ],
)
def test_each_http_status_says_what_to_do(status: str, kind: type[Exception], code: str):
    with answering(b"sorry", status) as server:
        error = failure(server)
    assert (type(error), error.code) == (kind, code)
    assert error.exchange is not None and error.exchange.response == b"sorry"


def test_a_redirect_is_not_followed():
    with answering(b"") as elsewhere:
        with answering(b"", "307 Temporary Redirect", f"Location: {elsewhere.url}\r\n") as server:
            failure(server)
        assert elsewhere.connections == 0


def test_retry_after_reaches_the_caller():
    with answering(b"", "429 Too Many Requests", "Retry-After: 17\r\n") as server:
        error = failure(server)
    assert isinstance(error, Unavailable)
    assert error.retry_after_seconds == 17


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Mon, 02 Mar 2026 15:02:00 GMT", 120.0),
        ("Mon, 02 Mar 2026 14:00:00 GMT", 0.0),
        ("Monday, 02-Mar-26 15:02:00 GMT", 120.0),
        (None, None),
        ("", None),
        ("-5", None),
        ("1e9", None),
        ("soon", None),
        ("9" * 400, None),
        ("²", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(value: str | None, seconds: float | None):
    assert retry_after(value, datetime(2026, 3, 2, 15, tzinfo=UTC)) == seconds


def test_a_connection_the_payer_closed_in_the_meantime_is_made_again():
    def answer_once(talk: Talk) -> None:
        talk.read_request()
        talk.answer(b"ok")

    with RawServer(answer_once) as server:
        source = HTTPSource(account(server.url))
        for expected in (1, 2, 3):
            assert source.post(BODY, EVIDENCE).exchange.response == b"ok"
            assert server.connections == expected
            time.sleep(0.1)
        source.close()


@pytest.mark.parametrize("act", ["late", "too much", "leftover"])
def test_after_a_failure_the_next_question_gets_its_own_answer(act: str):
    def handle(talk: Talk) -> None:
        while request := talk.read_request():
            body = request.partition(b"\r\n\r\n")[2]
            if body != b"first":
                talk.answer(body)
            elif act == "late":
                time.sleep(0.5)
                talk.answer(b"answer to the first")
            elif act == "too much":
                talk.answer(b"first" * 1000)
            else:
                talk.say(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\nfirst")

    with RawServer(handle) as server:
        source = HTTPSource(account(server.url, total_deadline=0.3, max_answer_bytes=1000))
        with contextlib.suppress(Unavailable):
            assert source.post(b"first", EVIDENCE).exchange.response == b"ok"
        time.sleep(0.4)
        assert source.post(b"second", EVIDENCE).exchange.response == b"second"
        source.close()


def test_whatever_comes_back_ends_in_an_answer_or_in_one_of_our_errors():
    dice = random.Random(1)
    whole = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nISA*0\r\n0\r\n\r\n"

    def babble(talk: Talk) -> None:
        talk.read_request()
        said = bytearray(whole)
        for _ in range(dice.randrange(1, 8)):
            said[dice.randrange(len(said))] = dice.randrange(256)
        talk.say(bytes(said[: dice.randrange(1, len(said) + 1)]))

    with RawServer(babble) as server:
        source = HTTPSource(account(server.url, total_deadline=2.0))
        outcomes = set()
        for _ in range(300):
            try:
                outcomes.add(source.post(BODY, EVIDENCE).exchange.http_status)
            except Unavailable as error:
                outcomes.add(error.code)
        source.close()
    assert {200, "truncated", "dropped"} <= outcomes
    assert "connect" not in outcomes


def test_cookies_are_not_kept():
    seen = []

    def handle(talk: Talk) -> None:
        while request := talk.read_request():
            seen.append(request)
            talk.answer(b"ok", headers="Set-Cookie: session=abc\r\n")

    with RawServer(handle) as server:
        source = HTTPSource(account(server.url))
        source.post(BODY, EVIDENCE)
        source.post(BODY, EVIDENCE)
        source.close()
    assert len(seen) == 2
    assert b"cookie" not in seen[1].lower()


def test_a_secret_that_the_payer_sends_back_is_crossed_out_in_the_evidence():
    with answering(f"you sent {SECRET}!".encode()) as server:
        assert post(server).response == b"you sent " + b"X" * len(SECRET) + b"!"


def test_a_user_name_that_is_also_the_senders_id_stays_in_the_answer():
    with answering(b"to EXAMPLECLINIC") as server:
        secrets = {"username": "EXAMPLECLINIC", "password": SECRET}
        assert post(server, secrets=secrets).response == b"to EXAMPLECLINIC"


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with answering(b"ok") as server:
        assert post(server).response == b"ok"


# Fetching


def fetch(server: RawServer, path: str = "", **changes: object) -> Exchange:
    source = HTTPSource(account(server.url, **changes))
    try:
        return source.get(path, EVIDENCE, {"Authorization": SECRET}).exchange
    finally:
        source.close()


def test_what_is_fetched_is_asked_for_below_the_accounts_address_without_a_body():
    seen = []

    def handle(talk: Talk) -> None:
        while request := talk.read_request():
            seen.append(request)
            talk.answer(b"ok")

    with RawServer(handle) as server:
        assert fetch(server, "/items?pageSize=200&pageToken=a%2Fb").response == b"ok"
    head, _, body = seen[0].partition(b"\r\n\r\n")
    assert head.startswith(b"GET /core/items?pageSize=200&pageToken=a%2Fb HTTP/1.1\r\n")
    assert b"Authorization: " + SECRET.encode() in head
    assert b"content-type" not in head.lower()
    assert body == b""


def test_a_gzipped_answer_is_unpacked():
    with answering(gzip.compress(b"a page " * 900), headers="Content-Encoding: gzip\r\n") as server:
        assert fetch(server, max_answer_bytes=6300).response == b"a page " * 900


def test_the_cap_counts_what_is_unpacked():
    bomb = gzip.compress(b"\0" * 50_000_000)
    with (
        answering(bomb, headers="Content-Encoding: gzip\r\n") as server,
        pytest.raises(Unavailable) as caught,
    ):
        fetch(server, max_answer_bytes=1000)
    assert caught.value.code == "too_large"
    assert caught.value.exchange is not None and caught.value.exchange.response == b"\0" * 1000


def test_a_gzip_that_is_none_is_truncated():
    with (
        answering(b"no gzip at all", headers="Content-Encoding: gzip\r\n") as server,
        pytest.raises(Unavailable) as caught,
    ):
        fetch(server)
    assert caught.value.code == "truncated"


def test_a_gzip_cut_short_is_unpacked_as_far_as_it_goes():
    whole = random.Random(1).randbytes(5000)
    with answering(gzip.compress(whole)[:-2000], headers="Content-Encoding: gzip\r\n") as server:
        got = fetch(server).response
    assert 0 < len(got) < 5000
    assert whole.startswith(got)


# Addresses


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "10.1.2.3", "169.254.169.254", "0.0.0.0"]
)
def test_private_addresses_are_refused_unless_the_account_allows_them(host: str):
    source = HTTPSource(account(f"https://{host}:9/core", allow_private_addresses=False))
    with pytest.raises(AccountError) as caught:
        source.post(BODY, EVIDENCE)
    assert caught.value.code == "private_address"


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.1.1", "0.0.0.0", "224.0.0.1",
        "::1", "fe80::1", "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::",
    ],
)  # fmt: skip
def test_an_address_that_leads_inside_is_private_however_it_is_written(address: str):
    assert is_private(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_ordinary_internet_addresses_are_not_private(address: str):
    assert not is_private(ipaddress.ip_address(address))


def test_link_local_is_refused_even_where_private_addresses_are_allowed():
    with pytest.raises(RefusedAddress):
        check(ipaddress.ip_address("169.254.169.254"), allow_private=True, encrypted=True)


def test_nothing_goes_to_the_internet_in_clear_text():
    with pytest.raises(RefusedAddress):
        check(ipaddress.ip_address("8.8.8.8"), allow_private=True, encrypted=False)


@pytest.mark.parametrize(
    "url",
    ["", "ftp://host/", "https://", "https://user:pw@host/", "https://host:99999/", "http://payer.example/"],
)
def test_an_address_nothing_can_be_sent_to_is_the_accounts_fault(url: str):
    with pytest.raises(AccountError) as caught:
        HTTPSource(account(url, allow_private_addresses=False))
    assert caught.value.code == "bad_url"


# TLS


def certificate(folder: Path, name: str = "127.0.0.1") -> Path:
    """A self-signed certificate for loopback, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "payer.test")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(name))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "certificate.pem"
    file.write_bytes(
        signed.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return file


def tls_server(handler: object, file: Path) -> RawServer:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return RawServer(handler, tls=context)


def say_ok(talk: Talk) -> None:
    while talk.read_request():
        talk.answer(b"ok")


def test_a_certificate_nobody_vouches_for_is_the_accounts_fault(tmp_path: Path):
    with tls_server(say_ok, certificate(tmp_path)) as server:
        error = failure(server)
    assert (type(error), error.code) == (AccountError, "tls")


def test_a_certificate_of_another_host_is_the_accounts_fault(tmp_path: Path):
    file = certificate(tmp_path, "192.0.2.1")
    with tls_server(say_ok, file) as server:
        error = failure(server, options={"ca_file": str(file)})
    assert (type(error), error.code) == (AccountError, "tls")


def test_an_authority_the_account_names_is_trusted(tmp_path: Path):
    file = certificate(tmp_path)
    with tls_server(say_ok, file) as server:
        source = HTTPSource(account(server.url, options={"ca_file": str(file)}))
        assert [source.post(BODY, EVIDENCE).exchange.response for _ in range(3)] == [b"ok"] * 3
        source.close()
        assert server.connections == 1


def test_a_missing_file_of_authorities_is_the_accounts_fault(tmp_path: Path):
    with pytest.raises(AccountError) as caught:
        HTTPSource(account("https://payer.example/", options={"ca_file": str(tmp_path / "none.pem")}))
    assert caught.value.code == "tls"


def test_a_slow_drip_inside_tls_is_cut_at_the_total_deadline(tmp_path: Path):
    file = certificate(tmp_path)

    def drip(talk: Talk) -> None:
        talk.read_request()
        talk.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + b"x" * 500, 0.05)

    with tls_server(drip, file) as server:
        started = time.monotonic()
        error = failure(server, total_deadline=0.6, options={"ca_file": str(file)})
        assert time.monotonic() - started < 1.0
    assert error.code == "timeout"


def test_a_handshake_that_never_ends_means_nothing_was_sent(tmp_path: Path):
    with RawServer(Talk.hang) as server:
        server.url = server.url.replace("http:", "https:")
        started = time.monotonic()
        error = failure(server, total_deadline=0.4)
        assert time.monotonic() - started < 1.0
    assert isinstance(error, Unavailable)
    assert (error.code, error.sent) == ("connect", False)


def test_plain_text_where_tls_was_expected_is_the_accounts_fault():
    with RawServer(lambda talk: talk.say(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        server.url = server.url.replace("http:", "https:")
        error = failure(server)
    assert (type(error), error.code) == (AccountError, "tls")


# Nothing leaks


def test_errors_and_logs_hold_neither_secrets_nor_the_question(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    with after_reading(Talk.reset) as server:
        error = failure(server)
    said = f"{error!r} {error} {error.__cause__!r} {error.__context__!r} {error.exchange!r} {caplog.text}"
    assert SECRET not in said
    assert "question" not in said
    assert error.__context__ is None
    assert isinstance(error.__cause__, ConnectionError)
    assert error.__cause__.__traceback__ is None
