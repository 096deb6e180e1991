"""A source that takes an API key and a question as JSON: all but the question's own words."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, ClassVar

from payers.account import Account
from payers.adapter import Reply
from payers.exchange import Exchange
from payers.http import HTTPSource, Response
from payers.inquiry import Inquiry
from payers.json_mapping.answer import Shape, read_answer
from payers.json_mapping.question import encode, evidence, key_headers


def _now() -> datetime:
    return datetime.now(UTC)


class KeyedSource(ABC):
    """One account. Raises AccountError at once when its key is missing or its address cannot be used."""

    shape: ClassVar[Shape]
    #: Whether answers bring our trace back, where the account's `echoes_trace` does not say.
    echoes_trace: ClassVar[bool] = False

    def __init__(self, account: Account, *, now: Callable[[], datetime] = _now) -> None:
        self._account = account
        self._now = now
        self._headers = key_headers(account)
        self._source = HTTPSource(account)

    @abstractmethod
    def question(self, inquiry: Inquiry, account: Account, now: datetime) -> dict[str, Any]:
        """The body that asks this."""

    def close(self) -> None:
        self._source.close()

    def ask(self, inquiry: Inquiry) -> Reply:
        """One question, one answer; see `payers.adapter.Adapter` and `read_answer` for what it raises."""
        now = self._now()
        question = self.question(inquiry, self._account, now)
        kept = evidence(question, inquiry, self._account, now)
        return self._read(self._source.post(encode(question), kept, self._headers), inquiry)

    def read(self, exchange: Exchange, inquiry: Inquiry) -> Reply:
        """See `payers.adapter.Adapter`."""
        return self._read(Response(exchange), inquiry)

    def _read(self, response: Response, inquiry: Inquiry) -> Reply:
        traced = bool(self._account.options.get("echoes_trace", self.echoes_trace))
        return read_answer(response, inquiry, self._account, self.shape, traced=traced)
