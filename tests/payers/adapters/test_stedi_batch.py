"""Batches at Stedi: each item comes out as if it had been asked by itself, and nothing else is taken for an answer."""

import gzip
import json
import logging
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from payers.account import Account, AccountId
from payers.adapter import Reply
from payers.adapters.stedi_batch import StediBatch
from payers.batch import BatchStatus, Finished, NameTaken, Page, SomeRefused
from payers.errors import AccountError, PayerError, Rejected, Unavailable, Unreadable
from payers.inquiry import Inquiry, MemberId, Person
from payers.registry import adapter_for, batch_source_for
from payers.simulator.server import Simulator
from tests.payers.adapters.contract import MARKS, inquiry
from tests.payers.adapters.test_every_door import PLANS, told
from tests.payers.json_mapping.samples import answer, x12
from tests.payers.json_mapping.test_examples import asked_v3, example, needs_json
from tests.payers.raw_server import RawServer, Talk

KEY = "correct-horse-battery"
SUBMITTED = datetime(2026, 3, 2, 15, tzinfo=UTC)
REJECTIONS = [f"AAA{code}-" for code in (15, 33, 42, 43, 51, 58, 62, 63, 71, 72, 73, 75, 76, 77, 79, 80)]
#: What the clearinghouse itself says of a question or an answer.
SAID = ["X999-", "XTA1-", "ENVL-", "PERSON-", "TRACE-"]


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture
def source(simulator: Simulator) -> Iterator[StediBatch]:
    made = StediBatch(simulator.account("stedi_json"))
    yield made
    made.close()


def by_trace(inquiries: list[Inquiry]) -> dict[str, Inquiry]:
    return {each.trace: each for each in inquiries}


def collected(source: StediBatch, batch_id: str, asked: Mapping[str, Inquiry]) -> dict[str, Any]:
    """Every outcome of a finished batch, by trace; answers first, then what ended without one."""
    outcomes: dict[str, Reply | PayerError] = {}
    for read in (source.collect, source.failures):
        token, first = "", True
        while first or token:
            still = {trace: each for trace, each in asked.items() if trace not in outcomes}
            page = read(batch_id, still, submitted_at=SUBMITTED, page_token=token)
            outcomes |= {each.trace: each.outcome for each in page.finished}
            token, first = page.next_page_token, False
    return outcomes


def run(source: StediBatch, inquiries: list[Inquiry], name: str = "night-1") -> dict[str, Any]:
    receipt = source.submit(inquiries, name)
    return collected(source, receipt.batch_id, by_trace(inquiries))


# As if asked one by one


@pytest.mark.parametrize("adapter", ["stedi_json", "stedi_2026"])
def test_each_item_comes_out_as_if_it_had_been_asked_by_itself(simulator: Simulator, adapter: str):
    inquiries = [inquiry(member) for member in [*PLANS, *REJECTIONS, *SAID]]
    account = simulator.account("stedi_json")
    one_by_one = adapter_for(account)
    source = batch_source_for(simulator.account(adapter))
    assert isinstance(source, StediBatch)
    outcomes = run(source, inquiries)
    assert outcomes.keys() == by_trace(inquiries).keys()
    for asked in inquiries:
        outcome = outcomes[asked.trace]
        try:
            alone: Reply | PayerError = one_by_one.ask(asked)
        except PayerError as error:
            alone = error
        if isinstance(alone, Reply):
            assert isinstance(outcome, Reply), asked.member_id
            assert told(outcome.benefits, asked) == told(alone.benefits, asked)
            assert outcome.benefits.problems == alone.benefits.problems == []
        else:
            assert summary(outcome) == summary(alone), asked.member_id
    one_by_one.close()
    source.close()


def summary(error: PayerError) -> tuple[object, ...]:
    wait = getattr(error, "retry_after_seconds", None)
    return type(error), error.code, getattr(error, "detail", ""), wait


def test_a_dependent_is_read_below_the_subscriber(source: StediBatch):
    child = Person(last="MARKERSON", first="JIM", birth_date=date(2011, 5, 6))
    [outcome] = run(source, [inquiry("ACT-", dependent=child, relationship="19")]).values()
    assert isinstance(outcome, Reply)
    assert [member.role for member in outcome.benefits.members] == ["subscriber", "dependent"]


