"""Stedi's v3 JSON: the contract, what goes over the wire, and the JSON held against the raw 271 in it."""

import json

import pytest

from payers.account import Account, AccountId
from payers.errors import AccountError, Rejected, Unavailable, Unreadable
from payers.registry import adapter_for
from payers.scrub import scrub
from payers.simulator.server import Simulator
from tests.payers.adapters.contract import FAILURES, MARKS, AdapterContract, inquiry
from tests.payers.raw_server import RawServer, Talk

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


def ask_server(body: bytes, status: str = "200 OK", headers: str = "", **changes: object) -> bytes:
    """Asks a server that answers these bytes: what it got. Raises what the adapter raises."""
    got: list[bytes] = []

    def handle(talk: Talk) -> None:
        while request := talk.read_request():
            got.append(request)
            talk.answer(body, status, headers)

    with RawServer(handle) as server:
        settings: dict[str, object] = {
            "id": AccountId("a1"),
            "name": "Test payer",
            "adapter": "stedi_json",
            "url": server.url,
            "secrets": {"api_key": "correct-horse-battery"},
            "allow_private_addresses": True,
        }
        adapter = adapter_for(Account(**(settings | changes)))
        try:
            adapter.ask(inquiry())
        finally:
            adapter.close()
    return got[0]


def person() -> dict[str, str]:
    asked = inquiry()
    return {"lastName": asked.subscriber.last, "dateOfBirth": "19710203", "memberId": asked.member_id}


ANSWER = json.dumps({"subscriber": person(), "benefitsInformation": [{"code": "1"}]}).encode()


@pytest.mark.parametrize("prefix", ["", "Key "])
def test_the_key_goes_out_as_the_account_says(prefix: str):
    got = ask_server(ANSWER, options={"authorization_prefix": prefix})
    assert f"Authorization: {prefix}correct-horse-battery\r\n".encode() in got
    assert b"Content-Type: application/json\r\n" in got


@pytest.mark.parametrize("content_type", ["text/html", "application/edi-x12", ""])
def test_an_answer_of_a_wrong_content_type_is_read_by_what_it_is(content_type: str):
    header = f"Content-Type: {content_type}\r\n" if content_type else ""
    assert ask_server(ANSWER, headers=header)
    with pytest.raises(Unreadable) as caught:
        ask_server(b"<!doctype html><title>Sign in</title>", headers="Content-Type: application/json\r\n")
    assert caught.value.code == "not_json"


@pytest.mark.parametrize(("header", "seconds"), [("Retry-After: 30\r\n", 30.0), ("", None)])
def test_too_many_questions_are_told_with_the_payers_word_if_it_has_one(header: str, seconds: float | None):
    body = b'{"message":"throttled: CUSTOMER_LIMIT","code":"TOO_MANY_REQUESTS"}'
    with pytest.raises(Unavailable) as caught:
        ask_server(body, "429 Too Many Requests", header)
    assert (caught.value.code, caught.value.retry_after_seconds) == ("http_429", seconds)


def test_an_answer_cut_inside_the_json_is_truncated():
    with pytest.raises(Unavailable) as caught:
        ask_server(ANSWER[:-20])
    assert caught.value.code == "truncated"


@pytest.mark.parametrize("adapter", ["stedi_json", "stedi_x12", "stedi_2026"])
@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden"])
def test_a_wrong_key_stops_the_account_and_is_not_repeated(adapter: str, status: str):
    with pytest.raises(AccountError) as caught:
        ask_server(b'{"message":"correct-horse-battery is wrong"}', status, adapter=adapter)
    assert caught.value.code == "unauthorized"
    assert caught.value.exchange is not None
    assert b"correct-horse-battery" not in caught.value.exchange.response


def test_an_exchange_in_json_is_scrubbed_of_everybody():
    with Simulator() as simulator:
        adapter = adapter_for(simulator.account("stedi_json"))
        exchange = scrub(adapter.ask(inquiry()).exchange)
        adapter.close()
    kept = exchange.request + exchange.response
    assert b"EB*" in kept
    assert not [mark for mark in MARKS if mark.encode() in kept]
