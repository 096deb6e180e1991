"""What every adapter owes its callers. Inherit, and supply the fixtures.

    class TestMyAdapter(AdapterContract):
        @pytest.fixture
        def account(self, simulator): return simulator.account(adapter="my_adapter")

The simulator plays the payer; `account` reaches it the adapter's way. An adapter for a protocol the simulator does not
speak brings a server that does, with the same member ids, as its own `simulator` fixture.
"""

import logging
import threading
import time
import traceback
import tracemalloc
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from itertools import count
from typing import ClassVar

import pytest
from msgspec.structs import replace

from payers.account import Account
from payers.adapter import Adapter
from payers.errors import AccountError, PayerError, Rejected, Unavailable, Unreadable
from payers.inquiry import Inquiry, MemberId, Npi, PayerId, Person, Requester
from payers.registry import adapter_for
from payers.simulator.server import Simulator
from tests.payers.raw_server import RawServer, Talk

#: Of the invented patient; none of them may show up outside the exchange.
MARKS = ("MARKERSON", "MARQUISE", "QUENTIN", "19710203", "1971-02-03", "MARKERID")
numbers = count(1)

#: Member id -> the class, the code and, where it matters, the detail of what is raised.
FAILURES: dict[str, tuple[type[Exception], str, str]] = {
    "AAA15-": (Rejected, "aaa", "AAA03=15"),
    "AAA33-": (Rejected, "aaa", "AAA03=33"),
    "AAA42-": (Unavailable, "aaa_42", ""),
    "AAA43-": (Rejected, "aaa", "AAA03=43"),
    "AAA51-": (Rejected, "aaa", "AAA03=51"),
    "AAA58-": (Rejected, "aaa", "AAA03=58"),
    "AAA62-": (Rejected, "aaa", "AAA03=62"),
    "AAA63-": (Rejected, "aaa", "AAA03=63"),
    "AAA71-": (Rejected, "aaa", "AAA03=71"),
    "AAA72-": (Rejected, "aaa", "AAA03=72"),
    "AAA73-": (Rejected, "aaa", "AAA03=73"),
    "AAA75-": (Rejected, "aaa", "AAA03=75"),
    "AAA76-": (Rejected, "aaa", "AAA03=76"),
    "AAA77-": (Rejected, "aaa", "AAA03=77"),
    "AAA79-": (Rejected, "aaa", "AAA03=79"),
    "AAA80-": (Unavailable, "aaa_80", ""),
    "FAIL9-": (Unavailable, "http_5xx", ""),
    "RATE9-": (Unavailable, "http_429", ""),
    "DATE30-": (Unavailable, "http_429", ""),
    "BUSY-": (Unavailable, "http_429", ""),
    "H500-": (Unavailable, "http_5xx", ""),
    "H503-": (Unavailable, "http_5xx", ""),
    "H400-": (Rejected, "http_4xx", ""),
    "H401-": (AccountError, "unauthorized", ""),
    "SLOW5-": (Unavailable, "timeout", ""),
    "HANG-": (Unavailable, "timeout", ""),
    "DRIP-": (Unavailable, "timeout", ""),
    "RESET-": (Unavailable, "dropped", ""),
    "DROP-": (Unavailable, "dropped", ""),
    "TRUNC-": (Unavailable, "truncated", ""),
    "HALF-": (Unavailable, "truncated", ""),
    "FLOOD-": (Unavailable, "too_large", ""),
    "BOMB-": (Unavailable, "too_large", ""),
    "NOISE-": (Unreadable, "not_multipart", ""),
    "HTML-": (Unreadable, "not_multipart", ""),
    "X999-": (Rejected, "x999", "IK403=1 at NM109"),
    "XTA1-": (Rejected, "ta1", "TA105=006"),
    "UNAUTH-": (AccountError, "unauthorized", ""),
    "RECV-": (Unavailable, "receiver_fault", ""),
    "ENVL-": (Rejected, "envelope", "ReceiverIDNotUnderstood"),
    "PERSON-": (Unreadable, "wrong_person", ""),
    "TRACE-": (Unreadable, "wrong_trace", ""),
}
#: Broken off on its way: what came is kept, and by itself it does not say why there is no more.
CUT_OFF = {"DRIP-", "DROP-", "TRUNC-", "FLOOD-", "BOMB-"}
#: Nothing at all came back.
SILENT = {"SLOW5-", "HANG-", "RESET-"}
#: What an adapter under test has for one question; the cap is above any answer of the simulator's.
SHORT = {"total_deadline": 0.6, "max_answer_bytes": 256 * 1024}