def test_the_evidence_of_an_item_is_its_own_question_and_its_own_answer(source: StediBatch):
    first, second = inquiry("ACT1-"), inquiry("MIN2-")
    outcomes = run(source, [first, second])
    for asked, other in ((first, second), (second, first)):
        exchange = outcomes[asked.trace].exchange
        assert (exchange.trace, exchange.control_number) == (asked.trace, asked.control_number)
        assert (exchange.requested_at, exchange.http_status) == (SUBMITTED, 200)
        assert exchange.response_at is not None
        assert json.loads(exchange.request)["submitterTransactionIdentifier"] == asked.trace
        assert json.loads(exchange.response)["submitterTransactionIdentifier"] == asked.trace
        assert other.trace.encode() not in exchange.request + exchange.response


def test_the_receipt_holds_the_whole_batch_but_no_credential(simulator: Simulator):
    account = simulator.account("stedi_json")
    secrets = account.secrets | {"portal_username": "portal-user-name", "portal_password": "portal-pass-word"}
    source = StediBatch(replace(account, secrets=secrets))
    inquiries = [inquiry("ACT1-"), inquiry("ACT2-")]
    receipt = source.submit(inquiries, "night-1")
    outcomes = collected(source, receipt.batch_id, by_trace(inquiries))
    source.close()
    kept = [receipt.exchange, *(each.exchange for each in outcomes.values())]
    assert all(each.trace.encode() in receipt.exchange.request for each in inquiries)
    for exchange in kept:
        assert not [one for one in secrets.values() if one.encode() in exchange.request + exchange.response]
    assert b'"portalPassword":"(removed)"' in receipt.exchange.request


# Pages and progress


def test_a_batch_is_collected_to_its_last_page(source: StediBatch, simulator: Simulator):
    inquiries = [inquiry(f"MIN{n}-") for n in range(450)]
    receipt = source.submit(inquiries, "night-1")
    asked, pages, token = by_trace(inquiries), [], ""
    while not pages or token:
        page = source.collect(receipt.batch_id, asked, submitted_at=SUBMITTED, page_token=token)
        pages.append(len(page.finished))
        for each in page.finished:
            assert isinstance(each.outcome, Reply)
            identity = each.outcome.benefits.members[-1].identity
            assert identity.member_id == asked.pop(each.trace).member_id
        token = page.next_page_token
    assert pages == [200, 200, 50]
    assert asked == {}
    assert simulator.batches.traces() == [each.trace for each in inquiries]


def test_a_batch_is_in_progress_until_its_last_item_is_finished(simulator: Simulator):
    simulator.batches.item_seconds = 0.4
    source = StediBatch(simulator.account("stedi_json"))
    inquiries = [inquiry("ACT1-"), inquiry("ACT2-")]
    receipt = source.submit(inquiries, "night-1")
    standing = source.progress(receipt.batch_id)
    assert (standing.status, standing.status.finished) == (BatchStatus.IN_PROGRESS, False)
    assert (standing.total, standing.in_progress, standing.failed) == (2, 2, 0)
    page = source.collect(receipt.batch_id, by_trace(inquiries), submitted_at=SUBMITTED)
    assert (page.finished, page.next_page_token) == ([], "")
    while not (standing := source.progress(receipt.batch_id)).status.finished:
        time.sleep(0.05)
    assert (standing.status, standing.succeeded) == (BatchStatus.COMPLETED, 2)
    assert len(collected(source, receipt.batch_id, by_trace(inquiries))) == 2
    source.close()


def test_what_was_collected_before_is_left_alone(source: StediBatch):
    first, second = inquiry("ACT1-"), inquiry("ACT2-")
    receipt = source.submit([first, second], "night-1")
    page = source.collect(receipt.batch_id, {second.trace: second}, submitted_at=SUBMITTED)
    assert [each.trace for each in page.finished] == [second.trace]
    assert page.ignored == 1


@pytest.mark.parametrize("member", ["H503-", "BUSY-", "HTML-", "RECV-", "UNAUTH-"])
def test_a_payer_that_was_never_reached_is_asked_again_later(source: StediBatch, member: str):
    [outcome] = run(source, [inquiry(member)]).values()
    assert (type(outcome), outcome.code) == (Unavailable, "aaa_42")


