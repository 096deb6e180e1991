"""Asks Stedi's real-time eligibility check with a 270 of our own, wrapped in JSON (2024-04-01, raw X12).

`account.options`: `authorization_prefix`, `forwarded_for` and `ca_file` as for `stedi_json`; `echoes_trace`, false
where Stedi is seen to write a trace of its own into our 270; the rest belongs to the 270 (payers.x12_mapping).
`account.secrets`: `api_key`; `isa_security` where a payer wants ISA04.
"""

from datetime import datetime
from typing import Any

from payers.account import Account
from payers.inquiry import Inquiry
from payers.json_mapping import V3, KeyedSource
from payers.x12_mapping import inquiry_to_270


class StediX12(KeyedSource):
    """One Stedi account."""

    shape = V3
    echoes_trace = True

    def question(self, inquiry: Inquiry, account: Account, now: datetime) -> dict[str, Any]:
        return {"x12": inquiry_to_270(inquiry, account, now=now)}
