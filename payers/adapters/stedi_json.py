"""Asks Stedi's real-time eligibility check, JSON of 2024-04-01 (v3).

`account.options`: `authorization_prefix` before the key in the Authorization header ("" or "Key "); `forwarded_for`,
the chain of addresses CMS wants to see; `echoes_trace` when answers are seen to bring our trace back; `ca_file`
(payers.http); the rest belongs to the question (payers.json_mapping.question_v3).
`account.secrets`: `api_key`; `portal_username` and `portal_password` where a payer wants them.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from payers.account import Account
from payers.adapter import Reply
from payers.http import HTTPSource
from payers.inquiry import Inquiry
from payers.json_mapping import STEDI, V3, encode, evidence, inquiry_to_v3, key_headers, read_answer


def _now() -> datetime:
    return datetime.now(UTC)


class StediJson:
    """One Stedi account. Raises AccountError at once when its key is missing or its address cannot be used."""

    def __init__(self, account: Account, *, now: Callable[[], datetime] = _now) -> None:
        self._account = account
        self._now = now
        self._headers = key_headers(account)
        self._source = HTTPSource(account)

    def close(self) -> None:
        self._source.close()

    def ask(self, inquiry: Inquiry) -> Reply:
        """One question, one answer; see `payers.adapter.Adapter` and `read_answer` for what it raises."""
        question = inquiry_to_v3(inquiry, self._account, STEDI)
        kept = evidence(question, inquiry, self._account, self._now())
        response = self._source.post(encode(question), kept, self._headers)
        traced = bool(self._account.options.get("echoes_trace", False))
        return read_answer(response, inquiry, self._account, V3, traced=traced)