def test_an_item_that_only_the_list_of_states_knows_ended_without_an_answer(source: StediBatch):
    asked = inquiry("HANG-")
    receipt = source.submit([asked], "night-1")
    assert source.progress(receipt.batch_id).status is BatchStatus.COMPLETED_WITH_ERRORS
    [outcome] = collected(source, receipt.batch_id, by_trace([asked])).values()
    assert (type(outcome), outcome.code) == (Unavailable, "timeout")
    assert json.loads(outcome.exchange.response)["state"] == "COMPLETED_WITH_ERRORS"
    assert asked.trace.encode() in outcome.exchange.request


def test_an_item_that_never_comes_back_is_no_answer(source: StediBatch):
    lost, other = inquiry("DROP-"), inquiry("ACT-")
    assert run(source, [lost, other]).keys() == {other.trace}


def test_an_item_that_comes_twice_is_one_answer(source: StediBatch):
    asked = inquiry("TRUNC-")
    receipt = source.submit([asked], "night-1")
    page = source.collect(receipt.batch_id, by_trace([asked]), submitted_at=SUBMITTED)
    assert [each.trace for each in page.finished] == [asked.trace]
    assert page.ignored == 1


def test_an_item_under_an_identifier_nobody_sent_is_no_answer(source: StediBatch):
    asked = inquiry("NOISE-")
    receipt = source.submit([asked], "night-1")
    page = source.collect(receipt.batch_id, by_trace([asked]), submitted_at=SUBMITTED)
    assert (page.finished, page.ignored) == ([], 1)


# Refused batches


def test_one_wrong_item_refuses_the_batch_and_is_named(source: StediBatch, simulator: Simulator):
    right, wrong = inquiry("ACT-"), inquiry("ACT-", member_id=MemberId("X" * 81))
    short = inquiry("ACT-", member_id=MemberId("X"))
    with pytest.raises(SomeRefused) as caught:
        source.submit([right, wrong, short], "night-1")
    assert caught.value.refused.keys() == {wrong.trace, short.trace}
    assert {each.code for each in caught.value.refused.values()} == {"unwritable"}
    assert simulator.batches.traces() == []


def test_the_source_names_the_item_it_refuses_and_the_rest_goes_through():
    bodies: list[Any] = []

    def manager(path: str, body: bytes) -> tuple[str, object]:
        bodies.append(json.loads(body))
        if len(bodies) == 1:
            faults = ["/items/1/subscriber/memberId", "/items/1/provider/npi", "/items/2/subscriber/JANE"]
            said = [{"path": path, "message": "MARKERSON is wrong"} for path in faults]
            return "400 Bad Request", {"message": "MARKERSON", "fieldList": said}
        return "200 OK", {"batchId": "b1", "submittedAt": "2026-03-02T15:00:00Z"}

    inquiries = [inquiry(f"ACT{n}-") for n in range(4)]
    with served(manager) as source:
        with pytest.raises(SomeRefused) as caught:
            source.submit(inquiries, "night-1")
        refused = caught.value.refused
        assert list(refused) == [inquiries[1].trace, inquiries[2].trace]
        assert refused[inquiries[1].trace].detail == "/subscriber/memberId, /provider/npi"
        assert refused[inquiries[2].trace].detail == ""
        left = [each for each in inquiries if each.trace not in refused]
        assert source.submit(left, "night-1").batch_id == "b1"
    sent = [item["submitterTransactionIdentifier"] for item in bodies[1]["items"]]
    assert sent == [inquiries[0].trace, inquiries[3].trace]
    assert "MARKERSON" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "said",
    [
        {"message": "no"},
        {"message": "no", "fieldList": [{"path": "/name", "message": "no"}]},
        {"message": "no", "fieldList": [{"path": "/items/7/subscriber", "message": "no"}]},
        {"message": "no", "fieldList": [{"path": "/items/-1", "message": "no"}]},
        {"message": "no", "fieldList": [{"path": 5}, "x"]},
        [],
    ],
)
def test_a_refusal_that_names_no_item_is_the_batchs_own(said: object):
    with served(lambda path, body: ("400 Bad Request", said)) as source, pytest.raises(Rejected) as caught:
        source.submit([inquiry()], "night-1")
    assert (type(caught.value), caught.value.code) == (Rejected, "http_4xx")
    assert caught.value.exchange is not None


