"""Stedi's batches as they are documented: handed in at once, finished one by one, collected in pages.

What a member id does to an item is in docs/payers/simulator.md. Source: Stedi's interface description of the
eligibility manager, 2024-04-01, as of 2026-09.
"""

import base64
import gzip
import re
import threading
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import msgspec

from payers.simulator import conformance, questions_v3, stedi
from payers.simulator.answers import asked
from payers.simulator.clearinghouse import Clearinghouse
from payers.simulator.decision import Decision
from payers.simulator.envelope import Credentials
from payers.simulator.scenarios import Behavior, Scenario, scenario_for
from payers.simulator.stedi import Json, decoded, has_key, refused, spoken

ROOT = "/2024-04-01/eligibility-manager"
SUBMIT_PATH = f"{ROOT}/batch-eligibility"
POLLING_PATH = f"{ROOT}/polling/batch-eligibility"
#: Of a batch by its id, and of its items.
BATCH_PATH = f"{ROOT}/batch/"
NAME = r"[a-zA-Z0-9_-]{1,100}"
MOST_ITEMS = 10_000
#: Ten thousand questions are some eight million bytes.
LARGEST_BATCH = 32 * 1024 * 1024
#: A page of more than this many answers is only sent gzipped.
MOST_UNPACKED = 20

Query = Mapping[str, list[str]]
#: What the payer behind never answers, whatever Stedi tries; the other scenarios are answered as one by one.
UNREACHED = {Behavior.HTTP, Behavior.LOGIN_PAGE, Behavior.HANG}
#: What is in no page of answers: HANG is only in the list of states, DROP not even there.
MISSING = {Behavior.HANG, Behavior.DROP}


class Item(msgspec.Struct):
    """One check of a batch: what was asked, what comes of it, and when."""

    question: Json
    scenario: Scenario
    done_at: datetime

    @property
    def identifier(self) -> str:
        return str(self.question["submitterTransactionIdentifier"])

    @property
    def unreached(self) -> bool:
        return self.scenario.behavior in UNREACHED or self.scenario.code in stedi.REFUSED

    def state(self, now: datetime) -> str:
        if now < self.done_at:
            return "STARTED"
        return "COMPLETED_WITH_ERRORS" if self.unreached else "COMPLETED"


class Batch(msgspec.Struct):
    id: str
    name: str
    created_at: datetime
    items: list[Item]


