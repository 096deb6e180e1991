"""Lists of payers, fetched page by page from Stedi and Optum: whole, or one of our errors; and Optum's outages."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from payers.account import Account, AccountId
from payers.adapters.optum_payers import OptumPayers
from payers.adapters.stedi_payers import StediPayers
from payers.directory import ListedPayer, PayerList, Support, outage_of
from payers.errors import AccountError, PayerError, Rejected, Unavailable, Unreadable
from payers.registry import OUTAGES, PAYER_LISTS, outage_source_for, payer_list_for
from payers.simulator.listed_payers import PAYERS
from payers.simulator.server import Simulator
from tests.payers.raw_server import RawServer, Talk

SECRET = "correct-horse-battery"
TOKEN = "a-token-of-some-length"
NOW = datetime(2026, 3, 2, 15, tzinfo=UTC)


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


def everybody(source: PayerList) -> tuple[list[ListedPayer], int]:
    """Every payer of the list, and in how many pages they came."""
    found, pages, token = [], 0, ""
    while not pages or token:
        page = source.page(token)
        assert page.problems == []
        found, pages, token = found + page.payers, pages + 1, page.next_page_token
    return found, pages


# Against the simulator


@pytest.mark.parametrize("adapter", PAYER_LISTS)
@pytest.mark.parametrize(("size", "pages"), [({}, 1), ({"payers_page_size": 10}, 5)])
def test_a_list_is_fetched_to_its_last_page(
    simulator: Simulator, adapter: str, size: dict[str, int], pages: int
):
    account = simulator.account(adapter)
    source = payer_list_for(replace(account, options=account.options | size))
    assert source is not None
    payers, came_in = everybody(source)
    source.close()
    assert came_in == pages
    assert [each.their_id for each in payers] == [each.id for each in PAYERS]
    support = {each.their_id: each.eligibility for each in payers}
    assert (support["EXHP1"], support["EXRX1"], support["DMED0"]) == (
        Support.SUPPORTED,
        Support.NOT_SUPPORTED,
        Support.ENROLLMENT_REQUIRED,
    )


def test_both_sources_say_the_same_of_a_payer_as_far_as_they_say_it(simulator: Simulator):
    found = {}
    for adapter in ("stedi_json", "optum_v3"):
        source = payer_list_for(simulator.account(adapter))
        assert source is not None
        found[adapter] = {each.their_id: each for each in everybody(source)[0]}["CEDR7"]
        source.close()
    one, other = found.values()
    assert (one.name, one.names, one.states, one.eligibility) == (
        other.name,
        other.names,
        other.states,
        other.eligibility,
    )
    assert one.stable_id == other.aliases[0] == "CEDAR"


@pytest.mark.parametrize("adapter", ["stedi_json", "optum_v3"])
@pytest.mark.parametrize(
    ("query", "ids"),
    [("blue hollow", ["BHHP1"]), ("00540", ["BHHP1"]), ("medicaid of texas", ["PMED12"]), ("nobody", [])],
)
def test_a_search_finds_by_name_and_by_id(simulator: Simulator, adapter: str, query: str, ids: list[str]):
    source = payer_list_for(simulator.account(adapter))
    assert source is not None
    page = source.search(query)
    source.close()
    assert ([each.their_id for each in page.payers], page.next_page_token) == (ids, "")


@pytest.mark.parametrize("adapter", PAYER_LISTS)
def test_a_wrong_secret_stops_the_account(simulator: Simulator, adapter: str):
    account = simulator.account(adapter)
    source = payer_list_for(
        replace(account, secrets=dict.fromkeys(account.secrets, "not-the-one-that-opens"))
    )
    assert source is not None
    for call in (source.page, lambda: source.search("a")):
        with pytest.raises(AccountError) as caught:
            call()
        assert caught.value.code == "unauthorized"
    source.close()


def test_a_token_that_ended_is_renewed_once_for_a_list(simulator: Simulator):
    source = OptumPayers(simulator.account("optum_v3"))
    source.page()
    simulator.optum.end_tokens()
    source.page()
    source.close()
    outcomes = [entry.outcome for entry in simulator.questions()]
    assert outcomes == ["token", "payer_list", "unauthorized", "token", "payer_list"]


def test_accounts_that_have_no_list_say_so(simulator: Simulator):
    for adapter in ("phone", "caqh_core_mime"):
        assert payer_list_for(simulator.account(adapter)) is None
    assert outage_source_for(simulator.account("stedi_json")) is None
    assert OUTAGES.keys() <= PAYER_LISTS.keys()


# Outages


def test_an_outage_is_told_while_it_lasts(simulator: Simulator):
    source = outage_source_for(simulator.account("optum_v3"))
    assert source is not None
    assert source.outages() == []
    simulator.lists.report_outage(
        "BHHP1",
        "Blue Hollow Health Plan",
        intermittentPayerOutage="No",
        standinReason="Payer Maintenance",
        startDateTime="2026-03-02T14:00:00Z",
        endDateTime="2026-03-02T18:00:00Z",
    )
    [outage] = source.outages()
    assert (outage.their_id, outage.name, outage.intermittent) == ("BHHP1", "Blue Hollow Health Plan", False)
    assert (outage.starts_at, outage.ends_at) == (NOW - timedelta(hours=1), NOW + timedelta(hours=3))
    assert outage_of([outage], "bhhp1", NOW) is outage
    assert outage_of([outage], "BHHP1", NOW + timedelta(hours=4)) is None
    simulator.lists.end_outages()
    assert source.outages() == []
    source.close()


def test_outages_are_read_to_the_last_page(simulator: Simulator):
    for number in range(25):
        simulator.lists.report_outage(f"P{number}")
    account = simulator.account("optum_v3")
    source = OptumPayers(replace(account, options=account.options | {"payers_page_size": 10}))
    assert [each.their_id for each in source.outages()] == [f"P{number}" for number in range(25)]
    source.close()


def test_times_without_a_zone_are_those_of_the_account(simulator: Simulator):
    simulator.lists.report_outage("P1", startDateTime="2026-03-02T08:00:00")
    account = simulator.account("optum_v3")
    source = OptumPayers(replace(account, options=account.options | {"outage_zone": "America/Chicago"}))
    assert source.outages()[0].starts_at == NOW - timedelta(hours=1)
    source.close()


# What a source might send

Answer = Callable[[str], tuple[str, object]]
Source = StediPayers | OptumPayers


@contextmanager
def served(made: type[Source], answer: Answer, **options: Any) -> Iterator[Any]:
    """A source at a server that answers each path with a status and JSON, and gives tokens."""

    def handle(talk: Talk) -> None:
        while request := talk.read_request():
            path = request.split(b" ")[1].decode()
            granted = {"access_token": TOKEN, "expires_in": 3600}
            status, said = ("200 OK", granted) if path.endswith("/token") else answer(path)
            body = said if isinstance(said, bytes) else json.dumps(said).encode()
            talk.answer(body, status, "Retry-After: 7\r\n" if status.startswith("429") else "")

    with RawServer(handle) as server:
        source = made(account_at(server.url, options=options))
        try:
            yield source
        finally:
            source.close()


def account_at(url: str, **changes: Any) -> Account:
    settings: dict[str, Any] = {
        "id": AccountId("a1"),
        "name": "Test",
        "adapter": "x",
        "url": url,
        "secrets": {"api_key": SECRET, "client_id": "clinic-client", "client_secret": SECRET},
        "allow_private_addresses": True,
        "total_deadline": 5.0,
    }
    return Account(**(settings | changes))


CALLS: list[tuple[type[Source], Callable[[Any], object]]] = [
    (StediPayers, lambda source: source.page()),
    (StediPayers, lambda source: source.search("blue")),
    (OptumPayers, lambda source: source.page()),
    (OptumPayers, lambda source: source.search("blue")),
    (OptumPayers, lambda source: source.outages()),
]
WAYS = ["stedi page", "stedi search", "optum page", "optum search", "optum outages"]


@pytest.mark.parametrize(("made", "call"), CALLS, ids=WAYS)
@pytest.mark.parametrize(
    ("status", "said", "kind", "code"),
    [
        ("403 Forbidden", {"message": f"{SECRET} {TOKEN}"}, AccountError, "unauthorized"),
        ("401 Unauthorized", {}, AccountError, "unauthorized"),
        ("400 Bad Request", {"message": "no"}, Rejected, "http_4xx"),
        ("302 Found", b"", AccountError, "bad_url"),
        ("429 Too Many Requests", {"message": "throttled"}, Unavailable, "http_429"),
        ("503 Service Unavailable", {}, Unavailable, "http_5xx"),
        ("200 OK", b"<!doctype html><title>Sign in</title>", Unreadable, "not_json"),
        ("200 OK", b'{"items": [{"stediId": "QW', Unavailable, "truncated"),
        ("200 OK", b"", Unreadable, "not_json"),
    ],
)
def test_what_is_no_list_is_one_of_our_errors_with_its_evidence(
    made: type[Source],
    call: Callable[[Any], object],
    status: str,
    said: object,
    kind: type[Exception],
    code: str,
):
    with (
        served(made, lambda path: (status, said)) as source,
        pytest.raises((PayerError, AccountError)) as caught,
    ):
        call(source)
    assert (type(caught.value), caught.value.code) == (kind, code)
    if isinstance(caught.value, Unavailable) and code == "http_429":
        assert caught.value.retry_after_seconds == 7
    exchange = caught.value.exchange
    assert exchange is not None
    assert exchange.request.startswith(b"GET ")
    hidden = (SECRET, TOKEN) if made is OptumPayers else (SECRET,)
    assert not [one for one in hidden if one.encode() in exchange.request + exchange.response]


@pytest.mark.parametrize(("made", "call"), CALLS, ids=WAYS)
def test_json_without_a_list_is_not_an_empty_one(made: type[Source], call: Callable[[Any], object]):
    with (
        served(made, lambda path: ("200 OK", {"message": "welcome"})) as source,
        pytest.raises(Unreadable) as caught,
    ):
        call(source)
    assert caught.value.code in {"no_list", "not_json"}


def test_outages_of_which_none_can_be_read_are_not_none():
    with (
        served(OptumPayers, lambda path: ("200 OK", {"data": [{"payer": {"id": "P1"}}, 5]})) as source,
        pytest.raises(Unreadable) as caught,
    ):
        source.outages()
    assert caught.value.code == "no_list"


def test_a_bad_row_is_told_and_the_others_are_kept():
    rows = [{"primaryPayerId": "1", "displayName": "Alder"}, {"displayName": "Birch"}]
    with served(StediPayers, lambda path: ("200 OK", {"items": rows})) as source:
        page = source.page()
    assert [each.their_id for each in page.payers] == ["1"]
    assert [(each.line, each.reason) for each in page.problems] == [(2, "no payer id")]


def test_a_page_that_is_followed_by_itself_is_the_sources_fault():
    said = {"items": [], "nextPageToken": "t"}
    with (
        served(StediPayers, lambda path: ("200 OK", said)) as source,
        pytest.raises(Unavailable) as caught,
    ):
        source.page("t")
    assert caught.value.code == "receiver_fault"


def test_a_list_without_end_is_not_read_for_ever():
    said = {"payers": [], "data": [{"imnPayerId": "P1"}], "pageSize": 1, "total": 10**9}
    with served(OptumPayers, lambda path: ("200 OK", said)) as source:
        assert source.page().next_page_token == ""
        with pytest.raises(Unavailable) as caught:
            source.outages()
    assert caught.value.code == "too_large"


def test_pages_are_asked_for_as_documented():
    paths: list[str] = []

    def answer(path: str) -> tuple[str, object]:
        paths.append(path)
        return "200 OK", {"items": [], "payers": [], "data": [], "nextPageToken": "a/b=="}

    with served(StediPayers, answer) as source:
        assert source.page().next_page_token == "a/b=="
        source.search("blue & co", "c d")
    with served(OptumPayers, answer, payer_list_system="EXCH", payers_page_size=50) as source:
        source.page("3")
        source.search("blue  cross")
        source.search("SX071")
        source.outages()
    optum = "system=EXCH&transactionType=Eligibility"
    assert paths == [
        "/2024-04-01/payers?pageSize=500",
        "/2024-04-01/payers/search?query=blue+%26+co&pageSize=50&pageToken=c+d",
        f"/medicalnetwork/payerlist/v1/payers?{optum}&page=3&pageSize=50",
        f"/medicalnetwork/payerlist/v1/payers?{optum}&payerPlanName=blue+cross&page=1&pageSize=50",
        f"/medicalnetwork/payerlist/v1/payers?{optum}&payerId=SX071&page=1&pageSize=50",
        f"/medicalnetwork/payerlist/v1/outages?{optum}&page=1&pageSize=50",
    ]


@pytest.mark.parametrize("made", [StediPayers, OptumPayers])
def test_a_list_is_where_the_account_says(made: type[Source]):
    paths: list[str] = []

    def answer(path: str) -> tuple[str, object]:
        paths.append(path)
        return "200 OK", {"items": [], "payers": []}

    with served(made, answer, payers_url="/mine", payer_list_url="/mine/") as source:
        source.page()
    assert paths[0].startswith(("/mine?", "/mine/payers?"))


@pytest.mark.parametrize(
    ("made", "options"),
    [
        (StediPayers, {"payers_url": 5}),
        (StediPayers, {"payers_page_size": 9}),
        (OptumPayers, {"payer_list_url": 5}),
        (OptumPayers, {"token_url": 5}),
        (OptumPayers, {"payers_page_size": 0}),
        (OptumPayers, {"outage_zone": "Middle/Earth"}),
    ],
)
def test_an_option_that_makes_no_sense_is_the_accounts_fault(made: type[Source], options: dict[str, Any]):
    with pytest.raises(AccountError) as caught:
        made(account_at("http://127.0.0.1:9/", options=options))
    assert caught.value.code == "bad_option"


@pytest.mark.parametrize("made", [StediPayers, OptumPayers])
def test_a_missing_secret_is_the_accounts_fault(made: type[Source]):
    with pytest.raises(AccountError) as caught:
        made(account_at("http://127.0.0.1:9/", secrets={}))
    assert caught.value.code == "missing_secret"
