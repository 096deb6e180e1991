"""Optum's v3 JSON: the contract, and tokens that are shared, renewed in time and never kept."""

import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from payers.account import Account, AccountId
from payers.adapters.optum_v3 import OptumV3
from payers.errors import AccountError, Unreadable
from payers.simulator import optum
from payers.simulator.server import Simulator
from tests.payers.adapters.contract import AdapterContract, inquiry
from tests.payers.adapters.test_stedi_json import EXPECTED
from tests.payers.raw_server import RawServer, Talk


class TestContract(AdapterContract):
    expected = EXPECTED

    @pytest.fixture
    def account(self, simulator: Simulator) -> Account:
        return simulator.account("optum_v3")


class TestContractWithRawX12(AdapterContract):
    expected = EXPECTED

    @pytest.fixture
    def account(self, simulator: Simulator) -> Account:
        url = f"http://127.0.0.1:{simulator.port}{optum.RAW_PATH}"
        return simulator.account("optum_v3", url=url, options={"raw_x12": True, "echoes_trace": True})


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture
def adapter(simulator: Simulator) -> Iterator[OptumV3]:
    made = OptumV3(simulator.account("optum_v3"))
    yield made
    made.close()


def outcomes(simulator: Simulator) -> list[str]:
    return [entry.outcome for entry in simulator.questions()]


def test_one_token_serves_many_questions(simulator: Simulator, adapter: OptumV3):
    simulator.optum.token_delay = 0.2
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda n: adapter.ask(inquiry(f"ACT{n}-")), range(40)))
    assert outcomes(simulator).count("token") == 1
    assert outcomes(simulator).count("active") == 40


def test_a_token_that_ended_is_renewed_once_and_the_question_repeated_once(
    simulator: Simulator, adapter: OptumV3
):
    adapter.ask(inquiry())
    simulator.optum.end_tokens()
    reply = adapter.ask(inquiry())
    assert reply.exchange.http_status == 200
    assert outcomes(simulator) == ["token", "active", "unauthorized", "token", "active"]


def test_many_threads_with_a_token_that_ended_renew_it_once(simulator: Simulator, adapter: OptumV3):
    adapter.ask(inquiry())
    simulator.optum.end_tokens()
    simulator.optum.token_delay = 0.2
    with ThreadPoolExecutor(15) as pool:
        list(pool.map(lambda n: adapter.ask(inquiry(f"ACT{n}-")), range(15)))
    assert outcomes(simulator).count("token") == 2
    assert outcomes(simulator).count("active") == 16


def test_a_short_lived_token_is_renewed_before_it_is_refused(simulator: Simulator, adapter: OptumV3):
    simulator.optum.token_seconds = 1.0
    adapter.ask(inquiry())
    time.sleep(1.0)
    adapter.ask(inquiry())
    assert outcomes(simulator) == ["token", "active", "token", "active"]


def test_a_token_that_ended_before_its_time_is_renewed(simulator: Simulator, adapter: OptumV3):
    adapter.ask(inquiry())
    assert adapter.ask(inquiry("TOKEN-")).benefits.members[-1].coverage.status == "active"
    assert outcomes(simulator) == ["token", "active", "token_ended", "token", "token_ended"]


def test_a_refusal_of_a_new_token_stops_the_account(simulator: Simulator, adapter: OptumV3):
    adapter.ask(inquiry())
    with pytest.raises(AccountError) as caught:
        adapter.ask(inquiry("H401-"))
    assert caught.value.code == "unauthorized"
    assert outcomes(simulator) == ["token", "active", "http_401", "token", "http_401"]


def test_a_token_got_for_this_very_question_is_not_renewed(simulator: Simulator, adapter: OptumV3):
    with pytest.raises(AccountError) as caught:
        adapter.ask(inquiry("H401-"))
    assert caught.value.code == "unauthorized"
    assert outcomes(simulator) == ["token", "http_401"]


def test_wrong_credentials_stop_the_account_without_a_question(simulator: Simulator):
    secrets = {"client_id": "clinic-client", "client_secret": "not-the-one-that-opens"}
    wrong = OptumV3(simulator.account("optum_v3", secrets=secrets))
    with pytest.raises(AccountError) as caught:
        wrong.ask(inquiry())
    wrong.close()
    assert outcomes(simulator) == ["token_refused"]
    assert "not-the-one" not in "".join(traceback.format_exception(caught.value))


def test_a_token_that_comes_back_in_an_answer_is_crossed_out():
    def echo(talk: Talk) -> None:
        while request := talk.read_request():
            body = b'{"access_token":"a-token-of-some-length"}' if b"grant_type" in request else request
            talk.answer(body)

    with RawServer(echo) as server:
        made = OptumV3(account_at(server.url))
        with pytest.raises(Unreadable) as caught:
            made.ask(inquiry())
        made.close()
    assert caught.value.exchange is not None
    assert b"Authorization: Bearer XXXXXXXXXX" in caught.value.exchange.response
    assert b"a-token-of-some-length" not in caught.value.exchange.response


def test_the_token_comes_from_where_the_account_says():
    asked: list[bytes] = []

    def listen(talk: Talk) -> None:
        while request := talk.read_request():
            asked.append(request.split(b" ")[1])
            talk.answer(b'{"access_token":"token"}')

    with RawServer(listen) as server:
        for options in ({}, {"token_url": "/other/token"}, {"token_url": f"{server.url}/token"}):
            made = OptumV3(account_at(server.url, options=options))
            with pytest.raises(Unreadable):
                made.ask(inquiry())
            made.close()
    assert asked[::2] == [b"/apip/auth/v2/token", b"/other/token", b"/core/token"]


def test_a_token_address_that_makes_no_sense_is_the_accounts_fault():
    with pytest.raises(AccountError) as caught:
        OptumV3(account_at("http://127.0.0.1:9/", options={"token_url": 5}))
    assert caught.value.code == "bad_option"


def account_at(url: str, **changes: object) -> Account:
    settings: dict[str, object] = {
        "id": AccountId("a1"),
        "name": "Test payer",
        "adapter": "optum_v3",
        "url": url,
        "secrets": {"client_id": "clinic-client", "client_secret": "correct-horse-battery"},
        "allow_private_addresses": True,
    }
    return Account(**(settings | changes))
