"""Tokens: one request for many threads, renewed in time, never kept, and every failure told to all who wait."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from payers.account import Account, AccountId
from payers.errors import AccountError, Unavailable
from payers.tokens import Token, Tokens
from tests.payers.raw_server import RawServer, Talk

SECRET = "correct-horse-battery"


def account(**changes: object) -> Account:
    settings: dict[str, object] = {
        "id": AccountId("a1"),
        "name": "Test",
        "adapter": "optum_v3",
        "url": "http://127.0.0.1:9/",
        "secrets": {"client_id": "clinic-client", "client_secret": SECRET},
        "connect_timeout": 1.0,
        "allow_private_addresses": True,
    }
    return Account(**(settings | changes))


class Grants:
    """A token endpoint: what it was asked, and what it says next."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.body: Callable[[int], bytes] = lambda n: granted(n)
        self.status = "200 OK"
        self.headers = ""
        self.seconds = 0.0

    def __call__(self, talk: Talk) -> None:
        while request := talk.read_request():
            self.asked.append(request)
            time.sleep(self.seconds)
            talk.answer(self.body(len(self.asked)), self.status, self.headers)


def granted(number: int, **fields: object) -> bytes:
    return json.dumps(
        {"access_token": f"token-{number}", "expires_in": 3600, "token_type": "bearer"} | fields
    ).encode()


@contextmanager
def tokens_of(grants: Grants) -> Iterator[Tokens]:
    with RawServer(grants) as server:
        tokens = Tokens(account(), server.url)
        try:
            yield tokens
        finally:
            tokens.close()


def soon(seconds: float = 5.0) -> float:
    return time.monotonic() + seconds


def test_a_token_is_asked_for_as_documented_and_kept_for_the_next():
    grants = Grants()
    with tokens_of(grants) as tokens:
        assert tokens.get(soon()) == Token("token-1", fresh=True)
        assert tokens.get(soon()) == Token("token-1", fresh=False)
    [request] = grants.asked
    assert json.loads(request.partition(b"\r\n\r\n")[2]) == {
        "client_id": "clinic-client",
        "client_secret": SECRET,
        "grant_type": "client_credentials",
    }
    assert b"Content-Type: application/json" in request


def test_many_threads_ask_for_one_token():
    grants = Grants()
    grants.seconds = 0.2
    together = threading.Barrier(40)
    with tokens_of(grants) as tokens, ThreadPoolExecutor(40) as pool:

        def get(_: int) -> str:
            together.wait(10)
            return tokens.get(soon()).value

        assert set(pool.map(get, range(40))) == {"token-1"}
    assert len(grants.asked) == 1


def test_many_threads_whose_token_was_refused_ask_for_one_more():
    grants = Grants()
    with tokens_of(grants) as tokens, ThreadPoolExecutor(30) as pool:
        old = tokens.get(soon()).value
        grants.seconds = 0.2
        renewed = list(pool.map(lambda _: tokens.get(soon(), instead_of=old).value, range(30)))
    assert set(renewed) == {"token-2"}
    assert len(grants.asked) == 2


def test_a_token_is_renewed_before_it_ends():
    grants = Grants()
    grants.body = lambda n: granted(n, expires_in=0.3)
    with tokens_of(grants) as tokens:
        assert tokens.get(soon()).value == "token-1"
        time.sleep(0.3)
        assert tokens.get(soon()) == Token("token-2", fresh=True)


def test_a_token_without_an_end_is_used_until_it_is_refused():
    grants = Grants()
    grants.body = lambda n: json.dumps({"access_token": f"token-{n}"}).encode()
    with tokens_of(grants) as tokens:
        first = tokens.get(soon())
        assert tokens.get(soon()).value == first.value
        assert tokens.get(soon(), instead_of=first.value).value == "token-2"


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        ("400 Bad Request", AccountError, "unauthorized"),
        ("401 Unauthorized", AccountError, "unauthorized"),
        ("403 Forbidden", AccountError, "unauthorized"),
        ("404 Not Found", AccountError, "bad_url"),
        ("302 Found", AccountError, "bad_url"),
        ("429 Too Many Requests", Unavailable, "http_429"),
        ("503 Service Unavailable", Unavailable, "http_5xx"),
    ],
)
def test_a_refused_token_is_told_apart(status: str, kind: type[Exception], code: str):
    grants = Grants()
    grants.status, grants.headers = status, "Retry-After: 7\r\n"
    with tokens_of(grants) as tokens, pytest.raises((AccountError, Unavailable)) as caught:
        tokens.get(soon())
    assert (type(caught.value), caught.value.code) == (kind, code)
    assert caught.value.exchange is None
    if isinstance(caught.value, Unavailable):
        assert (caught.value.sent, caught.value.retry_after_seconds) == (False, 7)


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>Sign in</html>", b"{}", b"[]", b'{"access_token": ""}', b'{"access_token": "a\\r\\nb"}', b'{"access_token": 5}'],
)  # fmt: skip
def test_an_answer_without_a_token_is_the_sources_fault(body: bytes):
    grants = Grants()
    grants.body = lambda _: body
    with tokens_of(grants) as tokens, pytest.raises(Unavailable) as caught:
        tokens.get(soon())
    assert (caught.value.code, caught.value.sent) == ("receiver_fault", False)


def test_who_waits_hears_of_the_failure_and_the_next_asks_anew():
    grants = Grants()
    grants.status, grants.seconds = "401 Unauthorized", 0.3
    together = threading.Barrier(20)
    with tokens_of(grants) as tokens, ThreadPoolExecutor(20) as pool:

        def fails(_: int) -> AccountError:
            together.wait(10)
            with pytest.raises(AccountError) as caught:
                tokens.get(soon())
            return caught.value

        failures = list(pool.map(fails, range(20)))
        assert len({id(one) for one in failures}) == 20
        assert len(grants.asked) == 1
        grants.status = "200 OK"
        assert tokens.get(soon()).value == "token-2"


def test_nobody_waits_past_the_deadline():
    grants = Grants()
    grants.seconds = 3.0
    with tokens_of(grants) as tokens, ThreadPoolExecutor(1) as pool:
        asking = pool.submit(tokens.get, soon(0.8))
        time.sleep(0.1)
        started = time.monotonic()
        with pytest.raises(Unavailable) as caught:
            tokens.get(soon(0.3))
        assert time.monotonic() - started < 0.7
        assert (caught.value.code, caught.value.sent) == ("timeout", False)
        assert isinstance(asking.exception(5), Unavailable)


@pytest.mark.parametrize("missing", ["client_id", "client_secret"])
def test_a_missing_secret_is_the_accounts_fault(missing: str):
    with pytest.raises(AccountError) as caught:
        Tokens(
            account(secrets={"client_id": "a", "client_secret": "b"} | {missing: ""}), "http://127.0.0.1:9/"
        )
    assert caught.value.code == "missing_secret"


def test_a_token_is_never_printed():
    assert "secret-token" not in repr(Token("secret-token", fresh=True))