def inquiry(member: str = "ACT-", **changes: object) -> Inquiry:
    number = next(numbers)
    settings: dict[str, object] = {
        "payer_id": PayerId("EXHP1"),
        "payer_name": "EXAMPLE HEALTH",
        "requester": Requester(name="QUIET CLINIC", npi=Npi("1234567893")),
        "member_id": MemberId(f"{member}MARKERID"),
        "subscriber": Person(
            last="MARKERSON", first="MARQUISE", middle="QUENTIN", birth_date=date(1971, 2, 3), sex="F"
        ),
        "service_type": "MH",
        "date_of_service": datetime.now(UTC).date(),
        "trace": f"CONTRACT{number:08}",
        "control_number": number,
    }
    return Inquiry(**(settings | changes))


Make = Callable[..., Adapter]


class AdapterContract:
    #: Where a protocol says the same otherwise: `expected = FAILURES | {"HTML-": (Unreadable, "not_json", "")}`.
    expected = FAILURES
    #: Cases that say nothing of this adapter, and why: `{"test_a_name": "it has no …"}`. They are left out, not skipped.
    not_applicable: ClassVar[Mapping[str, str]] = {}

    @pytest.fixture(scope="class")
    @classmethod
    def simulator(cls) -> Iterator[Simulator]:
        with Simulator() as running:
            yield running

    @pytest.fixture
    def account(self, simulator: Simulator) -> Account:
        raise NotImplementedError("an account that reaches the simulator by the adapter under test")

    @pytest.fixture
    def make(self, account: Account) -> Iterator[Make]:
        """An adapter for the account with changes."""
        made: list[Adapter] = []

        def adapter(**changes: object) -> Adapter:
            made.append(adapter_for(replace(account, **(SHORT | changes))))
            return made[-1]

        yield adapter
        for one in made:
            one.close()

    @pytest.fixture
    def adapter(self, make: Make) -> Adapter:
        return make()

    def raised(self, adapter: Adapter, asked: Inquiry) -> PayerError | AccountError:
        with pytest.raises((PayerError, AccountError)) as caught:
            adapter.ask(asked)
        return caught.value

    # Answers

    @pytest.mark.parametrize(
        "member",
        ["ACT-", "MIN-", "CRV-", "COB-", "MAP-", "MCO-", "MIX-", "SLOW1-", "FAIL0-", "TYPE-", "GZIP-"],
    )
    def test_an_active_plan_is_read(self, make: Make, account: Account, member: str):
        asked = inquiry(member)
        reply = make(total_deadline=5.0).ask(asked)
        assert reply.benefits.members[-1].coverage.status == "active"
        assert reply.benefits.problems == []
        assert reply.exchange.account_id == account.id
        assert (reply.exchange.trace, reply.exchange.control_number) == (asked.trace, asked.control_number)
        assert asked.trace.encode() in reply.exchange.request
        assert asked.trace.encode() in reply.exchange.response

    def test_an_ended_plan_is_read(self, adapter: Adapter):
        assert adapter.ask(inquiry("INA-")).benefits.members[-1].coverage.status == "inactive"

    def test_a_dependent_is_read_below_the_subscriber(self, adapter: Adapter):
        child = Person(last="MARKERSON", first="JIM", birth_date=date(2011, 5, 6))
        reply = adapter.ask(inquiry("ACT-", dependent=child, relationship="19"))
        assert [member.role for member in reply.benefits.members] == ["subscriber", "dependent"]
        assert reply.benefits.members[1].coverage.status == "active"

    def test_times_of_the_exchange_are_aware_and_in_order(self, adapter: Adapter):
        exchange = adapter.ask(inquiry()).exchange
        assert exchange.requested_at.tzinfo is not None
        assert exchange.response_at is not None
        assert exchange.requested_at <= exchange.response_at

    # Failures

    @pytest.mark.parametrize("member", FAILURES)
    def test_each_failure_has_its_class_its_code_and_its_evidence(self, adapter: Adapter, member: str):
        kind, code, detail = self.expected[member]
        asked = inquiry(member)
        error = self.raised(adapter, asked)
        assert (type(error), error.code) == (kind, code)
        assert detail in getattr(error, "detail", "")
        assert error.exchange is not None
        assert asked.trace.encode() in error.exchange.request
        assert error.exchange.trace == asked.trace
        assert bool(error.exchange.response) == (member not in SILENT)

    @pytest.mark.parametrize("member", FAILURES)
    def test_a_failure_is_never_asked_again_by_the_adapter(
        self, adapter: Adapter, simulator: Simulator, member: str
    ):
        asked = inquiry(member)
        self.raised(adapter, asked)
        assert [entry.trace for entry in simulator.questions()].count(asked.trace) == 1

    def test_a_rejection_by_the_payer_comes_with_what_it_says(self, adapter: Adapter):
        error = self.raised(adapter, inquiry("AAA75-"))
        assert isinstance(error, Rejected)
        assert error.benefits is not None
        assert [rejection.reason for rejection in error.benefits.members[-1].rejections] == ["75"]

    def test_the_payers_own_word_on_when_to_come_back_is_kept(self, adapter: Adapter):
        error = self.raised(adapter, inquiry("RATE9-"))
        assert isinstance(error, Unavailable)
        assert error.retry_after_seconds == 9

    def test_the_payers_own_word_may_be_a_date(self, adapter: Adapter):
        error = self.raised(adapter, inquiry("DATE30-"))
        assert isinstance(error, Unavailable)
        assert error.retry_after_seconds is not None
        assert 0 < error.retry_after_seconds <= 30

    def test_an_answer_that_comes_too_late_is_nobodys(self, adapter: Adapter):
        asked = inquiry(f"LATE1-{next(numbers)}-")
        assert self.raised(adapter, asked).code == "timeout"
        assert adapter.ask(asked).exchange.trace == asked.trace
        time.sleep(0.6)
        other = inquiry("ACT2-")
        assert adapter.ask(other).benefits.members[-1].identity.member_id == other.member_id

    def test_nobody_listening_means_nothing_was_sent(self, make: Make, account: Account):
        with RawServer(Talk.hang) as gone:
            url = gone.url
        error = self.raised(make(url=url), inquiry())
        assert isinstance(error, Unavailable)
        assert (error.code, error.sent) == ("connect", False)

    # Reading again

    @pytest.mark.parametrize("member", ["ACT-", "INA-", "CRV-", "MIX-"])
    def test_a_kept_answer_is_read_as_it_was_and_nobody_is_asked(
        self, adapter: Adapter, simulator: Simulator, member: str
    ):
        asked = inquiry(member)
        reply = adapter.ask(asked)
        before = len(simulator.questions())
        assert adapter.read(reply.exchange, asked) == reply
        assert len(simulator.questions()) == before

    @pytest.mark.parametrize("member", sorted(FAILURES.keys() - CUT_OFF - SILENT))
    def test_a_kept_failure_is_read_as_it_was(self, adapter: Adapter, simulator: Simulator, member: str):
        asked = inquiry(member)
        error = self.raised(adapter, asked)
        assert error.exchange is not None
        before = len(simulator.questions())
        with pytest.raises(type(error)) as caught:
            adapter.read(error.exchange, asked)
        assert isinstance(caught.value, PayerError | AccountError)
        assert (caught.value.code, caught.value.exchange) == (error.code, error.exchange)
        assert len(simulator.questions()) == before

    # Limits

    @pytest.mark.parametrize("member", ["HANG-", "SLOW9-"])
    def test_the_total_deadline_is_kept(self, adapter: Adapter, member: str):
        started = time.monotonic()
        assert self.raised(adapter, inquiry(member)).code == "timeout"
        assert time.monotonic() - started < 1.2

    def test_a_slow_drip_is_cut_at_the_total_deadline(self, make: Make):
        def drip(talk: Talk) -> None:
            talk.read_request()
            talk.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n" + b"-" * 900, 0.05)

        with RawServer(drip) as server:
            started = time.monotonic()
            assert self.raised(make(url=server.url), inquiry()).code == "timeout"
            assert time.monotonic() - started < 1.2

    def test_an_answer_over_the_cap_is_not_taken(self, make: Make):
        error = self.raised(make(max_answer_bytes=500), inquiry())
        assert (type(error), error.code) == (Unavailable, "too_large")
        assert error.exchange is not None
        assert len(error.exchange.response) == 500

    @pytest.mark.parametrize("member", ["FLOOD-", "BOMB-"])
    def test_an_answer_without_end_takes_no_more_memory_than_the_cap(self, make: Make, member: str):
        cap = 256 * 1024
        adapter = make(max_answer_bytes=cap, total_deadline=10.0)
        # The simulator packs its bomb, and everything is imported, before anybody counts.
        self.raised(adapter, inquiry(member))
        tracemalloc.start()
        error = self.raised(adapter, inquiry(member))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert error.exchange is not None
        assert len(error.exchange.response) == cap
        assert peak < 8 * cap

    def test_private_addresses_are_refused_unless_the_account_allows_them(self, make: Make, account: Account):
        url = account.url.replace("http:", "https:")
        error = self.raised(make(url=url, allow_private_addresses=False), inquiry())
        assert (type(error), error.code) == (AccountError, "private_address")

    def test_one_connection_carries_one_question_after_the_other(self, make: Make, simulator: Simulator):
        adapter = make(total_deadline=10.0)
        adapter.ask(inquiry())
        opened = simulator.connections
        for n in range(5):
            adapter.ask(inquiry(f"ACT{n}-"))
        assert simulator.connections == opened

    # Threads

    def test_many_threads_share_one_adapter_and_each_gets_its_own_answer(
        self, make: Make, simulator: Simulator
    ):
        adapter = make(total_deadline=30.0, connect_timeout=20.0)
        together = threading.Barrier(50)
        questions = [inquiry(f"ACT{n}-") for n in range(150)]

        def ask(asked: Inquiry) -> bool:
            if asked in questions[:50]:
                together.wait(20)
            member = adapter.ask(asked).benefits.members[-1]
            return member.identity.member_id == asked.member_id and asked.trace in {
                trace.reference for trace in member.traces
            }

        with ThreadPoolExecutor(50) as pool:
            assert all(pool.map(ask, questions))
        traces = [entry.trace for entry in simulator.questions()]
        assert all(traces.count(asked.trace) == 1 for asked in questions)

    # Nothing leaks

    @pytest.mark.parametrize("member", FAILURES)
    def test_neither_credentials_nor_patient_show_in_errors_or_logs(
        self, adapter: Adapter, account: Account, member: str, caplog: pytest.LogCaptureFixture
    ):
        caplog.set_level(logging.DEBUG)
        error = self.raised(adapter, inquiry(member))
        said = (
            "".join(traceback.format_exception(error))
            + caplog.text
            + f"{error!r}{error.args}{error.exchange!r}"
        )
        said += getattr(error, "detail", "")
        assert not [
            mark for mark in (*MARKS, *account.secrets.values()) if mark and mark.lower() in said.lower()
        ]

    @pytest.mark.parametrize("member", ["ACT-", *FAILURES])
    def test_the_exchange_holds_no_secret(self, adapter: Adapter, account: Account, member: str):
        try:
            exchange = adapter.ask(inquiry(member)).exchange
        except (PayerError, AccountError) as error:
            assert error.exchange is not None
            exchange = error.exchange
        secrets = [value.encode() for name, value in account.secrets.items() if name != "username"]
        assert secrets
        assert not [one for one in secrets if one in exchange.request or one in exchange.response]

    def test_closing_twice_is_harmless(self, make: Make):
        adapter = make()
        adapter.close()
        adapter.close()
