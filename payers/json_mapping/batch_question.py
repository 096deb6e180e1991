"""Inquiries -> the items of a batch, each under its own trace; what is refused of a batch, by inquiry.

`{"items":[{"submitterTransactionIdentifier":"T1","tradingPartnerServiceId":"EXHP1",…}],"name":"…"}`: an item is a v3
question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from payers.account import Account
from payers.batch import NameTaken, SomeRefused
from payers.errors import Rejected
from payers.http import Response
from payers.inquiry import Inquiry
from payers.json_mapping.answer import faulted, pointers
from payers.json_mapping.fields import decode
from payers.json_mapping.question_v3 import STEDI, inquiry_to_v3

#: By which an answer is told whose it is; the account's `trace_field` must name it.
IDENTIFIER = "submitterTransactionIdentifier"
NAME = re.compile(r"[A-Za-z0-9_-]{1,100}")
MOST_ITEMS = 10_000


def questions(inquiries: Sequence[Inquiry], name: str, account: Account) -> list[dict[str, Any]]:
    """The items of a batch. Raises SomeRefused for those that cannot be written, ValueError for what is no batch."""
    _refuse_no_batch(inquiries, name)
    written = []
    refused = {}
    for inquiry in inquiries:
        try:
            written.append(question_of(inquiry, account))
        except Rejected as failure:
            refused[inquiry.trace] = failure
    if refused:
        raise SomeRefused(refused)
    return written


def _refuse_no_batch(inquiries: Sequence[Inquiry], name: str) -> None:
    if not 0 < len(inquiries) <= MOST_ITEMS:
        raise ValueError(f"a batch holds 1 to {MOST_ITEMS} inquiries, not {len(inquiries)}")
    if len({inquiry.trace for inquiry in inquiries}) < len(inquiries):
        raise ValueError("two inquiries of a batch have one trace")
    if not NAME.fullmatch(name):
        raise ValueError(f"the name of a batch is {NAME.pattern}")


def question_of(inquiry: Inquiry, account: Account) -> dict[str, Any]:
    """One item. Raises Rejected("unwritable") whose detail names the field."""
    question = inquiry_to_v3(inquiry, account, STEDI)
    if question[IDENTIFIER] != inquiry.trace:
        raise Rejected("unwritable", detail="trace: cannot be sent as it is")
    return question


def raise_refusal(response: Response, inquiries: Sequence[Inquiry]) -> None:
    """Raises for a name that is taken and for a batch with faults, by item where they are said of items."""
    exchange = response.exchange
    if exchange.http_status == 409:
        raise NameTaken(exchange=exchange)
    if exchange.http_status != 400:
        return
    paths = list(faulted(decode(exchange.response) or {}))
    faults: dict[str, list[list[str]]] = {}
    for path in paths:
        if (place := _place(path, len(inquiries))) is not None:
            faults.setdefault(inquiries[place].trace, []).append(path[2:])
    if not faults:
        raise Rejected("http_4xx", detail=pointers(paths), exchange=exchange)
    refused = {trace: Rejected("http_4xx", detail=pointers(found)) for trace, found in faults.items()}
    raise SomeRefused(refused, exchange=exchange)


def _place(path: Sequence[str], items: int) -> int | None:
    """`/items/3/subscriber/memberId` is about the fourth."""
    if len(path) < 2 or path[0] != "items" or not re.fullmatch(r"[0-9]{1,5}", path[1]):
        return None
    return int(path[1]) if int(path[1]) < items else None
