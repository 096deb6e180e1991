"""Invented answers for the tests: only what a test cares about is given."""

from datetime import UTC, date, datetime
from typing import Any

import msgspec

from payers.account import Account, AccountId
from payers.adapter import Reply
from payers.exchange import Exchange
from payers.http import Response
from payers.inquiry import Inquiry, Person
from payers.json_mapping import V3, Shape, read_answer
from tests.payers.x12 import messages

Json = dict[str, Any]

ACCOUNT = Account(id=AccountId("a"), name="Test", adapter="x", url="https://payer.example/v3")
JANE = Person(last="Roe", first="Jane", middle="Q", birth_date=date(1980, 1, 2), sex="F")
SAM = messages.SAM
ACTIVE = {"code": "1", "serviceTypeCodes": ["30"], "insuranceTypeCode": "PR", "planCoverage": "GOLD"}


def inquiry(**changes: Any) -> Inquiry:
    """A question about Jane Roe, mental health, 2 March 2026."""
    return messages.inquiry(**{"subscriber": JANE} | changes)


def answer(*lines: Json, **changes: Any) -> Json:
    """A v3 answer about Jane Roe with these lines; one active plan unless any are given."""
    person = {"lastName": "ROE", "firstName": "JANE", "memberId": "W100200300", "dateOfBirth": "19800102"}
    return {
        "meta": {"applicationMode": "production"},
        "payer": {"name": "MERIDIAN", "payorIdentification": "MER01"},
        "subscriber": person,
        "benefitsInformation": list(lines or (ACTIVE,)),
        "errors": [],
    } | changes


def x12(*lines: list[Any], **changes: Any) -> str:
    """The raw 271 about Jane Roe; `changes` as in `messages.subscriber`."""
    written = lines or (["EB", "1", "", "30", "PR", "GOLD"],)
    return messages.message(messages.answer(messages.subscriber(*written, **changes))).decode()


def refusal(code: str, follow_up: str = "Please Correct and Resubmit", location: str = "Loop 2100C") -> Json:
    return {
        "field": "AAA",
        "code": code,
        "followupAction": follow_up,
        "location": location,
        "description": "no",
    }


def read(
    said: Json | bytes,
    asked: Inquiry | None = None,
    *,
    status: int = 200,
    content_type: str = "application/json",
    account: Account = ACCOUNT,
    shape: Shape = V3,
    traced: bool = False,
) -> Reply:
    """What `read_answer` makes of a body."""
    exchange = Exchange(
        account_id="a",
        trace="T-000905",
        control_number=905,
        request=b"{}",
        requested_at=datetime(2026, 3, 2, tzinfo=UTC),
        response=said if isinstance(said, bytes) else msgspec.json.encode(said),
        response_type=content_type,
        http_status=status,
    )
    return read_answer(Response(exchange), asked or inquiry(), account, shape, traced=traced)
