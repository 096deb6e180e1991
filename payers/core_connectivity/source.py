"""A source that speaks CAQH CORE in real time: all but what its envelope is made of."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import ClassVar, NamedTuple

from payers.account import Account
from payers.adapter import Reply
from payers.core_connectivity import fields
from payers.core_connectivity.answer import read_answer
from payers.core_connectivity.envelope import Envelope
from payers.core_connectivity.options import Carrier, envelope_options, sends_password
from payers.core_connectivity.profile import settled
from payers.errors import AccountError
from payers.exchange import Exchange
from payers.http import HTTPSource, Response
from payers.inquiry import Inquiry
from payers.x12_mapping import inquiry_to_270


class Wrapped(NamedTuple):
    """A question in its envelope, and the same as it is kept."""

    content_type: str
    body: bytes
    kept: bytes


def _now() -> datetime:
    return datetime.now(UTC)


class CoreSource(ABC):
    """One account at a payer or clearinghouse that speaks CAQH CORE.

    Raises AccountError at once when a credential is missing, an option or the profile makes no sense or the
    address cannot be used.
    """

    carrier: ClassVar[Carrier]
    #: The code of Unreadable for an answer without an envelope of this kind.
    otherwise: ClassVar[str]
    #: Letters that cannot stand in such an envelope.
    unspeakable: ClassVar[re.Pattern[str] | None] = None

    def __init__(self, account: Account, *, now: Callable[[], datetime] = _now) -> None:
        self.account = settled(account, self.carrier)
        self.options = envelope_options(self.account)
        self._sends_password = sends_password(self.account, self.options)
        self._now = now
        self._headers = self.headers()
        self._check_letters()
        self._source = HTTPSource(self.account)

    @abstractmethod
    def wrap(self, sent: Mapping[str, str], kept: Mapping[str, str]) -> Wrapped:
        """The fields in an envelope, as they go out and as they are kept."""

    @abstractmethod
    def unwrap(self, body: bytes, content_type: str) -> Envelope | None:
        """The fields of an answer, or None when it is no such envelope."""

    def headers(self) -> dict[str, str]:
        """HTTP headers besides the content type."""
        chain = self.options.forwarded_for
        return {"X-Forwarded-For": chain} if chain else {}

    def hidden(self) -> list[str]:
        """Other spellings of the account's secrets, crossed out of what comes back like the secrets."""
        return []

    def close(self) -> None:
        self._source.close()

    def ask(self, inquiry: Inquiry) -> Reply:
        """One question, one answer; see `payers.adapter.Adapter` and `read_answer` for what it raises."""
        now = self._now()
        payload = inquiry_to_270(inquiry, self.account, now=now)
        sent = fields.question(payload, self.account, now, credentials=self._sends_password)
        wrapped = self.wrap(sent, fields.evident(sent, self.account))
        kept = Exchange(
            account_id=self.account.id,
            trace=inquiry.trace,
            control_number=inquiry.control_number,
            request=wrapped.kept,
            requested_at=now,
            request_type=wrapped.content_type,
        )
        return self._read(self._source.post(wrapped.body, kept, self._headers, hidden=self.hidden()), inquiry)

    def read(self, exchange: Exchange, inquiry: Inquiry) -> Reply:
        """What a kept exchange says in answer to `inquiry`, read as `ask` reads it; nobody is asked."""
        return self._read(Response(exchange), inquiry)

    def _read(self, response: Response, inquiry: Inquiry) -> Reply:
        envelope = self.unwrap(response.exchange.response, response.exchange.response_type)
        return read_answer(response, envelope, inquiry, self.account, otherwise=self.otherwise)

    def _check_letters(self) -> None:
        account = self.account
        spoken = [account.sender_id, account.receiver_id, *account.secrets.values()]
        if self.unspeakable and any(self.unspeakable.search(value) for value in spoken):
            raise AccountError("bad_option", account.name)

    def named(self, sent: Mapping[str, str]) -> dict[str, str]:
        """The fields under the names the partner uses."""
        names = self.options.field_names
        return {names.get(name, name): value for name, value in sent.items()}
