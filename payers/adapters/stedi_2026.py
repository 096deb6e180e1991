"""Asks Stedi's real-time eligibility check, JSON of 2026-06-01.

`account.options`: `authorization_prefix`, `forwarded_for`, `echoes_trace` and `ca_file` as for `stedi_json`; the rest
belongs to the question (payers.json_mapping.question_2026).
`account.secrets`: `api_key`.
"""

from datetime import datetime
from typing import Any

from payers.account import Account
from payers.inquiry import Inquiry
from payers.json_mapping import STEDI_2026, KeyedSource, inquiry_to_2026


class Stedi2026(KeyedSource):
    """One Stedi account."""

    shape = STEDI_2026

    def question(self, inquiry: Inquiry, account: Account, now: datetime) -> dict[str, Any]:  # noqa: ARG002 - as every source
        return inquiry_to_2026(inquiry, account)
