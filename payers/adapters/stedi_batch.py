"""Asks Stedi in batches: up to 10,000 v3 questions at once, answered within hours, collected page by page.

A second face of an account that asks Stedi one by one. `account.options`: `batch_url`, the address or path of the
eligibility manager, without which there are no batches; `max_retry_hours` (8 to 24), how long Stedi goes on asking
payers it cannot reach; `batch_page_size` (1 to 200), how many answers come at once. The rest as for `stedi_json`, but
for `trace_field`: our trace goes out as submitterTransactionIdentifier, by which the answers are told apart.
`account.secrets`: as for `stedi_json`.
Source: Stedi's interface description of the eligibility manager, 2024-04-01, as of 2026-09.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote, urlencode, urljoin

import msgspec
from msgspec.structs import replace

from payers.account import Account
from payers.adapter import Reply
from payers.batch import BatchReceipt, BatchStatus, Finished, Page, Progress
from payers.errors import AccountError, PayerError, Rejected
from payers.exchange import Exchange
from payers.http import HTTPSource, Response
from payers.inquiry import Inquiry
from payers.json_mapping import (
    V3,
    batch_page,
    encode,
    evidence,
    fetched,
    following,
    key_headers,
    looking,
    whole_number,
    without_credentials,
)
from payers.json_mapping.batch_page import BatchPage
from payers.json_mapping.batch_question import IDENTIFIER, MOST_ITEMS, question_of, questions, raise_refusal
from payers.json_mapping.question import said

MOST_ON_A_PAGE = 200
#: The fewest, which is what it does where nothing is said, and the most.
RETRY_HOURS = (8, 24)
#: Of a page; each answer in it may be as large as the account allows.
LARGEST_PAGE = 64 * 1024 * 1024
#: An item in one of these has ended without an answer.
FAILED = ("VALIDATION_FAILED", "COMPLETED_WITH_ERRORS")
POLLING = "/polling/batch-eligibility"


class _Taken(msgspec.Struct):
    """`{"batchId": "01928d19-…", "submittedAt": "2026-03-02T05:31:56Z"}`; the time that counts is our own."""

    batch_id: Annotated[str, msgspec.Meta(min_length=1)] = msgspec.field(name="batchId")


class _Standing(msgspec.Struct):
    """`{"status": "IN_PROGRESS", "totalCount": 250, "successCount": 245, …}`."""

    status: str
    total: int | None = msgspec.field(name="totalCount", default=None)
    succeeded: int | None = msgspec.field(name="successCount", default=None)
    failed: int | None = msgspec.field(name="errorCount", default=None)
    in_progress: int | None = msgspec.field(name="inProgressCount", default=None)


def _now() -> datetime:
    return datetime.now(UTC)


class StediBatch:
    """The batches of one Stedi account. Raises AccountError at once for a key or an option that is wrong."""

    most_items = MOST_ITEMS

    def __init__(self, account: Account, *, now: Callable[[], datetime] = _now) -> None:
        self._account = replace(account, options={**account.options, "trace_field": IDENTIFIER})
        self._now = now
        self._page_size = whole_number(account, "batch_page_size", 1, MOST_ON_A_PAGE)
        self._retry_hours = whole_number(account, "max_retry_hours", *RETRY_HOURS)
        self.longest_hours = self._retry_hours or RETRY_HOURS[0]
        self._headers = key_headers(account)
        self._source = HTTPSource(_manager(account))

    def close(self) -> None:
        self._source.close()

    def submit(self, inquiries: Sequence[Inquiry], name: str) -> BatchReceipt:
        """`POST /batch-eligibility`; see `payers.batch.BatchSource`."""
        items = questions(inquiries, name, self._account)
        batch = said({"items": items, "name": name, "maxRetryHours": self._retry_hours})
        kept = batch | {"items": [without_credentials(item, self._account) for item in items]}
        asked = Exchange(
            account_id=self._account.id,
            trace=name,
            control_number=0,
            request=encode(kept),
            requested_at=self._now(),
            request_type="application/json",
        )
        response = self._source.post(encode(batch), asked, self._headers, path="/batch-eligibility")
        raise_refusal(response, inquiries)
        taken = fetched(response, self._account, _Taken)
        return BatchReceipt(
            batch_id=taken.batch_id, submitted_at=asked.requested_at, exchange=response.exchange
        )

    def find(self, name: str, since: datetime) -> str | None:
        """`GET /polling/batch-eligibility?startDateTime=…`: whatever ended since, until an item bears the name."""
        query = {"startDateTime": f"{since.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"}
        for page in self._pages(POLLING, query):
            for head, _ in batch_page.heads(page):
                if head.batch_name == name and head.batch_id:
                    return head.batch_id
        return None

    def progress(self, batch_id: str) -> Progress:
        """`GET /batch/{id}`."""
        standing = fetched(self._get(_below(batch_id)), self._account, _Standing)
        return Progress(
            status=_status(standing.status),
            total=standing.total,
            succeeded=standing.succeeded,
            failed=standing.failed,
            in_progress=standing.in_progress,
        )

    def collect(
        self, batch_id: str, asked: Mapping[str, Inquiry], *, submitted_at: datetime, page_token: str = ""
    ) -> Page:
        """`GET /polling/batch-eligibility?batchId=…`; each item is read as `stedi_json` reads its answer."""
        came, page = self._page(POLLING, {"batchId": batch_id}, page_token)
        found = batch_page.answers(page, batch_id, asked)
        return _collected(
            page,
            {
                trace: batch_page.outcome(
                    items, self._kept(asked[trace], submitted_at), came, asked[trace], self._account, V3
                )
                for trace, items in found.items()
            },
        )

    def failures(
        self, batch_id: str, asked: Mapping[str, Inquiry], *, submitted_at: datetime, page_token: str = ""
    ) -> Page:
        """`GET /batch/{id}/items?state=…`: what could not be sent, or was not answered in all the hours."""
        came, page = self._page(f"{_below(batch_id)}/items", {"state": FAILED}, page_token)
        found = batch_page.failed(page, batch_id, asked)
        return _collected(
            page,
            {
                trace: batch_page.failure(item, self._kept(asked[trace], submitted_at), came)
                for trace, item in found.items()
            },
        )

    def _kept(self, inquiry: Inquiry, submitted_at: datetime) -> Exchange:
        """An item's question as it went out; an empty one where the account has since changed too much."""
        try:
            question = question_of(inquiry, self._account)
        except Rejected:
            question = {}
        return evidence(question, inquiry, self._account, submitted_at)

    # The wire

    def _pages(self, path: str, query: Mapping[str, Any]) -> Iterator[BatchPage]:
        token, seen = "", {""}
        while True:
            _, page = self._page(path, query, token)
            yield page
            token = page.next_page_token or ""
            if token in seen:
                return
            seen.add(token)

    def _page(self, path: str, query: Mapping[str, Any], token: str) -> tuple[Exchange, BatchPage]:
        sized = said({**query, "pageSize": self._page_size or MOST_ON_A_PAGE, "pageToken": token})
        response = self._get(f"{path}?{urlencode(sized, doseq=True)}")
        page = fetched(response, self._account, BatchPage)
        following(page.next_page_token, token, response)
        return response.exchange, page

    def _get(self, path: str) -> Response:
        return self._source.get(path, looking(self._account, path, self._now()), self._headers)


# The account


def _manager(account: Account) -> Account:
    """The account at the eligibility manager's address, with room for a page."""
    url = account.options.get("batch_url")
    if not isinstance(url, str) or not url:
        raise AccountError("bad_option", account.name)
    largest = max(account.max_answer_bytes, LARGEST_PAGE)
    return replace(account, url=urljoin(account.url, url).rstrip("/"), max_answer_bytes=largest)


def _below(batch_id: str) -> str:
    return f"/batch/{quote(batch_id, safe='')}"


def _status(word: str) -> BatchStatus:
    try:
        return BatchStatus(word.lower())
    except ValueError:
        return BatchStatus.UNKNOWN


def _collected(page: BatchPage, outcomes: Mapping[str, Reply | PayerError]) -> Page:
    return Page(
        finished=[Finished(trace, outcome) for trace, outcome in outcomes.items()],
        next_page_token=page.next_page_token or "",
        ignored=len(page.items) - len(outcomes),
    )
