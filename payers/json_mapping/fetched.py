"""What was fetched as JSON, in a known shape, or why there is none."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from payers.account import Account
from payers.http import Response, raise_for_status
from payers.json_mapping.answer import no_json

T = TypeVar("T")


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