def test_a_name_is_given_once(source: StediBatch, simulator: Simulator):
    source.submit([inquiry("ACT1-")], "night-1")
    with pytest.raises(NameTaken) as caught:
        source.submit([inquiry("ACT2-")], "night-1")
    assert caught.value.code == "name_taken"
    assert len(simulator.batches.traces()) == 1


def test_a_batch_whose_receipt_was_lost_is_found_by_its_name(source: StediBatch):
    before = datetime.now(UTC) - timedelta(seconds=5)
    asked = inquiry("ACT1-")
    source.submit([inquiry(f"ACT{n}-") for n in range(2, 230)], "another")
    receipt = source.submit([asked], "night-1")
    assert source.find("night-1", before) == receipt.batch_id
    assert source.find("night-2", before) is None
    assert source.find("night-1", datetime.now(UTC) + timedelta(hours=1)) is None


@pytest.mark.parametrize(
    ("inquiries", "name"),
    [
        ([], "night-1"),
        ([inquiry()] * 10_001, "night-1"),
        ([inquiry("ACT1-", trace="T1"), inquiry("ACT2-", trace="T1")], "night-1"),
        ([inquiry()], ""),
        ([inquiry()], "n" * 101),
        ([inquiry()], "night 1"),
    ],
    ids=["none", "too many", "one trace", "no name", "long name", "blank"],
)
def test_what_is_no_batch_is_never_sent(source: StediBatch, inquiries: list[Inquiry], name: str):
    with pytest.raises(ValueError, match="batch"):
        source.submit(inquiries, name)


def test_a_trace_that_would_not_come_back_as_it_is_is_not_sent(source: StediBatch):
    asked = inquiry("ACT-", trace="TRACE  1")
    with pytest.raises(SomeRefused) as caught:
        source.submit([asked], "night-1")
    assert caught.value.refused[asked.trace].code == "unwritable"


def test_ten_thousand_questions_are_one_batch(source: StediBatch, simulator: Simulator):
    receipt = source.submit([inquiry(f"MIN{n}-") for n in range(10_000)], "night-1")
    assert source.progress(receipt.batch_id).total == 10_000
    assert len(simulator.batches.traces()) == 10_000


# What a source might send


Answer = Callable[[str, bytes], tuple[str, object]]


@contextmanager
def served(answer: Answer, **options: Any) -> Iterator[StediBatch]:
    """A source at a manager that answers path and body with a status and JSON, gzipped."""

    def handle(talk: Talk) -> None:
        while request := talk.read_request():
            head, _, body = request.partition(b"\r\n\r\n")
            status, said = answer(head.split(b" ")[1].decode(), body)
            body = said if isinstance(said, bytes) else json.dumps(said).encode()
            talk.answer(gzip.compress(body), status, "Content-Encoding: gzip\r\n")

    with RawServer(handle) as server:
        made = StediBatch(
            Account(
                id=AccountId("a1"),
                name="Test",
                adapter="stedi_json",
                url=server.url,
                secrets={"api_key": KEY},
                options={"batch_url": server.url} | options,
                allow_private_addresses=True,
                total_deadline=5.0,
            )
        )
        try:
            yield made
        finally:
            made.close()


JANE = inquiry(
    member_id=MemberId("W100200300"),
    subscriber=Person(last="Roe", first="Jane", birth_date=date(1980, 1, 2)),
    trace="T1",
)


def item(**changes: Any) -> dict[str, Any]:
    return answer(batchId="b1", submitterTransactionIdentifier="T1") | changes


def page_of(*items: object, asked: Mapping[str, Inquiry] | None = None, **more: object) -> Page:
    with served(lambda path, body: ("200 OK", {"items": items} | more)) as source:
        return source.collect("b1", {"T1": JANE} if asked is None else asked, submitted_at=SUBMITTED)


def only(page: Page) -> Finished:
    [finished] = page.finished
    return finished


