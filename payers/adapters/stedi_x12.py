"""Asks Stedi's real-time eligibility check with a 270 of our own, wrapped in JSON (2024-04-01, raw X12).

`account.options`: `authorization_prefix`, `forwarded_for` and `ca_file` as for `stedi_json`; `echoes_trace`, false
where Stedi is seen to write a trace of its own into our 270; the rest belongs to the 270 (payers.x12_mapping).
`account.secrets`: `api_key`; `isa_security` where a payer wants ISA04.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from payers.account import Account
from payers.adapter import Reply
from payers.http import HTTPSource
from payers.inquiry import Inquiry
from payers.json_mapping import V3, encode, evidence, key_headers, read_answer
from payers.x12_mapping import inquiry_to_270


def _now() -> datetime:
    return datetime.now(UTC)


class StediX12:
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
        now = self._now()
        question = {"x12": inquiry_to_270(inquiry, self._account, now=now)}
        kept = evidence(question, inquiry, self._account, now)
        response = self._source.post(encode(question), kept, self._headers)
        traced = bool(self._account.options.get("echoes_trace", True))
        return read_answer(response, inquiry, self._account, V3, traced=traced)
