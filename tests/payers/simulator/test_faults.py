"""Faults on demand: for the next questions or for a time, by every door, and only where they were asked for."""

import http.client
import json

import pytest

from payers.errors import Rejected, Unavailable
from payers.registry import ADAPTERS, adapter_for
from payers.simulator.faults import Faults
from payers.simulator.server import Simulator
from tests.payers.adapters.contract import inquiry
from tests.payers.simulator.asking import ask, post

WIRED = sorted(ADAPTERS.keys() - {"phone"})


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_there_are_none_unless_ordered(simulator: Simulator):
    assert Faults().take() is None
    assert ask(simulator).status == 200


def test_the_next_questions_fail_as_often_as_ordered():
    with Simulator() as simulator:
        simulator.faults.order("H503", times=2)
        assert [ask(simulator).status for _ in range(4)] == [503, 503, 200, 200]
        assert [entry.outcome for entry in simulator.questions()] == [
            "http_503",
            "http_503",
            "active",
            "active",
        ]


def test_an_outage_ends_by_itself():
    clock = Clock()
    faults = Faults(clock=clock)
    faults.order("RESET", seconds=30)
    for now in (100.0, 129.9):
        clock.now = now
        taken = faults.take()
        assert taken is not None
        assert taken.prefix == "RESET"
    clock.now = 130.0
    assert faults.take() is None
    clock.now = 120.0
    assert faults.take() is None, "what is over stays over"


def test_the_newest_order_counts_and_can_be_taken_back():
    with Simulator() as simulator:
        simulator.faults.order("H503", seconds=60)
        simulator.faults.order("RATE7-", times=9)
        reply = ask(simulator)
        assert (reply.status, reply.headers["retry-after"]) == (429, "7")
        simulator.faults.clear()
        assert ask(simulator).status == 200


@pytest.mark.parametrize("fault", ["", "ACT", "AAA75", "X999", "FAIL", "LATE", "TOKEN", "UNAUTH", "nothing"])
def test_only_what_happens_on_the_way_can_be_ordered(fault: str):
    with pytest.raises(ValueError, match="fault: one of"):
        Faults().order(fault, times=1)


@pytest.mark.parametrize(
    "how", [{}, {"times": 1, "seconds": 1.0}, {"times": 0}, {"seconds": 0.0}, {"times": -1}]
)
def test_an_order_is_for_a_number_or_for_a_time(how: dict):
    with pytest.raises(ValueError, match="either times or seconds"):
        Faults().order("H503", **how)


@pytest.mark.parametrize("adapter", WIRED)
@pytest.mark.parametrize(
    ("fault", "code"),
    [("H503", "http_5xx"), ("RESET", "dropped"), ("RATE5-", "http_429"), ("HALF", "truncated")],
)
def test_a_fault_comes_by_every_door(adapter: str, fault: str, code: str):
    with Simulator() as simulator:
        asker = adapter_for(simulator.account(adapter))
        # A token that is needed comes first.
        asker.ask(inquiry())
        simulator.faults.order(fault, times=1)
        with pytest.raises(Unavailable) as caught:
            asker.ask(inquiry())
        assert caught.value.code == code
        assert asker.ask(inquiry()).benefits.members[-1].coverage.status == "active"
        asker.close()


def test_a_refusal_on_demand_is_one():
    with Simulator() as simulator:
        asker = adapter_for(simulator.account())
        simulator.faults.order("H400", times=1)
        with pytest.raises(Rejected):
            asker.ask(inquiry())
        asker.close()


def order(simulator: Simulator, body: object) -> int:
    return post(simulator, json.dumps(body).encode(), "application/json", "/faults").status


def test_faults_are_ordered_over_http_where_that_is_wanted():
    with Simulator(control=True) as simulator:
        assert order(simulator, {"fault": "H503", "times": 1}) == 204
        assert [ask(simulator).status for _ in range(2)] == [503, 200]
        assert order(simulator, {"fault": "H503", "seconds": 60}) == 204
        assert post(simulator, b"", path="/faults", method="DELETE").status == 204
        assert ask(simulator).status == 200


@pytest.mark.parametrize(
    "body", [{}, [], {"fault": "ACT", "times": 1}, {"fault": "H503"}, {"fault": "H503", "x": 1}]
)
def test_an_order_that_makes_no_sense_is_refused_with_words(body: object):
    with Simulator(control=True) as simulator:
        reply = post(simulator, json.dumps(body).encode(), "application/json", "/faults")
        assert reply.status == 400
        assert reply.body
        assert ask(simulator).status == 200


def test_nobody_orders_anything_unless_that_is_wanted(simulator: Simulator):
    assert order(simulator, {"fault": "H503", "times": 1}) == 404
    assert post(simulator, b"", path="/faults", method="DELETE").status == 404
    assert ask(simulator).status == 200


def test_faults_are_never_ordered_from_another_machine():
    with pytest.raises(ValueError, match="loopback only"):
        Simulator(host="0.0.0.0", control=True)


def test_an_order_and_questions_share_one_connection():
    with Simulator(control=True) as simulator:
        connection = http.client.HTTPConnection("127.0.0.1", simulator.port, timeout=5)
        for _ in range(3):
            connection.request("POST", "/faults", b'{"fault":"H503","times":1}')
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (204, b"")
        connection.close()