def test_an_item_is_read_and_its_raw_271_held_against_it():
    reply = only(page_of(item(x12=x12()))).outcome
    assert isinstance(reply, Reply)
    assert reply.benefits.problems == []
    disagreeing = only(page_of(item(x12=x12(["EB", "6", "", "30"])))).outcome
    assert isinstance(disagreeing, Reply)
    assert any("disagree" in problem.message for problem in disagreeing.benefits.problems)


@needs_json
def test_the_published_answer_is_read_as_an_item_of_a_batch():
    said = example("EligibilityCheck_example1-response200")
    asked = asked_v3()
    item_of_a_batch = said | {"batchId": "b1", "submitterTransactionIdentifier": asked.trace}
    reply = only(page_of(item_of_a_batch, asked={asked.trace: asked})).outcome
    assert isinstance(reply, Reply)
    assert reply.benefits.members[1].coverage.status == "active"
    assert reply.benefits.problems == []


def test_an_answer_about_somebody_else_under_our_identifier_is_refused():
    person = {"lastName": "ELSE", "firstName": "SOMEBODY", "memberId": "Z9", "dateOfBirth": "19510203"}
    outcome = only(page_of(item(subscriber=person))).outcome
    assert isinstance(outcome, Unreadable)
    assert outcome.code == "wrong_person"


@pytest.mark.parametrize(
    "stranger",
    [
        item(batchId="b2"),
        item(submitterTransactionIdentifier="T2"),
        item(submitterTransactionIdentifier=""),
        item(submitterTransactionIdentifier=None),
        item(submitterTransactionIdentifier=1),
        {name: value for name, value in item().items() if name != "submitterTransactionIdentifier"},
        {},
        None,
        "T1",
        ["T1"],
    ],
)
def test_what_is_not_ours_is_left_alone(stranger: object):
    page = page_of(stranger, item())
    assert isinstance(only(page).outcome, Reply)
    assert page.ignored == 1


def test_an_item_that_does_not_name_its_batch_is_believed_by_its_identifier():
    assert isinstance(only(page_of(item(batchId=""))).outcome, Reply)


def test_the_same_item_twice_is_one_answer_and_two_different_ones_are_none():
    same = page_of(item(), item())
    assert isinstance(only(same).outcome, Reply)
    assert same.ignored == 1
    different = page_of(item(), item(planInformation={"groupNumber": "X1"}))
    outcome = only(different).outcome
    assert isinstance(outcome, Unreadable)
    assert (outcome.code, different.ignored) == ("wrong_trace", 1)
    assert outcome.exchange is not None
    assert len(json.loads(outcome.exchange.response)) == 2


def test_an_item_without_benefits_and_without_a_reason_is_unreadable():
    outcome = only(page_of({"submitterTransactionIdentifier": "T1", "status": "ERROR"})).outcome
    assert (type(outcome), outcome.code) == (Unreadable, "no_transaction")


def test_an_answer_larger_than_the_account_allows_is_not_taken():
    with served(lambda path, body: ("200 OK", {"items": [item(x12="x" * 9000)]})) as source:
        source._account = replace(source._account, max_answer_bytes=8000)
        outcome = only(source.collect("b1", {"T1": JANE}, submitted_at=SUBMITTED)).outcome
    assert (type(outcome), outcome.code) == (Unavailable, "too_large")
    assert outcome.exchange is not None and len(outcome.exchange.response) == 8000


def test_an_invented_answer_stops_a_production_account():
    with served(lambda path, body: ("200 OK", {"items": [item(meta={"applicationMode": "test"})]})) as source:
        source._account = replace(source._account, usage="P")
        with pytest.raises(AccountError) as caught:
            source.collect("b1", {"T1": JANE}, submitted_at=SUBMITTED)
    assert caught.value.code == "bad_option"


def test_pages_are_asked_for_as_documented():
    paths: list[str] = []

    def manager(path: str, body: bytes) -> tuple[str, object]:
        paths.append(path)
        return "200 OK", {"items": [], "nextPageToken": "a/b=="}

    with served(manager, batch_page_size=50) as source:
        page = source.collect("b/1", {}, submitted_at=SUBMITTED)
        source.collect("b/1", {}, submitted_at=SUBMITTED, page_token="c&d")
        source.failures("b/1", {}, submitted_at=SUBMITTED)
    assert page.next_page_token == "a/b=="
    assert paths == [
        "/core/polling/batch-eligibility?batchId=b%2F1&pageSize=50",
        "/core/polling/batch-eligibility?batchId=b%2F1&pageSize=50&pageToken=c%26d",
        "/core/batch/b%2F1/items?state=VALIDATION_FAILED&state=COMPLETED_WITH_ERRORS&pageSize=50",
    ]