class BatchDesk:
    """Takes batches and gives their answers out; safe from many threads."""

    def __init__(self, clearinghouse: Clearinghouse, credentials: Credentials) -> None:
        self._clearinghouse = clearinghouse
        self._credentials = credentials
        self._numbers = count(1)
        self._lock = threading.Lock()
        self._batches: dict[str, Batch] = {}
        #: What each item takes, one after the other, in seconds; from the next batch on.
        self.item_seconds = 0.0
        #: How long payers that cannot be reached are tried, in seconds; from the next batch on.
        self.retry_seconds = 0.0
        #: How long after a batch was taken its receipt goes out, in seconds.
        self.receipt_seconds = 0.0
        #: What the next looks are answered with, whatever they look for.
        self.refusals: deque[Decision] = deque()

    def questions(self) -> list[Json]:
        """Every item taken so far, as it came."""
        with self._lock:
            return [item.question for batch in self._batches.values() for item in batch.items]

    def traces(self) -> list[str]:
        """Of every item taken so far."""
        return [str(question["submitterTransactionIdentifier"]) for question in self.questions()]

    # Handing in

    def submit(self, headers: Mapping[str, str], body: bytes, now: datetime) -> Decision:
        """`POST /batch-eligibility`: all of it or nothing."""
        if not has_key(headers, self._credentials):
            return refused(403, {"message": "Forbidden"}, "unauthorized")
        said = decoded(body)
        if said is None:
            return refused(400, {"message": "Could not parse the body", "fieldList": []}, "not_json")
        if found := faults(said):
            return refused(400, {"message": "Validation failed", "fieldList": found}, "batch_invalid")
        number = f"{next(self._numbers):012}"
        batch = Batch(
            id=f"01900000-0000-7000-8000-{number}",
            name=str(said.get("name", number)),
            created_at=now,
            items=[self._item(question, place, now) for place, question in enumerate(said["items"], 1)],
        )
        with self._lock:
            if any(known.name == batch.name for known in self._batches.values()):
                return refused(409, {"message": "A batch of this name exists"}, "batch_conflict")
            self._batches[batch.id] = batch
        receipt = spoken({"batchId": batch.id, "submittedAt": _written(now)}, "batch")
        return msgspec.structs.replace(receipt, wait_seconds=self.receipt_seconds)

    def _item(self, question: Json, place: int, now: datetime) -> Item:
        item = Item(question, scenario_for(str(question["subscriber"].get("memberId", ""))), now)
        takes = self.item_seconds * place + (self.retry_seconds if item.unreached else 0.0)
        item.done_at += timedelta(seconds=takes)
        return item

    # Looking

    def refuse_looks(self, status: int, times: int = 1, *, retry_after: int | None = None) -> None:
        """Answers the next `times` looks with an HTTP status, and with Retry-After in seconds where given."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        refusal = refused(status, {"message": "Not now"}, f"http_{status}")
        self.refusals.extend([msgspec.structs.replace(refusal, headers=headers)] * times)

    def read(self, headers: Mapping[str, str], path: str, query: Query, now: datetime) -> Decision:
        """`GET` of anything below the root."""
        if not has_key(headers, self._credentials):
            return refused(403, {"message": "Forbidden"}, "unauthorized")
        with suppress(IndexError):
            return self.refusals.popleft()
        try:
            if path == POLLING_PATH:
                return self._poll(headers, query, now)
            return self._look(path.removeprefix(BATCH_PATH), query, now)
        except ValueError:
            return refused(400, {"message": "Validation failed", "fieldList": []}, "invalid")

    def _look(self, path: str, query: Query, now: datetime) -> Decision:
        batch_id, _, rest = path.partition("/")
        batch = self._batches.get(batch_id)
        if batch is None or rest not in {"", "items"}:
            return refused(404, {"message": "Not found"}, "not_found")
        return _states(batch, query, now) if rest else spoken(standing(batch, now), "batch_status")

    def _poll(self, headers: Mapping[str, str], query: Query, now: datetime) -> Decision:
        """Finished checks, of one batch or of all since a time. Raises ValueError for a query that is none."""
        ids, since = query.get("batchId", []), query.get("startDateTime", [])
        if not ids and not since:
            raise ValueError
        after = datetime.fromisoformat(since[0]) if since else datetime.min.replace(tzinfo=UTC)
        ended = [
            (batch, item)
            for batch in list(self._batches.values())
            for item in batch.items
            if not ids or batch.id in ids
            if after <= item.done_at <= now and item.scenario.behavior not in MISSING
        ]
        size = _size(query, 10, 200)
        page, token = _paged(ended, query, size)
        answers = [said for batch, item in page for said in self._answers(batch, item, now)]
        return _packed(spoken({"items": answers} | token, "batch_page"), size, headers)

    def _answers(self, batch: Batch, item: Item, now: datetime) -> list[Json]:
        whose = {
            "batchId": batch.id,
            "batchName": batch.name,
            "submitterTransactionIdentifier": item.identifier,
        }
        if item.scenario.behavior is Behavior.NOISE:
            whose["submitterTransactionIdentifier"] = "NOBODYS"
        answer = self._answer(item, now) | whose
        return [answer, answer] if item.scenario.behavior is Behavior.TRUNCATE else [answer]

    def _answer(self, item: Item, now: datetime) -> Json:
        if item.unreached:
            return {"status": "ERROR", "errors": [_unanswered()]}
        number = self._clearinghouse.number()
        try:
            received = conformance.read(questions_v3.inquiry(item.question, number, now), number, now)
        except conformance.Refused as refusal:
            return {"x12": refusal.text, "errors": []}
        decision = stedi.act(asked(received.question, item.scenario, now), received, with_x12=True)
        return decoded(decision.body) or {}


def _packed(decision: Decision, size: int, headers: Mapping[str, str]) -> Decision:
    """A large page goes out gzipped, and to nobody who does not take that."""
    if size <= MOST_UNPACKED:
        return decision
    if "gzip" not in headers.get("Accept-Encoding", ""):
        raise ValueError
    packed = {"Content-Encoding": "gzip"}
    return msgspec.structs.replace(decision, body=gzip.compress(decision.body, 1), headers=packed)


def _states(batch: Batch, query: Query, now: datetime) -> Decision:
    """Every check with its state, by state where one is asked for."""
    wanted = query.get("state", [])
    found = [
        (place, item)
        for place, item in enumerate(batch.items)
        if (not wanted or item.state(now) in wanted) and item.scenario.behavior is not Behavior.DROP
    ]
    page, token = _paged(found, query, _size(query, 100, 1000))
    items = [_stated(batch, place, item, now) for place, item in page]
    return spoken({"items": items} | token, "batch_items")


def faults(said: Json) -> list[Json]:
    """`[{"path": "/items/3/provider/npi", "message": "…"}]`, empty for a batch that may pass."""
    items = said.get("items")
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_ITEMS:
        return [{"path": "/items", "message": f"holds 1 to {MOST_ITEMS}"}]
    found = []
    if not re.fullmatch(NAME, str(said.get("name", "x"))):
        found.append({"path": "/name", "message": "does not look as it must"})
    if said.get("maxRetryHours", 8) not in range(8, 25):
        found.append({"path": "/maxRetryHours", "message": "is 8 to 24"})
    required = (*stedi.REQUIRED, "/submitterTransactionIdentifier")
    for place, item in enumerate(items):
        each = questions_v3.faults(item, required) if isinstance(item, dict) else [{"path": ""}]
        found += [{"path": f"/items/{place}{fault['path']}", "message": "is wrong"} for fault in each]
    return found


def standing(batch: Batch, now: datetime) -> Json:
    states = [item.state(now) for item in batch.items]
    waiting, failed = states.count("STARTED"), states.count("COMPLETED_WITH_ERRORS")
    word = "IN_PROGRESS" if waiting else "COMPLETED_WITH_ERRORS" if failed else "COMPLETED"
    return {
        "batchType": "ELIGIBILITY",
        "source": "API",
        "id": batch.id,
        "name": batch.name,
        "status": word,
        "totalCount": len(states),
        "successCount": states.count("COMPLETED"),
        "errorCount": failed,
        "inProgressCount": waiting,
        "createdAt": _written(batch.created_at),
        "updatedAt": _written(now),
    }


def _stated(batch: Batch, place: int, item: Item, now: datetime) -> Json:
    state = item.state(now)
    # Of a HANG member nothing is known, not even why.
    silent = state == "COMPLETED" or item.scenario.behavior is Behavior.HANG
    info = {
        "submitterTransactionIdentifier": item.identifier,
        "aaaErrors": [] if silent else [_unanswered()],
    }
    return {
        "batchId": batch.id,
        "index": place,
        "state": state,
        "createdAt": _written(batch.created_at),
        "updatedAt": _written(now),
        "additionalInfo": {"eligibility": info},
    }


def _unanswered() -> Json:
    return {
        "field": "AAA",
        "code": "42",
        "description": "Unable to Respond at Current Time",
        "followupAction": "Resubmission Not Allowed",
        "location": "Loop 2100A",
    }


def _paged(found: list[Any], query: Query, size: int) -> tuple[list[Any], Json]:
    """A page, and the token of the next where there is one."""
    token = query.get("pageToken", [""])[0]
    start = int(base64.urlsafe_b64decode(token)) if token else 0
    end = start + size
    following = base64.urlsafe_b64encode(str(end).encode()).decode() if end < len(found) else ""
    return found[start:end], {"nextPageToken": following} if following else {}


def _size(query: Query, usual: int, most: int) -> int:
    """Raises ValueError."""
    size = int(query.get("pageSize", [str(usual)])[0])
    if not 1 <= size <= most:
        raise ValueError
    return size


def _written(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
