"""Asks Optum's Medical Network Eligibility v3 (formerly Change Healthcare): a token, then a JSON question.

`account.options`: `raw_x12`, where the account's url takes a 270 of our own instead; `token_url`, the address or path
of the token where it is not the usual one; `echoes_trace` when answers are seen to bring our trace back; `ca_file`
(payers.http); the rest belongs to the question (payers.json_mapping.question_v3, payers.x12_mapping).
`account.secrets`: `client_id`, `client_secret`; `portal_username` and `portal_password` where a payer wants them.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

from payers.account import Account
from payers.adapter import Reply
from payers.errors import AccountError
from payers.exchange import Exchange
from payers.http import HTTPSource, Response
from payers.inquiry import Inquiry
from payers.json_mapping import OPTUM, V3, encode, evidence, inquiry_to_v3, read_answer
from payers.tokens import Token, Tokens
from payers.x12_mapping import inquiry_to_270

#: Below the host of the account's url. Source: Optum, Security and Authorization v2, as of 2026-08.
TOKEN_PATH = "/apip/auth/v2/token"  # noqa: S105 - a path


def _now() -> datetime:
    return datetime.now(UTC)


class OptumV3:
    """One Optum account. Raises AccountError at once when a secret is missing or an address cannot be used."""

    def __init__(self, account: Account, *, now: Callable[[], datetime] = _now) -> None:
        token_url = account.options.get("token_url", TOKEN_PATH)
        if not isinstance(token_url, str):
            raise AccountError("bad_option", account.name)
        self._account = account
        self._now = now
        self._source = HTTPSource(account)
        self._tokens = Tokens(account, urljoin(account.url, token_url))

    def close(self) -> None:
        self._source.close()
        self._tokens.close()

    def ask(self, inquiry: Inquiry) -> Reply:
        """One question, one answer; see `payers.adapter.Adapter` and `read_answer` for what it raises."""
        deadline = time.monotonic() + self._account.total_deadline
        question = self._question(inquiry)
        response = self._tokens.authorized(
            deadline, lambda token: self._post(question, inquiry, token, deadline)
        )
        return self._read(response, inquiry)

    def read(self, exchange: Exchange, inquiry: Inquiry) -> Reply:
        """See `payers.adapter.Adapter`."""
        return self._read(Response(exchange), inquiry)

    def _read(self, response: Response, inquiry: Inquiry) -> Reply:
        traced = bool(self._account.options.get("echoes_trace", False))
        return read_answer(response, inquiry, self._account, V3, traced=traced)

    def _question(self, inquiry: Inquiry) -> dict[str, Any]:
        if self._account.options.get("raw_x12"):
            return {"x12": inquiry_to_270(inquiry, self._account, now=self._now())}
        return inquiry_to_v3(inquiry, self._account, OPTUM)

    def _post(self, question: dict[str, Any], inquiry: Inquiry, token: Token, deadline: float) -> Response:
        headers = {
            "Authorization": f"Bearer {token.value}",
            "Accept": "application/json",
            "x-chng-trace-id": inquiry.trace,
        }
        kept = evidence(question, inquiry, self._account, self._now())
        return self._source.post(encode(question), kept, headers, deadline=deadline, hidden=[token.value])