def test_a_page_that_is_followed_by_itself_is_the_sources_fault():
    said = {"items": [], "nextPageToken": "t"}
    with served(lambda path, body: ("200 OK", said)) as source, pytest.raises(Unavailable) as caught:
        source.collect("b1", {}, submitted_at=SUBMITTED, page_token="t")
    assert caught.value.code == "receiver_fault"


def test_a_search_through_pages_that_go_in_a_circle_ends():
    tokens = iter("abcabcabc")
    with served(lambda path, body: ("200 OK", {"items": [], "nextPageToken": next(tokens)})) as source:
        assert source.find("night-1", SUBMITTED) is None


def test_retry_hours_go_out_where_the_account_names_them():
    bodies: list[Any] = []

    def manager(path: str, body: bytes) -> tuple[str, object]:
        bodies.append((path, json.loads(body)))
        return "200 OK", {"batchId": "b1"}

    for options, hours in (({}, 8), ({"max_retry_hours": 24}, 24)):
        with served(manager, **options) as source:
            source.submit([JANE], "night-1")
            assert source.longest_hours == hours, "Stedi tries for eight where nothing is said"
    assert [path for path, _ in bodies] == ["/core/batch-eligibility"] * 2
    assert [body.get("maxRetryHours") for _, body in bodies] == [None, 24]
    assert bodies[0][1]["name"] == "night-1"


@pytest.mark.parametrize(
    ("state", "errors", "kind", "code"),
    [
        ("VALIDATION_FAILED", [], Rejected, "http_4xx"),
        ("COMPLETED_WITH_ERRORS", [], Unavailable, "timeout"),
        ("COMPLETED_WITH_ERRORS", ["80"], Unavailable, "aaa_80"),
        ("COMPLETED_WITH_ERRORS", ["75"], Rejected, "aaa"),
    ],
)
def test_an_item_that_ended_without_an_answer_says_why(
    state: str, errors: list[str], kind: type[PayerError], code: str
):
    info = {"submitterTransactionIdentifier": "T1", "aaaErrors": [{"code": each} for each in errors]}
    said = {"batchId": "b1", "state": state, "additionalInfo": {"eligibility": info}}
    strangers = [said | {"batchId": "b2"}, said | {"additionalInfo": None}, {}, 5]
    with served(lambda path, body: ("200 OK", {"items": [*strangers, said]})) as source:
        page = source.failures("b1", {"T1": JANE}, submitted_at=SUBMITTED)
    outcome = only(page).outcome
    assert (type(outcome), outcome.code) == (kind, code)
    assert page.ignored == 4
    assert outcome.exchange is not None
    assert json.loads(outcome.exchange.response) == said


def test_an_item_that_ended_in_another_batch_is_left_alone():
    info = {"eligibility": {"submitterTransactionIdentifier": "T1"}}
    said = {"batchId": "b2", "state": "VALIDATION_FAILED", "additionalInfo": info}
    with served(lambda path, body: ("200 OK", {"items": [said]})) as source:
        page = source.failures("b1", {"T1": JANE}, submitted_at=SUBMITTED)
    assert (page.finished, page.ignored) == ([], 1)


@pytest.mark.parametrize(
    ("word", "finished"),
    [
        ("PENDING", False),
        ("VALIDATED", False),
        ("VALIDATION_FAILED", True),
        ("IN_PROGRESS", False),
        ("COMPLETED", True),
        ("COMPLETED_WITH_ERRORS", True),
        ("ON_ITS_WAY", False),
    ],
)
def test_the_standing_of_a_batch_is_read(word: str, finished: bool):
    with served(lambda path, body: ("200 OK", {"status": word, "errorCount": 3})) as source:
        standing = source.progress("b1")
    assert standing.status.finished is finished
    assert standing.status.value in {word.lower(), "unknown"}
    assert (standing.failed, standing.total) == (3, None)


