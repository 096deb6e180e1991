"""What was fetched as JSON, in a known shape, or why there is none; pages that follow each other."""

from __future__ import annotations

from datetime import datetime
from typing import TypeVar

import msgspec

from payers.account import Account
from payers.errors import Unavailable
from payers.exchange import Exchange
from payers.http import Response, raise_for_status
from payers.json_mapping.answer import no_json

T = TypeVar("T")


def looking(account: Account, path: str, now: datetime) -> Exchange:
    """The evidence of a question that is all in its address, before anything came back."""
    return Exchange(
        account_id=account.id,
        trace="",
        control_number=0,
        request=f"GET {path}".encode(),
        requested_at=now,
    )


def fetched(response: Response, account: Account, shape: type[T]) -> T:
    """The answer as `shape`, fields it does not know left out.

    Raises as `raise_for_status` does, Unavailable (truncated) and Unreadable (not_json), each with the exchange.
    """
    raise_for_status(response, account)
    try:
        return msgspec.json.decode(response.exchange.response, type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        failure = no_json(response.exchange)
    failure.exchange = response.exchange
    raise failure


def following(token: str | None, page_token: str, response: Response) -> str:
    """The token of the next page, empty after the last one.

    Raises Unavailable("receiver_fault") for a page that is said to be followed by itself.
    """
    if token and token == page_token:
        raise Unavailable("receiver_fault", exchange=response.exchange)
    return token or ""
