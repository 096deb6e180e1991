"""A page of a batch -> for each inquiry on it what asking it by itself would have given.

`{"items":[{"batchId":"b1","submitterTransactionIdentifier":"T1","benefitsInformation":[…],"x12":"ISA*…"}]}`: an item
is a v3 answer that says whose it is. Its own bytes are its evidence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from payers import x12_mapping
from payers.account import Account
from payers.adapter import Reply
from payers.errors import PayerError, Rejected, Unavailable, Unreadable
from payers.exchange import Exchange
from payers.http import Response
from payers.inquiry import Inquiry
from payers.json_mapping.answer import Shape, read_answer
from payers.json_mapping.batch_question import IDENTIFIER
from payers.json_mapping.fields import decode, every, text, within
from payers.json_mapping.normal_form_v3 import benefits_of_v3


class BatchPage(msgspec.Struct, frozen=True):
    """A page as it came: its items stay bytes until each is read."""

    items: list[msgspec.Raw]
    next_page_token: str | None = msgspec.field(name="nextPageToken", default=None)


class Head(msgspec.Struct, frozen=True):
    """Whose an item is; empty where it does not say."""

    identifier: str = msgspec.field(name=IDENTIFIER, default="")
    batch_id: str = msgspec.field(name="batchId", default="")
    batch_name: str = msgspec.field(name="batchName", default="")


_HEAD = msgspec.json.Decoder(Head)


def heads(page: BatchPage) -> Iterator[tuple[Head, bytes]]:
    """The items with their bytes; what is no item says of nobody."""
    for item in page.items:
        said = bytes(item)
        try:
            yield _HEAD.decode(said), said
        except msgspec.DecodeError:
            yield Head(), said


def answers(page: BatchPage, batch_id: str, asked: Mapping[str, Inquiry]) -> dict[str, set[bytes]]:
    """What is said of each inquiry that was asked here; two different things of one are both kept."""
    found: dict[str, set[bytes]] = {}
    for head, said in heads(page):
        if head.batch_id in {batch_id, ""} and head.identifier in asked:
            found.setdefault(head.identifier, set()).add(said)
    return found


def outcome(
    said: set[bytes], asked: Exchange, page: Exchange, inquiry: Inquiry, account: Account, shape: Shape
) -> Reply | PayerError:
    """The answer in an item, or why there is none, as a value; AccountError is raised, for it is everybody's.

    `asked` is the question as it is kept, `page` what the item came in.
    """
    exchange = _came_in(page, asked, b"[" + b",".join(sorted(said)) + b"]" if len(said) > 1 else min(said))
    if len(said) > 1:
        return Unreadable("wrong_trace", exchange=exchange)
    if len(exchange.response) > account.max_answer_bytes:
        kept = replace(exchange, response=exchange.response[: account.max_answer_bytes])
        return Unavailable("too_large", exchange=kept)
    traced = bool(account.options.get("echoes_trace", False))
    try:
        return read_answer(Response(exchange), inquiry, account, shape, traced=traced)
    except PayerError as error:
        return error


def failed(page: BatchPage, batch_id: str, asked: Mapping[str, Inquiry]) -> dict[str, bytes]:
    """The items of a list of states, by our inquiry: `{"state":"…","additionalInfo":{"eligibility":{…}}}`."""
    found = {}
    for item in page.items:
        said = bytes(item)
        stated = decode(said) or {}
        trace = text(_eligibility(stated), IDENTIFIER) or ""
        if text(stated, "batchId") in {batch_id, None} and trace in asked:
            found[trace] = said
    return found


def failure(said: bytes, asked: Exchange, page: Exchange) -> PayerError:
    """Why an item ended without an answer: its AAA where it has some, else by its state."""
    exchange = _came_in(page, asked, said)
    stated = decode(said) or {}
    errors = list(every(_eligibility(stated), "aaaErrors"))
    try:
        x12_mapping.raise_rejection(benefits_of_v3({"errors": errors}), intermediary=True)
    except PayerError as error:
        error.exchange = exchange
        return error
    if text(stated, "state") == "VALIDATION_FAILED":
        return Rejected("http_4xx", exchange=exchange)
    # It was tried for as long as the source tries, and nothing came back.
    return Unavailable("timeout", exchange=exchange)


def _eligibility(stated: dict[str, Any]) -> dict[str, Any]:
    return within(within(stated, "additionalInfo"), "eligibility")


def _came_in(page: Exchange, asked: Exchange, said: bytes) -> Exchange:
    """The exchange of one item: its question, and the part of the page that is its answer."""
    return replace(
        asked,
        response=said,
        response_at=page.response_at,
        response_type=page.response_type,
        http_status=page.http_status,
    )