# What goes wrong


CALLS: dict[str, Callable[[StediBatch], object]] = {
    "submit": lambda source: source.submit([inquiry()], "night-1"),
    "find": lambda source: source.find("night-1", SUBMITTED),
    "progress": lambda source: source.progress("b1"),
    "collect": lambda source: source.collect("b1", {"T1": JANE}, submitted_at=SUBMITTED),
    "failures": lambda source: source.failures("b1", {"T1": JANE}, submitted_at=SUBMITTED),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("status", "said", "kind", "code"),
    [
        ("403 Forbidden", {"message": f"{KEY} is wrong"}, AccountError, "unauthorized"),
        ("401 Unauthorized", {}, AccountError, "unauthorized"),
        ("404 Not Found", {"message": "no such batch"}, Rejected, "http_4xx"),
        ("429 Too Many Requests", {"message": "throttled"}, Unavailable, "http_429"),
        ("503 Service Unavailable", {}, Unavailable, "http_5xx"),
        ("200 OK", b"<!doctype html><title>Sign in</title>", Unreadable, "not_json"),
        ("200 OK", b'{"items": [{"batchId": "b1"', Unavailable, "truncated"),
        ("200 OK", [], Unreadable, "not_json"),
        ("200 OK", {"items": {}, "status": 5, "batchId": ""}, Unreadable, "not_json"),
        ("200 OK", b"[" * 5000, Unreadable, "not_json"),
    ],
)
def test_whatever_else_comes_back_is_one_of_our_errors_with_its_evidence(
    call: str, status: str, said: object, kind: type[Exception], code: str
):
    with (
        served(lambda path, body: (status, said)) as source,
        pytest.raises((PayerError, AccountError)) as caught,
    ):
        CALLS[call](source)
    assert (type(caught.value), caught.value.code) == (kind, code)
    assert caught.value.exchange is not None
    assert caught.value.exchange.response
    assert KEY.encode() not in caught.value.exchange.request + caught.value.exchange.response


def test_a_source_that_never_answers_is_cut_at_the_total_deadline():
    with RawServer(Talk.hang) as server:
        account = Account(
            id=AccountId("a1"), name="Test", adapter="stedi_json", url=server.url, secrets={"api_key": KEY},
            options={"batch_url": server.url}, allow_private_addresses=True, total_deadline=0.4,
        )  # fmt: skip
        source = StediBatch(account)
        for call in CALLS.values():
            with pytest.raises(Unavailable) as caught:
                call(source)
            assert (caught.value.code, caught.value.sent) == ("timeout", True)
        source.close()


@pytest.mark.parametrize(
    "options",
    [
        {"batch_url": 5},
        {"batch_page_size": 201},
        {"batch_page_size": 0},
        {"batch_page_size": "50"},
        {"max_retry_hours": 7},
        {"max_retry_hours": 25},
        {"max_retry_hours": 8.5},
    ],
)
def test_an_option_that_makes_no_sense_is_the_accounts_fault(simulator: Simulator, options: dict[str, Any]):
    account = simulator.account("stedi_json")
    with pytest.raises(AccountError) as caught:
        batch_source_for(replace(account, options=account.options | options))
    assert caught.value.code == "bad_option"


def test_an_account_asks_in_batches_only_where_it_says_where(simulator: Simulator):
    account = simulator.account("stedi_json")
    assert batch_source_for(replace(account, options={})) is None
    assert batch_source_for(simulator.account("optum_v3")) is None


def test_neither_credentials_nor_patients_show_in_errors_or_logs(
    source: StediBatch, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    outcomes = run(source, [inquiry(member) for member in [*REJECTIONS, *SAID, "H503-", "HANG-"]])
    with pytest.raises(NameTaken) as caught:
        source.submit([inquiry()], "night-1")
    errors = [*outcomes.values(), caught.value]
    said = caplog.text + "".join(
        f"{error!r}{error.args}{error.exchange!r}{getattr(error, 'detail', '')}" for error in errors
    )
    assert not [mark for mark in (*MARKS, "only-for-the-simulator-key") if mark.lower() in said.lower()]
