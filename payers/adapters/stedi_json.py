"""Asks Stedi's real-time eligibility check, JSON of 2024-04-01 (v3).

`account.options`: `authorization_prefix` before the key in the Authorization header ("" or "Key "); `forwarded_for`,
the chain of addresses CMS wants to see; `echoes_trace` when answers are seen to bring our trace back; `ca_file`
(payers.http); the rest belongs to the question (payers.json_mapping.question_v3).
`account.secrets`: `api_key`; `portal_username` and `portal_password` where a payer wants them.
"""

from datetime import datetime
from typing import Any

from payers.account import Account
from payers.inquiry import Inquiry
from payers.json_mapping import STEDI, V3, KeyedSource, inquiry_to_v3


class StediJson(KeyedSource):
    """One Stedi account."""

    shape = V3

    def question(self, inquiry: Inquiry, account: Account, now: datetime) -> dict[str, Any]:  # noqa: ARG002 - as every source
        return inquiry_to_v3(inquiry, account, STEDI)
